//! The form engine: display logic, defaults, groups, reminders, and what is sealed.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{AnswerFault, Choice, FenceError, Form, Question, QuestionKind, Repeat};
use kuager_wire::record::{Answers, RecordKind, Value};
use proptest::prelude::*;

use super::{choice, question, some, texts};
use crate::*;

fn compiled(questions: Vec<Question>) -> CompiledForm {
    CompiledForm::new(&Form { questions, ..Form::new("form", RecordKind::Checklist) }).expect("a form")
}

fn answers(entries: &[(&str, Value)]) -> Answers {
    entries.iter().cloned().collect()
}

fn state<'a>(form: &'a CompiledForm, answers: &Answers) -> FormState<'a> {
    form.state(answers, &TextMap::default(), "kk", &["kk".to_owned(), "ru".to_owned()])
}

fn asked(form: &CompiledForm, answers: &Answers) -> Vec<String> {
    state(form, answers).asked.iter().map(|asked| asked.path.to_string()).collect()
}

#[test]
fn answers_that_fit_and_answers_that_do_not() {
    let form = Form {
        questions: vec![
            question("O01", QuestionKind::YesNo),
            question("O02.time", QuestionKind::Time),
            Question { min: Some(0), max: Some(3000), ..question("O11", QuestionKind::Integer) },
            Question { max_length: Some(3), ..question("seals", QuestionKind::Text) },
            Question { choices: Some(vec![choice("10"), choice("12")]), ..question("hour", QuestionKind::Choice) },
            Question { choices: Some(vec![choice("a"), choice("b")]), ..question("codes", QuestionKind::Choices) },
            question("day", QuestionKind::Date),
            question("place", QuestionKind::Location),
            question("photos", QuestionKind::Attachment),
            question("sum", QuestionKind::Calculate),
            question("read", QuestionKind::Note),
            Question {
                questions: Some(vec![question("who", QuestionKind::Text), question("n", QuestionKind::Integer)]),
                repeat: Some(Repeat { min: None, max: Some(2) }),
                ..question("members", QuestionKind::Group)
            },
        ],
        ..Form::new("form", RecordKind::Checklist)
    };
    let list = |keys: &[&str]| Value::List(keys.iter().map(|key| Value::from(*key)).collect());
    let entry = |n: Value| Value::Group([("n", n)].into_iter().collect());
    let fits = |question: &str, value: Value| check_answer(&form, question, &value);
    for (question, value) in [
        ("O01", "not_seen".into()),
        ("O02.time", 1439.into()),
        ("seals", "әіқ".into()),
        ("hour", "12".into()),
        ("codes", list(&["b", "a"])),
        ("day", "2028-02-29".into()),
        ("place", Value::List(vec![432_380_000.into(), 768_900_000.into(), 12.into()])),
        ("photos", list(&[&"0a".repeat(32)])),
        ("members", Value::List(vec![entry(1.into()), entry(2.into())])),
    ] {
        assert_eq!(fits(question, value), Ok(()), "{question}");
    }
    let fault = |question: &str, value: Value| match fits(question, value) {
        Err(AnswerError::DoesNotFit { fault, .. }) => fault,
        other => panic!("{question}: {other:?}"),
    };
    assert_eq!(fault("O01", "maybe".into()), AnswerFault::NotAChoice);
    assert!(matches!(fault("O01", 1.into()), AnswerFault::Type { .. }));
    assert_eq!(fault("O02.time", 1440.into()), AnswerFault::Range { min: 0, max: 1439 });
    assert_eq!(fault("O11", 3001.into()), AnswerFault::Range { min: 0, max: 3000 });
    assert_eq!(fault("seals", "1234".into()), AnswerFault::Length { max: 3 });
    assert_eq!(fault("hour", "11".into()), AnswerFault::NotAChoice);
    assert_eq!(fault("codes", list(&["a", "c"])), AnswerFault::NotAChoice);
    assert_eq!(fault("codes", list(&["a", "a"])), AnswerFault::Twice { key: "a".to_owned() });
    assert!(matches!(fault("day", "2027-02-29".into()), AnswerFault::Type { .. }));
    assert!(matches!(fault("place", Value::List(vec![1.into()])), AnswerFault::Type { .. }));
    assert!(matches!(fault("photos", list(&["A0"])), AnswerFault::Type { .. }));
    assert_eq!(fault("sum", 1.into()), AnswerFault::NoAnswer);
    assert_eq!(fault("read", "x".into()), AnswerFault::NoAnswer);
    let three = Value::List(vec![entry(1.into()), entry(1.into()), entry(1.into())]);
    assert_eq!(fault("members", three), AnswerFault::TooMany { max: 2 });
    let wrong = fault("members", Value::List(vec![entry(1.into()), entry("x".into())]));
    assert_eq!(wrong.to_string(), "entry 2, n: expected a whole number");
    assert!(matches!(fits("who", "x".into()), Err(AnswerError::UnknownQuestion { .. })));
    assert!(matches!(fits("O99", 1.into()), Err(AnswerError::UnknownQuestion { .. })));
}

