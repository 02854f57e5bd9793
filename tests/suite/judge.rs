//! A protocol sealed by a real phone and judged again by the coordinator: both see the same.

use kuager_analysis::book::{Book, Received, RowKey};
use kuager_analysis::judge::{Judge, Standing};
use kuager_core::NewDraft;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_testing::{LONG, Phone, TestCoordinator, phone};
use kuager_wire::cose::Envelope;
use kuager_wire::ids::RecordHash;
use kuager_wire::limits;
use kuager_wire::record::{IncidentStatus, Record, RecordKind, Verdict};

const STATION: &str = "100000000-57";

/// Fills a form and seals it; what is not asked stays open.
fn seal(phone: &Phone, form: &str, answers: &[(&str, i64)]) -> RecordHash {
    let draft = phone.observer.new_draft(NewDraft::form(form).station(STATION).language("kk")).unwrap();
    for (question, number) in answers {
        phone.observer.set_answer(draft, question, Some((*number).into())).unwrap();
    }
    phone.observer.seal(draft).unwrap().hash
}

/// Notes what the commission told for an hour.
fn turnout(phone: &Phone, hour: &str, told: i64) {
    let draft = phone.observer.new_turnout(hour, STATION, "kk", false).unwrap();
    phone.observer.set_answer(draft, "told", Some(told.into())).unwrap();
    phone.observer.seal(draft).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coordinator_judges_as_the_phone_did() {
    let coordinator = TestCoordinator::start_from(&folder(KAZAKHSTAN));
    let phone = coordinator.phone();
    // The turnout told falls, more ballots are issued than there are voters, and half the lines are not entered.
    turnout(&phone, "10", 400);
    turnout(&phone, "12", 300);
    let sealed = seal(&phone, "protocol-list", &[("P01", 700), ("P02", 800), ("P04", 780), ("P08", 1212)]);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);

    let mut records = received(&coordinator).await;
    let (hash, protocol) = records.pop().unwrap();
    assert_eq!((hash, protocol.kind, records.len()), (sealed, RecordKind::Protocol, 2));

    let pack = &coordinator.deployment.latest_pack().pack;
    let judge = Judge::new(pack, pack.form("protocol-list").unwrap()).unwrap().unwrap();
    let judged = judge.all(&protocol, &records, "en");
    let differing: Vec<_> = judged.iter().filter(|one| one.differs()).collect();
    assert!(differing.is_empty(), "{differing:?}");
    let came_out = |standing| judged.iter().filter(|one| one.standing == standing).count();
    let fails: Vec<_> = judged.iter().filter(|one| one.standing == Standing::Fails).map(|one| &*one.relation).collect();
    assert!(fails.contains(&"K01") && fails.contains(&"K12"), "{fails:?}");
    assert!(came_out(Standing::Unknown) > 0 && came_out(Standing::Holds) > 0, "{judged:?}");
    assert!(judged[0].message.as_deref().unwrap().contains("800"), "in the language asked for, with the numbers");

    // Without the earlier records nothing is failed that they alone could fail.
    let alone = judge.all(&protocol, &[], "en");
    assert!(alone.iter().all(|one| one.relation != "K12" || one.standing != Standing::Fails));
    assert!(alone.iter().any(|one| one.relation == "K12" && one.differs()), "and the difference is seen");
}

/// What the coordinator has of the station, in the order of the chain.
async fn received(coordinator: &TestCoordinator) -> Vec<(RecordHash, Record)> {
    let app = coordinator.app();
    let views = app.ledger.station_records(Some(STATION), 10).await.unwrap();
    let mut records: Vec<(RecordHash, Record)> = views
        .iter()
        .map(|view| (view.hash, Envelope::parse(&view.bytes, limits::RECORD).unwrap().statement().unwrap()))
        .collect();
    app.ledger.close().await;
    records.sort_by_key(|(_, record)| record.seq);
    records
}

