//! Uploads on disks that fail, and in any order of interruptions.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::stream;
use kuager_wire::ids::MediaHash;
use kuager_wire::receipt::MediaReceipt;
use kuager_wire::sync::MEDIA_PATH;
use kuager_wire::{cose, limits};
use proptest::prelude::*;

use super::store::{Incoming, LocalFiles, Object, ObjectError, ObjectStore};
use super::*;
use crate::app::App;
use crate::budgets::{Budgets, FileBudget};
use crate::clock::Clock;
use crate::deployment::Deployment;
use crate::intake::Intake;
use crate::ledger::UploadToken;
use crate::testing::{Fixture, kid, noise};

/// A disk with room for so many more bytes.
#[derive(Debug)]
struct SmallDisk {
    files: LocalFiles,
    room: Arc<AtomicI64>,
}

#[derive(Debug)]
struct SmallFile {
    file: Box<dyn Incoming>,
    room: Arc<AtomicI64>,
}

impl ObjectStore for SmallDisk {
    fn incoming(&self, token: UploadToken) -> Result<Box<dyn Incoming>, ObjectError> {
        Ok(Box::new(SmallFile { file: self.files.incoming(token)?, room: Arc::clone(&self.room) }))
    }

    fn discard(&self, token: UploadToken) -> Result<(), ObjectError> {
        self.files.discard(token)
    }

    fn arrived(&self, token: UploadToken) -> Result<u64, ObjectError> {
        self.files.arrived(token)
    }

    fn waiting(&self) -> Result<Vec<UploadToken>, ObjectError> {
        self.files.waiting()
    }

    fn put(&self, bytes: &[u8]) -> Result<MediaHash, ObjectError> {
        self.files.put(bytes)
    }

    fn room(&self) -> Result<u64, ObjectError> {
        self.files.room()
    }

    fn open(&self, media: MediaHash) -> Result<Option<Object>, ObjectError> {
        self.files.open(media)
    }
}

impl Incoming for SmallFile {
    fn durable(&self) -> u64 {
        self.file.durable()
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        let size = i64::try_from(bytes.len()).expect("small");
        if self.room.fetch_sub(size, Ordering::SeqCst) < size {
            self.room.fetch_add(size, Ordering::SeqCst);
            return Err(ObjectError::Full);
        }
        self.file.append(bytes)
    }

    fn truncate(&mut self, size: u64) -> Result<(), ObjectError> {
        self.file.truncate(size)
    }

    fn hash(&mut self) -> Result<MediaHash, ObjectError> {
        self.file.hash()
    }

    fn keep(self: Box<Self>, media: MediaHash) -> Result<(), ObjectError> {
        self.file.keep(media)
    }
}

/// How a request ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Whole,
    Cut,
}

type Chunks = stream::Iter<std::vec::IntoIter<Result<Vec<u8>, ()>>>;

fn part(bytes: &[u8], offset: u64, end: End) -> Part<Chunks> {
    let mut chunks: Vec<_> = bytes.chunks(10_000).map(|chunk| Ok(chunk.to_vec())).collect();
    if matches!(end, End::Cut) {
        chunks.push(Err(()));
    }
    Part { offset, announced: None, checksum: None, body: stream::iter(chunks), idle: Duration::from_secs(5) }
}

fn at(offset: u64) -> usize {
    usize::try_from(offset).expect("small")
}

async fn list(fixture: &Fixture, file: &[u8]) -> UploadToken {
    fixture.enrol(1).await;
    fixture.list(1, 0, &[file]).await[0].path[MEDIA_PATH.len()..].parse().expect("a token")
}

