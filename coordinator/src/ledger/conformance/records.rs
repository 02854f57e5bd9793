//! Records, their receipts, their news; and what is no record.

use std::sync::Arc;

use kuager_wire::SigningKey;
use kuager_wire::cose;
use kuager_wire::ids::{BootId, DeploymentId, Kid, PublicKey, RecordHash, SubjectHash};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::{Body, ClockReading, Record, RecordKind};

use super::fixture::{KEY, Place, enrol, find, record, record_of, revoke, store};
use crate::ledger::feed::Arrival;
use crate::ledger::records::{Counts, Inquiry, NewRecord};
use crate::ledger::refusals::{REMEMBERED, RefusalBatch, RefusalKey};

/// Whoever sends a record again, at any time, gets the receipt it got first.
pub async fn the_same_record_gets_the_receipt_it_got_first(place: &dyn Place) {
    let ledger = place.open().await;
    let (first, _) = store(&*ledger, vec![record(0, 0), record(1, 0)]).await;
    let again = NewRecord { receipt: b"another receipt".to_vec(), received_ms: 99, ..record(0, 0) };
    let (second, chains) = store(&*ledger, vec![again.clone(), again]).await;
    assert_eq!(second[0].receipt, first[0].receipt);
    assert!(second.iter().all(|stored| stored.duplicate) && !first[0].duplicate);
    assert_eq!(chains[0].head_seq, 1);
    assert_eq!(ledger.counts().await, Ok(Counts { records: 2, devices: 0 }));
    ledger.close().await;
    let reopened = place.open().await;
    let (kid, found) = find(&*reopened, record(0, 0).hash).await.expect("is there");
    assert_eq!((kid, found.receipt), (KEY.kid(), first[0].receipt.clone()));
    assert_eq!(find(&*reopened, record(5, 0).hash).await, None);
    assert_eq!(reopened.record(record(1, 0).hash).await, Ok(Some(record(1, 0).bytes)));
    assert_eq!(reopened.record(record(5, 0).hash).await, Ok(None));
}

/// One question before an upload is verified: the devices, and which items were received before.
pub async fn what_is_known_before_an_upload_is_looked_up_at_once(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let stranger = Kid([9; 16]);
    store(&*ledger, vec![record(0, 0), record(3, 0), record_of(stranger, 0, 0)]).await;
    let at = |record: NewRecord| Inquiry { hash: record.hash, position: Some((record.kid, record.seq)) };
    let unreadable = Inquiry { hash: record(3, 0).hash, position: None };
    let items = vec![at(record(0, 0)), at(record(1, 0)), at(record(3, 1)), at(record(4, 0)), unreadable];
    let known = ledger.look_up(items).await.expect("reads");
    assert_eq!(known.devices.keys().collect::<Vec<_>>(), [&KEY.kid()]);
    assert!(!known.devices[&KEY.kid()].revoked);
    let mut received: Vec<_> = known.received.into_iter().map(|(hash, (kid, _))| (hash, kid)).collect();
    received.sort_unstable();
    let mut expected = vec![(record(0, 0).hash, KEY.kid()), (record(3, 0).hash, KEY.kid())];
    expected.sort_unstable();
    assert_eq!(received, expected);
    // A key that is not enrolled has no chain, so nothing of it is looked for under its number.
    let known = ledger.look_up(vec![at(record_of(stranger, 0, 0))]).await.expect("reads");
    assert!(known.devices.is_empty() && known.received.is_empty());
    revoke(&*ledger, KEY.kid(), 5, None).await;
    let known = ledger.look_up(vec![at(record(9, 0))]).await.expect("reads");
    assert!(known.devices[&KEY.kid()].revoked);
    assert_eq!(ledger.device(KEY.kid()).await, Ok(known.devices.get(&KEY.kid()).copied()));
    assert_eq!(ledger.device(PublicKey([1; 32]).kid()).await, Ok(None));
}

