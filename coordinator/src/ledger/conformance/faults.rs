//! What does not hold in a chain: seen when it can be seen, counted, and bounded.

use kuager_wire::ids::RecordHash;

use super::fixture::{KEY, Place, enrol, gap, invite, record, store};
use crate::ledger::devices::NewDevice;
use crate::ledger::faults::{ChainFault, EXAMPLES};
use crate::ledger::invites::NewInvite;
use crate::ledger::records::NewRecord;
use crate::ledger::whole::Ledger;

/// A record that follows another one.
fn after(seq: u64, salt: u8, prev: RecordHash) -> NewRecord {
    NewRecord { prev, ..record(seq, salt) }
}

/// A chain of so many records.
fn chain(length: u64) -> Vec<NewRecord> {
    let mut prev = RecordHash([0; 32]);
    let link = |seq| {
        let record = after(seq, 0, prev);
        prev = record.hash;
        record
    };
    (0..length).map(link).collect()
}

/// How often a fault was met, over all chains.
async fn times(ledger: &dyn Ledger, fault: ChainFault) -> u64 {
    ledger.fault_counts().await.expect("reads").get(&fault).map_or(0, |count| count.times)
}

/// Whether a record is shown as an example of a fault.
async fn shows(ledger: &dyn Ledger, record: &NewRecord, fault: ChainFault) -> bool {
    ledger.faults_of(vec![record.hash]).await.expect("reads").remove(0).contains(&fault)
}

/// A link is judged with the record before it, whichever of the two comes first; one that cannot be judged is no fault.
pub async fn a_link_is_judged_when_both_records_are_there(place: &dyn Place) {
    use ChainFault::BrokenLink;
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let whole = chain(4);
    store(&*ledger, vec![whole[3].clone(), whole[1].clone()]).await;
    store(&*ledger, vec![whole[0].clone(), whole[2].clone()]).await;
    assert_eq!(times(&*ledger, BrokenLink).await, 0);
    let [early, late] = [after(4, 0, RecordHash([5; 32])), after(7, 0, RecordHash([6; 32]))];
    store(&*ledger, vec![early.clone(), late.clone()]).await;
    assert_eq!((times(&*ledger, BrokenLink).await, shows(&*ledger, &early, BrokenLink).await), (1, true));
    assert!(!shows(&*ledger, &late, BrokenLink).await, "nobody knows number 6 yet");
    let sixth = after(6, 0, RecordHash([7; 32]));
    store(&*ledger, vec![sixth.clone()]).await;
    assert_eq!((times(&*ledger, BrokenLink).await, shows(&*ledger, &late, BrokenLink).await), (2, true));
    // Sent again, nothing is counted again.
    store(&*ledger, vec![early, late, sixth]).await;
    assert_eq!(times(&*ledger, BrokenLink).await, 2);
}

/// Of two records under one number, what comes after follows one; that the other one was there first is no fault of it.
pub async fn a_link_to_the_other_record_of_a_fork_holds(place: &dyn Place) {
    use ChainFault::{BrokenLink, Fork};
    let ledger = place.open().await;
    let start = record(0, 0);
    let [left, right] = [after(1, 1, start.hash), after(1, 2, start.hash)];
    let end = after(2, 0, right.hash);
    store(&*ledger, vec![start, left, end.clone()]).await;
    assert_eq!((times(&*ledger, BrokenLink).await, shows(&*ledger, &end, BrokenLink).await), (1, true));
    store(&*ledger, vec![right.clone()]).await;
    assert_eq!((times(&*ledger, BrokenLink).await, shows(&*ledger, &end, BrokenLink).await), (0, false));
    assert_eq!((times(&*ledger, Fork).await, shows(&*ledger, &right, Fork).await), (1, true));
}

/// Gaps are counted as they are now, forks and statements of loss as they were met.
pub async fn forks_gaps_and_statements_of_loss_are_counted(place: &dyn Place) {
    use ChainFault::{Fork, Gap, Lost};
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    store(&*ledger, vec![record(0, 0), record(4, 0), record(9, 0), record(9, 1), record(9, 2)]).await;
    assert_eq!((times(&*ledger, Gap).await, times(&*ledger, Fork).await), (2, 2));
    let statement = gap(10, 5, 8);
    store(&*ledger, vec![statement.clone()]).await;
    assert_eq!((times(&*ledger, Gap).await, times(&*ledger, Lost).await), (1, 1));
    assert!(shows(&*ledger, &statement, Lost).await);
    store(&*ledger, vec![record(1, 0), record(2, 0), record(3, 0)]).await;
    assert_eq!(times(&*ledger, Gap).await, 0);
    let faulty = ledger.faulty_chains(9).await.expect("reads").remove(0);
    assert_eq!((faulty.kid, faulty.counts.get(&Fork), faulty.counts.get(&Gap)), (KEY.kid(), Some(&2), None));
    assert!(faulty.observer.is_some());
}

/// Whoever was sent to one station and writes about another one is seen; whoever was sent nowhere may write about any.
pub async fn a_device_is_seen_where_it_was_not_sent(place: &dyn Place) {
    use ChainFault::OtherStation;
    let ledger = place.open().await;
    let sent = |station: &str| vec!["elsewhere".to_owned(), station.to_owned()];
    let (here, there) = (record(0, 0), NewRecord { station: Some("typed by hand".to_owned()), ..record(1, 0) });
    let nowhere = NewRecord { station: None, ..record(2, 0) };
    ledger.add_invite(NewInvite { stations: sent("710000000-99"), ..invite(7) }).await.expect("is stored");
    let device = NewDevice { public_key: KEY, token_hash: [7; 32], credential: b"credential".to_vec(), enrolled_ms: 0 };
    ledger.enrol(device).await.expect("works");
    store(&*ledger, vec![here.clone(), there.clone(), nowhere]).await;
    assert_eq!(times(&*ledger, OtherStation).await, 1);
    assert!(shows(&*ledger, &there, OtherStation).await && !shows(&*ledger, &here, OtherStation).await);
    let example = ledger.faulty_chains(9).await.expect("reads").remove(0).examples.pop().expect("an example");
    assert_eq!((example.record, example.seq, example.station.as_deref()), (there.hash, 1, Some("typed by hand")));
}

/// However much does not hold, one chain has a bounded number of examples, and its counts.
pub async fn what_is_kept_of_one_chain_is_bounded(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    for salt in 0..4 {
        store(&*ledger, (0..200).map(|seq| after(seq, salt, RecordHash([9; 32]))).collect()).await;
    }
    assert_eq!(times(&*ledger, ChainFault::Fork).await, 600);
    assert_eq!(times(&*ledger, ChainFault::BrokenLink).await, 796);
    let faulty = ledger.faulty_chains(9).await.expect("reads");
    assert_eq!(faulty.len(), 1);
    for fault in [ChainFault::Fork, ChainFault::BrokenLink] {
        let examples = faulty[0].examples.iter().filter(|example| example.fault == fault).count();
        assert_eq!(examples, usize::try_from(EXAMPLES).expect("a few"));
    }
}