async fn receipt(media: &Media, fixture: &Fixture, token: UploadToken) -> MediaReceipt {
    let bytes = media.receipt(token).await.expect("works").expect("is held");
    cose::open(&bytes, fixture.deployment.id(), &fixture.deployment.genesis().receipt_key).expect("verifies")
}

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let fixture = Fixture::new();
    let photo = noise(200_000, 1);
    let token = list(&fixture, &photo).await;
    let room = Arc::new(AtomicI64::new(100_000));
    let files = LocalFiles::open(&fixture.deployment.media_dir(), 0).expect("opens");
    let disk = Arc::new(SmallDisk { files, room: Arc::clone(&room) });
    let media = Arc::new(Media::with_store(fixture.app.clone(), disk, MediaPolicy::default()));
    let full = media.add(token, part(&photo, 0, End::Whole)).await;
    assert_eq!(full, Err(UploadError::Store(ObjectError::Full)));
    let offset = media.progress(token).await.expect("works").offset;
    assert_eq!(offset, 3 * limits::MEDIA_STEP as u64, "what fitted is there");
    let full = media.add(token, part(&photo[at(offset)..], offset, End::Whole)).await;
    assert_eq!(full, Err(UploadError::Store(ObjectError::Full)));
    assert_eq!(media.progress(token).await.expect("works").offset, offset);
    room.store(1 << 20, Ordering::SeqCst);
    media.add(token, part(&photo[at(offset)..], offset, End::Whole)).await.expect("there is room now");
    assert_eq!(receipt(&media, &fixture, token).await.media, MediaHash::of(&photo));
}

#[tokio::test]
async fn the_last_room_is_kept_for_records() {
    let fixture = Fixture::new();
    let photo = noise(1000, 1);
    let token = list(&fixture, &photo).await;
    let policy = MediaPolicy { reserve: 1 << 60, ..MediaPolicy::default() };
    let media = Arc::new(Media::open(fixture.app.clone(), policy).expect("opens"));
    let full = media.add(token, part(&photo, 0, End::Whole)).await;
    assert_eq!(full, Err(UploadError::Store(ObjectError::Full)));
    let answer = fixture.send(&[fixture.sign(1, &fixture.record(1, "still accepted"))]).await;
    assert!(answer.results[0].receipt.is_some());
    let store = LocalFiles::open(&fixture.deployment.media_dir(), 1 << 60).expect("opens");
    assert_eq!(store.put(&photo), Err(ObjectError::Full));
}

/// What a kill leaves behind at the two moments between the last byte and the receipt.
#[tokio::test]
async fn a_kill_between_the_last_byte_and_the_receipt_is_repaired() {
    let fixture = Fixture::new();
    let photo = noise(50_000, 1);
    let token = list(&fixture, &photo).await;
    let store = LocalFiles::open(&fixture.deployment.media_dir(), 0).expect("opens");
    // All bytes are there, and nobody has judged them.
    store.incoming(token).expect("opens").append(&photo).expect("works");
    let progress = fixture.media.progress(token).await.expect("works");
    assert_eq!((progress.offset, progress.length), (50_000, 50_000));
    assert_eq!(receipt(&fixture.media, &fixture, token).await.kid, kid(1));

    // The file is in its place, and the ledger does not know.
    let other = Fixture::new();
    let token = list(&other, &photo).await;
    let store = LocalFiles::open(&other.deployment.media_dir(), 0).expect("opens");
    let mut incoming = store.incoming(token).expect("opens");
    incoming.append(&photo).expect("works");
    incoming.keep(MediaHash::of(&photo)).expect("works");
    assert_eq!(other.media.progress(token).await.expect("works").offset, 50_000);
    assert_eq!(receipt(&other.media, &other, token).await.size, 50_000);
    assert_eq!(store.waiting(), Ok(Vec::new()));
}

