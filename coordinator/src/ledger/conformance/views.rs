//! Who looked at what.

use kuager_wire::ids::{MediaHash, PersonId};

use super::accounts::account;
use super::fixture::Place;
use crate::ledger::views::{AGAIN_MS, NewView, Noted, Seen, VIEWS_PER_DAY};
use crate::ledger::whole::Ledger;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

async fn note(ledger: &dyn Ledger, person: PersonId, at_ms: u64, seen: Seen) -> Noted {
    ledger.note_view(NewView { person, at_ms, seen }).await.expect("is written")
}

fn station(number: u64) -> Seen {
    Seen::Station(format!("710000000-{number}"))
}

/// Views stand in the order in which they were, each once, whoever asks.
pub async fn views_are_kept_in_order_and_once(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    let [one, other] = [1, 2].map(|number| account(number).person);
    for number in [1, 2] {
        ledger.add_account(account(number)).await.expect("is stored");
    }
    assert_eq!(note(&*ledger, one, 1000, station(1)).await, Noted::Yes);
    assert_eq!(note(&*beside, one, 1001, station(1)).await, Noted::Yes);
    assert_eq!(note(&*ledger, other, 1002, station(1)).await, Noted::Yes);
    assert_eq!(note(&*ledger, one, 1003, Seen::Original(MediaHash([1; 32]))).await, Noted::Yes);
    assert_eq!(note(&*ledger, one, 1000 + AGAIN_MS, station(1)).await, Noted::Yes);
    let seen = |rows: Vec<crate::ledger::ViewRow>| {
        rows.into_iter().map(|row| (row.person, row.number, row.at_ms, row.seen)).collect::<Vec<_>>()
    };
    let all = beside.views(None, None, 10).await.expect("reads");
    assert_eq!((all[0].name.as_str(), all[2].name.as_str()), ("Person 1", "Person 2"));
    let third = all[2].id;
    assert_eq!(
        seen(all),
        [
            (one, 3, 1000 + AGAIN_MS, Some(station(1))),
            (one, 2, 1003, Some(Seen::Original(MediaHash([1; 32])))),
            (other, 1, 1002, Some(station(1))),
            (one, 1, 1000, Some(station(1))),
        ]
    );
    let before = |person, limit| ledger.views(Some(third), person, limit);
    assert_eq!(seen(before(None, 10).await.expect("reads")), [(one, 1, 1000, Some(station(1)))]);
    assert_eq!(seen(before(Some(one), 10).await.expect("reads")).len(), 1);
    assert_eq!(before(Some(other), 10).await, Ok(Vec::new()));
    assert_eq!(ledger.views(None, Some(one), 2).await.expect("reads").len(), 2);
}

/// Nobody looks at everything in a day, and what others may look at does not depend on it.
pub async fn one_person_looks_at_so_much_in_a_day(place: &dyn Place) {
    let ledger = place.open().await;
    let [one, other] = [1, 2].map(|number| account(number).person);
    for number in [1, 2] {
        ledger.add_account(account(number)).await.expect("is stored");
    }
    let all: Vec<_> = (0..VIEWS_PER_DAY).collect();
    for some in all.chunks(500) {
        let views = some.iter().map(|number| note(&*ledger, one, 5000, station(*number)));
        assert!(futures_util::future::join_all(views).await.into_iter().all(|noted| noted == Noted::Yes));
    }
    assert_eq!(note(&*ledger, one, 6000, station(VIEWS_PER_DAY)).await, Noted::TooMany);
    assert_eq!(note(&*ledger, one, 6000, station(3)).await, Noted::Yes, "what was seen a moment ago is no more");
    assert_eq!(note(&*ledger, other, 6000, station(VIEWS_PER_DAY)).await, Noted::Yes);
    assert_eq!(note(&*ledger, one, 5000 + 2 * DAY_MS, station(VIEWS_PER_DAY)).await, Noted::Yes);
}
