//! Bad networks with a seed: whatever they do, every record arrives exactly once.

use std::sync::Arc;
use std::time::Duration;

use kuager_core::queue::State;
use kuager_core::time::KnownTime;
use kuager_core::transport::http::HttpTransport;
use kuager_core::transport::{BoxFuture, Call, Patch, Response, Transport, TransportError};
use kuager_core::{ObserverConfig, SyncEvent, SystemClock};
use kuager_testing::chance::seeds;
use kuager_testing::{Fate, LONG, Phone, Proxy, TestCoordinator, until};

/// One storm: records are sealed and synced through connections that break in every way, then the network heals.
async fn storm(coordinator: &TestCoordinator, proxy: &Proxy, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let held = coordinator.records();
    let phone = coordinator.phone_through(proxy);
    let mut sealed = 0;
    for _ in 0..=random.u8(..4) {
        let fates: Vec<_> = (0..random.u8(..6)).map(|_| Fate::random(&mut random)).collect();
        eprintln!("seed {seed}: {fates:?}");
        proxy.plan(fates);
        sealed += phone.notes(random.usize(..5)).len();
        // Often too short on purpose: a sync may be cut off anywhere.
        let limit = Duration::from_millis(random.u64(20..320));
        phone.observer.sync_until(limit).await.unwrap();
    }
    proxy.plan([]);
    // A connection from before may still be half-open in the pool, and costs one attempt.
    let summary = phone.observer.sync_until(LONG).await.unwrap();
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
    for seed in seeds("KUAGER_SEEDS", 40) {
        storm(&coordinator, &proxy, seed).await;
    }
}

/// Every byte position around the end of an answer: the coordinator has the record, the phone does not know.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_at_any_byte_is_asked_for_again() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    for cut in (1..4_000).step_by(331) {
        let phone = coordinator.phone_through(&proxy);
        phone.notes(1);
        proxy.plan([Fate::CutDown(cut)]);
        let summary = phone.observer.sync_until(LONG).await.unwrap();
        assert!(summary.completed, "cut at {cut}: {summary:?}");
    }
    assert_eq!(coordinator.records(), (1..4_000).step_by(331).count() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kilobits_are_enough() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    phone.checklist();
    proxy.plan([Fate::Slow(2_500); 4]);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
}

/// From its first request on a phone is told from strangers, by its invite and then by its pass.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_does_not_wait_because_of_strangers_behind_its_address() {
    let coordinator = TestCoordinator::start_with(|config| {
        config.limits.per_second = 1.try_into().unwrap();
        config.limits.burst = 1.try_into().unwrap();
    });
    let phone = coordinator.phone();
    phone.notes(3);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!(summary.attempts, 5, "genesis, enrolment, records, pack, messages: none of them twice");
    assert_eq!(coordinator.records(), 3);
}

/// A phone from before there were passes: it shows none.
struct Stranger(HttpTransport);

impl Transport for Stranger {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.0.call(call)
    }

    fn use_pass(&self, _: &str) {}

    fn patch(&self, patch: Patch) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.0.patch(patch)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_wait_as_long_as_the_coordinator_says() {
    let coordinator = TestCoordinator::start_with(|config| {
        config.limits.per_second = 1.try_into().unwrap();
        config.limits.burst = 2.try_into().unwrap();
    });
    let invite = coordinator.invite();
    let phone = Phone::invited(&invite, coordinator.pack());
    let anchors = coordinator.deployment.anchors_der();
    let server = format!("https://127.0.0.1:{}", coordinator.address.port());
    let config = ObserverConfig::new("unused");
    let time = Arc::new(KnownTime::new(Arc::new(SystemClock::new())));
    let transport = HttpTransport::new(&[server], anchors, invite.deployment, &config, &time).unwrap();
    phone.observer.use_transport(Arc::new(Stranger(transport))).unwrap();
    phone.notes(3);
    let mut events = phone.observer.subscribe();
    let waiting = until(&mut events, |event| match event {
        SyncEvent::Waiting(_, wait_ms) => Some(*wait_ms),
        _ => None,
    });
    let wait_ms = tokio::select! {
        ended = phone.observer.run() => panic!("{ended:?}"),
        wait_ms = waiting => wait_ms,
    };
    assert!(wait_ms.is_some_and(|wait_ms| wait_ms > 0 && wait_ms <= 60_000), "{wait_ms:?}");
    assert!(!phone.observer.outlook().unwrap().completed);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!(coordinator.records(), 3);
}