/// The files are newer than the ledger: it was restored from a backup.
#[tokio::test]
async fn what_a_restored_ledger_does_not_know_is_delivered_again() {
    let fixture = Fixture::new();
    let photo = noise(50_000, 1);
    let store = LocalFiles::open(&fixture.deployment.media_dir(), 0).expect("opens");
    store.put(&photo).expect("works");
    let token = list(&fixture, &photo).await;
    assert_eq!(fixture.media.progress(token).await.expect("works").offset, 0);
    fixture.media.add(token, part(&photo, 0, End::Whole)).await.expect("is delivered");
    assert_eq!(receipt(&fixture.media, &fixture, token).await.media, MediaHash::of(&photo));
    assert_eq!(store.waiting(), Ok(Vec::new()));
}

/// What lies under a name and is not what the name says gives way to what is.
#[tokio::test]
async fn a_damaged_file_is_healed_by_the_next_delivery() {
    let fixture = Fixture::new();
    let photo = noise(50_000, 1);
    let store = LocalFiles::open(&fixture.deployment.media_dir(), 0).expect("opens");
    let name = MediaHash::of(&photo).to_string();
    let place = fixture.deployment.media_dir().join("objects").join(&name[..2]);
    std::fs::create_dir(&place).expect("works");
    std::fs::write(place.join(&name), &photo[..10_000]).expect("works");
    let token = list(&fixture, &photo).await;
    fixture.media.add(token, part(&photo, 0, End::Whole)).await.expect("is delivered");
    assert_eq!(store.open(MediaHash::of(&photo)).expect("opens").map(|object| object.size), Some(50_000));
}

#[tokio::test]
async fn another_process_is_not_written_into() {
    let fixture = Fixture::new();
    let photo = noise(1000, 1);
    let token = list(&fixture, &photo).await;
    let store = LocalFiles::open(&fixture.deployment.media_dir(), 0).expect("opens");
    let other = store.incoming(token).expect("opens");
    let busy = fixture.media.add(token, part(&photo, 0, End::Whole)).await;
    assert_eq!(busy, Err(UploadError::Store(ObjectError::Busy)));
    drop(other);
    fixture.media.add(token, part(&photo, 0, End::Whole)).await.expect("is free now");
}

#[tokio::test]
async fn the_sweep_clears_what_belongs_to_nobody() {
    let fixture = Fixture::new();
    let (photo, waiting) = (noise(1000, 1), noise(2000, 2));
    let token = list(&fixture, &photo).await;
    let unfinished = fixture.list(1, 1, &[&waiting]).await[0].path[MEDIA_PATH.len()..].parse().expect("a token");
    fixture.media.add(token, part(&photo, 0, End::Whole)).await.expect("is held");
    let store = LocalFiles::open(&fixture.deployment.media_dir(), 0).expect("opens");
    for token in [token, unfinished, UploadToken([9; 16])] {
        store.incoming(token).expect("opens").append(&[1]).expect("works");
    }
    fixture.media.sweep().await.expect("works");
    assert_eq!(store.waiting(), Ok(vec![unfinished]));
}

#[tokio::test]
async fn a_request_nobody_waits_for_is_finished() {
    let fixture = Fixture::new();
    let photo = noise(100_000, 1);
    let token = list(&fixture, &photo).await;
    let (send, receive) = tokio::sync::mpsc::channel::<Result<Vec<u8>, Infallible>>(1);
    let body = stream::unfold(receive, |mut receive| async { receive.recv().await.map(|chunk| (chunk, receive)) });
    let part = Part { offset: 0, announced: None, checksum: None, body: Box::pin(body), idle: Duration::from_secs(5) };
    let media = Arc::clone(&fixture.media);
    let request = tokio::spawn(async move { media.add(token, part).await });
    send.send(Ok(photo[..60_000].to_vec())).await.expect("is taken");
    while fixture.media.arrived(token).await.expect("works") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    request.abort();
    send.send(Ok(photo[60_000..].to_vec())).await.expect("is still taken");
    drop(send);
    fixture.media.settle(Duration::from_secs(5)).await;
    assert_eq!(receipt(&fixture.media, &fixture, token).await.media, MediaHash::of(&photo));
}

