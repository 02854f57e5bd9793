//! Control relations over result protocols: realistic ones, broken ones, half-typed ones, and official totals.

use crate::expression::check_form;
use crate::words::{self, Language};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Carried, CarriedFrom, Form, Parameter, Question, QuestionKind, Repeat};
use kuager_wire::protocol::{Relation, Severity};
use kuager_wire::record::{Answers, RecordKind, Value, Verdict};
use proptest::prelude::*;

use super::{choice, question, some};
use crate::*;

/// Id, severity, what must hold, when it is judged, the incident of a failure.
type Control = (&'static str, Severity, &'static str, Option<&'static str>, Option<&'static str>);

/// The relations as a pack would write them.
const RELATIONS: &[Control] = &[
    ("K01", Severity::Hard, "P02 <= P01", None, Some("C19")),
    ("K02", Severity::Hard, "sum(member.issued) = P02", Some("count(members) > 0"), Some("C19")),
    ("K03", Severity::Hard, "P08 = P02 + P09 + coalesce(spoiled, 0)", None, Some("C19")),
    ("K04", Severity::Hard, "found <= P02", None, Some("C09")),
    ("K05", Severity::Hard, "P04 = found - if($took_part_includes_invalid, 0, P07)", None, Some("C19")),
    ("K06", Severity::Hard, "sum(box.excess) = 0", Some("count(boxes) > 0"), Some("C04")),
    ("K07", Severity::Hard, "P10 <= P02 and P11 <= P02", None, Some("C19")),
    ("K08", Severity::Soft, "P08 <= ceil_div(101 * P01, 100)", None, None),
    ("K09", Severity::Soft, "P01 <= $max_voters", None, None),
    ("K10", Severity::Soft, "P01 = $other_P01 and abs(P02 - $other_P02) <= 5", Some("answered($other_P01)"), None),
    ("K11", Severity::Hard, "words(P02.words) = P02", Some("answered(P02.words)"), Some("C13")),
    ("K12", Severity::Soft, "rising($told) and last($told) <= P02", Some("answered($told)"), None),
    (
        "K13",
        Severity::Statistical,
        "abs(P02 - last($own)) <= max(20, ceil_div(5 * P02, 100))",
        Some("answered($own)"),
        None,
    ),
    ("K14", Severity::Soft, "own.a = P05.a and own.b = P05.b", Some("count(own.*) > 0"), None),
    ("K15", Severity::Hard, "same($copies_P04, P04)", Some("answered($copies_P04)"), Some("C15")),
    ("K16", Severity::Soft, "count_of(member.role, 'chair') = 0 and composition % 2 = 1", None, Some("V19")),
    ("K17", Severity::Statistical, "P02 <= count(members) * 13 * 60", Some("count(members) > 0"), None),
    (
        "K18",
        Severity::Statistical,
        "P06 > 0 and P07 > 0 and P02 < P01 and max(P05.*) < sum(P05.*)",
        Some("P02 > 500 and $has_against_all"),
        None,
    ),
    ("K19", Severity::Hard, "contains(form_code, $annex)", None, Some("C13")),
    (
        "K20",
        Severity::Soft,
        "if(ended >= began, ended - began, ended + 1440 - began) <= 720 and (began >= 20:00 or began < 12:00)",
        None,
        Some("C11"),
    ),
];

