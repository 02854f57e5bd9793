//! Phones that were put back from a copy of themselves, and phones that are not trusted any more.

use kuager_wire::ids::{Kid, PublicKey};

use super::*;
use crate::outbox::revocation;
use crate::outbox::successor::CHAINS;

fn first_kid() -> Kid {
    PublicKey::from(&SigningKey::from_bytes(&[9; 32])).kid()
}

impl Phone {
    /// The coordinator got so many records of this chain from the phone as it was before it was put back.
    fn was_ahead(&self, from: u64, count: u64) {
        for seq in from..from + count {
            self.coordinator.plant(&foreign(self, seq));
        }
    }

    fn device(&self) -> Kid {
        self.store.read(|tx| self.outbox.shared.keyring.current_kid(tx)).unwrap()
    }

    fn texts(&self, kid: Kid) -> Vec<String> {
        let records = self.coordinator.records_of(kid).into_iter();
        records.map(|(_, record)| record.body.text.unwrap_or_else(|| record.kind.name().to_owned())).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_was_put_back_uses_no_number_twice() {
    let phone = Phone::enrolled().await;
    let shared = phone.note("of the copy");
    assert!(phone.sync(10).await.completed);
    phone.was_ahead(1, 3);
    // Sealed before the phone can know: numbers 1 to 5, of which three are used.
    let mine: Vec<_> = (0..5).map(|n| phone.note(&format!("mine {n}"))).collect();
    let draft = phone.journal.correct(mine[1]).unwrap();
    let before = phone.store.read(|tx| tx.record(mine[1])).unwrap().unwrap();
    let mut events = phone.outbox.subscribe();
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.forked, summary.refused), (6, 0, 0), "the key event, and each once");
    assert_ne!(phone.device(), first_kid());
    assert_eq!(phone.texts(first_kid()).len(), 4, "no more than was there");
    let texts = phone.texts(phone.device());
    assert_eq!(
        texts,
        ["key_event", "mine 0", "mine 1", "mine 2", "mine 3", "mine 4"],
        "in the order in which they were sealed"
    );
    let (_, event) = &phone.coordinator.records_of(phone.device())[0];
    let continues = event.body.continues.expect("names the chain it goes on for");
    assert_eq!(
        (continues.kid, continues.seq, continues.hash),
        (first_kid(), 0, shared),
        "the last one with a receipt here"
    );
    let seen: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(seen.contains(&SyncEvent::ChainBegun { resealed: 5 }), "{seen:?}");
    // The person sees each once, with the clocks of when it was sealed; the old record is still there.
    let rows = phone.store.read(|tx| tx.queue()).unwrap();
    assert_eq!(rows.len(), 1 + 1 + 5);
    assert!(rows.iter().all(|row| row.state == State::Accepted));
    assert!(rows.iter().all(|row| !mine.contains(&row.record.hash)));
    let anew = phone.store.read(|tx| tx.resealed_as(mine[1])).unwrap().unwrap();
    let after = phone.store.read(|tx| tx.record(anew)).unwrap().unwrap();
    assert_eq!((after.sealed_ms, after.kid), (before.sealed_ms, phone.device()));
    assert!(phone.journal.record(mine[1]).unwrap().is_some(), "what was signed is never lost");
    assert_eq!(phone.state(shared), State::Accepted);
    // A draft that corrected one of them corrects what it is called now.
    assert_eq!(phone.journal.draft(draft).unwrap().supersedes, Some(anew));
    let report = phone.journal.verify(phone.coordinator.deployment()).unwrap();
    assert_eq!((report.records, report.faults), (6 + 6, Vec::new()));
    // And that is that.
    let calls = phone.coordinator.calls().len();
    phone.note("later");
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.texts(phone.device()).last().map(String::as_str), Some("later"));
    assert!(phone.coordinator.calls().len() - calls < 5);
}