#[tokio::test]
async fn a_lost_secret_changes_no_address() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    let (photo, other) = (noise(1000, 1), noise(1000, 2));
    let token = list(&fixture, &photo).await;
    let secret = fixture.deployment.dir().join("keys/upload.secret");
    let mode = std::fs::metadata(&secret).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    std::fs::remove_file(&secret).expect("works");
    let deployment = Deployment::open(fixture.deployment.dir()).expect("opens");
    let clock = Arc::clone(&fixture.clock) as Arc<dyn Clock>;
    let app = App::with_ledger(deployment, fixture.ledger.clone(), clock).expect("makes another one");
    assert_ne!(app.signer.uploads.token(kid(1), MediaHash::of(&photo)), token);
    let intake = Intake::new(app.clone());
    let record = fixture.with_files(fixture.record(1, "again"), &[&photo, &other]);
    let answer = intake.receive(fixture.sign(1, &record)).await.expect("is answered");
    let paths: Vec<_> = answer.results[0].uploads.iter().flatten().map(|upload| upload.path.clone()).collect();
    let new = app.signer.uploads.token(kid(1), MediaHash::of(&other));
    assert_eq!(paths, [format!("{MEDIA_PATH}{token}"), format!("{MEDIA_PATH}{new}")]);
}

/// The coordinator of a fixture, with little for each device.
fn frugal(fixture: &Fixture) -> Arc<Media> {
    let files = FileBudget { bytes_per_day: 100_000, unfinished: 2, wrong_per_day: 1, ..FileBudget::default() };
    let app = App { budgets: Budgets { files, ..Budgets::default() }, ..fixture.app.clone() };
    Arc::new(Media::open(app, MediaPolicy { reserve: 0, ..MediaPolicy::default() }).expect("opens"))
}

fn token_of(upload: &kuager_wire::sync::Upload) -> UploadToken {
    upload.path[MEDIA_PATH.len()..].parse().expect("a token")
}

#[tokio::test]
async fn a_device_over_its_budget_waits_and_the_others_do_not() {
    let fixture = Fixture::new();
    for seed in [1, 2] {
        fixture.enrol(seed).await;
    }
    let files: Vec<_> = (0..3).map(|seed| noise(60_000, seed)).collect();
    let refs: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let uploads = fixture.list(1, 0, &refs).await;
    let other = token_of(&fixture.list(2, 0, &refs[..1]).await[0]);
    let [one, two, three] = [0, 1, 2].map(|number| token_of(&uploads[number]));
    let spent = |spent| Err(UploadError::Spent(spent));
    let mut media = frugal(&fixture);
    for (token, file) in [(one, &files[0]), (two, &files[1])] {
        assert_eq!(media.add(token, part(&file[..40_000], 0, End::Cut)).await, Err(UploadError::Broken));
    }
    for _ in 0..2 {
        assert_eq!(media.progress(three).await, spent(Spent::Unfinished), "it is said before anything is sent");
        assert_eq!(media.add(three, part(&files[2], 0, End::Whole)).await, spent(Spent::Unfinished));
        // What is unfinished is counted from the folder after a restart.
        media = frugal(&fixture);
    }
    media.add(one, part(&files[0][40_000..], 40_000, End::Whole)).await.expect("what is begun goes on");
    assert_eq!(media.progress(two).await, spent(Spent::Day));
    media.add(other, part(&files[0], 0, End::Whole)).await.expect("others have budgets of their own");
    fixture.clock.set(fixture.clock.now_ms() + 24 * 60 * 60 * 1000);
    media.add(two, part(&files[1][40_000..], 40_000, End::Whole)).await.expect("another day");
    assert_eq!(receipt(&media, &fixture, two).await.media, MediaHash::of(&files[1]), "nothing was lost");
}

