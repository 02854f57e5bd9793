//! What the tests of several modules share: a deployment on disk, an intake, devices, records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ed25519_dalek::Signer;
use kuager_pack::PackSource;
use kuager_wire::cose::{Purpose, Statement, external_aad};
use kuager_wire::enrolment::{Action, Attestation, Request, Succession};
use kuager_wire::ids::{BootId, Epoch, InviteToken, Kid, MediaHash, Nonce, PublicKey, RecordHash};
use kuager_wire::record::{Answers, Attachment, AttachmentRole, Body, ClockReading, FormRef, Record, RecordKind};
use kuager_wire::sync::{RecordsAnswer, Upload};
use kuager_wire::{SigningKey, cose};

use crate::app::App;
use crate::budgets::RecordBudget;
use crate::clock::Clock;
use crate::deployment::Deployment;
use crate::enrol::{self, InviteOptions, create_invite};
use crate::http::Config;
use crate::intake::Intake;
use crate::ledger::{Ledger, UploadToken};
use crate::media::{Media, MediaPolicy, Part};
use crate::setup::{InitOptions, init};

/// 19 March 2023, 10:00:00 in Astana (UTC+6 that year), 04:00:00 UTC.
pub const MORNING_MS: u64 = 1_679_198_400_000;

/// A clock that stands until it is moved.
#[derive(Debug, Default)]
pub struct TestClock(AtomicU64);

impl TestClock {
    /// Moves it.
    pub fn set(&self, now_ms: u64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now_ms())
    }
}

/// A deployment in a folder of its own, open.
pub struct Fixture {
    /// Removed with the fixture.
    pub _dir: tempfile::TempDir,
    /// The deployment.
    pub deployment: Deployment,
    /// Its ledger.
    pub ledger: Arc<dyn Ledger>,
    /// The deployment, open.
    pub app: App,
    /// Takes records in.
    pub intake: Arc<Intake>,
    /// Takes files in.
    pub media: Arc<Media>,
    /// What time it is.
    pub clock: Arc<TestClock>,
}