/// The figure for noon is noted first, the own count stopped at two, a slip in the protocol is corrected: nobody is accused of
/// that, on the phone, in what it seals, or by the coordinator.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_noting_accuses_nobody() {
    let coordinator = TestCoordinator::start_from(&folder(KAZAKHSTAN));
    let phone = coordinator.phone();
    phone.observer.tap(STATION, 280).unwrap();
    turnout(&phone, "14", 300);
    phone.observer.leave_tally(STATION).unwrap();
    for (hour, told) in [("12", 200), ("10", 100), ("20", 800)] {
        turnout(&phone, hour, told);
    }
    let slip = seal(&phone, "protocol-list", &[("P01", 1200), ("P02", 810), ("P04", 780), ("P07", 20)]);
    let correction = phone.observer.correct(slip).unwrap();
    phone.observer.set_answer(correction, "P02", Some(800.into())).unwrap();
    let shown = phone.observer.view(correction).unwrap();
    let standings = shown.state().unwrap().unwrap().relations;
    assert!(standings.iter().all(|relation| relation.standing != Standing::Fails), "{standings:#?}");
    phone.observer.seal(correction).unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);

    let records = received(&coordinator).await;
    assert_eq!(records.len(), 6);
    let pack = &coordinator.deployment.latest_pack().pack;
    for (place, (_, record)) in records.iter().enumerate() {
        let failed = record.body.checks.iter().flatten().filter(|check| check.verdict == Verdict::Fails);
        assert_eq!(failed.count(), 0, "{:?}", record.body);
        let form = pack.form(&record.form.as_ref().unwrap().form).unwrap();
        let judged = Judge::new(pack, form).unwrap().unwrap().all(record, &records[..place], "en");
        let accused: Vec<_> = judged.iter().filter(|one| one.differs() || one.standing == Standing::Fails).collect();
        assert!(accused.is_empty(), "{accused:?}");
        if record.form.as_ref().unwrap().form == "protocol-list" {
            let held = |id: &str| judged.iter().find(|one| one.relation == id).unwrap().standing;
            assert_eq!(
                (held("K12"), held("K12.jump"), held("K13")),
                (Standing::Holds, Standing::Holds, Standing::NotJudged)
            );
        }
    }
}

/// A second tap on *correct*, a correction of a correction, a word about the incident: one incident is counted, at its station,
/// with the word.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_counted_once_with_what_is_said_about_it() {
    let coordinator = TestCoordinator::start_from(&folder(KAZAKHSTAN));
    let phone = coordinator.phone();
    let report = phone.observer.new_incident(&["A01"], STATION, "kk", false).unwrap();
    let incident = phone.observer.seal(report).unwrap().hash;
    let correction = phone.observer.correct(incident).unwrap();
    assert_eq!(phone.observer.correct(incident).unwrap(), correction);
    let corrected = phone.observer.seal(correction).unwrap().hash;
    let again = phone.observer.correct(incident).unwrap();
    assert_eq!(phone.observer.draft(again).unwrap().supersedes, Some(corrected));
    phone.observer.seal(again).unwrap();
    let word = phone.observer.follow_up(incident, IncidentStatus::Withdrawn, "қате болды").unwrap();
    phone.observer.seal(word).unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);

    let app = coordinator.app();
    let views = app.ledger.station_records(Some(STATION), 10).await.unwrap();
    assert_eq!((views.len(), views.iter().filter(|view| view.corrected).count()), (4, 2));
    app.ledger.close().await;
    assert_eq!(counted(&coordinator).await, [(None, 1), (Some("incident".to_owned()), 1)]);
}

/// How many records of each form count at the station.
async fn counted(coordinator: &TestCoordinator) -> Vec<(Option<String>, u64)> {
    let ledger = coordinator.ledger();
    let mut book = Book::new();
    for arrival in ledger.arrivals_after(0, 100).await.unwrap() {
        let received = Received {
            id: arrival.id,
            hash: arrival.hash,
            kid: arrival.kid,
            observer: arrival.observer,
            seq: arrival.seq,
            supersedes: arrival.supersedes,
            follows: arrival.follows,
            station: arrival.station.as_deref(),
            form: arrival.form.as_deref(),
            kind: arrival.kind,
            training: arrival.training,
            received_ms: arrival.received_ms,
            record: arrival.record.as_deref(),
        };
        book.add(received);
    }
    book.settle();
    ledger.close().await;
    let key = RowKey { training: false, station: Some(STATION.to_owned()) };
    let row = book.board_row(&key, 0).unwrap();
    row.forms.into_iter().map(|(form, count)| (form, count.count)).collect()
}

/// Its key is another one then, its observer the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_corrects_that_was_put_back_from_a_copy_counts_once() {
    let coordinator = TestCoordinator::start_from(&folder(KAZAKHSTAN));
    let phone = coordinator.phone();
    let report = phone.observer.new_incident(&["A01"], STATION, "kk", false).unwrap();
    let incident = phone.observer.seal(report).unwrap().hash;
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let backup = phone.backup();
    phone.notes(1);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    phone.observer.close();
    let restored = phone::open(backup.path()).unwrap();
    assert!(restored.sync_until(LONG).await.unwrap().completed);
    assert!(restored.status().unwrap().continues.is_some(), "it goes on under another key");
    let correction = restored.correct(incident).unwrap();
    restored.seal(correction).unwrap();
    assert!(restored.sync_until(LONG).await.unwrap().completed);
    let app = coordinator.app();
    let views = app.ledger.station_records(Some(STATION), 10).await.unwrap();
    assert_eq!(views.iter().map(|view| view.corrected).collect::<Vec<_>>(), [false, true], "the newest first");
    app.ledger.close().await;
    let counted = counted(&coordinator).await;
    assert!(counted.contains(&(Some("incident".to_owned()), 1)), "{counted:?}");
}