fn protocol(referendum: bool) -> Form {
    let number = |id: &str| question(id, QuestionKind::Integer);
    let repeat = Some(Repeat { min: None, max: None });
    let members = vec![
        Question {
            choices: Some(vec![choice("chair"), choice("member")]),
            ..question("member.role", QuestionKind::Choice)
        },
        number("member.issued"),
    ];
    let boxes = vec![
        number("box.requests"),
        number("box.found"),
        Question {
            calculate: some("if(box.found > box.requests, 1, 0)"),
            ..question("box.excess", QuestionKind::Calculate)
        },
    ];
    let against_all = if referendum { "0" } else { "P06" };
    let relation = |(id, severity, holds, when, incident): &Control| Relation {
        id: (*id).to_owned(),
        severity: *severity,
        holds: (*holds).to_owned(),
        message: [
            ("kk", format!("{id}: {{P02}} алды, {{= found }} табылды, {{P04}} қатысты")),
            ("ru", format!("{id}: выдано {{P02}}, найдено {{= found }}, приняло участие {{P04}}")),
        ]
        .into_iter()
        .collect(),
        incident: incident.map(str::to_owned),
        law: None,
        when: when.map(str::to_owned),
    };
    let carried = |name: &str, form: &str, question: &str, from| Carried::new(name, form, question, from);
    let mut questions: Vec<Question> =
        ["P01", "P02", "P04", "P05.a", "P05.b", "P05.c", "P06", "P07", "P08", "P09", "P10", "P11"].map(number).into();
    questions.extend(["spoiled", "own.a", "own.b", "composition"].map(number));
    questions.extend([
        Question { of: some("P02"), ..question("P02.words", QuestionKind::Words) },
        Question { questions: Some(members), repeat, ..question("members", QuestionKind::Group) },
        Question { questions: Some(boxes), repeat, ..question("boxes", QuestionKind::Group) },
        Question {
            calculate: Some(format!("sum(P05.*) + {against_all} + P07")),
            ..question("found", QuestionKind::Calculate)
        },
        question("form_code", QuestionKind::Text),
        question("began", QuestionKind::Time),
        question("ended", QuestionKind::Time),
    ]);
    Form {
        questions,
        relations: Some(RELATIONS.iter().map(relation).collect()),
        parameters: Some(
            [
                ("took_part_includes_invalid", Parameter::Bool(referendum)),
                ("has_against_all", Parameter::Bool(!referendum)),
                ("max_voters", Parameter::Int(3000)),
                ("annex", Parameter::Text("Annex 20".to_owned())),
            ]
            .into_iter()
            .collect(),
        ),
        carried: Some(vec![
            carried("told", "turnout", "told", CarriedFrom::All),
            carried("own", "turnout", "own", CarriedFrom::All),
            carried("copies_P04", "protocol", "P04", CarriedFrom::All),
            carried("other_P01", "other", "P01", CarriedFrom::Latest),
            carried("other_P02", "other", "P02", CarriedFrom::Latest),
        ]),
        ..Form::new("protocol", RecordKind::Protocol)
    }
}

fn forms(referendum: bool) -> Vec<Form> {
    let asks = |id: &str, questions: &[&str]| Form {
        questions: questions.iter().map(|id| question(id, QuestionKind::Integer)).collect(),
        ..Form::new(id, RecordKind::Turnout)
    };
    vec![protocol(referendum), asks("turnout", &["told", "own"]), asks("other", &["P01", "P02"])]
}

fn int(number: i64) -> Value {
    Value::Int(number)
}

fn entries(rows: &[&[(&str, Value)]]) -> Value {
    Value::List(rows.iter().map(|row| Value::Group(row.iter().cloned().collect())).collect())
}

/// A protocol in which everything adds up.
fn sound() -> Answers {
    [
        ("P01", int(1200)),
        ("P02", int(900)),
        ("P04", int(870)),
        ("P05.a", int(500)),
        ("P05.b", int(240)),
        ("P05.c", int(100)),
        ("P06", int(30)),
        ("P07", int(25)),
        ("P08", int(1212)),
        ("P09", int(312)),
        ("P10", int(12)),
        ("P11", int(3)),
        ("P02.words", "тоғыз жүз".into()),
        ("own.a", int(500)),
        ("own.b", int(240)),
        ("composition", int(7)),
        (
            "members",
            entries(&[
                &[("member.role", "member".into()), ("member.issued", int(500))],
                &[("member.role", "member".into()), ("member.issued", int(400))],
            ]),
        ),
        ("boxes", entries(&[&[("box.requests", int(12)), ("box.found", int(12))]])),
        ("form_code", "annex  20 to Resolution 18/672".into()),
        ("began", int(20 * 60 + 15)),
        ("ended", int(2 * 60)),
    ]
    .into_iter()
    .collect()
}

