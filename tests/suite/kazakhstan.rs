//! The shipped Kazakhstan pack, interpreted by the phone's engine: a protocol that adds up, and one slip after another.

use kuager_core::forms::{CompiledForm, Standing};
use kuager_core::wire::canonical::TextMap;
use kuager_core::wire::form::{Form, Parameter};
use kuager_core::wire::pack::Pack;
use kuager_core::wire::record::{Answers, Value};
use kuager_forms::words::Language;
use kuager_pack::testing::{KAZAKHSTAN, compiled, group, protocol};

fn form(pack: &Pack, id: &str, annex: &str) -> CompiledForm {
    let mut form: Form = pack.form(id).expect("is there").clone();
    let parameters = form.parameters.as_mut().expect("parameters");
    parameters.insert("annex", Parameter::Text(annex.to_owned()));
    CompiledForm::new(&form).unwrap_or_else(|error| panic!("{error}"))
}

/// A protocol of a list contest in which everything adds up, and what the day before it carried over.
fn sound() -> (Answers, TextMap<Value>) {
    let mut carried = TextMap::default();
    carried.insert("told", Value::List([212, 400, 790].map(Value::Int).to_vec()));
    carried.insert("own", Value::Int(795));
    carried.insert("own_hour", "20".into());
    carried.insert("own_whole", "yes".into());
    carried.insert("told_hour", "20".into());
    carried.insert("listed", Value::Int(1200));
    carried.insert("members", Value::Int(7));
    carried.insert("other_P01", Value::Int(1200));
    carried.insert("other_P02", Value::Int(799));
    for (name, number) in [("earlier_P02", 800), ("earlier_P04", 780), ("earlier_P07", 15)] {
        carried.insert(name, Value::Int(number));
    }
    (protocol(Language::Russian, &[]), carried)
}

fn failing(form: &CompiledForm, answers: &Answers, carried: &TextMap<Value>) -> Vec<String> {
    let languages = ["kk", "ru", "en"].map(str::to_owned);
    let state = form.state(answers, carried, "ru", &languages);
    let fails = state.relations.iter().filter(|relation| relation.standing == Standing::Fails);
    fails.map(|relation| relation.id.to_owned()).collect()
}

#[test]
fn a_protocol_that_adds_up_and_one_slip_after_another() {
    let pack = compiled(KAZAKHSTAN);
    let form = form(&pack, "protocol-list", "18/672");
    let (answers, carried) = sound();
    assert_eq!(failing(&form, &answers, &carried), [""; 0]);
    let slips: [(&str, Value, &[&str]); 16] = [
        ("P01", Value::Int(700), &["K01"]),
        ("P03", Value::List(vec![group(&[("P03.issued", Value::Int(799))])]), &["K02"]),
        ("P09", Value::Int(411), &["K03"]),
        ("P05.sample_1", Value::Int(430), &["K04", "K05", "K11.P05.sample_1", "K14.sample_1"]),
        ("P04", Value::Int(790), &["K05"]),
        ("P04", Value::Int(795), &["K05.law"]),
        ("portable", Value::List(vec![group(&[("A02", Value::Int(31)), ("A03", Value::Int(40))])]), &["K06"]),
        ("P10", Value::Int(33), &["K07"]),
        ("P08", Value::Int(1300), &["K03", "K08"]),
        ("P01", Value::Int(3001), &["K09"]),
        ("P02", Value::Int(700), &["K10", "K04"]),
        ("P07.words", "шестнадцать".into(), &["K11.P07"]),
        ("P02", Value::Int(780), &["K12", "K15"]),
        ("P07", Value::Int(0), &["K15", "K18"]),
        ("form_code", "Приложение 32 к постановлению 18/673".into(), &["K19"]),
        ("count_end", Value::Int(9 * 60), &["K20"]),
    ];
    for (field, value, expected) in slips {
        let mut slipped = answers.clone();
        slipped.insert(field, value.clone());
        let found = failing(&form, &slipped, &carried);
        for id in expected {
            assert!(found.contains(&(*id).to_owned()), "{field} = {value:?}: {id} is not among {found:?}");
        }
    }
    let carried_slips: [(&str, Value, &str); 5] = [
        ("own", Value::Int(700), "K13"),
        ("told", Value::List([400, 300].map(Value::Int).to_vec()), "K12"),
        ("told", Value::List([100, 300].map(Value::Int).to_vec()), "K12.jump"),
        ("members", Value::Int(6), "K16"),
        ("listed", Value::Int(1000), "K08"),
    ];
    for (name, value, expected) in carried_slips {
        let mut carried = carried.clone();
        carried.insert(name, value);
        let found = failing(&form, &answers, &carried);
        assert!(found.contains(&expected.to_owned()), "{name}: {expected} is not among {found:?}");
    }
    // What is not of the whole day accuses nobody, whatever the difference.
    let partial: [(&str, Value, &str, Value, &str); 4] = [
        ("own", Value::Int(280), "own_hour", "14".into(), "K13"),
        ("own", Value::Int(280), "own_whole", "no".into(), "K13"),
        ("own", Value::Int(280), "own_whole", "not_seen".into(), "K13"),
        ("told", Value::List([100, 280].map(Value::Int).to_vec()), "told_hour", "14".into(), "K12.jump"),
    ];
    for (name, value, other, of_part, spared) in partial {
        let mut carried = carried.clone();
        carried.insert(name, value);
        carried.insert(other, of_part);
        assert_eq!(failing(&form, &answers, &carried), [""; 0], "{name}, {other}: {spared}");
    }
    let mut alone = answers.clone();
    alone.insert("P03", Value::List(vec![group(&[("P03.role", "chair".into()), ("P03.issued", Value::Int(800))])]));
    let found = failing(&form, &alone, &carried);
    assert!(found.contains(&"K16".to_owned()) && found.contains(&"K17".to_owned()), "{found:?}");
}

