//! Photos through a bad network: unchanged, once, and provably there.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use kuager_core::queue::UploadState;
use kuager_core::{Network, NewDraft, Origin, SyncEvent};
use kuager_testing::chance::seeds;
use kuager_testing::files::{page_jpeg, photo};
use kuager_testing::{Fate, LONG, Phone, Proxy, TestCoordinator, phone, until};
use kuager_wire::cose;
use kuager_wire::ids::MediaHash;
use kuager_wire::receipt::MediaReceipt;
use kuager_wire::record::MediaSource;

/// Seals a note with a photo of so many bytes.
fn note_with_photo(phone: &Phone, size: usize, seed: u64) -> (MediaHash, Vec<u8>) {
    let (path, bytes) = (phone.dir().join("photo.jpg"), photo(size, seed));
    std::fs::write(&path, &bytes).unwrap();
    let draft = phone.observer.new_draft(NewDraft::note("photo").station(phone::STATION)).unwrap();
    let attached = phone.observer.attach_path(draft, &path, Origin::Imported, Some("page 1")).unwrap();
    std::fs::remove_file(&path).unwrap();
    phone.observer.seal(draft).unwrap();
    assert_eq!(attached.hash, MediaHash::of(&bytes));
    (attached.hash, bytes)
}

/// What the coordinator holds under a hash.
fn held(coordinator: &TestCoordinator, hash: MediaHash) -> Option<Vec<u8>> {
    let name = hash.to_string();
    std::fs::read(coordinator.data().join("media/objects").join(&name[..2]).join(&name)).ok()
}