fn earlier() -> TextMap<Value> {
    let list = |numbers: &[i64]| Value::List(numbers.iter().copied().map(Value::Int).collect());
    [
        ("told", list(&[120, 310, 310, 660, 880])),
        ("own", list(&[110, 300, 650, 890])),
        ("copies_P04", list(&[870])),
        ("other_P01", int(1200)),
        ("other_P02", int(898)),
    ]
    .into_iter()
    .collect()
}

fn standings(form: &CompiledForm, answers: &Answers, carried: &TextMap<Value>, wanted: Standing) -> Vec<String> {
    let state = form.state(answers, carried, "ru", &["kk".to_owned()]);
    let found = state.relations.iter().filter(|relation| relation.standing == wanted);
    found.map(|relation| relation.id.to_owned()).collect()
}

fn compiled(referendum: bool) -> CompiledForm {
    CompiledForm::new(&protocol(referendum)).expect("a form")
}

#[test]
fn the_relations_are_well_formed() {
    for referendum in [false, true] {
        let forms = forms(referendum);
        let faults: Vec<String> = check_form(&forms[0], &forms).iter().map(ToString::to_string).collect();
        assert_eq!(faults, [] as [&str; 0]);
    }
}

#[test]
fn a_sound_protocol_holds_everywhere() {
    let form = compiled(false);
    let holds = standings(&form, &sound(), &earlier(), Standing::Holds);
    assert_eq!(holds, RELATIONS.iter().map(|(id, ..)| (*id).to_owned()).collect::<Vec<_>>());
}

#[test]
fn an_empty_protocol_is_unknown_and_never_failed() {
    let form = compiled(false);
    assert_eq!(standings(&form, &Answers::default(), &TextMap::default(), Standing::Fails), [] as [&str; 0]);
    let judged = standings(&form, &Answers::default(), &TextMap::default(), Standing::NotJudged);
    assert_eq!(judged, ["K02", "K06", "K10", "K11", "K12", "K13", "K14", "K15", "K17"]);
}

#[test]
fn each_relation_fails_by_what_breaks_it() {
    let form = compiled(false);
    let members = |issued: i64| {
        entries(&[
            &[("member.role", "chair".into()), ("member.issued", int(500))],
            &[("member.role", "member".into()), ("member.issued", int(issued))],
        ])
    };
    let with = |changes: &[(&str, Value)]| {
        let mut answers = sound();
        for (question, value) in changes {
            answers.insert(*question, value.clone());
        }
        standings(&form, &answers, &earlier(), Standing::Fails)
    };
    for (changes, expected) in [
        (vec![("P01", int(899))], vec!["K01", "K08", "K10", "K18"]),
        (vec![("members", members(401))], vec!["K02", "K16"]),
        (vec![("P09", int(311))], vec!["K03"]),
        (vec![("spoiled", int(1)), ("P09", int(311))], vec![]),
        (vec![("P05.a", int(506)), ("P04", int(876)), ("own.a", int(506))], vec!["K04", "K15"]),
        (vec![("P04", int(895))], vec!["K05", "K15"]),
        (vec![("boxes", entries(&[&[("box.requests", int(12)), ("box.found", int(13))]]))], vec!["K06"]),
        (vec![("P10", int(901))], vec!["K07"]),
        (vec![("P08", int(1213)), ("P09", int(313))], vec!["K08"]),
        (vec![("P01", int(3001))], vec!["K09", "K10"]),
        (vec![("P02.words", "девятьсот один".into())], vec!["K11"]),
        (vec![("own.b", int(241))], vec!["K14"]),
        (vec![("composition", int(8))], vec!["K16"]),
        (vec![("form_code", "Annex 32 to Resolution 18/672".into())], vec!["K19"]),
        (vec![("ended", int(8 * 60 + 16))], vec!["K20"]),
        (vec![("began", int(19 * 60 + 50))], vec!["K20"]),
    ] {
        assert_eq!(with(&changes), expected, "{changes:?}");
    }
    let late_jump = |told: &[i64], own: i64| {
        let mut carried = earlier();
        carried.insert("told", Value::List(told.iter().copied().map(Value::Int).collect()));
        carried.insert("own", Value::List(vec![int(own)]));
        standings(&form, &sound(), &carried, Standing::Fails)
    };
    assert_eq!(late_jump(&[100, 90], 900), ["K12"]);
    assert_eq!(late_jump(&[100, 901], 900), ["K12"]);
    assert_eq!(late_jump(&[100], 854), ["K13"]);
    assert_eq!(late_jump(&[100], 855), [] as [&str; 0]);
}

