//! What is missing of a chain.

use kuager_wire::sync::ChainState;

use super::fixture::{KEY, Place, enrol, gap, missing, record, store};
use crate::ledger::records::NewRecord;

/// Holes are named until their records come or the device says that they never will.
pub async fn gaps_are_named_until_they_are_filled_or_stated(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let (_, chains) = store(&*ledger, vec![record(7, 0), record(4, 0), record(0, 0), record(1, 0)]).await;
    assert_eq!(missing(&chains), [(2, 3), (5, 6)]);
    let (_, chains) = store(&*ledger, vec![record(2, 0)]).await;
    assert_eq!(missing(&chains), [(3, 3), (5, 6)]);
    let (_, chains) = store(&*ledger, vec![gap(8, 3, 3), gap(9, 6, 20)]).await;
    assert_eq!(missing(&chains), [(5, 5)]);
    // What was said to be lost turns up after all.
    let (_, chains) = store(&*ledger, vec![record(3, 0), record(5, 0)]).await;
    assert!(missing(&chains).is_empty());
    assert_eq!(ledger.chains(vec![KEY.kid()]).await, Ok(chains));
}

/// A gap statement need not fit a hole.
pub async fn a_gap_statement_may_cover_the_middle_of_a_hole(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let (_, chains) =
        store(&*ledger, vec![record(0, 0), record(20, 0), gap(21, 5, 7), gap(22, 6, 9), gap(23, 12, 12)]).await;
    assert_eq!(missing(&chains), [(1, 4), (10, 11), (13, 19)]);
}

/// However many holes there are, an answer names only some, the first ones.
pub async fn endless_holes_make_a_bounded_answer(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    let (_, chains) = store(&*ledger, (0..200).map(|n| record(n * 2, 0)).collect()).await;
    assert_eq!(chains[0].missing.len(), ChainState::RANGES);
    assert_eq!(missing(&chains)[0], (1, 1));
    let (_, chains) = store(&*ledger, vec![record(1 << 62, 0)]).await;
    assert_eq!((chains[0].head_seq, chains[0].missing.len()), (1 << 62, ChainState::RANGES));
}

/// A statement about numbers that nobody could count covers what it covers, and everything goes on.
pub async fn numbers_that_no_chain_has_end_nothing(place: &dyn Place) {
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    store(&*ledger, vec![record(9, 0)]).await;
    for (seq, first, last) in [(20, 3, u64::MAX), (21, u64::MAX, u64::MAX), (22, 1 << 62, u64::MAX - 1), (23, 8, 2)] {
        let (_, chains) = store(&*ledger, vec![gap(seq, first, last)]).await;
        assert_eq!((chains[0].head_seq, missing(&chains)), (seq, vec![(0, 2)]));
    }
    let (_, chains) = store(&*ledger, vec![record(0, 0), record(1, 0), record(2, 0), record(u64::MAX, 0)]).await;
    assert!(chains[0].missing.len() <= 1, "{chains:?}");
    ledger.close().await;
    let ledger = place.open().await;
    assert_eq!(ledger.chains(vec![KEY.kid()]).await, Ok(chains));
}

/// Whatever the order in which thousands of records and statements of loss come, the chain is the same at the end.
pub async fn thousands_of_statements_in_any_order_say_the_same(place: &dyn Place) {
    const PAIRS: u64 = 3000;
    let ledger = place.open().await;
    enrol(&*ledger, KEY).await;
    // Each even number states that the odd one before it is lost; 64 of them leave theirs open.
    let is_open = |seq: u64| seq % 90 == 30;
    let statement = |seq| if is_open(seq) { record(seq, 0) } else { gap(seq, seq - 1, seq - 1) };
    let all: Vec<NewRecord> = (1..=PAIRS).map(|pair| statement(pair * 2)).collect();
    let expected: Vec<_> =
        (1..=PAIRS).map(|pair| pair * 2).filter(|seq| is_open(*seq)).map(|seq| (seq - 1, seq - 1)).collect();
    // The first third from its end, the last third, then the middle from both of its ends.
    let third = all.len() / 3;
    let (first, rest) = all.split_at(third);
    let (middle, last) = rest.split_at(third);
    let order = first.iter().rev().chain(last).chain(middle.iter().step_by(2)).chain(middle.iter().skip(1).step_by(2));
    let order: Vec<_> = order.cloned().collect();
    for upload in order.chunks(200) {
        store(&*ledger, upload.to_vec()).await;
    }
    let (_, chains) = store(&*ledger, vec![record(0, 0)]).await;
    assert_eq!(missing(&chains), expected[..ChainState::RANGES.min(expected.len())]);
    // One statement over everything, and all is said.
    let (_, chains) = store(&*ledger, vec![gap(PAIRS * 2 + 1, 0, PAIRS * 2)]).await;
    assert!(missing(&chains).is_empty());
    ledger.close().await;
    assert_eq!(place.open().await.chains(vec![KEY.kid()]).await, Ok(chains));
}
