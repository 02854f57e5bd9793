//! Answers in words.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Question, QuestionKind};
use kuager_wire::pack::{ActTemplate, Pack};
use kuager_wire::record::{Answers, Value};
use kuager_wire::text::Texts;

use super::{choice, question};
use crate::wording::*;

fn in_languages(kk: &str, ru: &str) -> Texts {
    [("kk", kk.to_owned()), ("ru", ru.to_owned())].into_iter().collect()
}

fn pack() -> Pack {
    let words: TextMap<Texts> =
        [("yes", in_languages("иә", "да")), ("not_seen", in_languages("көрмедім", "не видел(а)"))]
            .into_iter()
            .collect();
    let act = ActTemplate { form: "incident".to_owned(), codes: "codes".to_owned(), texts: words, omit: None };
    Pack { languages: vec!["kk".to_owned(), "ru".to_owned()], act: Some(act), ..Pack::default() }
}

fn said(question: &Question, value: &Value) -> String {
    Wording::new(Some(&pack()), "ru").answer(question, value)
}

fn group(entries: &[(&str, Value)]) -> Value {
    Value::Group(entries.iter().cloned().collect())
}

#[test]
fn scaled_numbers_are_written_with_a_point() {
    let cases = [(125, 1, "12.5"), (5, 2, "0.05"), (-5, 1, "−0.5"), (7, 0, "7"), (i64::MIN, 0, "−9223372036854775808")];
    for (number, scale, text) in cases {
        assert_eq!(decimal(number, scale), text);
    }
    assert_eq!(decimal(1, 255).len(), 257);
    assert_eq!((number(-3), number(0)), ("−3".to_owned(), "0".to_owned()));
}

#[test]
fn every_kind_of_answer_has_its_words() {
    let of = |kind| question("q", kind);
    let scaled = Question { scale: Some(1), ..of(QuestionKind::Decimal) };
    let named = |key: &str, text: &str| kuager_wire::text::Choice { text: in_languages(text, text), ..choice(key) };
    let one = Question { choices: Some(vec![named("a", "альфа"), named("b", "")]), ..of(QuestionKind::Choice) };
    let several = Question { kind: QuestionKind::Choices, ..one.clone() };
    let files = Value::List(vec!["00".into(), "01".into()]);
    let place = Value::List(vec![511_234_567.into(), (-5).into(), 12.into()]);
    let cases = [
        (of(QuestionKind::YesNo), "yes".into(), "да"),
        (of(QuestionKind::YesNo), "not_seen".into(), "не видел(а)"),
        (of(QuestionKind::YesNo), "no".into(), "no"),
        (of(QuestionKind::Calculate), "yes".into(), "да"),
        (of(QuestionKind::Calculate), (-7).into(), "−7"),
        (of(QuestionKind::Integer), (-7).into(), "−7"),
        (scaled, (-5).into(), "−0.5"),
        (of(QuestionKind::Time), 1215.into(), "20:15"),
        (of(QuestionKind::Time), 1440.into(), "1440"),
        (of(QuestionKind::Date), "2026-11-30".into(), "2026-11-30"),
        (of(QuestionKind::Text), "yes".into(), "yes"),
        (of(QuestionKind::Words), "сто два".into(), "сто два"),
        (one.clone(), "a".into(), "альфа"),
        (one.clone(), "b".into(), "b"),
        (one, "gone".into(), "gone"),
        (several, Value::List(vec!["a".into(), "b".into()]), "альфа, b"),
        (of(QuestionKind::Attachment), files, "2 ×"),
        (of(QuestionKind::Location), place, "51.1234567°, −0.0000005° ± 12 m"),
        (of(QuestionKind::Text), "  ".into(), "—"),
        (of(QuestionKind::Choices), Value::List(Vec::new()), "—"),
    ];
    for (question, value, text) in cases {
        assert_eq!(said(&question, &value), text, "{:?}", question.kind);
    }
}

