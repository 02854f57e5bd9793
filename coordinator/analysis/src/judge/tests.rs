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
fn told([ten, noon]: [i64; 2]) -> Vec<(RecordHash, Record)> {
    noted(&[&[("hour", "10".into()), ("told", ten.into())], &[("hour", "12".into()), ("told", noon.into())]])
}

/// Turnout in the order in which it was noted.
fn noted(turnouts: &[&[(&str, Value)]]) -> Vec<(RecordHash, Record)> {
    let turnout = |(seq, answers): (u64, &&[(&str, Value)])| {
        record(seq, RecordKind::Turnout, "turnout", answers.iter().cloned().collect())
    };
    (0..).zip(turnouts).map(turnout).collect()
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

/// How a relation of the protocol comes out after these turnouts.
fn after(turnouts: &[&[(&str, Value)]], relation: &str) -> Standing {
    let judged = judge(&protocol(&[]), &noted(turnouts));
    judged.into_iter().find(|one| one.relation == relation).expect("is there").standing
}

#[test]
fn figures_are_judged_by_the_hour_they_are_for() {
    let told = |hour: &str, number: i64| [("hour", Value::from(hour)), ("told", number.into())];
    let (ten, noon, two, eight) = (told("10", 212), told("12", 400), told("14", 500), told("20", 790));
    let mut orders =
        vec![vec![&noon[..], &ten, &eight, &two], vec![&eight, &two, &noon, &ten], vec![&ten, &noon, &two, &eight]];
    for order in &orders {
        for relation in ["K12", "K12.jump"] {
            assert_eq!(after(order, relation), Standing::Holds, "{relation}: {order:?}");
        }
    }
    // A turnout that really falls is found in every order, and so is a late jump.
    let (fallen, low) = (told("14", 300), told("20", 420));
    for order in &mut orders {
        let fell: Vec<_> = order.iter().map(|one| if one[0].1 == "14".into() { &fallen[..] } else { one }).collect();
        assert_eq!(after(&fell, "K12"), Standing::Fails, "{fell:?}");
        let late: Vec<_> = order.iter().map(|one| if one[0].1 == "20".into() { &low[..] } else { one }).collect();
        assert_eq!(after(&late, "K12.jump"), Standing::Fails, "{late:?}");
    }
    // Where the last figure told is that for 14 h, nobody knows whether there was a jump.
    assert_eq!(after(&[&two, &ten], "K12.jump"), Standing::NotJudged);
    // A figure for which no hour was noted accuses nobody.
    assert!(!matches!(after(&[&[("told", 900.into())], &[("told", 100.into())]], "K12"), Standing::Fails));
}

#[test]
fn an_own_count_of_part_of_the_day_accuses_nobody() {
    let own = |hour: &str, number: i64, whole: &str| {
        [("hour", Value::from(hour)), ("own", number.into()), ("own_whole", whole.into())]
    };
    let closing = [("hour", Value::from("20")), ("told", 790.into())];
    // The count stopped at 14 h, whether or not the hour of closing is noted later, and in whatever order.
    let (two, stopped, whole) = (own("14", 280, "yes"), own("20", 280, "no"), own("20", 280, "yes"));
    for order in [vec![&two[..], &closing], vec![&closing, &two], vec![&two], vec![&stopped, &closing]] {
        assert_eq!(after(&order, "K13"), Standing::NotJudged, "{order:?}");
    }
    assert_eq!(
        after(&[&[("hour", "20".into()), ("own", 280.into())]], "K13"),
        Standing::Unknown,
        "nobody said how far"
    );
    assert_eq!(after(&[&two, &whole], "K13"), Standing::Fails);
    assert_eq!(after(&[&whole, &two], "K13"), Standing::Fails);
}

#[test]
fn a_correction_is_not_compared_with_what_it_corrects_nor_copies_with_a_mixture() {
    let stands = |record: &Record, earlier: &[(RecordHash, Record)]| {
        judge(record, earlier).into_iter().find(|one| one.relation == "K15").expect("is there")
    };
    let copy = |seq, answers| record(seq, RecordKind::Protocol, "protocol-list", answers);
    let earlier = [copy(1, testing::protocol(Language::Kazakh, &[("P04", 708)]))];
    assert_eq!(stands(&protocol(&[]), &earlier).standing, Standing::Fails, "another copy of the paper");
    let correction = Record { supersedes: Some(earlier[0].0), ..protocol(&[]) };
    assert_ne!(stands(&correction, &earlier).standing, Standing::Fails, "a slip that is put right");
    // Of two earlier copies, the numbers of one are shown.
    let half = copy(2, [("P02", 800.into()), ("P04", 708.into())].into_iter().collect());
    let two = [copy(1, testing::protocol(Language::Kazakh, &[("P07", 3)])), half];
    let judged = stands(&protocol(&[]), &two);
    assert_eq!(judged.standing, Standing::Fails);
    let message = judged.message.expect("has words");
    assert!(message.contains("708") && !message.contains("P07 3"), "{message}");
}

#[test]
fn a_form_without_relations_has_nothing_to_judge() {
    let pack = testing::compiled(KAZAKHSTAN);
    let form = pack.forms.iter().find(|form| form.relations.as_ref().is_none_or(Vec::is_empty)).expect("there is one");
    assert!(Judge::new(&pack, form).expect("compiles").is_none());
}
