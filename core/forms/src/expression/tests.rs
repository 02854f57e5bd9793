use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Answers by name; a prefix collects what begins with it.
#[derive(Default)]
struct Given(BTreeMap<String, Operand<'static>>);

impl Given {
    fn with(entries: &[(&str, Operand<'static>)]) -> Self {
        Self(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }
}

impl Source for Given {
    fn answer(&self, name: &str) -> Operand<'_> {
        self.0.get(name).cloned().unwrap_or(Operand::Missing)
    }
    fn prefix(&self, prefix: &str) -> Vec<Operand<'_>> {
        let under = self.0.iter().filter(|(name, _)| scope::under_prefix(name, prefix));
        under.map(|(_, value)| value.clone()).collect()
    }
    fn parameter(&self, name: &str) -> Operand<'_> {
        self.answer(&format!("${name}"))
    }
}

fn int(number: i64) -> Operand<'static> {
    Operand::Int(number)
}

fn text(text: &str) -> Operand<'static> {
    Operand::Text(text.to_owned().into())
}

fn given() -> Given {
    Given::with(&[
        ("P01", int(1200)),
        ("P02", int(900)),
        ("P05.a", int(500)),
        ("P05.b", int(300)),
        ("P05.c", Operand::Missing),
        ("P06.a", int(5)),
        ("O01", text("no")),
        ("own-count", int(7)),
        ("said", text("екі жүз қырық бір")),
        ("day", text("2026-08-30")),
        ("chosen", Operand::List(vec![text("x"), text("y")])),
        ("told", Operand::List(vec![int(10), int(20), int(20)])),
        ("$limit", int(3000)),
        ("$referendum", Operand::Bool(true)),
    ])
}

fn value(expression: &str) -> Operand<'static> {
    let given = given();
    let expression = Expression::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    match expression.evaluate(&given).expect("can be computed") {
        Operand::Missing => Operand::Missing,
        Operand::Int(number) => Operand::Int(number),
        Operand::Bool(truth) => Operand::Bool(truth),
        Operand::Text(shown) => text(&shown),
        Operand::List(list) => Operand::Int(i64::try_from(list.len()).expect("short")),
    }
}

