use kuager_wire::SigningKey;
use kuager_wire::ids::{BootId, MediaHash, RecordHash};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::{Body, ClockReading, Record, RecordKind};
use proptest::prelude::*;

use super::*;
use crate::clock::{Clock, ClockSample};
use crate::draft::NewDraft;
use crate::journal::{Journal, JournalError};
use crate::keyring::KeySource;
use crate::keys::{self, IdentityError, StoreKey, VaultError};
use crate::queue::{FailureClass, HeldReason, State, UploadState};
use crate::store::StoreError;
use crate::transport::Response;
use crate::transport::fake::{FakeCoordinator, Weather, response};

/// Runs with tokio's paused clock, so that waiting costs nothing.
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> ClockSample {
        let monotonic_ms = u64::try_from(self.0.elapsed().as_millis()).unwrap();
        ClockSample { wall_ms: 1_679_200_000_000, monotonic_ms, boot_id: BootId([1; 16]) }
    }
}

/// Keys out of a vault that may be locked.
struct Seeds {
    locked: Arc<AtomicBool>,
}

impl KeySource for Seeds {
    fn make(&self) -> Result<SigningKey, IdentityError> {
        if self.locked.load(Ordering::Relaxed) {
            return Err(VaultError::Locked.into());
        }
        Ok(SigningKey::from_bytes(&keys::random()?))
    }
}

struct Phone {
    _dir: tempfile::TempDir,
    store: Arc<Store>,
    journal: Journal,
    outbox: Arc<Outbox>,
    coordinator: Arc<FakeCoordinator>,
    locked: Arc<AtomicBool>,
}

impl Phone {
    /// A phone with an accepted invite that has never reached the coordinator. Needs a runtime, for its clock.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(dir.path(), &StoreKey([3; 32])).unwrap());
        let clock = Arc::new(TokioClock(Instant::now()));
        let locked = Arc::new(AtomicBool::new(false));
        let keyring =
            Keyring::new(vec![SigningKey::from_bytes(&[9; 32])], Box::new(Seeds { locked: Arc::clone(&locked) }));
        let journal = Journal::new(Arc::clone(&store), clock.clone(), Arc::clone(&keyring));
        let outbox = Arc::new(Outbox::new(Arc::clone(&store), clock, keyring));
        let coordinator = Arc::new(FakeCoordinator::new());
        outbox.connect(Link { transport: coordinator.clone(), invite: Arc::new(coordinator.invite()) });
        outbox.prepare_enrolment(&coordinator.invite()).unwrap();
        Self { _dir: dir, store, journal, outbox, coordinator, locked }
    }

    /// One that is enrolled and has nothing to send.
    async fn enrolled() -> Self {
        let phone = Self::new();
        assert!(phone.sync(1).await.completed);
        phone
    }

    fn note(&self, text: &str) -> RecordHash {
        let draft = self.journal.new_draft(NewDraft::note(text), None).unwrap();
        self.journal.seal(draft, self.coordinator.deployment(), None).unwrap().hash
    }

    async fn sync(&self, seconds: u64) -> SyncSummary {
        self.outbox.sync_until(Duration::from_secs(seconds)).await.unwrap()
    }

    fn state(&self, hash: RecordHash) -> State {
        let rows = self.store.read(|tx| tx.queue()).unwrap();
        rows.into_iter().find(|row| row.record.hash == hash).unwrap().state
    }
}

