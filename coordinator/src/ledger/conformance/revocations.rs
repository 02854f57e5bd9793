//! Devices that are revoked and reinstated, keys that go on for others, numbers that are used once.

use kuager_wire::enrolment::Role;
use kuager_wire::ids::{ObserverId, PublicKey, RecordHash};
use kuager_wire::receipt::RefusalCode;

use super::fixture::{KEY, Place, enrol, find, record, reinstate, revoke, store, store_within};
use crate::budgets::RecordBudget;
use crate::ledger::devices::{Enrolled, NewSuccessor, SUCCESSORS};
use crate::ledger::faults::ChainFault;
use crate::ledger::records::{NewRecord, Taken};
use crate::ledger::revocations::{Revoked, Standing, WITHHELD};
use crate::ledger::whole::Ledger;

async fn counting(ledger: &dyn Ledger) -> usize {
    ledger.arrivals_after(0, 10_000).await.expect("reads").len()
}

/// What lies behind the last trusted number counts nowhere, whenever it came, and comes back with the trust.
pub async fn records_of_a_revoked_device_are_kept_apart(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let mut news = ledger.arrivals();
    store(&*ledger, vec![record(0, 0), record(1, 0), record(2, 0), record(4, 0)]).await;
    assert_eq!(news.recv().await.expect("news").len(), 4);
    assert_eq!(ledger.revocation(KEY.kid()).await, Ok(None));
    assert_eq!(revoke(&*ledger, KEY.kid(), 70, Some(3)).await, Revoked::Stored { apart: 1 });
    assert_eq!(counting(&*ledger).await, 3);
    // What was sealed before arrives late; what was sealed after it does not count, nor a second record under a number.
    let (stored, _) = store(&*ledger, vec![record(3, 0), record(5, 0), record(1, 9)]).await;
    assert_eq!(stored.iter().map(|stored| stored.withheld).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(news.recv().await.expect("news").len(), 1);
    assert_eq!(counting(&*ledger).await, 4);
    let (_, again) = find(&*ledger, record(5, 0).hash).await.expect("is kept");
    assert!(again.withheld && again.duplicate);
    assert!(!find(&*ledger, record(4, 0).hash).await.expect("is kept").1.withheld, "it was receipted before");
    let views = ledger.station_records(Some("710000000-99"), 10).await.expect("reads");
    assert_eq!(views.iter().map(|view| view.apart).collect::<Vec<_>>(), [true, true, false, true, false, false, false]);
    let row = ledger.device_row(KEY.kid()).await.expect("reads").expect("is known");
    assert_eq!((row.standing, row.records), (Standing::Revoked { since_ms: 70, last_seq: Some(3) }, 7));
    assert_eq!((row.apart, row.head), (3, Some(5)));

    // A later word counts, an earlier one does not.
    assert_eq!(revoke(&*ledger, KEY.kid(), 70, None).await, Revoked::NotLater(70));
    assert_eq!(reinstate(&*ledger, KEY.kid(), 69).await, Revoked::NotLater(70));
    assert_eq!(revoke(&*ledger, KEY.kid(), 71, Some(4)).await, Revoked::Stored { apart: 2 });
    assert_eq!(revoke(&*ledger, KEY.kid(), 72, None).await, Revoked::Stored { apart: 7 });
    assert_eq!((counting(&*ledger).await, ledger.revocation_count().await), (0, Ok(3)));
    ledger.close().await;
    let ledger = place.open().await;
    assert_eq!(reinstate(&*ledger, KEY.kid(), 73).await, Revoked::Stored { apart: 0 });
    assert_eq!((counting(&*ledger).await, ledger.revocation_count().await), (7, Ok(4)));
    assert!(!find(&*ledger, record(5, 0).hash).await.expect("is kept").1.withheld);
    assert_eq!(ledger.device(KEY.kid()).await.expect("reads").map(|device| device.revoked), Some(false));
    let last = [KEY.kid().0.as_slice(), &73_u64.to_be_bytes()].concat();
    assert_eq!(ledger.revocation(KEY.kid()).await, Ok(Some(last)));
}

/// A correction that does not count corrects nothing.
pub async fn what_is_kept_apart_corrects_nothing(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let correction = NewRecord { supersedes: Some(record(0, 0).hash), ..record(1, 0) };
    store(&*ledger, vec![record(0, 0), correction]).await;
    let corrected = async || {
        let views = ledger.station_records(Some("710000000-99"), 10).await.expect("reads");
        views.last().map(|view| view.corrected)
    };
    assert_eq!(corrected().await, Some(true));
    revoke(&*ledger, KEY.kid(), 5, Some(0)).await;
    assert_eq!(corrected().await, Some(false));
}

/// Whoever has a stolen phone cannot fill the disk with what does not count.
pub async fn what_is_withheld_is_bounded(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    revoke(&*ledger, KEY.kid(), 5, None).await;
    let many = u64::from(WITHHELD) + 3;
    let (taken, _) =
        store_within(&*ledger, (0..many).map(|seq| record(seq, 0)).collect(), RecordBudget::UNBOUNDED).await;
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Revoked).count(), 3);
    assert_eq!(ledger.counts().await.expect("reads").records, u64::from(WITHHELD));
    let (taken, _) = store_within(&*ledger, vec![record(0, 0), record(many, 0)], RecordBudget::UNBOUNDED).await;
    assert!(matches!(&taken[0], Taken::Stored(stored) if stored.withheld && stored.duplicate), "is there already");
    assert_eq!(taken[1], Taken::Revoked);
}