/// Listeners hear of records after the commit, in order, once; who was not there reads them.
pub async fn news_follow_the_commit_in_order(place: &dyn Place) {
    let ledger = place.open().await;
    let mut arrivals = ledger.arrivals();
    store(&*ledger, vec![record(0, 0), record(1, 0)]).await;
    store(&*ledger, vec![record(0, 0)]).await;
    store(&*ledger, vec![record(2, 0)]).await;
    let ids = |batch: Arc<[Arrival]>| batch.iter().map(|arrival| arrival.id).collect::<Vec<_>>();
    let first = ids(arrivals.recv().await.expect("news"));
    let second = ids(arrivals.recv().await.expect("news"));
    assert_eq!((first.len(), second.len()), (2, 1), "a duplicate is no news");
    let all = [first, second].concat();
    assert!(all.is_sorted_by(|one, next| one < next));
    let read = async |after, limit| ids(ledger.arrivals_after(after, limit).await.expect("reads").into());
    assert_eq!(read(0, 10).await, all);
    assert_eq!(read(0, 2).await, all[..2]);
    assert_eq!(read(all[1], 2).await, all[2..]);
    assert!(read(all[2], 2).await.is_empty());
}

/// Whoever counts records needs not read them again: news bring what was verified, and who was not there gets what is stored.
pub async fn news_bring_the_record_itself(place: &dyn Place) {
    let ledger = place.open().await;
    let key = SigningKey::from_bytes(&[5; 32]);
    let public = PublicKey::from(&key);
    enrol(&*ledger, public).await;
    let said = Record {
        version: 1,
        kind: RecordKind::Note,
        seq: 0,
        prev: RecordHash([0; 32]),
        clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([3; 16]), flags: 0 },
        checkpoint: None,
        form: None,
        station: None,
        body: Body { text: Some("as it was signed".to_owned()), ..Body::default() },
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    };
    let bytes = cose::sign(&said, DeploymentId([1; 32]), &key).expect("signs");
    let content = Some(Arc::new(said));
    let hash = RecordHash::of(&bytes);
    let new = NewRecord { hash, bytes, content: content.clone(), ..record_of(public.kid(), 0, 0) };
    let mut arrivals = ledger.arrivals();
    store(&*ledger, vec![new, record_of(public.kid(), 1, 0)]).await;
    let told = arrivals.recv().await.expect("news");
    let read = ledger.arrivals_after(0, 10).await.expect("reads");
    for heard in [&*told, read.as_slice()] {
        assert_eq!(heard.iter().map(|arrival| arrival.record.clone()).collect::<Vec<_>>(), [content.clone(), None]);
    }
}

/// However many records a station has, they can be read page by page.
pub async fn records_of_a_station_are_read_page_by_page(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    store(&*ledger, (0..7).map(|seq| record(seq, 0)).collect()).await;
    let page = async |newer| {
        let views = ledger.station_records_behind(Some("710000000-99"), newer, 3).await.expect("reads");
        views.into_iter().map(|view| view.hash).collect::<Vec<_>>()
    };
    let hashes = |seqs: &[u64]| seqs.iter().map(|seq| record(*seq, 0).hash).collect::<Vec<_>>();
    assert_eq!(page(0).await, hashes(&[6, 5, 4]));
    assert_eq!(page(3).await, hashes(&[3, 2, 1]));
    assert_eq!((page(6).await, page(9).await), (hashes(&[0]), Vec::new()));
}

