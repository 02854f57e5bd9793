//! Taps while somebody delivers already, stations that do not come, and what time it is.

use crate::keyring::Keyring;
use kuager_wire::cose;
use kuager_wire::ids::ShardHash;
use kuager_wire::pack::{Pack, ShardRef, SignedPack, Station, StationShard};

use super::*;
use crate::packs;

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
    let again = Outbox::new(
        Arc::clone(&phone.store),
        Arc::new(TokioClock(Instant::now())),
        Keyring::of(SigningKey::from_bytes(&[9; 32])),
    );
    assert!(again.time().now_ms() >= known, "a restart takes nothing back");
}

/// A pack with one shard that no coordinator has.
fn with_a_shard_that_does_not_come(phone: &Phone) -> (ShardRef, Vec<u8>) {
    let (root, deployment) = (SigningKey::from_bytes(&[1; 32]), phone.coordinator.deployment());
    let station = Station { key: "71-1".to_owned(), region: "71".to_owned(), ..Station::default() };
    let shard = StationShard { version: 1, pack: "p".to_owned(), region: "71".to_owned(), stations: vec![station] };
    let bytes = cose::sign(&shard, deployment, &root).unwrap();
    let size = bytes.len() as u64;
    let reference = ShardRef { region: "71".to_owned(), hash: ShardHash::of(&bytes), size, stations: 1 };
    let pack = Pack { version: 1, shards: Some(vec![reference.clone()]), edition: Some(1), ..Pack::default() };
    let pack = SignedPack::open(cose::sign(&pack, deployment, &root).unwrap(), deployment, &(&root).into()).unwrap();
    let invite = phone.coordinator.invite();
    phone
        .store
        .write(|tx| {
            tx.set_meta(Meta::Regions, &vec!["71".to_owned()])?;
            packs::take(tx, &invite, &pack, packs::Way::File, 0)
        })
        .unwrap();
    (reference, bytes)
}

#[tokio::test(start_paused = true)]
async fn a_sync_is_not_complete_while_stations_are_missing() {
    let phone = Phone::enrolled().await;
    let (reference, bytes) = with_a_shard_that_does_not_come(&phone);
    let hash = phone.note("goes all the same");
    let begun = Instant::now();
    let summary = phone.sync(600).await;
    assert_eq!((summary.completed, summary.left, summary.accepted), (false, 0, 1), "{summary:?}");
    assert!(matches!(summary.obstacle, Some(Obstacle::Network(_))), "{summary:?}");
    assert_eq!(phone.state(hash), State::Accepted);
    let asked = phone.coordinator.calls().iter().filter(|call| call.path.starts_with("/v1/stations/")).count();
    assert!((2..=12).contains(&asked), "{asked} times in {:?}, each later than the one before", begun.elapsed());
    let invite = phone.coordinator.invite();
    phone
        .store
        .write(|tx| {
            tx.add_shard(reference.hash, &bytes, 0)?;
            packs::advance(tx, &invite)
        })
        .unwrap();
    let summary = phone.sync(60).await;
    assert_eq!((summary.completed, summary.obstacle), (true, None), "{summary:?}");
}
