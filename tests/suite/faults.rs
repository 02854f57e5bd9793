//! Bad networks with a seed: whatever they do, every record arrives exactly once.

use std::time::Duration;

use kuager_core::queue::State;
use kuager_tests::Seeded;
use kuager_tests::coordinator::TestCoordinator;
use kuager_tests::phone::Phone;
use kuager_tests::proxy::{Fate, Proxy};

/// One storm: records are sealed and synced through connections that break in every way, then the network heals.
async fn storm(coordinator: &TestCoordinator, proxy: &Proxy, seed: u64) {
    let mut random = Seeded::new(seed);
    let held = coordinator.records();
    let phone = Phone::invited(&coordinator.invite_through(proxy.address), &coordinator.deployment.latest_pack().bytes);
    let mut sealed = 0;
    for _ in 0..=random.below(4) {
        let fates: Vec<_> = (0..random.below(6)).map(|_| Fate::random(&mut random)).collect();
        eprintln!("seed {seed}: {fates:?}");
        proxy.plan(fates);
        let count = usize::try_from(random.below(5)).unwrap();
        sealed += phone.notes(count).len();
        // Often too short on purpose: a sync may be cut off anywhere.
        let limit = Duration::from_millis(20 + random.below(300));
        phone.observer.sync_until(limit).await.unwrap();
    }
    proxy.plan([]);
    let mut summary = phone.observer.sync_until(Duration::from_secs(20)).await.unwrap();
    if !summary.completed {
        // A connection from before may still be half-open in the pool.
        summary = phone.observer.sync_until(Duration::from_secs(20)).await.unwrap();
    }
    assert!(summary.completed, "seed {seed}: {summary:?}");
    assert_eq!(coordinator.records() - held, sealed as u64, "seed {seed}");
    let rows = phone.observer.records().unwrap();
    assert!(rows.iter().all(|row| row.state == State::Accepted), "seed {seed}: {rows:?}");
    let receipts = phone.observer.statements().unwrap();
    assert_eq!(receipts.iter().filter(|answer| answer.purpose == "receipt").count(), sealed, "seed {seed}");
    assert_eq!(phone.observer.verify().unwrap().faults, [], "seed {seed}");
}

/// 40 seeds by default; `KUAGER_SEEDS=100000` for a long night, `KUAGER_SEED=n` for one that failed.
#[tokio::test(flavor = "multi_thread")]
async fn every_record_arrives_once_through_every_storm() {
    let coordinator = TestCoordinator::start_with(|config| {
        config.limits.per_second = 10_000.try_into().unwrap();
        config.limits.burst = 10_000.try_into().unwrap();
    });
    let proxy = Proxy::start(coordinator.address).await;
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("KUAGER_SEED") {
        return storm(&coordinator, &proxy, seed).await;
    }
    for seed in 0..number("KUAGER_SEEDS").unwrap_or(40) {
        storm(&coordinator, &proxy, seed).await;
    }
}

/// Every byte position around the end of an answer: the coordinator has the record, the phone does not know.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_at_any_byte_is_asked_for_again() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let invite = coordinator.invite_through(proxy.address);
    let pack = coordinator.deployment.latest_pack().bytes.clone();
    for cut in (1..4_000).step_by(331) {
        let phone = Phone::invited(&coordinator.invite_through(proxy.address), &pack);
        phone.notes(1);
        proxy.plan([Fate::CutDown(cut)]);
        let summary = phone.observer.sync_until(Duration::from_secs(20)).await.unwrap();
        assert!(summary.completed, "cut at {cut}: {summary:?}");
    }
    assert_eq!(coordinator.records(), (1..4_000).step_by(331).count() as u64);
    drop(invite);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kilobits_are_enough() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let invite = coordinator.invite_through(proxy.address);
    let phone = Phone::invited(&invite, &coordinator.deployment.latest_pack().bytes);
    phone.checklist();
    proxy.plan([Fate::Slow(2_500); 4]);
    let summary = phone.observer.sync_until(Duration::from_secs(60)).await.unwrap();
    assert!(summary.completed, "{summary:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_wait_as_long_as_the_coordinator_says() {
    let coordinator = TestCoordinator::start_with(|config| {
        config.limits.per_second = 1.try_into().unwrap();
        config.limits.burst = 2.try_into().unwrap();
    });
    let phone = Phone::invited(&coordinator.invite(), &coordinator.deployment.latest_pack().bytes);
    phone.notes(3);
    let first = phone.observer.sync_until(Duration::from_millis(300)).await.unwrap();
    assert!(!first.completed);
    assert!(first.next_attempt_ms.is_some_and(|wait| wait > 0 && wait <= 60_000), "{first:?}");
    let summary = phone.observer.sync_until(Duration::from_secs(60)).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!(coordinator.records(), 3);
}