fn state(phone: &Phone, hash: MediaHash) -> UploadState {
    phone.observer.media().unwrap().into_iter().find(|row| row.hash == hash).unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_arrives_bit_for_bit_with_a_receipt_that_verifies() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let (hash, bytes) = note_with_photo(&phone, 1_500_000, 1);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.media_stored, summary.media_left), (1, 1, 0));
    assert!(held(&coordinator, hash).unwrap() == bytes);
    let receipt = phone.observer.media_receipt(hash).unwrap().unwrap();
    let genesis = coordinator.deployment.genesis();
    let receipt: MediaReceipt = cose::open(&receipt, coordinator.deployment.id(), &genesis.receipt_key).unwrap();
    assert_eq!((receipt.media, receipt.size), (hash, 1_500_000));
    let mut back = Vec::new();
    phone.observer.open_media(hash).unwrap().read_to_end(&mut back).unwrap();
    assert!(back == bytes, "the phone still has it, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn cuts_at_every_class_of_byte_cost_at_most_a_step_each() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let size = 400_000;
    for (seed, cut) in (10..).zip([3_000, 9_000, 40_000, 70_000, 131_072, 200_001, 330_000, 399_000, 404_000]) {
        let phone = coordinator.phone_through(&proxy);
        assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
        let (hash, bytes) = note_with_photo(&phone, size, seed);
        phone.reconnect();
        let before = proxy.bytes().0;
        proxy.plan([Fate::CutUp(cut)]);
        let summary = phone.observer.sync_until(LONG).await.unwrap();
        assert!(summary.completed, "cut at {cut}: {summary:?}");
        assert!(held(&coordinator, hash).unwrap() == bytes, "cut at {cut}");
        let sent = usize::try_from(proxy.bytes().0 - before).unwrap();
        // Two handshakes, the record, headers; and at most one step of the file twice.
        assert!(sent < size + 32 * 1024 + 24 * 1024, "cut at {cut}: {sent} bytes for {size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_that_restarts_in_the_middle_goes_on() {
    let mut coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    let (hash, bytes) = note_with_photo(&phone, 2_000_000, 2);
    proxy.plan([Fate::Slow(400_000); 10]);
    let mut events = phone.observer.subscribe();
    let mut running = Box::pin(phone.observer.run());
    tokio::select! {
        ended = &mut running => panic!("{ended:?}"),
        () = until(&mut events, |event| matches!(event, SyncEvent::UploadProgress { sent: 300_000.., .. }).then_some(())) => {}
    }
    // It goes on for a moment, but not as long as the rest of the photo takes.
    let going_on = async { drop(tokio::time::timeout(Duration::from_secs(1), running).await) };
    tokio::join!(going_on, coordinator.stop());
    assert_ne!(state(&phone, hash), UploadState::Stored);
    coordinator.restart();
    proxy.plan([]);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert!(held(&coordinator, hash).unwrap() == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_pass_while_a_photo_crawls() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let phone = coordinator.phone_through(&proxy);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let (hash, _) = note_with_photo(&phone, 3_000_000, 3);
    phone.reconnect();
    proxy.plan([Fate::Slow(150_000); 10]);
    let mut events = phone.observer.subscribe();
    let numbers = async {
        until(&mut events, |event| matches!(event, SyncEvent::UploadProgress { sent: 1.., .. }).then_some(())).await;
        let wanted = tokio::task::block_in_place(|| phone.checklist()).hash;
        until(&mut events, |event| (*event == SyncEvent::Accepted(wanted)).then_some(())).await;
    };
    tokio::select! {
        ended = phone.observer.run() => panic!("{ended:?}"),
        () = numbers => {}
    }
    assert_ne!(state(&phone, hash), UploadState::Stored, "the photo is still on its way");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_metered_network_only_previews_go() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    phone.observer.set_network(Network::Metered);
    let draft = phone.observer.new_draft(NewDraft::form("protocol").station(phone::STATION)).unwrap();
    let token = phone.observer.begin_capture().unwrap();
    let path = phone.dir().join("page.jpg");
    std::fs::write(&path, page_jpeg(2400, 1800)).unwrap();
    let attached = phone.observer.attach_path(draft, &path, Origin::Captured(token), None).unwrap();
    assert_eq!(attached.source, MediaSource::Captured);
    let again = phone.observer.attach_path(draft, &path, Origin::Captured(token), None).unwrap();
    assert_eq!((again.hash, again.source), (attached.hash, MediaSource::Imported), "a token serves once");
    let preview = attached.preview.unwrap();
    phone.observer.seal(draft).unwrap();

    let summary = phone.observer.sync_until(LONG).await.unwrap();
    // The whole page, and as much of it again in pieces as is needed to read it.
    let previews = u64::try_from(phone.observer.media().unwrap().len() - 1).unwrap();
    assert!((1..=8).contains(&previews));
    assert_eq!((summary.accepted, summary.media_stored, summary.media_left), (1, previews, 1));
    assert_eq!((state(&phone, preview), state(&phone, attached.hash)), (UploadState::Stored, UploadState::Waiting));
    assert!(held(&coordinator, preview).is_some() && held(&coordinator, attached.hash).is_none());
    assert!(phone.observer.send_media_now(attached.hash).unwrap());
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    assert!(held(&coordinator, attached.hash).unwrap() == std::fs::read(&path).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_two_phones_took_in_is_held_once_and_receipted_to_both() {
    let coordinator = TestCoordinator::start();
    let phones = [coordinator.phone(), coordinator.phone()];
    let mut receipts = Vec::new();
    for phone in &phones {
        let (hash, _) = note_with_photo(phone, 300_000, 4);
        assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
        receipts.push(phone.observer.media_receipt(hash).unwrap().unwrap());
    }
    assert_ne!(receipts[0], receipts[1], "each names its own device");
}

/// One storm for files: connections that break anywhere, syncs cut off anywhere, a phone that restarts.
async fn storm(coordinator: &TestCoordinator, seed: u64) {
    let proxy = Proxy::start(coordinator.address).await;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut phone = coordinator.phone_through(&proxy);
    let mut files = Vec::new();
    for number in 0..=random.u64(..2) {
        files.push(note_with_photo(&phone, random.usize(1_000..301_000), 1_000 + seed * 10 + number));
    }
    for _ in 0..random.u8(..5) {
        let fates: Vec<_> = (0..random.u8(..4)).map(|_| Fate::random_for_files(&mut random)).collect();
        proxy.plan(fates);
        phone.observer.sync_until(Duration::from_millis(random.u64(50..550))).await.unwrap();
        if random.u8(..3) == 0 {
            phone.reopen();
        }
    }
    proxy.plan([]);
    phone.reopen();
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "seed {seed}: {summary:?}");
    for (hash, bytes) in files {
        assert!(held(coordinator, hash).unwrap() == bytes, "seed {seed}");
        assert_eq!(state(&phone, hash), UploadState::Stored, "seed {seed}");
    }
    assert_eq!(phone.observer.verify().unwrap().faults, [], "seed {seed}");
}

/// Storms that run side by side: most of a storm is waiting.
const SIDE_BY_SIDE: usize = 8;

/// 40 seeds by default; `KUAGER_FILE_SEEDS=100000` for a long night, `KUAGER_SEED=n` for one that failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_photo_arrives_through_every_storm() {
    let coordinator = std::sync::Arc::new(TestCoordinator::start_with(|config| {
        config.limits.per_second = 100_000.try_into().unwrap();
        config.limits.burst = 100_000.try_into().unwrap();
    }));
    let mut running = tokio::task::JoinSet::new();
    for seed in seeds("KUAGER_FILE_SEEDS", 40) {
        if running.len() >= SIDE_BY_SIDE {
            running.join_next().await.unwrap().unwrap();
        }
        let coordinator = std::sync::Arc::clone(&coordinator);
        running.spawn(async move { storm(&coordinator, seed).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_taken_in_leaves_the_draft_as_it_was() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let draft = phone.observer.new_draft(NewDraft::note("photo")).unwrap();
    let before = phone.observer.draft(draft).unwrap();
    let attach = |path: &Path| phone.observer.attach_path(draft, path, Origin::Imported, None).unwrap_err().code();
    assert_eq!(attach(&phone.dir().join("vanished.jpg")), "media_unreadable");
    let empty = phone.dir().join("empty.jpg");
    std::fs::write(&empty, b"").unwrap();
    assert_eq!(attach(&empty), "media_empty");
    let text = phone.dir().join("renamed.jpg");
    std::fs::write(&text, b"not a photo, whatever its name").unwrap();
    assert_eq!(attach(&text), "media_type");
    let after = phone.observer.draft(draft).unwrap();
    assert_eq!((after.text, after.attachments), (before.text, None));
    assert_eq!(phone.observer.media().unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_photo_under_two_labels_keeps_both_and_travels_once() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let (path, bytes) = (phone.dir().join("photo.jpg"), photo(200_000, 6));
    std::fs::write(&path, &bytes).unwrap();
    let draft = phone.observer.new_draft(NewDraft::note("photo").station(phone::STATION)).unwrap();
    for label in [None, Some("page 1"), Some("page 2"), Some("page 1"), None] {
        phone.observer.attach_path(draft, &path, Origin::Imported, label).unwrap();
    }
    let sealed = phone.observer.seal(draft).unwrap().hash;
    let attachments = phone.observer.record(sealed).unwrap().record.attachments.unwrap();
    let labels: Vec<_> = attachments.iter().map(|file| file.label.as_deref().unwrap_or_default()).collect();
    assert_eq!(labels, ["page 1", "page 2"], "the first had none, and was given one");
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed && summary.media_stored == 1, "{summary:?}");
    assert!(held(&coordinator, MediaHash::of(&bytes)).unwrap() == bytes);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed, "nobody misses a second copy");
}