#[test]
fn a_failure_is_told_in_the_observers_language_with_the_numbers() {
    let form = compiled(false);
    let mut answers = sound();
    answers.insert("P05.a", int(900));
    let told = |language: &str| {
        let state = form.state(&answers, &earlier(), language, &["kk".to_owned(), "ru".to_owned()]);
        let failed = state.relations.iter().find(|relation| relation.id == "K04").expect("judged");
        (failed.message.clone().expect("failed"), failed.incident.map(str::to_owned))
    };
    assert_eq!(told("ru"), ("K04: выдано 900, найдено 1295, приняло участие 870".to_owned(), some("C09")));
    assert_eq!(told("kk").0, "K04: 900 алды, 1295 табылды, 870 қатысты");
    assert_eq!(told("en").0, told("kk").0, "the first of the pack's languages stands in");
    let state = form.state(&answers, &earlier(), "ru", &[]);
    assert_eq!(state.incidents, ["C09", "C19"]);
    let checks: Vec<(String, Verdict)> =
        state.checks().into_iter().map(|check| (check.relation, check.verdict)).collect();
    let fails = |id: &str| (id.to_owned(), Verdict::Fails);
    assert_eq!(checks, [fails("K04"), fails("K05"), fails("K14")]);
    // As written and as computed are both sealed; nothing is corrected.
    let sealed = form.sealed(&answers, &earlier());
    assert_eq!((sealed.get("P04"), sealed.get("found")), (Some(&int(870)), Some(&int(1295))));
}

#[test]
fn times_and_decimals_are_shown_as_people_write_them() {
    let mut form = protocol(false);
    form.questions.push(Question { scale: Some(2), ..question("share", QuestionKind::Decimal) });
    let relation = form.relations.as_mut().and_then(|relations| relations.last_mut()).expect("K20");
    relation.message =
        [("ru", "{began}–{ended}, {= ended - began} min, {share}, {found}".to_owned())].into_iter().collect();
    let mut answers = sound();
    answers.insert("began", int(13 * 60 + 5));
    answers.insert("share", int(-705));
    let form = CompiledForm::new(&form).expect("a form");
    let state = form.state(&answers, &TextMap::default(), "ru", &[]);
    let told = state.relations.last().and_then(|relation| relation.message.clone());
    assert_eq!(told.as_deref(), Some("13:05–02:00, −665 min, −7.05, 895"));
}

#[test]
fn official_totals_keep_the_arithmetic_of_their_kind() {
    // Majilis 2023, party lists: the seven lists, "against all", and those who took part, as published.
    let votes = [3_431_510, 693_938, 547_154, 535_139, 432_920, 331_058, 146_431];
    let mut national = Answers::default();
    let shares = [votes[0], votes[1..4].iter().sum::<i64>(), votes[4..].iter().sum::<i64>()];
    for (line, share) in ["P05.a", "P05.b", "P05.c"].into_iter().zip(shares) {
        national.insert(line, Value::Int(share));
    }
    for (line, number) in [("P06", 248_291), ("P04", 6_366_441), ("P07", 143_000)] {
        national.insert(line, Value::Int(number));
    }
    let election = compiled(false);
    let k05 = |form: &CompiledForm, answers: &Answers| {
        let state = form.state(answers, &TextMap::default(), "kk", &[]);
        state.relations.iter().find(|relation| relation.id == "K05").expect("there").standing
    };
    assert_eq!(k05(&election, &national), Standing::Holds);
    assert_eq!(k05(&compiled(true), &national), Standing::Fails, "a referendum counts invalid ballots in");
    // Referendum 2024: yes, no; both marked and invalid together are the rest of those who took part.
    let lines = [("P05.a", 5_561_937), ("P05.b", 2_045_271), ("P05.c", 82_996), ("P07", 130_000), ("P04", 7_820_204)];
    let referendum: Answers = lines.into_iter().map(|(line, number)| (line, Value::Int(number))).collect();
    assert_eq!(k05(&compiled(true), &referendum), Standing::Holds);
}