/// The signing key of the device with this number.
pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// The id of that key.
pub fn kid(seed: u8) -> Kid {
    PublicKey::from(&key(seed)).kid()
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

impl Fixture {
    /// A deployment of the built-in pack.
    ///
    /// # Panics
    /// When the machine has no room for one.
    pub fn new() -> Self {
        Self::of(PackSource::default())
    }

    /// A deployment in which devices may send as many records as there is room for.
    ///
    /// # Panics
    /// When the machine has no room for one.
    pub fn unbounded() -> Self {
        let mut fixture = Self::new();
        fixture.app.budgets.records = RecordBudget::UNBOUNDED;
        fixture.intake = Arc::new(Intake::new(fixture.app.clone()));
        fixture
    }

    /// A deployment of this pack.
    ///
    /// # Panics
    /// When the machine has no room for one, or the pack has mistakes.
    pub fn of(pack: PackSource) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(TestClock(AtomicU64::new(MORNING_MS)));
        let options = InitOptions { pack, clock: Arc::clone(&clock) as Arc<dyn Clock>, ..InitOptions::default() };
        let deployment = init(&dir.path().join("data"), options).expect("a deployment");
        let app = App::open(deployment.clone(), Arc::clone(&clock) as Arc<dyn Clock>).expect("opens");
        let intake = Arc::new(Intake::new(app.clone()));
        let media = Media::open(app.clone(), MediaPolicy::default()).expect("opens");
        Self { _dir: dir, deployment, ledger: app.ledger.clone(), app, intake, media: Arc::new(media), clock }
    }

    /// The same coordinator opened once more, as another process would, to be served and closed.
    ///
    /// # Panics
    /// When the machine has no room for it.
    pub fn config(&self, clock: Arc<dyn Clock>) -> Config {
        let app = App::open(self.deployment.clone(), clock).expect("opens");
        let media = Media::open(app.clone(), MediaPolicy::default()).expect("opens");
        Config::new(app, Arc::new(media))
    }

    /// What time it is.
    pub fn clock_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// What invites are made with.
    pub fn invite_options(&self) -> InviteOptions {
        InviteOptions::new("https://localhost:8443")
    }

    /// The token of a new invite.
    pub async fn invite(&self) -> InviteToken {
        create_invite(&self.app, self.invite_options()).await.expect("an invite").token
    }

    /// A device's signed request to be enrolled.
    pub fn enrolment(&self, seed: u8, token: InviteToken) -> Vec<u8> {
        self.enrolment_again(seed, token, None)
    }

    /// A device's signed request to be enrolled, with the credential it has.
    pub fn enrolment_again(&self, seed: u8, token: InviteToken, credential: Option<Vec<u8>>) -> Vec<u8> {
        self.enrolment_with(seed, token, credential, None)
    }

    /// A device's signed word that another one goes on for it.
    pub fn succession(&self, by: u8, of: u8) -> Vec<u8> {
        let succession = Succession { version: 1, public_key: PublicKey::from(&key(of)), wall_ms: 0 };
        cose::sign(&succession, self.deployment.id(), &key(by)).expect("signs")
    }

    /// A device's signed request to be enrolled, with the credential of the one it goes on for and that one's word.
    pub fn enrolment_with(
        &self,
        seed: u8,
        token: InviteToken,
        credential: Option<Vec<u8>>,
        succession: Option<Vec<u8>>,
    ) -> Vec<u8> {
        let request = Request {
            version: 1,
            action: Action::Enrol,
            wall_ms: 0,
            nonce: Nonce([1; 16]),
            public_key: Some(PublicKey::from(&key(seed))),
            token: Some(token),
            after: None,
            epoch: None,
            credential: credential.map(Into::into),
            succession: succession.map(Into::into),
            attestation: None,
        };
        cose::sign(&request, self.deployment.id(), &key(seed)).expect("signs")
    }

    /// A device's signed request to be enrolled, with what its platform says.
    pub fn enrolment_attested(&self, seed: u8, token: InviteToken, attestation: Attestation) -> Vec<u8> {
        let plain = self.enrolment(seed, token);
        let plain: Request = cose::Envelope::parse(&plain, Request::LIMIT)
            .and_then(|envelope| envelope.statement())
            .expect("just signed");
        let request = Request { attestation: Some(attestation), ..plain };
        cose::sign(&request, self.deployment.id(), &key(seed)).expect("signs")
    }

    /// A device's signed request for its messages, as phones made it before there were epochs.
    pub fn inbox_request(&self, seed: u8, nonce: u8, after: u64) -> Vec<u8> {
        self.inbox_request_in(None, seed, nonce, after)
    }

    /// A device's signed request for its messages, in this epoch.
    pub fn inbox_request_in(&self, epoch: Option<Epoch>, seed: u8, nonce: u8, after: u64) -> Vec<u8> {
        let request = Request {
            version: 1,
            action: Action::Inbox,
            wall_ms: 0,
            nonce: Nonce([nonce; 16]),
            public_key: None,
            token: None,
            after: Some(after),
            epoch,
            credential: None,
            succession: None,
            attestation: None,
        };
        cose::sign(&request, self.deployment.id(), &key(seed)).expect("signs")
    }

    /// Enrols a device with an invite of its own and returns its credential.
    pub async fn enrol(&self, seed: u8) -> Vec<u8> {
        let request = self.enrolment(seed, self.invite().await);
        enrol::enrol(&self.app, request).await.expect("works").expect("is accepted")
    }

    /// A note, valid in this deployment.
    pub fn record(&self, seq: u64, text: &str) -> Record {
        Record {
            version: 1,
            kind: RecordKind::Note,
            seq,
            prev: if seq == 0 { RecordHash::chain_start(self.deployment.id()) } else { RecordHash([9; 32]) },
            clock: ClockReading { wall_ms: 1_679_198_000_000, monotonic_ms: 5000, boot_id: BootId([3; 16]), flags: 0 },
            checkpoint: None,
            form: None,
            station: None,
            body: Body { text: Some(text.to_owned()), ..Body::default() },
            attachments: None,
            supersedes: None,
            location: None,
            training: None,
        }
    }

    /// A turnout report from a station.
    pub fn turnout(&self, seq: u64, station: &str) -> Record {
        let answers: Answers = [("hour", "10".into()), ("told", 120.into())].into_iter().collect();
        Record {
            kind: RecordKind::Turnout,
            form: Some(FormRef { pack: self.deployment.latest_pack().hash, form: "turnout".to_owned() }),
            station: Some(station.to_owned()),
            body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
            ..self.record(seq, "")
        }
    }

    /// A record that lists these files as originals.
    pub fn with_files(&self, record: Record, files: &[&[u8]]) -> Record {
        let original = |bytes: &&[u8]| Attachment {
            hash: MediaHash::of(bytes),
            size: bytes.len() as u64,
            mime: "image/jpeg".to_owned(),
            role: AttachmentRole::Original,
            of: None,
            source: None,
            claims: None,
            label: None,
        };
        Record { attachments: Some(files.iter().map(original).collect()), ..record }
    }

    /// Sends a note of a device that lists these files, and returns where they are to be uploaded.
    pub async fn list(&self, seed: u8, seq: u64, files: &[&[u8]]) -> Vec<Upload> {
        let record = self.sign(seed, &self.with_files(self.record(seq, "with files"), files));
        let mut answer = self.send(&[record]).await;
        answer.results.remove(0).uploads.expect("lists files")
    }

    /// Signs a record as a device.
    pub fn sign(&self, seed: u8, record: &Record) -> Vec<u8> {
        cose::sign(record, self.deployment.id(), &key(seed)).expect("signs")
    }

    /// Properly signs any payload as a device, also one that no honest phone would.
    ///
    /// # Panics
    /// When there is no memory.
    pub fn sign_payload(&self, seed: u8, payload: &[u8]) -> Vec<u8> {
        let protected = [&[0xa2, 0x01, 0x27, 0x04, 0x50], kid(seed).0.as_slice()].concat();
        let aad = external_aad(Purpose::Record, self.deployment.id());
        let mut signed = minicbor::Encoder::new(Vec::new());
        signed.array(4).and_then(|cbor| cbor.str("Signature1")).expect("writes to memory");
        signed
            .bytes(&protected)
            .and_then(|cbor| cbor.bytes(&aad))
            .and_then(|cbor| cbor.bytes(payload))
            .expect("writes");
        let signature = key(seed).sign(&signed.into_writer()).to_bytes();
        let mut statement = minicbor::Encoder::new(vec![0xd2]);
        statement.array(4).and_then(|cbor| cbor.bytes(&protected)).and_then(|cbor| cbor.map(0)).expect("writes");
        statement.bytes(payload).and_then(|cbor| cbor.bytes(&signature)).expect("writes to memory");
        statement.into_writer()
    }

    /// Sends records and returns the answer.
    pub async fn send(&self, records: &[Vec<u8>]) -> RecordsAnswer {
        self.intake.receive(records.concat()).await.expect("is answered")
    }
}

/// Bytes that do not repeat, the same for the same seed.
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(size).collect()
}

/// The chance that pictures are made of. How alike two pictures are was measured on these, and other numbers make other
/// pictures; so they stay what they were, beside the generator that all other tests have.
pub fn grain(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(&mut next).take(size).collect()
}

/// A PNG that claims this size, depth and kind of colour, with nothing behind it but zeros: what it costs is decoding it.
#[must_use]
pub fn claiming_png(width: u32, height: u32, depth: u8, colour: u8, size: usize) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let mut file = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &sides, &[depth, colour, 0, 0, 0]].concat();
    file.resize(size, 0);
    file
}

/// Brings a whole file over, as a device does.
///
/// # Panics
/// When it is not accepted.
pub async fn deliver(media: &Arc<Media>, token: UploadToken, bytes: &[u8]) {
    let body = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(bytes.to_vec())]);
    let part = Part { offset: 0, announced: None, checksum: None, body: Box::pin(body), idle: Duration::from_secs(60) };
    media.add(token, part).await.expect("arrives");
    media.receipt(token).await.expect("works").expect("has a receipt");
}