#[test]
fn a_question_is_asked_when_it_is_relevant_and_missing_when_it_is_required() {
    let form = compiled(vec![
        Question { required: Some(true), ..question("O01", QuestionKind::YesNo) },
        Question {
            relevant: some("O01 = 'no'"),
            required: Some(true),
            opens: Some(vec!["A01".to_owned()]),
            opens_when: some("why = 'x'"),
            ..question("why", QuestionKind::Text)
        },
        Question { relevant: some("answered(why)"), ..question("more", QuestionKind::Text) },
        Question { required_if: some("O01 != 'yes'"), ..question("note", QuestionKind::Text) },
        Question { opens: Some(vec!["B01".to_owned(), "A01".to_owned()]), ..question("O02", QuestionKind::YesNo) },
    ]);
    assert_eq!(asked(&form, &Answers::default()), ["O01", "note", "O02"]);
    let missing = |answers: &Answers| {
        let state = state(&form, answers);
        state.missing.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(missing(&Answers::default()), ["O01"]);
    let mut given = answers(&[("O01", "no".into()), ("O02", "no".into())]);
    assert_eq!(asked(&form, &given), ["O01", "why", "note", "O02"]);
    assert_eq!(missing(&given), ["why", "note"]);
    assert_eq!(state(&form, &given).incidents, ["B01", "A01"]);
    given.insert("why", "  ".into());
    assert_eq!(missing(&given), ["why", "note"], "blank text is no answer");
    given.insert("why", "x".into());
    given.insert("more", "y".into());
    assert_eq!(asked(&form, &given), ["O01", "why", "more", "note", "O02"]);
    assert_eq!(state(&form, &given).incidents, ["A01", "B01"]);
    // Hidden again: the answers are kept aside, count nowhere, and come back when the question does.
    given.insert("O01", "yes".into());
    let hidden = state(&form, &given);
    assert_eq!(hidden.set_aside, [Path::of("why"), Path::of("more")]);
    assert_eq!(hidden.incidents, ["B01", "A01"]);
    let sealed = form.sealed(&given, &TextMap::default());
    assert_eq!(sealed, answers(&[("O01", "yes".into()), ("O02", "no".into())]));
    given.insert("O01", "no".into());
    assert_eq!(form.sealed(&given, &TextMap::default()), given);
}

#[test]
fn circles_and_forward_references_end() {
    let form = compiled(vec![
        Question { relevant: some("b = 1"), ..question("a", QuestionKind::Integer) },
        Question { relevant: some("a = 1"), ..question("b", QuestionKind::Integer) },
        Question { relevant: some("late = 2"), ..question("early", QuestionKind::Integer) },
        question("late", QuestionKind::Integer),
        Question { calculate: some("y + 1"), ..question("x", QuestionKind::Calculate) },
        Question { calculate: some("x + 1"), ..question("y", QuestionKind::Calculate) },
    ]);
    let given = answers(&[("a", 1.into()), ("b", 1.into()), ("late", 2.into()), ("early", 3.into())]);
    assert_eq!(asked(&form, &given), ["early", "late", "x", "y"]);
    assert_eq!(form.sealed(&given, &TextMap::default()), answers(&[("late", 2.into()), ("early", 3.into())]));
    let chain: Vec<Question> = (0..400)
        .map(|number| Question {
            relevant: Some(format!("answered(q{})", number + 1)),
            ..question(&format!("q{number}"), QuestionKind::Integer)
        })
        .collect();
    assert_eq!(asked(&compiled(chain), &Answers::default()), [] as [&str; 0]);
    // Forward references work as far as the documentation promises.
    let seven = (0..=7).map(|number| Question {
        relevant: (number < 7).then(|| format!("q{} = 1", number + 1)),
        ..question(&format!("q{number}"), QuestionKind::Integer)
    });
    let given: Answers = (0..=7).map(|number| (format!("q{number}"), Value::Int(1))).collect();
    assert_eq!(asked(&compiled(seven.collect()), &given).len(), 8);
}

#[test]
fn no_pack_exhausts_the_stack() {
    // The deepest expressions, each waiting for the next, all referring forward; on the small stack of a phone's thread.
    let formula = |number: usize| format!("{}q{}{}", "abs(".repeat(62), number + 1, ")".repeat(62));
    let questions = (0..200).map(|number| Question {
        calculate: Some(formula(number)),
        relevant: Some(format!("{}answered(q{})", "not ".repeat(60), number + 1)),
        ..question(&format!("q{number}"), QuestionKind::Calculate)
    });
    let form = compiled(questions.collect());
    let look = move || state(&form, &Answers::default()).asked.len();
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    small.spawn(look).expect("a thread").join().expect("ends");
}

#[test]
fn repeat_groups_have_entries_of_their_own() {
    let members = vec![
        Question { required: Some(true), ..question("who", QuestionKind::Text) },
        Question { constraint: some("this <= limit"), ..question("issued", QuestionKind::Integer) },
        Question {
            relevant: some("issued > 100"),
            default: some("limit / 2"),
            ..question("why", QuestionKind::Integer)
        },
        Question { calculate: some("issued * 2"), ..question("twice", QuestionKind::Calculate) },
    ];
    let form = compiled(vec![
        Question { default: some("150"), ..question("limit", QuestionKind::Integer) },
        Question {
            questions: Some(members),
            repeat: Some(Repeat { min: Some(3), max: None }),
            ..question("members", QuestionKind::Group)
        },
        Question { calculate: some("sum(issued) + count(members)"), ..question("total", QuestionKind::Calculate) },
        Question {
            questions: Some(vec![question("inner", QuestionKind::Integer)]),
            relevant: some("total > 300"),
            ..question("group", QuestionKind::Group)
        },
    ]);
    let member = |who: &str, issued: i64| {
        Value::Group([("who", who.into()), ("issued", Value::Int(issued)), ("why", 1.into())].into_iter().collect())
    };
    let given = answers(&[
        ("limit", 150.into()),
        ("members", Value::List(vec![member("a", 90), member("", 200)])),
        ("group", Value::Group([("inner", Value::Int(5))].into_iter().collect())),
    ]);
    let paths = asked(&form, &given);
    assert_eq!(
        paths,
        [
            "limit",
            "members",
            "members[1].who",
            "members[1].issued",
            "members[1].twice",
            "members[2].who",
            "members[2].issued",
            "members[2].why",
            "members[2].twice",
            "total"
        ]
    );
    let state = state(&form, &given);
    assert_eq!(state.missing, [Path { group: Some(("members".to_owned(), 1)), question: "who".to_owned() }]);
    let reminders: Vec<String> =
        state.reminders.iter().map(|reminder| format!("{} {:?}", reminder.path, reminder.kind)).collect();
    assert_eq!(reminders, ["members TooFew(3)", "members[2].issued Constraint(None)"]);
    assert_eq!(
        state.set_aside.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["members[1].why", "group", "inner"]
    );
    let sealed = form.sealed(&given, &TextMap::default());
    assert_eq!(sealed.get("total"), Some(&292.into()));
    assert_eq!(sealed.get("group"), None);
    let Some(Value::List(entries)) = sealed.get("members") else { panic!("a list") };
    let Value::Group(first) = &entries[0] else { panic!("a group") };
    assert_eq!((first.get("why"), first.get("twice")), (None, Some(&180.into())));
    assert_eq!(form.defaults(&TextMap::default()), answers(&[("limit", 150.into())]));
    let grouped = compiled(vec![
        question("first", QuestionKind::Integer),
        Question {
            questions: Some(vec![Question { default: some("$told + 1"), ..question("next", QuestionKind::Integer) }]),
            ..question("group", QuestionKind::Group)
        },
        Question { default: some("next * 2"), ..question("last", QuestionKind::Integer) },
        Question { default: some("'x'"), ..question("wrong", QuestionKind::Integer) },
    ]);
    let carried: TextMap<Value> = [("told", Value::Int(6))].into_iter().collect();
    let group = Value::Group(answers(&[("next", 7.into())]));
    assert_eq!(grouped.defaults(&carried), answers(&[("group", group), ("last", 14.into())]));
    assert_eq!(form.entry_defaults("members", &given, &TextMap::default()), answers(&[("why", 75.into())]));
    let nested = Question {
        questions: Some(vec![Question {
            questions: Some(vec![]),
            repeat: Some(Repeat { min: None, max: None }),
            ..question("inner", QuestionKind::Group)
        }]),
        repeat: Some(Repeat { min: None, max: None }),
        ..question("outer", QuestionKind::Group)
    };
    let refused = CompiledForm::new(&Form { questions: vec![nested], ..Form::new("f", RecordKind::Checklist) });
    assert!(matches!(refused, Err(FormError::NestedRepeat { group, .. }) if group == "inner"));
}

#[test]
fn choices_are_filtered_and_what_is_not_offered_any_more_is_named() {
    let station = |key: &str, region: &str| Choice {
        attributes: Some([("region", region.to_owned())].into_iter().collect()),
        ..choice(key)
    };
    let form = compiled(vec![
        Question { choices: Some(vec![choice("north"), choice("south")]), ..question("region", QuestionKind::Choice) },
        Question {
            choices: Some(vec![station("n1", "north"), station("s1", "south"), station("n2", "north")]),
            choice_filter: some("@region = region"),
            ..question("station", QuestionKind::Choice)
        },
        Question {
            constraint: some("this > 0 and this < 10"),
            constraint_text: Some(texts("between")),
            ..question("n", QuestionKind::Integer)
        },
        Question { language: some("kk"), of: some("n"), ..question("n.words", QuestionKind::Words) },
        Question { min: Some(2), ..question("photos", QuestionKind::Attachment) },
    ]);
    let offered = |answers: &Answers| {
        let state = state(&form, answers);
        let asked = state.asked.iter().find(|asked| asked.path.question == "station").expect("asked");
        asked.choices.iter().flatten().map(|choice| choice.key.clone()).collect::<Vec<_>>()
    };
    assert_eq!(offered(&Answers::default()), [] as [&str; 0]);
    let given = answers(&[
        ("region", "north".into()),
        ("station", "s1".into()),
        ("n", 12.into()),
        ("n.words", "сто".into()),
        ("photos", Value::List(vec![Value::Text("0a".repeat(32))])),
    ]);
    assert_eq!(offered(&given), ["n1", "n2"]);
    let state = state(&form, &given);
    let kinds: Vec<_> = state.reminders.iter().map(|reminder| reminder.kind).collect();
    assert_eq!(
        kinds,
        [
            ReminderKind::NotOffered,
            ReminderKind::Constraint(Some(&texts("between"))),
            ReminderKind::UnreadableWords,
            ReminderKind::TooFew(2)
        ]
    );
}

#[test]
fn a_form_that_cannot_be_read_says_where() {
    let bad = Question { constraint: some("this >"), ..question("n", QuestionKind::Integer) };
    let error = CompiledForm::new(&Form { questions: vec![bad], ..Form::new("f", RecordKind::Checklist) });
    assert_eq!(
        error.expect_err("is refused").to_string(),
        "form f, question n, constraint: the expression ends too early; a value, a name, a function or ( is missing at byte 6"
    );
}

#[test]
fn nobody_is_asked_for_a_photo_of_a_filled_ballot() {
    let photo = |subject: Option<&str>| Question {
        subject: subject.map(str::to_owned),
        ..question("photo", QuestionKind::Attachment)
    };
    assert_eq!(capture_allowed(&photo(None)), Ok(()));
    assert_eq!(capture_allowed(&photo(Some("protocol"))), Ok(()));
    let refused = capture_allowed(&photo(Some("filled_ballot"))).expect_err("is refused");
    assert!(matches!(refused, FenceError::Forbidden { .. }) && refused.to_string().contains("secrecy"), "{refused}");
    assert!(matches!(capture_allowed(&photo(Some("selfie"))), Err(FenceError::UnknownSubject { .. })));
    let number = question("n", QuestionKind::Integer);
    assert!(matches!(capture_allowed(&number), Err(FenceError::NotAnAttachment { .. })));
}

#[test]
fn choices_are_sealed_in_the_order_of_the_form() {
    let choices = Some(["a", "b", "c"].map(choice).into());
    let form = compiled(vec![Question { choices, ..question("codes", QuestionKind::Choices) }]);
    let list = |keys: [&str; 3]| Value::List(keys.map(Value::from).into());
    let sealed = form.sealed(&answers(&[("codes", list(["c", "a", "b"]))]), &TextMap::default());
    assert_eq!(sealed.get("codes"), Some(&list(["a", "b", "c"])));
}

/// Answers of any shape, fitting or not.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::Int),
        prop_oneof![Just("yes"), Just("no"), Just("k"), Just(""), Just("бес")].prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let name = prop_oneof![Just("a"), Just("b"), Just("g"), Just("in"), Just("r")];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            proptest::collection::vec((name, inner), 0..4)
                .prop_map(|entries| Value::Group(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn answers_of_any_shape_do_no_harm(values in proptest::collection::vec(anything(), 6)) {
        let inner = vec![
            Question { calculate: some("b + count(r)"), ..question("in", QuestionKind::Calculate) },
            Question { constraint: some("this > a"), ..question("b", QuestionKind::Integer) },
            Question {
                questions: Some(vec![Question { relevant: some("b > 1"), ..question("deep", QuestionKind::Words) }]),
                ..question("g", QuestionKind::Group)
            },
        ];
        let form = compiled(vec![
            question("a", QuestionKind::Integer),
            Question { relevant: some("sum(b) > a or selected(c, 'k')"), ..question("w", QuestionKind::Words) },
            Question { choices: Some(vec![choice("k")]), ..question("c", QuestionKind::Choices) },
            Question {
                questions: Some(inner),
                repeat: Some(Repeat { min: Some(1), max: None }),
                ..question("r", QuestionKind::Group)
            },
            Question { calculate: some("sum_known(in, b, r, a)"), ..question("total", QuestionKind::Calculate) },
        ]);
        let given: Answers = ["a", "w", "c", "r", "total", "nobody"].into_iter().zip(values).collect();
        let state = state(&form, &given);
        prop_assert!(state.asked.len() >= 2);
        let sealed = form.sealed(&given, &TextMap::default());
        prop_assert_eq!(sealed.get("nobody"), None);
    }
}

const NAMES: [&str; 6] = ["q0", "q1", "q2", "q3", "q4", "q5"];

/// Forms of six questions whose conditions refer to one another anyhow.
fn forms() -> impl Strategy<Value = CompiledForm> {
    let condition = (0..NAMES.len(), 0_i64..3, 0..5_usize).prop_map(|(name, number, shape)| {
        let name = NAMES[name];
        match shape {
            0 => None,
            1 => Some(format!("{name} = {number}")),
            2 => Some(format!("answered({name})")),
            3 => Some(format!("not ({name} > {number})")),
            _ => Some(format!("sum_known({name}, q5) < {number}")),
        }
    });
    proptest::collection::vec(condition, NAMES.len()).prop_map(|conditions| {
        let of = |(name, relevant): (&str, Option<String>)| Question {
            relevant,
            required: Some(true),
            ..question(name, QuestionKind::Integer)
        };
        compiled(NAMES.into_iter().zip(conditions).map(of).collect())
    })
}

proptest! {
    #[test]
    fn hidden_answers_are_never_sealed_and_never_lost(
        form in forms(),
        changes in proptest::collection::vec((0..NAMES.len(), proptest::option::of(0_i64..3)), 0..40),
    ) {
        let mut given = Answers::default();
        let nothing = TextMap::default();
        for (name, value) in changes {
            match value {
                Some(value) => drop(given.insert(NAMES[name], Value::Int(value))),
                None => drop(given.remove(NAMES[name])),
            }
            let state = state(&form, &given);
            let sealed = form.sealed(&given, &nothing);
            let asked: Vec<&str> = state.asked.iter().map(|asked| asked.path.question.as_str()).collect();
            // Sealed is exactly what is asked and answered; everything else that is answered is set aside.
            for name in NAMES {
                let (answer, visible) = (given.get(name), asked.contains(&name));
                prop_assert_eq!(sealed.get(name), answer.filter(|_| visible));
                prop_assert_eq!(state.set_aside.contains(&Path::of(name)), answer.is_some() && !visible);
                prop_assert_eq!(state.missing.contains(&Path::of(name)), answer.is_none() && visible);
            }
            prop_assert!(asked.is_sorted());
            // Whoever holds only the record sees the form as the observer saw it.
            let seen_later = form.state(&sealed, &nothing, "kk", &["kk".to_owned(), "ru".to_owned()]);
            prop_assert_eq!(&seen_later, &FormState { set_aside: Vec::new(), ..state.clone() });
            prop_assert_eq!(&form.sealed(&sealed, &nothing), &sealed);
            prop_assert_eq!(&form.state(&given, &nothing, "kk", &["kk".to_owned(), "ru".to_owned()]), &state);
        }
    }
}

#[test]
fn what_answers_say_of_norms_goes_by_what_opens_an_incident() {
    use crate::Compliance::{Broken, Kept, Unseen};
    let law = || Some("40(4)".to_owned());
    let asked = |id: &str| Question { law: law(), ..question(id, QuestionKind::YesNo) };
    let opens = || Some(vec!["B01".to_owned()]);
    let form = |kind| Form {
        questions: vec![
            asked("plain"),
            Question { opens: opens(), ..asked("opens") },
            Question { opens: opens(), opens_when: Some("turned = 'yes'".to_owned()), ..asked("turned") },
            Question { law: None, ..asked("lawless") },
            Question { law: law(), ..question("number", QuestionKind::Integer) },
            Question { relevant: Some("plain = 'yes'".to_owned()), ..asked("hidden") },
        ],
        ..Form::new("f", kind)
    };
    let checklist = CompiledForm::new(&form(RecordKind::Checklist)).expect("compiles");
    let ids = |form: &CompiledForm| form.norms().map(|question| question.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&checklist), ["plain", "opens", "turned", "hidden"]);
    let report = CompiledForm::new(&form(RecordKind::Incident)).expect("compiles");
    assert_eq!(ids(&report), ["opens", "turned"], "elsewhere a plain no is a fact and no problem");
    let said = |given: &[(&str, &str)]| {
        let answers: Answers = given.iter().map(|(id, said)| ((*id).to_owned(), Value::from(*said))).collect();
        checklist.compliance(&answers, &TextMap::default())
    };
    assert_eq!(said(&[]), [None; 4]);
    assert_eq!(
        said(&[("plain", "no"), ("opens", "yes"), ("turned", "no"), ("hidden", "no")]),
        [Some(Broken), Some(Kept), Some(Kept), None],
        "what is not asked says nothing"
    );
    assert_eq!(
        said(&[("plain", "yes"), ("opens", "not_seen"), ("turned", "yes"), ("hidden", "no")]),
        [Some(Kept), Some(Unseen), Some(Broken), Some(Broken)]
    );
    assert_eq!(said(&[("turned", "not_applicable"), ("opens", "maybe")]), [None, None, Some(Unseen), None]);
}
