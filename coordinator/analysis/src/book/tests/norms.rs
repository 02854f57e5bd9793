//! Norms: what counts as kept and broken, counted by stations, each number with its records.

use kuager_wire::record::{Answers, RecordKind, Value};

use super::{STATION, Sent, arrive, book, pack, row};
use crate::book::{Book, NormCount, NormQuery, Outcome};
use crate::norm::Norm;

const OTHER: &str = "750000000-352";

fn checklist(observer: u8, seq: u64, form: &str, answers: &[(&str, &str)]) -> Sent {
    let answers: Answers = answers.iter().map(|(id, said)| ((*id).to_owned(), Value::from(*said))).collect();
    Sent::new(observer, seq, RecordKind::Checklist, form, answers)
}

fn norm(text: &str) -> Norm {
    Norm::all(text).pop().expect("is one")
}

fn count(book: &Book, text: &str) -> NormCount {
    book.norm(&norm(text), &NormQuery::default(), 0, 10).count
}

fn said(kept: u64, broken: u64, both: u64, unknown: u64) -> NormCount {
    NormCount { kept, broken, both, unknown, incidents: 0 }
}

#[test]
fn stations_are_counted_by_what_was_seen_there() {
    let pack = pack();
    let mut all = book(&pack);
    // O04 rests on 37(5), O06 and O08 on 40(4), O10 on 40(4) and 41(5), O07 on 12(6) without an incident.
    arrive(
        &mut all,
        &[
            checklist(1, 0, "opening", &[("O04", "yes"), ("O06", "yes"), ("O08", "no"), ("O07", "no")]),
            checklist(2, 0, "opening", &[("O04", "not_seen"), ("O08", "yes")]),
            checklist(3, 0, "opening", &[("O04", "not_applicable"), ("O06", "yes")]).at(OTHER),
            checklist(3, 1, "opening", &[("O10", "yes")]).at("110000000-312"),
        ],
    );
    assert_eq!(count(&all, "37(5)"), said(1, 0, 0, 1), "who has not seen it does not take back who has");
    assert_eq!(count(&all, "40(4)"), said(2, 1, 1, 0), "what one broke is broken, whatever others say");
    assert_eq!(count(&all, "12(6)"), said(0, 1, 0, 0), "in a checklist “no” is the problem");
    assert_eq!((count(&all, "41(5)"), count(&all, "41")), (said(1, 0, 0, 0), said(1, 0, 0, 0)));
    assert_eq!(count(&all, "99"), NormCount::default());
    let detail = all.norm(&norm("40"), &NormQuery::default(), 0, 10);
    assert_eq!((detail.found, detail.regions.len(), detail.count.answered()), (3, 3, 3));
    let broken = NormQuery { outcome: Some(Outcome::Broken), ..NormQuery::default() };
    let detail = all.norm(&norm("40(4)"), &broken, 0, 10);
    assert_eq!((detail.found, detail.stations[0].key.station.as_deref()), (1, Some(STATION)));
    assert!(detail.stations[0].both);
    // Every number leads to its records, and to the questions that were answered.
    let sources = all.norm_sources(&row(STATION), &norm("40(4)"));
    let answers: Vec<_> = sources.iter().map(|source| source.answers.clone()).collect();
    let of = |id: &str, outcome| (id.to_owned(), outcome);
    assert_eq!(answers, [vec![of("O06", Outcome::Kept), of("O08", Outcome::Broken)], vec![of("O08", Outcome::Kept)]]);
    let questions = all.norm_questions(&norm("40(4)"));
    assert!(questions.iter().any(|asked| asked.question == "O08" && asked.law == "40(4)"));
}

#[test]
fn corrections_take_back_and_exercises_do_not_count() {
    let pack = pack();
    let mut all = book(&pack);
    let wrong = checklist(1, 0, "opening", &[("O08", "no")]);
    let right = checklist(1, 1, "opening", &[("O08", "yes")]).correcting(&wrong);
    let mut exercise = checklist(2, 0, "opening", &[("O08", "no")]).at(OTHER);
    exercise.record.training = Some(true);
    for order in super::orders(&[wrong, right, exercise]) {
        let mut all = book(&pack);
        arrive(&mut all, &order);
        assert_eq!(count(&all, "40(4)"), said(1, 0, 0, 0));
    }
    arrive(&mut all, &[]);
    assert!(all.articles(None).iter().all(|row| row.count == NormCount::default()));
}

#[test]
fn the_problem_answer_is_the_one_that_opens_an_incident() {
    let pack = pack();
    let mut all = book(&pack);
    // V-11 asks whether anybody was turned away (26): “yes” opens V15. T01 rests on 20-1(2)2.
    let refused = |answer: &str| {
        let answers = [("hour", Value::from("10")), ("T01", Value::from(answer))].into_iter().collect();
        Sent::new(2, 9, RecordKind::Turnout, "turnout", answers)
    };
    arrive(
        &mut all,
        &[
            checklist(1, 0, "voting", &[("V-11", "yes")]),
            checklist(1, 1, "voting", &[("V-11", "no")]).at(OTHER),
            checklist(1, 2, "voting", &[("V-11", "perhaps <b>")]).at("110000000-312"),
            refused("no"),
        ],
    );
    assert_eq!(count(&all, "26"), said(1, 1, 0, 0), "what is no answer says nothing");
    assert_eq!(count(&all, "20-1(2)2"), said(0, 1, 0, 0));
    // Handing in no act breaks no law; that no mark was put on it does.
    let mut report: Answers = [("codes", Value::List(vec!["V01".into()])), ("act", "no".into())].into_iter().collect();
    arrive(&mut all, &[Sent::new(3, 0, RecordKind::Incident, "incident", report.clone())]);
    assert_eq!(count(&all, "20-1(2)12"), NormCount::default());
    report.insert("act", Value::from("yes"));
    report.insert("receipt_mark", Value::from("no"));
    arrive(&mut all, &[Sent::new(3, 1, RecordKind::Incident, "incident", report)]);
    assert_eq!(count(&all, "20-1(2)12"), said(0, 1, 0, 0));
    // V01 is against two articles of the Criminal Code.
    assert_eq!((count(&all, "UK 150").incidents, count(&all, "UK 151").incidents), (2, 2));
    let articles = all.articles(None);
    assert!(articles.is_sorted_by(|one, other| one.article < other.article));
    let reported = articles.iter().find(|row| row.article == norm("UK 150")).expect("is listed");
    assert_eq!((reported.count.incidents, reported.count.answered()), (2, 0));
    assert!(reported.points.iter().all(|(_, count)| *count == NormCount::default()), "nobody names its points");
}

#[test]
fn what_a_poll_asks_says_nothing_of_norms() {
    let mut open = pack().pack.clone();
    for question in open.forms.iter_mut().filter(|form| form.id == "exit-poll").flat_map(|form| &mut form.questions) {
        question.law = Some("28(9)".to_owned());
    }
    let pack = super::signed(open);
    let mut all = book(&pack);
    let answers = [("obstruction", Value::List(vec!["police".into()]))].into_iter().collect();
    arrive(&mut all, &[Sent::new(1, 0, RecordKind::ExitPollWave, "exit-poll", answers)]);
    assert_eq!(count(&all, "28(9)"), NormCount::default());
}