/// However much is refused, the counters are right and what is remembered is bounded.
pub async fn rubbish_is_remembered_within_bounds(place: &dyn Place) {
    let ledger = place.open().await;
    for round in 0..3_u64 {
        let mut batch = RefusalBatch::default();
        for n in 0..5000_u64 {
            let subject = SubjectHash::of(&(round * 5000 + n).to_be_bytes());
            batch.subjects.insert(RefusalKey { subject, kid: Some(KEY.kid()), code: RefusalCode::Malformed }, 1);
        }
        batch.counts.insert(RefusalCode::Malformed, 5000);
        ledger.add_refusals(batch, round).await.expect("works");
    }
    let remembered = ledger.refused(20_000).await.expect("reads");
    assert_eq!((remembered.len(), remembered.last().map(|row| row.last_ms)), (REMEMBERED, Some(1)));
    assert_eq!(ledger.refusal_counts().await.expect("reads")[&RefusalCode::Malformed], 15_000);
    // The same again is counted, with the reason it was given last.
    let subject = remembered[0].subject;
    let mut batch = RefusalBatch::default();
    batch.subjects.insert(RefusalKey { subject, kid: None, code: RefusalCode::Busy }, 2);
    ledger.add_refusals(batch, 9).await.expect("works");
    let newest = ledger.refused(1).await.expect("reads").remove(0);
    assert_eq!((newest.subject, newest.code, newest.count, newest.last_ms), (subject, RefusalCode::Busy, 3, 9));
}

/// What a word is about is told with its arrival, and it is shown there, whichever of the two came first.
pub async fn words_are_shown_with_what_they_are_about(place: &dyn Place) {
    let ledger = place.open().await;
    for key in [KEY, PublicKey([8; 32])] {
        enrol(&*ledger, key).await;
    }
    let incident = record(0, 0);
    let word =
        |seq, about| NewRecord { follows: Some(about), station: None, ..record_of(PublicKey([8; 32]).kid(), seq, 0) };
    let (early, late) = (word(0, incident.hash), word(1, incident.hash));
    let (about_word, about_nothing) = (word(2, late.hash), word(3, record(9, 9).hash));
    store(&*ledger, vec![early.clone()]).await;
    let shown = async |station| {
        let views = ledger.station_records(station, 10).await.expect("reads");
        views.into_iter().map(|view| view.hash).collect::<Vec<_>>()
    };
    assert_eq!(shown(None).await, [early.hash], "what it is about is not here");
    store(&*ledger, vec![incident.clone(), late.clone(), about_word.clone(), about_nothing.clone()]).await;
    let here = incident.station.as_deref();
    assert_eq!(shown(here).await, [about_word.hash, late.hash, incident.hash, early.hash]);
    assert_eq!(shown(None).await, [about_nothing.hash]);
    let arrivals = ledger.arrivals_after(0, 10).await.expect("reads");
    let told: Vec<_> =
        arrivals.iter().map(|arrival| (arrival.hash, arrival.kid, arrival.seq, arrival.follows)).collect();
    let stored = [early, incident, late, about_word, about_nothing];
    assert_eq!(told, stored.map(|record| (record.hash, record.kid, record.seq, record.follows)));
}

/// Of two corrections of one record the earlier one is corrected, too; another device corrects nothing.
pub async fn of_two_corrections_the_later_one_stands(place: &dyn Place) {
    let ledger = place.open().await;
    for key in [KEY, PublicKey([8; 32])] {
        enrol(&*ledger, key).await;
    }
    let first = record(0, 0);
    let corrects = |record| NewRecord { supersedes: Some(first.hash), ..record };
    let foreign = corrects(record_of(PublicKey([8; 32]).kid(), 7, 0));
    store(&*ledger, vec![corrects(record(2, 0)), first.clone(), corrects(record(1, 0)), foreign]).await;
    let views = ledger.station_records(first.station.as_deref(), 10).await.expect("reads");
    let stands: Vec<_> = views.iter().filter(|view| !view.corrected).map(|view| view.hash).collect();
    assert_eq!(stands, [record_of(PublicKey([8; 32]).kid(), 7, 0).hash, record(2, 0).hash]);
    let told = ledger.arrivals_after(0, 10).await.expect("reads");
    assert_eq!(told[0].supersedes, Some(first.hash));
}