/// Nothing is failed over half a protocol, and without the commission's annex nobody is told that theirs is wrong.
#[test]
fn what_is_not_known_is_not_failed() {
    let pack = compiled(KAZAKHSTAN);
    for id in ["protocol-list", "protocol-single", "protocol-referendum"] {
        assert_eq!(failing(&form(&pack, id, ""), &Answers::default(), &TextMap::default()), [""; 0], "{id}");
    }
    let (mut answers, carried) = sound();
    answers.insert("form_code", "anything".into());
    assert_eq!(failing(&form(&pack, "protocol-list", ""), &answers, &carried), [""; 0]);
}

/// Official totals: the election of 2023 leaves invalid ballots out of those who took part, the referendum of 2024 has them in.
#[test]
fn took_part_is_counted_as_the_official_totals_count_it() {
    let pack = compiled(KAZAKHSTAN);
    let fails = |id: &str, numbers: &[(&str, i64)], relation: &str| {
        let answers = numbers.iter().map(|(field, number)| ((*field).to_owned(), Value::Int(*number))).collect();
        failing(&form(&pack, id, ""), &answers, &TextMap::default()).iter().any(|failed| failed == relation)
    };
    // 6,366,441 took part, 248,291 of them against all; how the rest fell to parties makes no difference here.
    let mut list = vec![("P04", 6_366_441), ("P06", 248_291), ("P07", 100_000), ("P05.sample_1", 6_118_150)];
    list.extend(
        (2..=6).map(|at| {
            (["", "", "P05.sample_2", "P05.sample_3", "P05.sample_4", "P05.sample_5", "P05.sample_6"][at], 0)
        }),
    );
    assert!(!fails("protocol-list", &list, "K05") && !fails("protocol-list", &list, "K05.law"));
    list[0].1 += 1;
    assert!(fails("protocol-list", &list, "K05"));
    let mut referendum =
        vec![("P04", 7_820_204), ("P05.yes", 5_561_937), ("P05.no", 2_045_271), ("both", 82_996), ("P07", 130_000)];
    assert!(!fails("protocol-referendum", &referendum, "K05r"));
    referendum[4].1 = 0;
    assert!(fails("protocol-referendum", &referendum, "K05r"));
}