#[test]
fn whoever_shows_an_answer_may_bring_words_for_yes_and_no() {
    let asked = question("q", QuestionKind::YesNo);
    let shown = |wording: Wording<'_>, key: &str| wording.answer(&asked, &key.into());
    let pack = pack();
    let own = Wording::new(Some(&pack), "ru").with_yes_no(["Да", "Нет", "", "Неприменимо"]);
    assert_eq!(["yes", "no", "not_seen", "perhaps"].map(|key| shown(own, key)), ["Да", "Нет", "not_seen", "perhaps"]);
    let bare = Wording::new(None, "ru");
    assert_eq!(shown(bare, "yes"), "yes");
    assert_eq!(shown(bare.with_yes_no(["Да", "Нет", "", ""]), "no"), "Нет");
}

#[test]
fn groups_are_taken_apart_in_the_order_of_the_form() {
    let time = Question { text: in_languages("уақыты", "время"), ..question("time", QuestionKind::Time) };
    let boxes = Question {
        text: in_languages("жәшіктер", "ящики"),
        questions: Some(vec![time.clone(), question("count", QuestionKind::Integer)]),
        repeat: Some(kuager_wire::form::Repeat { min: None, max: None }),
        ..question("boxes", QuestionKind::Group)
    };
    let once = Question { questions: Some(vec![time.clone()]), ..question("once", QuestionKind::Group) };
    let questions = [boxes.clone(), once];
    let entries = Value::List(vec![
        group(&[("count", 2.into()), ("time", 480.into())]),
        group(&[("time", 600.into()), ("other", (-1).into())]),
    ]);
    let answers: Answers = [
        ("boxes", entries.clone()),
        ("more", Value::List(vec![1.into(), 2.into()])),
        ("once", group(&[("time", 0.into())])),
    ]
    .into_iter()
    .collect();
    let pack = pack();
    let wording = Wording::new(Some(&pack), "ru");
    let lines = wording.lines(&questions, &answers);
    let told: Vec<_> = lines.iter().map(|line| (line.heading(), line.answer.as_str())).collect();
    let expected = [
        ("ящики · 1 · время", "08:00"),
        ("ящики · 1 · count", "2"),
        ("ящики · 2 · время", "10:00"),
        ("ящики · 2 · other", "−1"),
        ("once · время", "00:00"),
        ("more", "1, 2"),
    ];
    assert_eq!(told, expected.map(|(heading, answer)| (heading.to_owned(), answer)));
    assert!(lines[0].is_within("boxes") && lines[0].is_within("time") && !lines[0].is_within("count"));
    assert!(lines[3].question.is_none() && lines[2].question == Some(&time));
    assert_eq!(wording.answer(&boxes, &entries), "(время: 08:00; count: 2), (время: 10:00; other: −1)");
    assert_eq!(bare(&entries), "(time = 480, count = 2), (time = 600, other = −1)");
    for (label, said) in [
        ("boxes[2].time", "ящики · 2 · время"),
        ("boxes[12].count", "ящики · 12 · count"),
        ("time", "ящики · время"),
        ("boxes", "ящики"),
        ("boxes[1].other", "boxes[1].other"),
        ("once[1].time", "once[1].time"),
        ("boxes[0].time", "boxes[0].time"),
        ("page 1", "page 1"),
    ] {
        assert_eq!(wording.place(&questions, label), said);
    }
}

#[test]
fn moments_are_in_the_time_of_the_pack() {
    let day = 1_788_113_100_000;
    let cases = [
        (Some(300), "2026-08-30 23:05 (UTC+05:00)"),
        (Some(-210), "2026-08-30 14:35 (UTC-03:30)"),
        (None, "2026-08-30 18:05 (UTC+00:00)"),
        (Some(i16::MAX), "2026-08-30 18:05 (UTC+00:00)"),
    ];
    for (offset, text) in cases {
        assert_eq!(moment(day, offset), text);
    }
    assert_eq!(moment(i64::MAX, Some(300)), "9223372036854775807 ms after 1970");
}