#[test]
fn values() {
    for (expression, expected) in [
        ("1 + 2 * 3 - 4", int(3)),
        ("(1 + 2) * 3", int(9)),
        ("-7 / 2", int(-3)),
        ("7 % 3", int(1)),
        ("10 - 2 - 3", int(5)),
        ("P01 - P02", int(300)),
        ("own-count - 1", int(6)),
        ("sum(P06.*, 1)", int(6)),
        ("sum(P05.*)", Operand::Missing),
        ("sum_known(P05.*)", int(800)),
        ("count(P05.*)", int(2)),
        ("min(3, P06.*, 9)", int(3)),
        ("max(told)", int(20)),
        ("abs(P02 - P01)", int(300)),
        ("ceil_div(101 * P01, 100)", int(1212)),
        ("ceil_div(-7, 2)", int(-3)),
        ("ceil_div(7, 2)", int(4)),
        ("if(P01 > P02, 'more', 'less')", text("more")),
        ("coalesce(P99, P98, 4)", int(4)),
        ("length('әіқ')", int(3)),
        ("words(said)", int(241)),
        ("words(said, 'ru')", Operand::Missing),
        ("first(told) + last(told)", int(30)),
        ("07:30", int(450)),
        ("count_of(chosen, 'x')", int(1)),
        ("'it''s'", text("it's")),
        ("\"it's\"", text("it's")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn conditions_with_three_values() {
    let (yes, no) = (Operand::Bool(true), Operand::Bool(false));
    for (expression, expected) in [
        ("P02 <= P01", &yes),
        ("P01 = 1200 and P02 != 1200", &yes),
        ("P99 = 1", &Operand::Missing),
        ("P99 = 1 and false", &no),
        ("false and P99 = 1", &no),
        ("P99 = 1 or true", &yes),
        ("P99 = 1 or false", &Operand::Missing),
        ("not P99 = 1", &Operand::Missing),
        ("not (P01 = 1)", &yes),
        ("answered(P99)", &no),
        ("answered(P01)", &yes),
        ("answered(P05.*)", &yes),
        ("O01 = 'no'", &yes),
        ("selected(chosen, 'y')", &yes),
        ("selected(chosen, 'z')", &no),
        ("selected(P99, 'z')", &Operand::Missing),
        ("selected(O01, 'no')", &yes),
        ("contains('Annex 32 of Resolution 18/672', 'annex  32')", &yes),
        ("date(day) >= date('2026-08-01')", &yes),
        ("rising(told)", &yes),
        ("same(told)", &no),
        ("same(P06.*, 5)", &yes),
        ("$referendum and P01 <= $limit", &yes),
        ("if(P99 > 1, true, false)", &Operand::Missing),
    ] {
        assert_eq!(&value(expression), expected, "{expression}");
    }
}

#[test]
fn what_cannot_be_computed_is_an_error_and_not_a_panic() {
    let fault = |expression: &str| {
        let expression = Expression::parse(expression).expect("is an expression");
        let given = given();
        let error = expression.evaluate(&given).expect_err("cannot be computed");
        (error.offset, error.fault)
    };
    assert_eq!(fault("1 / 0"), (0, EvalFault::DivisionByZero));
    assert_eq!(fault("1 + 5 % (P01 - 1200)"), (4, EvalFault::DivisionByZero));
    assert_eq!(fault("9223372036854775807 + 1"), (0, EvalFault::Overflow));
    assert_eq!(fault("abs(-9223372036854775807 - 1)"), (0, EvalFault::Overflow));
    assert_eq!(fault("(-9223372036854775807 - 1) / -1"), (1, EvalFault::Overflow));
    assert_eq!(fault("O01 + 1"), (0, EvalFault::Type));
    assert_eq!(fault("not 1"), (4, EvalFault::Type));
    assert_eq!(fault("abs(1, 2)"), (0, EvalFault::Type));
    assert_eq!(fault("if(1)"), (0, EvalFault::Type));
}

#[test]
fn syntax_errors_name_the_byte() {
    let deep = "(".repeat(MAX_DEPTH + 1);
    let long = " ".repeat(MAX_BYTES + 1);
    let chain = vec!["1"; MAX_DEPTH + 2].join(" + ");
    for (expression, offset) in [
        ("", 0),
        ("1 +", 3),
        ("1 + * 2", 4),
        ("(1 + 2", 6),
        ("1 2", 2),
        ("a < b < c", 6),
        ("әі = = 1", 7),
        ("'open", 0),
        ("12.5", 2),
        ("25:00", 0),
        ("9223372036854775808", 0),
        ("nosuch(1)", 0),
        ("a & b", 2),
        ("$", 1),
        ("sum(1,)", 6),
        ("a and", 5),
        ("and", 0),
        (deep.as_str(), MAX_DEPTH),
        (long.as_str(), MAX_BYTES),
    ] {
        let error = Expression::parse(expression).expect_err(expression);
        assert_eq!(error.offset, offset, "{expression}: {error}");
    }
    assert_eq!(Expression::parse(&chain).expect_err("too deep").fault, SyntaxFault::TooDeep);
}

#[test]
fn the_canonical_text() {
    for (written, canonical) in [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("((a))", "a"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a - b) - c", "a - b - c"),
        ("not(a and b)or c", "not (a and b) or c"),
        ("(a = b) = c", "(a = b) = c"),
        ("-(1+2)", "-(1 + 2)"),
        ("- -1", "--1"),
        ("sum( P05.* ,1)", "sum(P05.*, 1)"),
        ("\"it's\"", "'it''s'"),
        ("7:05", "07:05"),
        ("$a<@b", "$a < @b"),
        ("this>=0", "this >= 0"),
        ("(not a) = b", "(not a) = b"),
    ] {
        let expression = Expression::parse(written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(expression.to_string(), canonical);
    }
}

#[test]
fn names() {
    for name in ["P01", "V-11", "O02.time", "_x", "сұрақ", "P05.aq_jol"] {
        assert!(is_name(name), "{name}");
    }
    for name in ["", "1a", "a b", "a.", "-a", "a--b", "not", "this", "P05.*", "a'"] {
        assert!(!is_name(name), "{name}");
    }
}

#[test]
fn names_of_functions_stay_as_they_are() {
    let names: Vec<&str> = Function::ALL.iter().map(|function| function.name()).collect();
    let expected = "sum sum_known count count_of min max abs ceil_div if coalesce answered selected length contains words \
                    date first last rising same";
    assert_eq!(names.join(" "), expected);
    for function in Function::ALL {
        assert_eq!(Function::from_name(function.name()), Some(*function));
        assert!(function.signature().starts_with(function.name()));
    }
}

mod typed {
    use super::super::*;
    use kuager_wire::canonical::TextMap;
    use kuager_wire::form::{Carried, CarriedFrom, Choice, Form, Parameter, Question, QuestionKind, Repeat};
    use kuager_wire::protocol::{Relation, Severity};
    use kuager_wire::record::RecordKind;

    fn form() -> Form {
        let choice = |key: &str, region: &str| Choice {
            key: key.to_owned(),
            attributes: Some([("region", region.to_owned())].into_iter().collect()),
            ..Choice::default()
        };
        let choices = Some(vec![choice("x", "1"), choice("y", "2")]);
        let member = vec![
            Question::new("member.issued", QuestionKind::Integer),
            Question::new("member.role", QuestionKind::Text),
        ];
        let twice = Some("this * 2".to_owned());
        Form {
            questions: vec![
                Question::new("P01", QuestionKind::Integer),
                Question::new("O01", QuestionKind::YesNo),
                Question { choices: choices.clone(), ..Question::new("kind", QuestionKind::Choice) },
                Question { choices, ..Question::new("kinds", QuestionKind::Choices) },
                Question::new("day", QuestionKind::Date),
                Question::new("note", QuestionKind::Note),
                Question { calculate: Some("P01 * 2".into()), ..Question::new("double", QuestionKind::Calculate) },
                Question { calculate: Some("again > 1".into()), ..Question::new("again", QuestionKind::Calculate) },
                Question {
                    questions: Some(member),
                    repeat: Some(Repeat { min: None, max: None }),
                    ..Question::new("members", QuestionKind::Group)
                },
                Question { constraint: twice, ..Question::new("bad", QuestionKind::Integer) },
            ],
            parameters: Some([("limit", Parameter::Int(3000))].into_iter().collect::<TextMap<_>>()),
            carried: Some(vec![Carried::new("told", "f", "P01", CarriedFrom::All)]),
            relations: Some(vec![Relation {
                id: "K1".to_owned(),
                severity: Severity::Hard,
                holds: "P01 <= limit".to_owned(),
                message: [("en", "more than {= $limit } voters: {P99}".to_owned())].into_iter().collect(),
                incident: None,
                law: None,
                when: None,
            }]),
            ..Form::new("f", RecordKind::Checklist)
        }
    }

    #[test]
    fn types() {
        let form = form();
        let forms = [form.clone()];
        let scope = FormScope::new(&form, &forms);
        let kind = |text: &str, scope: &FormScope<'_>| {
            Expression::parse(text).expect("is an expression").check(scope).map_err(|error| error.to_string())
        };
        for (text, expected) in [
            ("P01 + 1", Type::One(Scalar::Int)),
            ("O01 = 'no' and P01 > 07:30", Type::One(Scalar::Bool)),
            ("sum(member.issued) = P01", Type::One(Scalar::Bool)),
            ("count(members)", Type::One(Scalar::Int)),
            ("selected(kinds, 'x')", Type::One(Scalar::Bool)),
            ("selected(kind, 'x')", Type::One(Scalar::Bool)),
            ("max(date(day), date('2026-01-31'))", Type::One(Scalar::Date)),
            ("double + 1", Type::One(Scalar::Int)),
            ("rising($told)", Type::One(Scalar::Bool)),
            ("member.*", Type::List(Scalar::Int)),
        ] {
            match text {
                // Two types under one prefix.
                "member.*" => assert!(kind(text, &scope).is_err()),
                "max(date(day), date('2026-01-31'))" => {
                    // A date question is a date already.
                    assert!(kind(text, &scope).is_err());
                    assert_eq!(kind("max(day, date('2026-01-31'))", &scope), Ok(expected));
                }
                _ => assert_eq!(kind(text, &scope), Ok(expected), "{text}"),
            }
        }
        assert_eq!(kind("member.issued + 1", &scope.at("member.role")), Ok(Type::One(Scalar::Int)));
        for (text, part) in [
            ("P02 = 1", "no question P02"),
            ("P01-1 > 2", "a minus sign needs a blank"),
            ("P9.* = 1", "begins with \"P9.\""),
            ("$nosuch", "$nosuch"),
            ("@region = '1'", "@region"),
            ("this > 1", "only known in a constraint"),
            ("note = 'x'", "no question note"),
            ("O01 = 'yse'", "\"yse\" is not among the possible answers: yes, no"),
            ("selected(kinds, 'z')", "x, y"),
            ("O01 > 'a'", "cannot be compared"),
            ("P01 = 'a'", "a number cannot be compared with text"),
            ("P01 and true", "expected a condition, found a number"),
            ("member.issued + 1", "expected a number, found a list of numbers"),
            ("abs(1, 2)", "abs(number)"),
            ("date('2026-02-30') = day", "not a date"),
            ("words('x', 'de')", "\"de\""),
            ("if(true, 1, 'a')", "values of one type"),
            ("first(P01)", "expected a list"),
            ("again", "no question again"),
        ] {
            let error = kind(text, &scope).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_form_is_checked_whole() {
        let form = form();
        let forms = [form.clone()];
        let faults: Vec<String> = check_form(&form, &forms).iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 4, "{faults:#?}");
        assert!(faults[0].starts_with("question again, calculate: there is no question again"), "{faults:#?}");
        assert!(faults[1].starts_with("question bad, constraint: expected a condition"), "{faults:#?}");
        assert!(faults[2].starts_with("relation K1, holds: there is no question limit"), "{faults:#?}");
        assert!(faults[3].starts_with("relation K1, message in en: there is no question P99"), "{faults:#?}");
    }
}

#[test]
fn messages_with_numbers() {
    let given = given();
    let shown = |text: &str| Message::parse(text).expect("is a message").render(&given);
    assert_eq!(shown("{P02} of {P01}, {{{= P01 - P02 }}} left, {P99}"), "900 of 1200, {300} left, —");
    assert_eq!(shown("{$limit} {= if(true, '}', '{')}"), "3000 }");
    for (text, error) in [
        ("a {P01", MessageError::Open(2)),
        ("a } b", MessageError::Stray(2)),
        ("ә {P01 + 1}", MessageError::Formula(3)),
    ] {
        assert_eq!(Message::parse(text), Err(error));
    }
    assert!(matches!(Message::parse("{= 1 + }"), Err(MessageError::Expression { at: 0, .. })));
}

/// Trees as a text, fully in parentheses.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0_i64..=i64::MAX).prop_map(|number| number.to_string()),
        Just("0".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just("'x'".to_owned()),
        Just("''''".to_owned()),
        Just("23:59".to_owned()),
        Just("this".to_owned()),
        prop_oneof![Just("P01"), Just("P05.*"), Just("P99"), Just("told"), Just("chosen"), Just("O01"), Just("$limit")]
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 40, 3, |inner| {
        let operator = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("%"),
            Just("="),
            Just("!="),
            Just("<"),
            Just("<="),
            Just(">"),
            Just(">="),
            Just("and"),
            Just("or")
        ];
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.clone().prop_map(|inner| format!("-({inner})")),
            (0..Function::ALL.len(), proptest::collection::vec(inner, 0..4)).prop_map(|(function, arguments)| format!(
                "{}({})",
                Function::ALL[function].name(),
                arguments.join(", ")
            )),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
        let _ = Expression::parse(&text);
        let _ = Message::parse(&text);
    }

    #[test]
    fn no_tokens_make_it_panic(tokens in proptest::collection::vec(prop_oneof![
        Just("("), Just(")"), Just(","), Just("+"), Just("-"), Just("not"), Just("and"), Just("or"), Just("="), Just("<"),
        Just("sum"), Just("if"), Just("P05.*"), Just("P01"), Just("1"), Just("'a'"), Just("$x"), Just("@y"), Just("this"),
        Just("7:30"), Just("{"), Just("}"), Just("'"), Just("ә")
    ], 0..30)) {
        let text = tokens.concat();
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.evaluate(&given());
        }
        let _ = Expression::parse(&tokens.join(" "));
    }

    #[test]
    fn parse_and_print_are_inverse_and_evaluation_is_deterministic(text in expressions()) {
        let expression = match Expression::parse(&text) {
            Ok(expression) => expression,
            Err(error) => {
                prop_assert_eq!(error.fault, SyntaxFault::TooDeep);
                return Ok(());
            }
        };
        let printed = expression.to_string();
        let again = Expression::parse(&printed).expect("what is printed can be read");
        prop_assert_eq!(&again, &expression);
        prop_assert_eq!(again.to_string(), printed);
        let (one, other) = (given(), given());
        let first = expression.evaluate(&one).map_err(|error| error.fault);
        prop_assert_eq!(&first, &again.evaluate(&other).map_err(|error| error.fault));
        if let Ok(value) = &first {
            prop_assert_eq!(expression.holds(&one), if let Operand::Bool(truth) = value { Some(*truth) } else { None });
        }
    }

    #[test]
    fn filling_in_an_answer_never_turns_a_known_condition(
        a in 0_i64..4, b in 0_i64..4, c in 0_i64..4, operator in 0_usize..4,
    ) {
        // Whatever is decided while something is missing stays decided once it is known.
        let text = ["a = 1 and b = 2 or c = 3", "a < b or b < c", "rising(l.*)", "not (a = b and b = c)"][operator];
        let expression = Expression::parse(text).expect("is an expression");
        let all = [("a", a), ("b", b), ("c", c), ("l.1", a), ("l.2", b), ("l.3", c)];
        let whole = Given::with(&all.map(|(name, number)| (name, int(number))));
        for hidden in ["a", "b", "c"] {
            let mut partial = Given::with(&all.map(|(name, number)| (name, int(number))));
            partial.0.insert(hidden.to_owned(), Operand::Missing);
            let place = match hidden { "a" => "l.1", "b" => "l.2", _ => "l.3" };
            partial.0.insert(place.to_owned(), Operand::Missing);
            if let Some(decided) = expression.holds(&partial) {
                prop_assert_eq!(expression.holds(&whole), Some(decided), "{} without {}", text, hidden);
            }
        }
    }
}