/// A device that asks for it gets no fork: what has a used number is not stored, nor what follows it, in any order.
pub async fn a_number_is_used_once_where_the_device_wants_that(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let after = |before: &NewRecord, seq: u64, salt: u8| NewRecord {
        prev: before.hash,
        refuse_fork: true,
        ..record(seq, salt)
    };
    let first = NewRecord { refuse_fork: true, ..record(0, 0) };
    let second = after(&first, 1, 0);
    let third = after(&second, 2, 0);
    store(&*ledger, vec![first.clone(), second.clone(), third.clone()]).await;
    // The copy knows the first one and goes on from it, further than the others had come.
    let one = after(&first, 1, 7);
    let two = after(&one, 2, 7);
    let three = after(&two, 3, 7);
    let (taken, chains) =
        store_within(&*ledger, vec![three.clone(), two, one, first.clone()], RecordBudget::UNBOUNDED).await;
    assert_eq!(taken[..3], [Taken::NumberUsed, Taken::NumberUsed, Taken::NumberUsed]);
    assert!(matches!(&taken[3], Taken::Stored(stored) if stored.duplicate), "the same record is the same record");
    assert_eq!((chains[0].head_seq, chains[0].head), (2, third.hash));
    let (taken, _) = store_within(&*ledger, vec![three.clone()], RecordBudget::UNBOUNDED).await;
    assert_eq!(taken, [Taken::NumberUsed], "it follows a record that is not here, where another one is");
    let fourth = after(&third, 3, 0);
    let fifth = NewRecord { prev: RecordHash([1; 32]), refuse_fork: true, ..record(9, 0) };
    store(&*ledger, vec![fourth, fifth]).await;
    assert!(!ledger.fault_counts().await.expect("reads").contains_key(&ChainFault::Fork));
    // Whoever does not ask gets the fork, as before.
    let (stored, _) = store(&*ledger, vec![NewRecord { refuse_fork: false, ..three }]).await;
    assert!(stored[0].fork.is_some());
}

/// A key goes on for another one that is trusted, for the same observer, and not without end.
pub async fn keys_go_on_for_others_within_bounds(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let observer = ledger.device(KEY.kid()).await.expect("reads").expect("is known").observer;
    let successor = |key: u8, succeeds: PublicKey| NewSuccessor {
        public_key: PublicKey([key; 32]),
        succeeds: succeeds.kid(),
        observer,
        role: Role::Observer,
        stations: vec!["750000000-101".to_owned()],
        credential: vec![key; 300],
        enrolled_ms: 9,
    };
    let succeed = async |successor| ledger.succeed(successor).await.expect("works");
    assert_eq!(succeed(successor(20, PublicKey([99; 32]))).await, Enrolled::Refused(RefusalCode::UnknownDevice));
    let mut before = KEY;
    for key in 100..100 + u8::try_from(SUCCESSORS).expect("few") {
        let enrolled = succeed(successor(key, before)).await;
        assert_eq!(enrolled, Enrolled::Credential { bytes: vec![key; 300], new: true }, "{key}");
        before = PublicKey([key; 32]);
    }
    assert_eq!(succeed(successor(20, before)).await, Enrolled::Refused(RefusalCode::InviteUsed));
    let again = NewSuccessor { credential: b"another".to_vec(), ..successor(100, KEY) };
    assert_eq!(succeed(again).await, Enrolled::Credential { bytes: vec![100; 300], new: false });
    revoke(&*ledger, before.kid(), 50, None).await;
    assert_eq!(succeed(successor(21, before)).await, Enrolled::Refused(RefusalCode::RevokedDevice));
    let rows = ledger.device_rows(Some(observer), 100).await.expect("reads");
    assert_eq!((rows.len(), rows[1].succeeds), (17, Some(KEY.kid())));
    assert_eq!(ledger.device_rows(Some(ObserverId([0; 16])), 9).await, Ok(Vec::new()));
    assert_eq!(ledger.device_rows(None, 9).await.expect("reads").len(), 9);
    assert_eq!(ledger.observers(Some("750000000-101")).await, Ok(vec![observer]));
}
