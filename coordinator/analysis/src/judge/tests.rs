//! Protocols of the Kazakhstan pack, sealed by phones that say what is so, and by others.

use kuager_forms::words::Language;
use kuager_pack::testing::{self, KAZAKHSTAN};
use kuager_wire::ids::{BootId, PackHash};
use kuager_wire::record::{Answers, Body, Check, ClockReading, FormRef, RecordKind, Value};

use super::*;

const STATION: &str = "710000000-1";

fn record(seq: u64, kind: RecordKind, form: &str, answers: Answers) -> (RecordHash, Record) {
    let hash = RecordHash::of(&seq.to_be_bytes());
    let record = Record {
        version: 1,
        kind,
        seq,
        prev: RecordHash([9; 32]),
        clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([3; 16]), flags: 0 },
        checkpoint: None,
        form: Some(FormRef { pack: PackHash([1; 32]), form: form.to_owned() }),
        station: Some(STATION.to_owned()),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    };
    (hash, record)
}

/// A protocol of a list contest in which everything adds up, but for what is changed.
fn protocol(changed: &[(&str, i64)]) -> Record {
    record(5, RecordKind::Protocol, "protocol-list", testing::protocol(Language::Kazakh, changed)).1
}

/// What has been told at ten and at noon.
fn told(numbers: [i64; 2]) -> Vec<(RecordHash, Record)> {
    let turnout = |(seq, told): (u64, i64)| {
        let answers = [("told", Value::Int(told))].into_iter().collect();
        record(seq, RecordKind::Turnout, "turnout", answers)
    };
    (0..).zip(numbers).map(turnout).collect()
}

fn judge(record: &Record, earlier: &[(RecordHash, Record)]) -> Vec<Judgement> {
    let pack = testing::compiled(KAZAKHSTAN);
    let form = pack.form("protocol-list").expect("is there");
    Judge::new(&pack, form).expect("compiles").expect("has relations").all(record, earlier, "ru")
}

fn ids(judged: &[Judgement], wanted: impl Fn(&Judgement) -> bool) -> Vec<&str> {
    judged.iter().filter(|one| wanted(one)).map(|one| one.relation.as_str()).collect()
}

/// What an honest phone seals of it.
fn honest(record: &Record, judged: &[Judgement]) -> Record {
    let check = |one: &Judgement| Some(Check { relation: one.relation.clone(), verdict: verdict(one.standing)? });
    let checks = judged.iter().filter_map(check).collect();
    Record { body: Body { checks: Some(checks), ..record.body.clone() }, ..record.clone() }
}

#[test]
fn what_adds_up_holds_and_a_slip_fails_in_words() {
    let sound = judge(&protocol(&[]), &[]);
    assert_eq!(ids(&sound, |one| one.standing == Standing::Fails), [""; 0]);
    assert!(ids(&sound, |one| one.standing == Standing::Holds).starts_with(&["K01"]));
    let slipped = judge(&protocol(&[("P01", 700)]), &[]);
    assert_eq!(ids(&slipped, |one| one.standing == Standing::Fails)[0], "K01");
    let failed = &slipped[0];
    assert_eq!(failed.severity, Some(Severity::Hard));
    let message = failed.message.as_deref().expect("has words");
    assert!(message.contains("700") && message.contains("800") && message.contains("Получивших"), "{message}");
    assert_eq!(failed.law.as_deref(), Some("43(4)"));
}

#[test]
fn a_phone_that_says_what_is_so_agrees() {
    for changed in [&[][..], &[("P01", 700)], &[("P09", 411)], &[("P07", 0)]] {
        let record = protocol(changed);
        let judged = judge(&record, &[]);
        let again = judge(&honest(&record, &judged), &[]);
        assert_eq!(ids(&again, Judgement::differs), [""; 0], "{changed:?}");
    }
}

#[test]
fn what_the_phone_says_otherwise_is_seen() {
    // It hides a failure, complains of what holds, and speaks of what the form does not have.
    let record = protocol(&[("P01", 700)]);
    let mut sealed = honest(&record, &judge(&record, &[]));
    let checks = sealed.body.checks.as_mut().expect("has some");
    checks.retain(|check| check.relation != "K01");
    for relation in ["K03", "K99"] {
        checks.push(Check { relation: relation.to_owned(), verdict: Verdict::Fails });
    }
    let judged = judge(&sealed, &[]);
    assert_eq!(ids(&judged, Judgement::differs), ["K01", "K03", "K99"]);
    let unknown = judged.last().expect("is there");
    assert_eq!((unknown.severity, unknown.standing), (None, Standing::NotJudged));
}

#[test]
fn earlier_records_of_the_device_are_compared_with() {
    let record = protocol(&[]);
    let standing = |earlier: &[(RecordHash, Record)]| {
        judge(&record, earlier).into_iter().find(|one| one.relation == "K12").expect("is there").standing
    };
    assert_eq!(standing(&told([212, 790])), Standing::Holds);
    assert_eq!(standing(&told([400, 300])), Standing::Fails, "the turnout fell");
    assert!(!matches!(standing(&[]), Standing::Fails), "what has not arrived is not failed");
    let elsewhere = told([400, 300]).into_iter();
    let elsewhere: Vec<_> = elsewhere.map(|(hash, record)| (hash, Record { station: None, ..record })).collect();
    assert_eq!(standing(&elsewhere), standing(&[]), "another station's do not count");
}

#[test]
fn a_form_without_relations_has_nothing_to_judge() {
    let pack = testing::compiled(KAZAKHSTAN);
    let form = pack.forms.iter().find(|form| form.relations.as_ref().is_none_or(Vec::is_empty)).expect("there is one");
    assert!(Judge::new(&pack, form).expect("compiles").is_none());
}
