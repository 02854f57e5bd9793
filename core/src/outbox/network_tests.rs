//! Taps while somebody delivers already, and what time it is.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_tap_is_meant_for_whoever_delivers_already() {
    let phone = Phone::enrolled().await;
    phone.coordinator.weather(vec![Weather::Fails(FailureClass::Offline); 60]);
    let hash = phone.note("x");
    let mut events = phone.outbox.subscribe();
    let outbox = Arc::clone(&phone.outbox);
    let running = tokio::spawn(async move { outbox.run().await });
    // Failures in a row are followed by ever longer waits.
    let waits = async { while !matches!(events.recv().await.unwrap(), SyncEvent::Waiting(_, Some(30_000..))) {} };
    tokio::time::timeout(Duration::from_secs(36_000), waits).await.expect("it waits long at last");
    phone.coordinator.weather([]);
    phone.sync(1).await;
    assert_eq!(phone.state(hash), State::Accepted, "the run was woken");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_time_it_is_is_learned_from_what_is_signed_and_kept() {
    let phone = Phone::enrolled().await;
    phone.note("x");
    assert!(phone.sync(60).await.completed);
    let known = phone.outbox.time().now_ms();
    assert!(known > 1, "a receipt is later than the genesis");
    let again =
        Outbox::new(Arc::clone(&phone.store), Arc::new(TokioClock(Instant::now())), SigningKey::from_bytes(&[9; 32]));
    assert!(again.time().now_ms() >= known, "a restart takes nothing back");
}