#[tokio::test]
async fn wrong_files_use_up_a_budget_too() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let files = [noise(5000, 1), noise(5000, 2)];
    let uploads = fixture.list(1, 0, &[&files[0], &files[1]]).await;
    let media = frugal(&fixture);
    let wrong = media.add(token_of(&uploads[0]), part(&files[1], 0, End::Whole)).await;
    assert!(matches!(wrong, Err(UploadError::Mismatch(_))));
    let next = media.add(token_of(&uploads[1]), part(&files[1], 0, End::Whole)).await;
    assert_eq!(next, Err(UploadError::Spent(Spent::Wrong)));
}

/// What may happen to an upload.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Somebody asks how far it is.
    Head,
    /// So many bytes come, and the request ends well or is cut.
    Bytes(usize, bool),
    /// Bytes come for another place than the upload is at.
    Elsewhere(u64),
    /// The coordinator is killed: everything in memory is gone.
    Restart,
    /// The same with bytes in the file that were written and never synced.
    Unsynced(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let size = prop_oneof![
        0..100_usize,
        Just(limits::MEDIA_STEP - 1),
        Just(limits::MEDIA_STEP),
        Just(limits::MEDIA_STEP + 1),
        0..90_000_usize,
    ];
    prop_oneof![
        Just(Event::Head),
        (size, any::<bool>()).prop_map(|(size, cut)| Event::Bytes(size, cut)),
        any::<u64>().prop_map(Event::Elsewhere),
        Just(Event::Restart),
        (1..5000_usize).prop_map(Event::Unsynced),
    ]
}

async fn survives(events: Vec<Event>, size: usize) {
    let fixture = Fixture::new();
    let photo = noise(size, 7);
    let token = list(&fixture, &photo).await;
    let mut media = Arc::clone(&fixture.media);
    let mut known = 0;
    for event in events {
        let offset = media.progress(token).await.expect("works").offset;
        assert!(offset >= known, "what was there is there: {offset} < {known}");
        known = offset;
        match event {
            Event::Head => {}
            Event::Bytes(count, cut) => {
                let bytes = &photo[at(offset)..(at(offset) + count).min(size)];
                let end = if cut { End::Cut } else { End::Whole };
                match media.add(token, part(bytes, offset, end)).await {
                    Ok(_) | Err(UploadError::Broken) => {}
                    Err(other) => panic!("{other}"),
                }
                known = offset + bytes.len() as u64;
            }
            Event::Elsewhere(wrong) if wrong == offset => {}
            Event::Elsewhere(wrong) => {
                let refused = media.add(token, part(b"x", wrong, End::Whole)).await;
                assert_eq!(refused, Err(UploadError::WrongOffset(offset)));
            }
            Event::Restart | Event::Unsynced(_) => {
                if let Event::Unsynced(count) = event
                    && at(offset) < size
                {
                    use std::io::Write;
                    let path = fixture.deployment.media_dir().join("incoming").join(format!("{token}.part"));
                    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("opens");
                    let end = (at(offset) + count).min(size);
                    file.write_all(&photo[at(offset)..end]).expect("works");
                }
                let again = Media::open(fixture.app.clone(), MediaPolicy::default()).expect("opens");
                media = Arc::new(again);
            }
        }
    }
    let offset = media.progress(token).await.expect("works").offset;
    assert!(offset >= known);
    media.add(token, part(&photo[at(offset)..], offset, End::Whole)).await.expect("is held");
    let receipt = receipt(&media, &fixture, token).await;
    assert_eq!((receipt.media, receipt.size), (MediaHash::of(&photo), size as u64));
    let mut held = Vec::new();
    let object = media.object(MediaHash::of(&photo)).await.expect("works").expect("is there");
    { object }.bytes.read_to_end(&mut held).expect("reads");
    assert!(held == photo, "bit for bit");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_exact_file_arrives(events in prop::collection::vec(event(), 0..14), size in 1..200_000_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
        runtime.block_on(survives(events, size));
    }
}
