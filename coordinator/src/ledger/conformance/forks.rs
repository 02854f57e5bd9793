//! Two records under one number: both are kept, and one statement is made of them.

use super::fixture::{KEY, Place, find, record, statement, store};
use crate::ledger::error::LedgerError;
use crate::ledger::records::{ForkEvidence, ForkPair, NewRecord};
use crate::ledger::whole::Ledger;

fn pair(first: u8, second: u8) -> ForkPair {
    let (first, second) = (record(1, first).hash, record(1, second).hash);
    ForkPair { kid: KEY.kid(), seq: 1, first, second, seen_ms: 1 }
}

/// Does what intake does: stores a record and has its fork attested. Returns the evidence and whether it was signed now.
async fn send(ledger: &dyn Ledger, record: NewRecord) -> (Option<Vec<u8>>, bool) {
    match store(ledger, vec![record]).await.0.remove(0).fork {
        None => (None, false),
        Some(ForkEvidence::Signed(statement)) => (Some(statement), false),
        Some(ForkEvidence::Unsigned(pair)) => {
            let added = vec![(pair.second, statement(&pair))];
            (Some(ledger.add_fork_statements(added).await.expect("is kept").remove(0)), true)
        }
    }
}

/// Either of the two, sent again, brings the same evidence; a third one brings its own, against the first.
pub async fn both_records_of_a_fork_are_kept_and_attested_once(place: &dyn Place) {
    let ledger = place.open().await;
    assert_eq!(send(&*ledger, record(0, 0)).await, (None, false));
    assert_eq!(send(&*ledger, record(1, 1)).await, (None, false));
    let evidence = Some(statement(&pair(1, 2)));
    assert_eq!(send(&*ledger, record(1, 2)).await, (evidence.clone(), true));
    assert_eq!(send(&*ledger, record(1, 2)).await, (evidence.clone(), false));
    assert_eq!(send(&*ledger, record(1, 1)).await, (evidence, false));
    assert_eq!(send(&*ledger, record(1, 3)).await, (Some(statement(&pair(1, 3))), true));
    for salt in 1..=3 {
        let (_, stored) = find(&*ledger, record(1, salt).hash).await.expect("is kept");
        assert_eq!(stored.receipt, record(1, salt).receipt);
        assert!(matches!(stored.fork, Some(ForkEvidence::Signed(_))));
    }
    let chains = ledger.chains(vec![KEY.kid()]).await.expect("reads");
    assert_eq!(chains[0].head, record(1, 1).hash, "the head is the one that arrived first");
}

/// Two records under one number in one upload are a fork, too.
pub async fn a_fork_within_one_upload_is_a_fork(place: &dyn Place) {
    let ledger = place.open().await;
    let (stored, _) = store(&*ledger, vec![record(1, 1), record(1, 2)]).await;
    assert_eq!(stored[0].fork, None);
    assert_eq!(stored[1].fork, Some(ForkEvidence::Unsigned(pair(1, 2))));
}

/// A crash between the record and the statement loses neither: the pair is there, says the same, and can be attested by
/// whoever meets it.
pub async fn a_fork_waits_for_its_statement_over_restarts(place: &dyn Place) {
    let ledger = place.open().await;
    store(&*ledger, vec![record(0, 0), record(1, 1)]).await;
    let later = NewRecord { received_ms: 77, ..record(1, 2) };
    store(&*ledger, vec![later.clone()]).await;
    ledger.close().await;
    let ledger = place.open().await;
    let waiting = ForkPair { seen_ms: 77, ..pair(1, 2) };
    assert_eq!(ledger.unsigned_forks(9).await, Ok(vec![waiting]));
    // Sent again, either of the two meets it, with the moment that was noted first.
    for again in [NewRecord { received_ms: 99, ..later }, record(1, 1)] {
        let (stored, _) = store(&*ledger, vec![again]).await;
        assert_eq!(stored[0].fork, Some(ForkEvidence::Unsigned(waiting)));
    }
    let kept = ledger.add_fork_statements(vec![(waiting.second, statement(&waiting))]).await.expect("is kept");
    assert_eq!(kept, [statement(&waiting)]);
    assert_eq!(ledger.unsigned_forks(9).await, Ok(Vec::new()));
    ledger.close().await;
    let ledger = place.open().await;
    let (_, stored) = find(&*ledger, record(1, 1).hash).await.expect("is kept");
    assert_eq!(stored.fork, Some(ForkEvidence::Signed(statement(&waiting))));
}

/// Two who sign for the same pair both answer with what was kept first.
pub async fn of_two_statements_the_first_one_stays(place: &dyn Place) {
    let ledger = place.open().await;
    store(&*ledger, vec![record(1, 1), record(1, 2), record(1, 3)]).await;
    assert_eq!(ledger.unsigned_forks(9).await, Ok(vec![pair(1, 2), pair(1, 3)]));
    assert_eq!(ledger.unsigned_forks(1).await, Ok(vec![pair(1, 2)]));
    let add = async |second: u8, text: &[u8]| {
        let added = vec![(record(1, second).hash, text.to_vec())];
        ledger.add_fork_statements(added).await.map(|mut kept| kept.remove(0))
    };
    assert_eq!(add(2, b"first").await, Ok(b"first".to_vec()));
    assert_eq!(add(2, b"second").await, Ok(b"first".to_vec()));
    assert_eq!(add(3, b"another pair").await, Ok(b"another pair".to_vec()));
    assert!(matches!(add(1, b"of no pair").await, Err(LedgerError::Failed(_))));
}
