//! What networks do to a phone that nobody tells it: connections that go silent, addresses that swallow, an hour that begins
//! to cost money.

use std::sync::Arc;
use std::time::Duration;

use kuager_core::queue::{FailureClass, HeldReason, Obstacle, UploadState};
use kuager_core::{FileKeyVault, Network, NewDraft, Observer, ObserverConfig, Origin, SyncEvent, SystemClock};
use kuager_testing::clock::WrongClock;
use kuager_testing::files::photo;
use kuager_testing::{Fate, LONG, Phone, Proxy, TestCoordinator, phone, until};
use kuager_wire::ids::MediaHash;
use tokio::time::{Instant, sleep};

/// So long somebody looks at the phone after a tap on "send now".
const TAP: Duration = Duration::from_secs(4);

/// Taps on "send now" until everything is delivered. Returns how often.
async fn tap(phone: &Phone) -> usize {
    for taps in 1..=20 {
        if phone.observer.sync_until(TAP).await.unwrap().completed {
            return taps;
        }
    }
    panic!("nothing was delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_after_one_that_met_silence_delivers() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    phone.notes(2);
    proxy.silence();
    assert!(tap(&phone).await <= 2, "the first finds out, the second dials anew");
    assert_eq!(coordinator.records(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_notices_silence_by_itself() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    proxy.silence();
    let hash = phone.notes(1)[0];
    let mut events = phone.observer.subscribe();
    let begun = Instant::now();
    tokio::select! {
        ended = phone.observer.run() => panic!("{ended:?}"),
        () = until(&mut events, |event| (*event == SyncEvent::Accepted(hash)).then_some(())) => {}
    }
    // Fifteen seconds of patience with a connection that has worked before, where it used to be forty-five and more.
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
}

/// A file on its way when the network changes goes on over a new connection, from where it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_goes_on_after_the_network_changed_under_it() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let hash = photo_of(&phone, 1_500_000, 7);
    phone.reconnect();
    proxy.plan([Fate::Slow(300_000)]);
    let mut events = phone.observer.subscribe();
    let moving =
        until(&mut events, |event| matches!(event, SyncEvent::UploadProgress { sent: 300_000.., .. }).then_some(()));
    let halfway = async {
        moving.await;
        proxy.silence();
        sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        ended = phone.observer.sync_until(LONG) => panic!("{ended:?}"),
        () = halfway => {}
    }
    let before = proxy.bytes().0;
    assert!(tap(&phone).await <= 3);
    assert_eq!(state(&phone, hash), UploadState::Stored);
    assert!(proxy.bytes().0 - before < 1_400_000, "what had arrived is not sent again");
}

/// No limit is put to a whole file, only to standing still.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_take_longer_than_any_silence() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let dir = tempfile::tempdir().unwrap();
    let vault = Arc::new(FileKeyVault::new(dir.path().join("vault")));
    let patience = Duration::from_secs(4);
    let config = ObserverConfig { idle_timeout: patience, ..ObserverConfig::new(dir.path().join("store")) };
    let observer = Observer::open(config, vault, Arc::new(SystemClock::new())).unwrap();
    observer.accept_invite(&coordinator.invite_through(proxy.address).to_url().unwrap()).unwrap();
    observer.import_pack(coordinator.pack().to_vec()).unwrap();
    let path = dir.path().join("photo.jpg");
    std::fs::write(&path, photo(1_500_000, 9)).unwrap();
    let draft = observer.new_draft(NewDraft::note("photo").station(phone::STATION)).unwrap();
    observer.attach_path(draft, &path, Origin::Imported, None).unwrap();
    observer.seal(draft).unwrap();
    proxy.plan([Fate::Slow(150_000); 5]);
    let begun = Instant::now();
    assert!(observer.sync_until(LONG).await.unwrap().completed);
    assert!(begun.elapsed() > 2 * patience, "it was slow enough to tell");
    assert_eq!(proxy.accepted(), 1, "and went through one connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_swallows_does_not_keep_taps_from_the_next() {
    let coordinator = TestCoordinator::start();
    let swallows = Proxy::start(coordinator.address).await;
    swallows.plan([Fate::HalfOpen; 50]);
    let urls = [swallows.address, coordinator.address].map(|address| format!("https://127.0.0.1:{}", address.port()));
    let phone = Phone::invited(&coordinator.invite_to(urls.to_vec()), coordinator.pack());
    phone.notes(1);
    // Shorter than it takes to give up a connection.
    assert!(tap(&phone).await <= 2);
    assert_eq!(coordinator.records(), 1);
}

/// A proxy that takes everything and keeps the answer: whatever it lets through first, the record arrives, and once.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_holds_an_answer_holds_nothing_up() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    // Within the handshake, at its end, within the first answer.
    for (number, bytes) in (1..).zip([1, 600, 1_500, 2_500]) {
        phone.reconnect();
        proxy.plan([Fate::Held(bytes)]);
        phone.notes(1);
        assert!(tap(&phone).await <= 4, "{bytes}");
        assert_eq!(coordinator.records(), number, "{bytes}");
    }
}

fn photo_of(phone: &Phone, size: usize, seed: u64) -> MediaHash {
    let path = phone.dir().join("photo.jpg");
    std::fs::write(&path, photo(size, seed)).unwrap();
    let draft = phone.observer.new_draft(NewDraft::note("photo").station(phone::STATION)).unwrap();
    let attached = phone.observer.attach_path(draft, &path, Origin::Imported, None).unwrap();
    phone.observer.seal(draft).unwrap();
    attached.hash
}

fn state(phone: &Phone, hash: MediaHash) -> UploadState {
    phone.observer.media().unwrap().into_iter().find(|row| row.hash == hash).unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_becomes_metered_stops_an_original_at_once() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let hash = photo_of(&phone, 2_000_000, 5);
    phone.reconnect();
    proxy.plan([Fate::Slow(250_000); 3]);
    let mut events = phone.observer.subscribe();
    let metered = async {
        until(&mut events, |event| matches!(event, SyncEvent::UploadProgress { sent: 1.., .. }).then_some(())).await;
        phone.observer.set_network(Network::Metered);
        sleep(Duration::from_secs(1)).await;
        let second = proxy.bytes().0;
        sleep(Duration::from_secs(3)).await;
        (second, proxy.bytes().0)
    };
    let (summary, (second, later)) = tokio::join!(phone.observer.sync_until(LONG), metered);
    let summary = summary.unwrap();
    assert_eq!(summary.obstacle, Some(Obstacle::Held(HeldReason::Metered)), "{summary:?}");
    assert!(!summary.completed && summary.media_left == 1, "{summary:?}");
    assert!(later - second < 100_000, "{second} after a second, {later} after four");
    assert!(later < 1_200_000, "{later} of two million");
    assert_eq!(state(&phone, hash), UploadState::Waiting);
    phone.observer.set_network(Network::Unmetered);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    assert_eq!(state(&phone, hash), UploadState::Stored);
    assert!(proxy.bytes().0 < 2_600_000, "what had arrived is not sent again");
}

/// Milliseconds since 1970 at the beginning of 1970, 1999 and 2050.
const WRONG: [i64; 3] = [0, 915_148_800_000, 2_524_608_000_000];

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_of_another_century_keeps_nothing_from_arriving() {
    let coordinator = TestCoordinator::start();
    for wall_ms in WRONG {
        let clock = Arc::new(WrongClock::new());
        let phone = Phone::with(Arc::<WrongClock>::clone(&clock));
        let right = kuager_core::clock::Clock::now(clock.as_ref()).wall_ms;
        clock.set(wall_ms - right);
        phone.observer.accept_invite(&coordinator.invite().to_url().unwrap()).unwrap();
        phone.observer.import_pack(coordinator.pack().to_vec()).unwrap();
        phone.notes(1);
        let summary = phone.observer.sync_until(LONG).await.unwrap();
        assert!(summary.completed && summary.accepted == 1, "{wall_ms}: {summary:?}");
        let error = phone.observer.status().unwrap().clock_error_ms.unwrap();
        assert!(error.abs_diff(wall_ms - right) < 120_000, "{wall_ms}: {error}");
        clock.set(0);
        assert_eq!(phone.observer.status().unwrap().clock_error_ms, None, "set right");
    }
}

/// Whoever cannot be the coordinator is told apart whatever the clock says.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_makes_no_other_server_believable() {
    let (coordinator, other) = (TestCoordinator::start(), TestCoordinator::start());
    let clock = Arc::new(WrongClock::new());
    clock.set(-1_700_000_000_000);
    let phone = Phone::with(clock);
    let invite = coordinator.invite_through(other.address);
    phone.observer.accept_invite(&invite.to_url().unwrap()).unwrap();
    phone.notes(1);
    let summary = phone.observer.sync_until(TAP).await.unwrap();
    assert!(!summary.completed && summary.accepted == 0, "{summary:?}");
    let attempts = phone.observer.attempts(50).unwrap();
    let tls = Some(FailureClass::Tls.name());
    assert!(attempts.iter().filter_map(|attempt| attempt.outcome.as_deref()).all(|outcome| Some(outcome) == tls));
}

/// The machine's own clock would refuse this certificate. The phone's known time does not prove that it has not begun.
#[tokio::test(flavor = "multi_thread")]
async fn dates_are_judged_by_what_was_signed_and_not_by_a_clock() {
    let mut coordinator = TestCoordinator::start();
    coordinator.stop().await;
    coordinator.show_certificate(2035, 2037);
    coordinator.restart();
    let phone = coordinator.phone();
    phone.notes(1);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
}