#[tokio::test(start_paused = true)]
async fn a_phone_with_nothing_to_send_learns_it_and_goes_on_before_it_seals() {
    let phone = Phone::enrolled().await;
    phone.coordinator.begin_epoch(1);
    phone.note("of the copy");
    assert!(phone.sync(10).await.completed);
    phone.was_ahead(1, 2);
    // The inbox says so, and what it says is acted upon at once.
    assert!(phone.sync(60).await.completed);
    let kid = phone.device();
    assert_ne!(kid, first_kid());
    assert_eq!(phone.texts(kid), ["key_event"]);
    phone.note("mine");
    let summary = phone.sync(60).await;
    assert_eq!((summary.completed, summary.accepted, summary.forked), (true, 1, 0));
    assert_eq!(phone.texts(kid), ["key_event", "mine"]);
    assert_eq!(phone.texts(first_kid()).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_photo_goes_with_the_record_that_is_sealed_anew() {
    let phone = Phone::enrolled().await;
    phone.was_ahead(0, 2);
    let (record, media) = phone.photo(100_000, 1);
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.media_stored), (1, 1), "nothing was delivered that a key event could name");
    assert_eq!(phone.coordinator.files(), [media]);
    assert!(phone.store.read(|tx| tx.resealed_as(record)).unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn what_the_coordinator_has_already_is_not_sealed_anew() {
    let phone = Phone::enrolled().await;
    let hash = phone.note("of the copy");
    let bytes = phone.journal.record_bytes(hash).unwrap().unwrap().1;
    // It arrived, and so did a later one; the copy knows neither.
    phone.coordinator.plant(&bytes);
    phone.was_ahead(1, 1);
    let mine = phone.note("mine");
    let summary = phone.sync(60).await;
    assert_eq!((summary.completed, summary.accepted), (true, 3));
    assert_eq!(phone.state(hash), State::Accepted);
    assert!(phone.store.read(|tx| tx.resealed_as(mine)).unwrap().is_some());
    assert_eq!(phone.texts(phone.device()), ["key_event", "mine"]);
}

#[tokio::test(start_paused = true)]
async fn while_the_vault_is_locked_everything_waits_and_nothing_is_lost() {
    let phone = Phone::enrolled().await;
    phone.was_ahead(0, 1);
    let mine = phone.note("mine");
    phone.locked.store(true, Ordering::Relaxed);
    let summary = phone.sync(30).await;
    assert_eq!((summary.completed, summary.left, phone.device()), (false, 1, first_kid()), "{summary:?}");
    assert!(phone.state(mine).is_open());
    phone.locked.store(false, Ordering::Relaxed);
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.texts(phone.device()), ["mine"]);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_always_claims_to_hold_more_costs_three_keys_a_day() {
    let phone = Phone::enrolled().await;
    phone.coordinator.begin_epoch(1);
    phone.note("x");
    phone.coordinator.claim_more();
    for _ in 0..8 {
        phone.sync(60).await;
        tokio::time::advance(Duration::from_secs(60 * 60)).await;
    }
    let keys = phone.outbox.shared.keyring.public_keys().len();
    assert!(keys <= usize::try_from(CHAINS).unwrap() + 2, "{keys}");
    let chains = phone.store.read(|tx| tx.former_keys()).unwrap().len();
    assert_eq!(chains, usize::try_from(CHAINS).unwrap());
    phone.note("y");
    assert_eq!(phone.sync(60).await.left, 0, "records go on meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_knows_no_successors_keeps_forks_as_before() {
    let phone = Phone::enrolled().await;
    phone.coordinator.keep_forks();
    phone.was_ahead(0, 1);
    let hash = phone.note("mine");
    let summary = phone.sync(10).await;
    assert_eq!(
        (summary.accepted, summary.forked),
        (2, 1),
        "one fork, which is kept, and the key event of what goes on"
    );
    assert_eq!(phone.state(hash), State::Forked);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_phone_keeps_what_it_sealed_and_knows_why() {
    let phone = Phone::enrolled().await;
    phone.coordinator.begin_epoch(1);
    let honest = [phone.note("0"), phone.note("1")];
    phone.coordinator.revoke(first_kid(), 50, Some(1), false);
    let late: Vec<_> = (2..4).map(|n| phone.note(&n.to_string())).collect();
    let mut events = phone.outbox.subscribe();
    let summary = phone.sync(60).await;
    assert_eq!((summary.completed, summary.accepted, summary.refused), (true, 2, 2), "{summary:?}");
    for hash in &honest {
        assert_eq!(phone.state(*hash), State::Accepted, "what was sealed while it was trusted arrives late");
    }
    let refused = State::Refused { code: RefusalCode::RevokedDevice };
    assert!(late.iter().all(|hash| phone.state(*hash) == refused));
    let said = phone.store.read(revocation).unwrap().expect("the deployment's own word");
    assert_eq!((said.revoked_ms, said.last_seq), (50, Some(1)));
    let seen: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(seen.contains(&SyncEvent::TrustChanged), "{seen:?}");
    // It may seal, and that stays as well.
    let later = phone.note("4");
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.state(later), refused);
    // An older word changes nothing; the later one is obeyed by itself.
    phone.coordinator.revoke(first_kid(), 40, None, true);
    phone.coordinator.revoke(first_kid(), 60, None, true);
    assert!(phone.sync(60).await.completed);
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert!(late.iter().chain([&later]).all(|hash| phone.state(*hash) == State::Accepted));
    assert_eq!(phone.texts(first_kid()).len(), 5);
}