#[test]
fn a_protocol_on_the_wrong_annex_says_so_before_it_is_published() {
    let mut answers = sound();
    answers.insert("form_code", "Приложение 32 к постановлению 18/672".into());
    let state = compiled(false);
    let state = state.state(&answers, &earlier(), "ru", &[]);
    let failed: Vec<&str> =
        state.relations.iter().filter(|relation| relation.standing == Standing::Fails).map(|found| found.id).collect();
    assert_eq!((failed, state.incidents.as_slice()), (vec!["K19"], ["C13"].as_slice()));
}

#[test]
fn copies_of_one_station_that_differ_are_told_field_by_field() {
    // Fifteen stations: the certified copies give a candidate 2,150 votes, the figures announced above give 2,083.
    let copied = [152, 131, 160, 149, 138, 141, 155, 147, 133, 150, 144, 139, 128, 157, 126];
    let announced = [152, 131, 160, 149, 138, 141, 155, 147, 133, 150, 144, 120, 108, 129, 126];
    assert_eq!((copied.iter().sum::<i64>(), announced.iter().sum::<i64>()), (2_150, 2_083));
    let mut form = protocol(false);
    form.carried = Some(vec![Carried::new("copies_a", "protocol", "P05.a", CarriedFrom::All)]);
    form.relations = Some(vec![Relation {
        id: "K15.a".to_owned(),
        severity: Severity::Hard,
        holds: "same($copies_a, P05.a)".to_owned(),
        message: [("ru", "{$copies_a} / {P05.a}".to_owned())].into_iter().collect(),
        incident: some("C15"),
        law: None,
        when: None,
    }]);
    let form = CompiledForm::new(&form).expect("a form");
    let mut missing = 0;
    let mut told = Vec::new();
    for (copied, announced) in copied.into_iter().zip(announced) {
        let earlier: TextMap<Value> = [("copies_a", Value::List(vec![int(copied)]))].into_iter().collect();
        let answers: Answers = [("P05.a", int(announced))].into_iter().collect();
        let state = form.state(&answers, &earlier, "ru", &[]);
        if state.relations[0].standing == Standing::Fails {
            missing += copied - announced;
            told.extend(state.relations[0].message.clone());
        }
    }
    assert_eq!((missing, told), (67, vec!["139 / 120".to_owned(), "128 / 108".to_owned(), "157 / 129".to_owned()]));
}

proptest! {
    #[test]
    fn whatever_adds_up_holds_and_one_wrong_digit_does_not(
        votes in proptest::collection::vec(1_i64..400, 3), against in 1_i64..60, invalid in 1_i64..60,
        spare in 0_i64..50, cancelled in 1_i64..100, wrong in 0_usize..4,
    ) {
        let valid: i64 = votes.iter().sum::<i64>() + against;
        let issued = valid + invalid + spare;
        let numbers = [
            ("P01", issued + cancelled), ("P02", issued), ("P04", valid), ("P05.a", votes[0]), ("P05.b", votes[1]),
            ("P05.c", votes[2]), ("P06", against), ("P07", invalid), ("P08", issued + cancelled), ("P09", cancelled),
        ];
        let mut answers: Answers = numbers.iter().map(|(line, number)| (*line, Value::Int(*number))).collect();
        answers.insert("P02.words", Value::Text(words::write(issued, Language::Kazakh).expect("in range")));
        let form = compiled(false);
        let fails = |answers: &Answers| standings(&form, answers, &TextMap::default(), Standing::Fails);
        let hard: Vec<String> = fails(&answers).into_iter().filter(|id| id != "K18" && id != "K08").collect();
        prop_assert_eq!(hard, Vec::<String>::new());
        let (line, relation) = [("P04", "K05"), ("P09", "K03"), ("P08", "K03"), ("P02.words", "K11")][wrong];
        match answers.get(line).cloned() {
            Some(Value::Int(number)) => answers.insert(line, Value::Int(number + 10)),
            _ => answers.insert(line, Value::Text(words::write(issued + 10, Language::Russian).expect("in range"))),
        };
        prop_assert!(fails(&answers).contains(&relation.to_owned()));
    }
}
