//! Coordinators that have lost something, and phones that have nothing to send.

use std::collections::HashSet;

use kuager_wire::sync::{ChainState, Holding};

use super::*;
use crate::outbox::lately::Lately;

/// A phone whose coordinator knows epochs.
async fn phone() -> Phone {
    let phone = Phone::new();
    phone.coordinator.begin_epoch(1);
    assert!(phone.sync(1).await.completed);
    phone
}

impl Phone {
    /// How often this was called.
    fn calls(&self, path: &str) -> usize {
        self.coordinator.calls().iter().filter(|call| call.path == path).count()
    }

    fn receipts(&self) -> Vec<Vec<u8>> {
        let rows = self.store.read(|tx| tx.statements()).unwrap();
        rows.into_iter().filter(|row| row.purpose == "receipt").map(|row| row.bytes).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_has_finished_notices_what_is_lost() {
    let phone = phone().await;
    let notes: Vec<_> = (0..3).map(|n| phone.note(&n.to_string())).collect();
    let (with_photo, media) = phone.photo(100_000, 1);
    assert!(phone.sync(60).await.completed);
    let receipts = phone.receipts();
    let of_photo = phone.store.read(|tx| tx.media_receipt(media)).unwrap();
    assert_eq!(receipts.len(), 4);
    phone.coordinator.forget_all();
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.media_stored), (4, 1));
    let (mut there, mut all) = (phone.coordinator.records(), [notes, vec![with_photo]].concat());
    there.sort();
    all.sort();
    assert_eq!((there, phone.coordinator.files()), (all, vec![media]));
    assert_eq!(phone.receipts(), receipts, "what was promised first is kept");
    assert_eq!(phone.store.read(|tx| tx.media_receipt(media)).unwrap(), of_photo);
    let before = phone.calls("/v1/records");
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.calls("/v1/records"), before, "nothing is sent for nothing");
}

#[tokio::test(start_paused = true)]
async fn lost_files_are_noticed_by_their_number() {
    let phone = phone().await;
    phone.note("without");
    let (_, one) = phone.photo(100_000, 1);
    let (_, two) = phone.photo(100_000, 2);
    assert!(phone.sync(60).await.completed);
    phone.coordinator.forget_files();
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.media_stored), (2, 2), "the records that list them went again, and no other");
    let (mut there, mut all) = (phone.coordinator.files(), vec![one, two]);
    there.sort();
    all.sort();
    assert_eq!(there, all);
}

/// Files travel beside everything else: one may get its receipt while the coordinator counts those that it has given.
#[tokio::test(start_paused = true)]
async fn a_file_that_arrived_since_the_question_is_not_missed() {
    let phone = phone().await;
    phone.photo(100_000, 1);
    assert!(phone.sync(60).await.completed);
    let shared = &phone.outbox.shared;
    let compared = |before: bool| {
        phone.store.write(|tx| {
            let (kid, stored) = (shared.keyring.current_kid(tx)?, tx.stored_media()?);
            let own = tx.head(kid)?.expect("a record");
            let chain = Some(ChainState { kid, head_seq: own.seq, head: own.hash, missing: Vec::new() });
            let known = if before { stored } else { HashSet::new() };
            shared.compare_all(tx, &Holding { chain, files: 0 }, &known, &mut Lately::default())
        })
    };
    assert_eq!(compared(false).unwrap().reopened, 0);
    assert_eq!(compared(true).unwrap().reopened, 1, "one that was there before is missed");
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_is_not_known_any_more_enrols_with_its_credential() {
    let phone = phone().await;
    phone.note("x");
    assert!(phone.sync(60).await.completed);
    let credential = phone.store.read(|tx| tx.meta_bytes(Meta::Credential)).unwrap();
    assert_eq!(phone.coordinator.proofs(), [None], "there was nothing to prove at first");
    phone.coordinator.forget_devices();
    phone.coordinator.forget_all();
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, phone.coordinator.records().len()), (1, 1));
    assert_eq!(phone.coordinator.proofs(), [None, credential]);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_never_knows_the_phone_costs_one_enrolment_a_run() {
    let phone = phone().await;
    let hash = phone.note("x");
    phone.coordinator.refuse(hash, Some(RefusalCode::UnknownDevice));
    for run in 1..=3 {
        let summary = phone.sync(60).await;
        assert_eq!(summary.obstacle, Some(Obstacle::Held(HeldReason::Auth)), "{summary:?}");
        assert_eq!(phone.coordinator.proofs().len(), 1 + run);
    }
    phone.coordinator.refuse(hash, None);
    assert!(phone.sync(60).await.completed);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_denies_everything_costs_three_times_a_day() {
    let phone = phone().await;
    for n in 0..3 {
        phone.note(&n.to_string());
    }
    assert!(phone.sync(60).await.completed);
    let sent = phone.calls("/v1/records");
    phone.coordinator.deny_everything();
    for day in 1..=2 {
        for _ in 0..24 {
            assert!(phone.sync(60).await.completed);
            tokio::time::advance(Duration::from_secs(61 * 60)).await;
        }
        assert_eq!(phone.calls("/v1/records"), sent + day * 3, "day {day}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_without_epochs_says_nothing_and_is_not_taken_for_one_that_lost_everything() {
    let phone = Phone::enrolled().await;
    phone.note("x");
    assert!(phone.sync(60).await.completed);
    phone.coordinator.forget_all();
    let before = phone.calls("/v1/records");
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.calls("/v1/records"), before);
}

#[tokio::test(start_paused = true)]
async fn a_request_of_a_past_epoch_is_made_anew_at_once() {
    let phone = phone().await;
    phone.coordinator.say("Сәлем");
    phone.coordinator.begin_epoch(2);
    // The answer before does not say so.
    phone.coordinator.weather([Weather::Instead(response(304, "", Vec::new()))]);
    let inboxes = phone.calls("/v1/inbox");
    let summary = phone.sync(60).await;
    assert_eq!((summary.completed, summary.messages), (true, 1), "{summary:?}");
    assert_eq!(phone.calls("/v1/inbox"), inboxes + 2);
}
