//! What is missing of a chain.

use kuager_wire::sync::ChainState;

use super::fixture::{KEY, Place, enrol, gap, missing, record, store};

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