#[tokio::test(start_paused = true)]
async fn records_made_before_the_first_contact_arrive_with_receipts() {
    let phone = Phone::new();
    let hashes: Vec<_> = (0..3).map(|n| phone.note(&n.to_string())).collect();
    let summary = phone.sync(30).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.left), (3, 0));
    let paths: Vec<_> = phone.coordinator.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(paths, ["/v1/genesis", "/v1/enrolments", "/v1/records", "/v1/packs/latest", "/v1/inbox"]);
    for hash in hashes {
        assert_eq!(phone.state(hash), State::Accepted);
    }
    assert_eq!(phone.store.read(|tx| tx.statements()).unwrap().len(), 3);
    let attempts = phone.store.read(|tx| tx.attempts(10)).unwrap();
    assert!(attempts.iter().all(|attempt| attempt.outcome.as_deref() == Some("ok")), "{attempts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pass_is_shown_from_then_on_and_kept_for_the_next_start() {
    let phone = Phone::new();
    assert_eq!(phone.store.read(|tx| tx.meta_bytes(Meta::Pass)).unwrap(), None);
    assert!(phone.sync(1).await.completed);
    assert_eq!(phone.coordinator.passes(), ["a pass"]);
    assert_eq!(phone.store.read(|tx| tx.meta_bytes(Meta::Pass)).unwrap(), Some(b"a pass".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn without_a_network_nothing_is_lost_and_the_reason_is_said() {
    for class in [FailureClass::Offline, FailureClass::Dns, FailureClass::Tls, FailureClass::Timeout] {
        let phone = Phone::enrolled().await;
        let hash = phone.note("x");
        phone.coordinator.weather(vec![Weather::Fails(class); 1000]);
        let summary = phone.sync(600).await;
        assert_eq!((summary.completed, summary.accepted, summary.left), (false, 0, 1));
        assert_eq!(summary.obstacle, Some(Obstacle::Network(class)));
        assert!(summary.next_attempt_ms.is_some());
        assert!(phone.state(hash).is_open());
        phone.coordinator.weather([]);
        assert!(phone.sync(1).await.completed, "send now cuts the wait short");
        assert_eq!(phone.state(hash), State::Accepted);
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_verifies_counts() {
    let html = || response(200, "text/html", b"<html>Sign in to Wi-Fi</html>".to_vec());
    let cases = [
        (Weather::Instead(html()), FailureClass::CaptivePortal),
        (Weather::Instead(response(204, "", Vec::new())), FailureClass::CaptivePortal),
        (Weather::Instead(response(302, "text/html", Vec::new())), FailureClass::CaptivePortal),
        (Weather::Instead(response(200, "application/cbor", b"<html>".to_vec())), FailureClass::BadAnswer),
        (Weather::Instead(response(421, "text/plain", Vec::new())), FailureClass::WrongServer),
        (Weather::Instead(response(520, "text/html", Vec::new())), FailureClass::ServerBusy),
        (Weather::Truncated, FailureClass::BadAnswer),
        (Weather::WrongReceiptKey, FailureClass::BadAnswer),
        (Weather::WrongRecord, FailureClass::BadAnswer),
        (Weather::WrongFork, FailureClass::BadAnswer),
        (Weather::ResponseLost, FailureClass::Reset),
    ];
    for (weather, class) in cases {
        let phone = Phone::enrolled().await;
        let hash = phone.note("x");
        phone.coordinator.weather([weather.clone()]);
        let mut events = phone.outbox.subscribe();
        let summary = phone.sync(60).await;
        assert!(summary.completed, "{weather:?}");
        assert_eq!(phone.state(hash), State::Accepted);
        assert_eq!(phone.coordinator.records(), [hash]);
        let waited = std::iter::from_fn(|| events.try_recv().ok())
            .find_map(|event| if let SyncEvent::Waiting(obstacle, _) = event { Some(obstacle) } else { None });
        // Full jitter may have drawn a wait of nothing.
        assert!(waited.is_none_or(|obstacle| obstacle == Obstacle::Network(class)), "{weather:?} {waited:?}");
        let logged = phone.store.read(|tx| tx.attempts(50)).unwrap();
        assert!(
            logged.iter().any(|attempt| attempt.outcome.as_deref() == Some(class.name())),
            "{weather:?} {logged:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_even_when_asked_to_send_now() {
    let phone = Phone::enrolled().await;
    phone.note("x");
    let busy = Response { retry_after_ms: Some(120_000), ..response(429, "text/plain", Vec::new()) };
    phone.coordinator.weather([Weather::Instead(busy)]);
    let summary = phone.sync(10).await;
    assert_eq!(summary.obstacle, Some(Obstacle::Network(FailureClass::ServerBusy)));
    let calls = phone.coordinator.calls().len();
    assert!(!phone.sync(60).await.completed);
    assert_eq!(phone.coordinator.calls().len(), calls, "not one call before the time is over");
    assert!(phone.sync(180).await.completed);
}

#[tokio::test(start_paused = true)]
async fn a_refused_record_is_kept_and_blocks_nobody() {
    let phone = Phone::enrolled().await;
    let (bad, good) = (phone.note("bad"), phone.note("good"));
    phone.coordinator.refuse(bad, Some(RefusalCode::BadSignature));
    let summary = phone.sync(60).await;
    assert_eq!((summary.completed, summary.accepted, summary.refused), (true, 1, 1));
    assert_eq!(phone.state(bad), State::Refused { code: RefusalCode::BadSignature });
    assert_eq!(phone.state(good), State::Accepted);
    let kept = phone.store.read(|tx| tx.statements()).unwrap();
    assert_eq!(
        kept.iter().filter(|statement| statement.purpose == "refusal").count(),
        1,
        "the refusal itself is proof"
    );
    assert!(phone.journal.record(bad).unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_retryable_refusal_waits_by_itself() {
    let phone = Phone::enrolled().await;
    let (later, now) = (phone.note("later"), phone.note("now"));
    phone.coordinator.refuse(later, Some(RefusalCode::UnknownPack));
    phone.sync(1).await;
    assert_eq!(phone.state(now), State::Accepted);
    assert!(phone.state(later).is_open());
    phone.coordinator.refuse(later, None);
    assert!(phone.sync(1).await.completed);
}

#[tokio::test(start_paused = true)]
async fn a_refused_enrolment_needs_another_invite_and_touches_nothing() {
    let phone = Phone::new();
    let hash = phone.note("x");
    phone.coordinator.refuse_enrolment(Some(RefusalCode::InviteUsed));
    let summary = phone.sync(60).await;
    assert_eq!(summary.obstacle, Some(Obstacle::Enrolment(RefusalCode::InviteUsed)));
    assert_eq!((summary.next_attempt_ms, summary.left), (None, 1));
    phone.coordinator.refuse_enrolment(None);
    phone.outbox.prepare_enrolment(&phone.coordinator.invite()).unwrap();
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.coordinator.records(), [hash]);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_lost_our_enrolment_gets_it_again() {
    let phone = Phone::enrolled().await;
    phone.coordinator.forget_devices();
    let hash = phone.note("x");
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!(phone.state(hash), State::Accepted);
}

#[tokio::test(start_paused = true)]
async fn unauthorised_calls_are_held_and_tried_again() {
    let phone = Phone::enrolled().await;
    let hash = phone.note("x");
    phone.coordinator.weather([Weather::Instead(response(401, "text/plain", Vec::new()))]);
    let summary = phone.sync(60).await;
    assert_eq!(summary.obstacle, Some(Obstacle::Held(HeldReason::Auth)));
    assert!(matches!(phone.state(hash), State::Held { .. }));
    assert!(phone.sync(1).await.completed, "send now tries all the same");
}

#[tokio::test(start_paused = true)]
async fn what_a_restored_coordinator_lacks_is_sent_again() {
    let phone = Phone::enrolled().await;
    let hashes: Vec<_> = (0..5).map(|n| phone.note(&n.to_string())).collect();
    assert!(phone.sync(10).await.completed);
    phone.coordinator.forget(hashes[1]);
    phone.coordinator.forget(hashes[4]);
    let new = phone.note("new");
    assert!(phone.sync(10).await.completed);
    let mut arrived = phone.coordinator.records();
    arrived.sort();
    let mut all = [hashes, vec![new]].concat();
    all.sort();
    assert_eq!(arrived, all);
}

/// A record by the same key that this store never saw.
fn foreign(phone: &Phone, seq: u64) -> Vec<u8> {
    let record = Record {
        version: 1,
        kind: RecordKind::Note,
        seq,
        prev: RecordHash::chain_start(phone.coordinator.deployment()),
        clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([0; 16]), flags: 0 },
        checkpoint: None,
        form: None,
        station: None,
        body: Body { text: Some("from the other copy".to_owned()), ..Body::default() },
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    };
    cose::sign(&record, phone.coordinator.deployment(), &SigningKey::from_bytes(&[9; 32])).unwrap()
}

#[tokio::test(start_paused = true)]
async fn forks_and_restored_phones_are_noticed() {
    let phone = Phone::enrolled().await;
    phone.coordinator.keep_forks();
    phone.coordinator.plant(&foreign(&phone, 0));
    phone.coordinator.plant(&foreign(&phone, 7));
    let mut events = phone.outbox.subscribe();
    let hash = phone.note("mine");
    let summary = phone.sync(10).await;
    assert_eq!((summary.accepted, summary.forked), (2, 1), "and the key event of the chain that goes on");
    assert_eq!(phone.state(hash), State::Forked);
    let seen: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(seen.contains(&SyncEvent::Forked(hash)));
    assert!(seen.contains(&SyncEvent::StoreIsBehind { coordinator: 7 }), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn messages_arrive_once() {
    let phone = Phone::enrolled().await;
    phone.coordinator.say("Екінші бетті қайта түсіріңіз");
    assert_eq!(phone.sync(10).await.messages, 1);
    assert_eq!(phone.sync(10).await.messages, 0);
    assert_eq!(phone.store.read(|tx| tx.messages()).unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_hangs_ends_in_time_and_the_next_one_goes_on() {
    let phone = Phone::enrolled().await;
    let hash = phone.note("x");
    phone.coordinator.weather([Weather::Hangs]);
    let summary = phone.sync(20).await;
    assert_eq!((summary.completed, summary.left), (false, 1));
    assert!(phone.sync(20).await.completed);
    assert_eq!(phone.coordinator.records(), [hash], "the record that hung had arrived, and is there once");
}

#[tokio::test(start_paused = true)]
async fn a_paused_store_ends_a_sync_with_a_typed_error() {
    let phone = Phone::enrolled().await;
    phone.note("x");
    phone.store.pause().unwrap();
    let error = phone.outbox.sync_until(Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(error, SyncError::Store(StoreError::Paused)), "{error}");
    phone.store.resume().unwrap();
    assert!(phone.sync(5).await.completed);
}

#[tokio::test]
async fn a_continuous_run_sends_what_is_sealed_later() {
    let phone = Phone::enrolled().await;
    let outbox = Arc::clone(&phone.outbox);
    let mut events = phone.outbox.subscribe();
    let running = tokio::spawn(async move { outbox.run().await });
    sleep(Duration::from_millis(50)).await;
    let hash = phone.note("x");
    phone.outbox.wake();
    let accepted = async { while events.recv().await.unwrap() != SyncEvent::Accepted(hash) {} };
    tokio::time::timeout(Duration::from_secs(120), accepted).await.expect("sent at last");
    running.abort();
}

impl Phone {
    /// Seals a note with one photo of so many bytes, and returns both hashes.
    fn photo(&self, size: usize, seed: u8) -> (RecordHash, MediaHash) {
        let mut bytes = vec![0; size];
        fastrand::Rng::with_seed(seed.into()).fill(&mut bytes);
        bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, seed]);
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        let draft = self.journal.new_draft(NewDraft::note("with a photo"), None).unwrap();
        let row = crate::media::import(&self.store, &mut file, u64::MAX, 1, |tx, row| {
            let attachment = kuager_wire::record::Attachment {
                hash: row.hash,
                size: row.size,
                mime: row.mime.clone(),
                role: kuager_wire::record::AttachmentRole::Original,
                of: None,
                source: None,
                claims: None,
                label: None,
            };
            self.journal
                .change_in(tx, draft, |draft| {
                    draft.attachments = Some(vec![attachment]);
                    Ok::<_, JournalError>(())
                })
                .map(drop)
                .map_err(|error| crate::media::MediaError::Store(StoreError::Other(error.to_string())))
        });
        let media = row.unwrap().hash;
        (self.journal.seal(draft, self.coordinator.deployment(), None).unwrap().hash, media)
    }

    fn media_state(&self, hash: MediaHash) -> UploadState {
        self.store.read(|tx| tx.media(hash)).unwrap().unwrap().state
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_follows_its_record_and_gets_a_receipt() {
    let phone = Phone::new();
    let (record, media) = phone.photo(300_000, 1);
    assert_eq!(phone.media_state(media), UploadState::Waiting);
    let summary = phone.sync(60).await;
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.accepted, summary.media_stored, summary.media_left), (1, 1, 0));
    assert_eq!(phone.state(record), State::Accepted);
    assert_eq!(phone.media_state(media), UploadState::Stored);
    assert_eq!(phone.coordinator.files(), [media]);
    assert!(phone.store.read(|tx| tx.media_receipt(media)).unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_cut_upload_goes_on_where_it_broke() {
    let phone = Phone::enrolled().await;
    let (_, media) = phone.photo(500_000, 2);
    phone.coordinator.file_weather([Weather::Cut(100_001), Weather::Cut(1), Weather::Cut(300_000)]);
    assert!(phone.sync(600).await.completed);
    assert_eq!(phone.coordinator.files(), [media]);
    assert_eq!(phone.coordinator.received(), 500_000, "not one byte is sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_lost_last_answer_costs_a_question_and_no_byte() {
    let phone = Phone::enrolled().await;
    let (_, media) = phone.photo(200_000, 3);
    phone.coordinator.file_weather([Weather::ResponseLost]);
    assert!(phone.sync(600).await.completed);
    assert_eq!((phone.coordinator.files(), phone.coordinator.received()), (vec![media], 200_000));
}

#[tokio::test(start_paused = true)]
async fn altered_bytes_are_sent_again_from_the_start() {
    let phone = Phone::enrolled().await;
    let (_, media) = phone.photo(200_000, 4);
    phone.coordinator.file_weather([Weather::Altered]);
    assert!(phone.sync(3_000).await.completed);
    assert_eq!((phone.coordinator.files(), phone.coordinator.received()), (vec![media], 400_000));
}

#[tokio::test(start_paused = true)]
async fn an_expired_upload_is_made_anew() {
    let phone = Phone::enrolled().await;
    let (_, media) = phone.photo(200_000, 5);
    let offline = std::iter::repeat_n(Weather::Fails(FailureClass::Offline), 200);
    phone.coordinator.file_weather([Weather::Cut(50_000)].into_iter().chain(offline));
    assert!(!phone.sync(30).await.completed);
    phone.coordinator.file_weather([]);
    phone.coordinator.expire_uploads();
    assert!(phone.sync(600).await.completed);
    assert_eq!(phone.coordinator.files(), [media]);
}

#[tokio::test(start_paused = true)]
async fn on_a_metered_network_the_original_waits_until_it_is_wanted() {
    let phone = Phone::enrolled().await;
    phone.outbox.set_network(Network::Metered);
    let (_, media) = phone.photo(200_000, 6);
    let summary = phone.sync(60).await;
    assert_eq!((summary.accepted, summary.media_stored, summary.media_left), (1, 0, 1));
    assert_eq!(summary.obstacle, Some(Obstacle::Held(HeldReason::Metered)));
    assert!(phone.store.write(|tx| tx.set_media_wish(media, true)).unwrap());
    assert!(phone.sync(60).await.completed);
    assert_eq!(phone.coordinator.files(), [media]);
}

#[tokio::test(start_paused = true)]
async fn a_held_photo_stays_until_it_is_wanted() {
    let phone = Phone::enrolled().await;
    let (_, media) = phone.photo(200_000, 7);
    assert!(phone.store.write(|tx| tx.set_media_wish(media, false)).unwrap());
    let summary = phone.sync(60).await;
    assert_eq!(summary.obstacle, Some(Obstacle::Held(HeldReason::Policy)));
    assert_eq!(phone.media_state(media), UploadState::Held { reason: HeldReason::Policy });
    assert!(phone.store.write(|tx| tx.set_media_wish(media, true)).unwrap());
    assert!(phone.sync(60).await.completed);
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_never_passes_keeps_no_record_waiting() {
    let phone = Phone::enrolled().await;
    phone.photo(200_000, 8);
    phone
        .coordinator
        .weather([Weather::Fine].into_iter().chain((0..200).flat_map(|_| [Weather::Fine, Weather::Cut(1)])));
    let mut events = phone.outbox.subscribe();
    let outbox = Arc::clone(&phone.outbox);
    let running = tokio::spawn(async move { outbox.run().await });
    sleep(Duration::from_secs(30)).await;
    let hash = phone.note("numbers");
    phone.outbox.wake();
    let accepted = async { while events.recv().await.unwrap() != SyncEvent::Accepted(hash) {} };
    tokio::time::timeout(Duration::from_secs(5), accepted).await.expect("within seconds, whatever the photo does");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_continuous_run_that_cannot_go_on_says_so_at_once() {
    let phone = Phone::enrolled().await;
    phone
        .store
        .write(|tx| {
            tx.remove_meta(Meta::Credential)?;
            tx.remove_meta(Meta::EnrolmentRequest)
        })
        .unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), phone.outbox.run()).await;
    assert!(matches!(ended, Ok(Err(SyncError::Store(_)))), "{ended:?}");
}

fn weather() -> impl Strategy<Value = Weather> {
    prop_oneof![
        4 => Just(Weather::Fine),
        2 => prop::sample::select(FailureClass::ALL.to_vec()).prop_map(Weather::Fails),
        2 => Just(Weather::ResponseLost),
        1 => Just(Weather::Truncated),
        1 => Just(Weather::WrongReceiptKey),
        1 => Just(Weather::WrongRecord),
        1 => Just(Weather::Hangs),
        2 => (1_usize..200_000).prop_map(Weather::Cut),
        1 => Just(Weather::Altered),
        1 => prop::sample::select(vec![200_u16, 204, 302, 400, 401, 403, 404, 413, 421, 429, 500, 503, 520])
            .prop_map(|status| Weather::Instead(response(status, "text/html", b"<html>".to_vec()))),
    ]
}

/// 40 schedules by default; `KUAGER_SCHEDULES=100000` for a long night.
fn schedules() -> u32 {
    std::env::var("KUAGER_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(schedules()))]
    /// Invariants 1, 4 and 5: whatever the network does, and wherever a sync is cut off, in the end the coordinator
    /// holds every record once and the phone holds a receipt for each.
    #[test]
    fn everything_arrives_once(
        storm in prop::collection::vec(weather(), 0..25),
        cuts in prop::collection::vec(0_u64..3_000, 0..8),
        notes in 1_usize..12,
        photos in 0_u8..3,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let phone = Phone::new();
            phone.coordinator.file_weather(storm.iter().rev().cloned());
            phone.coordinator.weather(storm);
            let mut sealed = Vec::new();
            let mut files = Vec::new();
            for seed in 0..photos {
                let (record, media) = phone.photo(100_000 + usize::from(seed) * 70_000, seed);
                sealed.push(record);
                files.push(media);
            }
            for number in 0..notes {
                sealed.push(phone.note(&number.to_string()));
                if let Some(cut) = cuts.get(number) {
                    // Dropped in the middle, wherever that is.
                    let _ = tokio::time::timeout(Duration::from_millis(*cut), phone.sync(600)).await;
                }
            }
            phone.coordinator.weather([]);
            phone.coordinator.file_weather([]);
            // A day is enough for every wait there is.
            let mut summary = phone.sync(86_400).await;
            for _ in 0..3 {
                if !summary.completed {
                    summary = phone.sync(86_400).await;
                }
            }
            prop_assert!(summary.completed, "{summary:?}");
            let mut arrived = phone.coordinator.records();
            arrived.sort();
            sealed.sort();
            prop_assert_eq!(arrived, sealed);
            let mut stored = phone.coordinator.files();
            stored.sort();
            files.sort();
            prop_assert_eq!(stored, files);
            let rows = phone.store.read(|tx| tx.queue()).unwrap();
            prop_assert!(rows.iter().all(|row| row.state == State::Accepted), "{rows:?}");
            let receipts = phone.store.read(|tx| tx.statements()).unwrap().len();
            prop_assert_eq!(receipts, notes + usize::from(photos));
            prop_assert_eq!(phone.journal.verify(phone.coordinator.deployment()).unwrap().faults, []);
            Ok(())
        })?;
    }
}

#[path = "network_tests.rs"]
mod network;

#[path = "successor_tests.rs"]
mod successors;

#[path = "restored_tests.rs"]
mod restored;
