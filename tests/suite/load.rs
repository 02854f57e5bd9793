//! An honest phone while others attack: the real program as a process of its own, the real core, and attackers who have
//! everything that a stranger or an observer can have.
//!
//! **The one test with a time in it.** That a record is receipted within two seconds, whatever others do, is a promise and not a
//! measure of how fast something is. Machines that run tests are slow, so what the phone takes while nobody attacks is measured
//! first, here and now, and the bound is eight times the longest of that, or two seconds, whichever is more. Attackers share
//! one thread: they send what one core can.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use kuager_coordinator::testing::{Fixture, claiming_png, key, noise};
use kuager_core::transport::http::HttpTransport;
use kuager_core::transport::{Call, Method, Patch, Response, Transport};
use kuager_testing::{LONG, Phone};
use kuager_tests::served::{Served, free_address, get, phone, post, set_clock};
use kuager_wire::ids::{InviteToken, Kid, PublicKey, RecordHash};
use kuager_wire::record::{Body, Record, RecordKind, SeqRange};
use kuager_wire::sync::{COSE_TYPE, MEDIA_PATH, RecordsAnswer, SEQUENCE_TYPE, Upload};
use kuager_wire::{canonical, limits};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// What an honest record takes at most, on a machine that is fast enough for it.
const PROMISE: Duration = Duration::from_secs(2);
/// Records that the honest phone seals during each attack, at least.
const RECORDS: usize = 5;
/// Rounds that each attack gets, at least: so many that thousands of gaps are stated.
const LEAST: u64 = 40;
/// Rounds of an attack at most: it ends by itself, whatever happens.
const ROUNDS: u64 = 4000;
/// Workers of each attack.
const WORKERS: u64 = 3;
/// Bytes that a device may have begun and not finished, and bytes of one piece that an attacker sends.
const UNFINISHED: u64 = 8 << 20;
const PIECE: usize = 1 << 20;

/// What attackers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attack {
    /// Statements that more numbers are lost than there are.
    Lost,
    /// Thousands of statements about gaps, and then the first record.
    Gaps,
    /// One phone fills the disk: unfinished files, long notes.
    Disk,
    /// Enrolments and records of keys that nobody knows, and rubbish.
    Strangers,
    /// Pictures that are small as files and large as pictures.
    Bombs,
    /// Connections that say nothing, and some that once said something.
    Idle,
    /// More requests than anybody needs.
    Requests,
    /// Names as long as a record.
    Names,
    /// Records that continue nothing, and many under one number.
    Forks,
    /// Files of others, listed by their hashes.
    Hashes,
}

const ALL: [Attack; 10] = [
    Attack::Lost,
    Attack::Gaps,
    Attack::Disk,
    Attack::Strangers,
    Attack::Bombs,
    Attack::Idle,
    Attack::Requests,
    Attack::Names,
    Attack::Forks,
    Attack::Hashes,
];

impl Attack {
    /// The device that attacks, where it takes one.
    fn device(self) -> u8 {
        100 + self as u8
    }
}

/// The file of another device, whose hash everybody knows.
fn known_file() -> Vec<u8> {
    kuager_testing::files::photo(40_000, 7)
}

/// What attackers share.
struct Attackers {
    fixture: Fixture,
    served: Served,
    stop: AtomicBool,
    rounds: AtomicU64,
    answered: AtomicU64,
}

fn kid(seed: u8) -> Kid {
    PublicKey::from(&key(seed)).kid()
}

impl Attackers {
    /// One after the other does one thing after the other, until it is enough.
    async fn work(self: Arc<Self>, attack: Attack, worker: u64) {
        let client = self.served.client(&self.fixture.deployment);
        // Who is enrolled has a pass, and is not slowed down with strangers.
        if !matches!(attack, Attack::Strangers | Attack::Requests | Attack::Idle) {
            client.use_pass(&self.fixture.app.signer.passes.device(kid(attack.device())));
        }
        let mut kept = Kept::default();
        for round in 0..ROUNDS {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            self.round(attack, &client, round * WORKERS + worker, &mut kept).await;
            self.rounds.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    }

    async fn round(&self, attack: Attack, client: &HttpTransport, number: u64, kept: &mut Kept) {
        let fixture = &self.fixture;
        let device = attack.device();
        let sign = |record: &Record| fixture.sign(device, record);
        let lost = |seq, first, last| Record {
            kind: RecordKind::GapStatement,
            body: Body { lost: Some(SeqRange { first, last }), ..Body::default() },
            ..fixture.record(seq, "")
        };
        // As no honest phone would sign it.
        let unchecked =
            |record: &Record| fixture.sign_payload(device, &canonical::encode(record, limits::RECORD).unwrap());
        match attack {
            Attack::Lost => {
                let largest = limits::NUMBER - 1 - number;
                let records = [
                    unchecked(&lost(9 + number, 0, u64::MAX)),
                    unchecked(&lost(u64::MAX, 0, u64::MAX - 1)),
                    unchecked(&lost(9 + number, 0, 1 << 62)),
                    sign(&lost(largest, 0, largest - 1)),
                ];
                self.records(client, &records).await;
            }
            Attack::Gaps => {
                let first = 1 + number * 256;
                let mut records: Vec<_> = (first..first + 255).map(|seq| sign(&lost(seq, 0, seq - 1))).collect();
                records.truncate(limits::BATCH / records[0].len() - 1);
                if first > 8192 {
                    records.push(sign(&fixture.record(0, "the first one at last")));
                }
                self.records(client, &records).await;
            }
            Attack::Disk => {
                let files: Vec<Vec<u8>> = (0..32).map(|n| noise(64, number * 32 + n)).collect();
                let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
                let mut record = fixture.with_files(fixture.record(number, &"ұ".repeat(12_000)), &files);
                for attachment in record.attachments.iter_mut().flatten() {
                    attachment.size = limits::MEDIA_DEFAULT - 1;
                }
                for upload in self.list(client, &sign(&record)).await.into_iter().take(2) {
                    self.patch(client, &upload.path, noise(PIECE, number)).await;
                }
            }
            Attack::Strangers => {
                let stranger = u8::try_from(150 + number % 100).unwrap();
                let token = InviteToken(noise(16, number).try_into().unwrap());
                self.call(client, post("/v1/enrolments", COSE_TYPE, fixture.enrolment(stranger, token))).await;
                let records: Vec<_> = (0..20).map(|n| fixture.sign(stranger, &fixture.record(n, "a"))).collect();
                self.records(client, &records).await;
                self.records(client, &[noise(2000, number), vec![0; 255]]).await;
            }
            Attack::Bombs => {
                let mut bomb = match number % 3 {
                    0 => claiming_png(30_000, 30_000, 1, 0, 120_000),
                    1 => claiming_png(8_000, 8_000, 16, 6, 600_000),
                    _ => claiming_png(60_000, 60_000, 8, 6, 5_000),
                };
                bomb.extend(number.to_be_bytes());
                let record = fixture.with_files(fixture.record(number, "a picture"), &[&bomb]);
                for upload in self.list(client, &sign(&record)).await {
                    self.patch(client, &upload.path, bomb.clone()).await;
                }
            }
            Attack::Idle if kept.silent.len() < 60 => {
                if let Ok(stream) = TcpStream::connect(self.served.address).await {
                    kept.silent.push(stream);
                }
                let spoken = self.served.client(&fixture.deployment);
                self.call(&spoken, get("/v1/health")).await;
                kept.spoken.push(spoken);
            }
            Attack::Idle => {
                // Whoever was closed comes back.
                kept.silent.remove(0);
                kept.spoken.remove(0);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Attack::Requests => {
                for path in ["/v1/genesis", "/v1/packs/latest", "/v1/delegations", "/nothing"] {
                    self.call(client, get(path)).await;
                }
            }
            Attack::Names => {
                let station = Some("9".repeat(45_000));
                self.records(client, &[unchecked(&Record { station, ..fixture.record(number, "") })]).await;
                let station = Some(format!("{number} {}", "ұ".repeat(200)));
                self.records(client, &[sign(&Record { station, ..fixture.record(number, "") })]).await;
            }
            Attack::Forks => {
                let prev = |n: u64| RecordHash(noise(32, number * 256 + n).try_into().unwrap());
                let mut records: Vec<_> = (0..60)
                    .map(|n| {
                        sign(&Record { prev: prev(n), ..fixture.record(1 + number * 60 + n, "continues nothing") })
                    })
                    .collect();
                let fork = |n: u64| sign(&fixture.record(0, &format!("one of many {number} {n}")));
                records.extend((0..60).map(fork));
                self.records(client, &records).await;
            }
            Attack::Hashes => {
                let known = known_file();
                let record = fixture.with_files(fixture.record(number, "somebody else's"), &[&known]);
                for upload in self.list(client, &sign(&record)).await {
                    assert_eq!(upload.receipt, None, "a hash is not a file");
                    let token = upload.path.strip_prefix(MEDIA_PATH).unwrap();
                    assert!(!token.is_empty());
                    let at = Call { method: Method::Head, headers: tus(), ..get(&upload.path) };
                    let at = self.call(client, at).await;
                    assert!(at.is_none_or(|at| at.upload_offset.unwrap_or_default() == 0));
                    let receipt = self.call(client, get(&upload.path)).await;
                    assert!(receipt.is_none_or(|receipt| receipt.status != 200));
                }
            }
        }
    }

    async fn call(&self, client: &HttpTransport, call: Call) -> Option<Response> {
        let response = client.call(call).await.ok();
        self.answered.fetch_add(u64::from(response.is_some()), Ordering::SeqCst);
        response
    }

    async fn records(&self, client: &HttpTransport, records: &[Vec<u8>]) -> Option<RecordsAnswer> {
        let response = self.call(client, post("/v1/records", SEQUENCE_TYPE, records.concat())).await?;
        canonical::decode(&response.body, limits::ANSWER).ok()
    }

    /// Sends a record that lists files, and returns where they are to be uploaded.
    async fn list(&self, client: &HttpTransport, record: &[u8]) -> Vec<Upload> {
        let answer = self.records(client, &[record.to_vec()]).await;
        answer.and_then(|answer| answer.results.into_iter().next()?.uploads).unwrap_or_default()
    }

    async fn patch(&self, client: &HttpTransport, path: &str, bytes: Vec<u8>) {
        let length = bytes.len() as u64;
        let bytes = Box::pin(stream::iter([Ok(Bytes::from(bytes))]));
        let response = client.patch(Patch { path: path.to_owned(), offset: 0, length, bytes }).await;
        self.answered.fetch_add(u64::from(response.is_ok()), Ordering::SeqCst);
    }
}

fn tus() -> Vec<(&'static str, String)> {
    vec![("Tus-Resumable", "1.0.0".to_owned())]
}

/// Connections that somebody holds on to.
#[derive(Default)]
struct Kept {
    silent: Vec<TcpStream>,
    spoken: Vec<HttpTransport>,
}

/// Attacks that are under way, on a thread of their own.
struct Running(std::thread::JoinHandle<()>);

impl Running {
    /// Begins, and returns when each worker has done something.
    async fn begin(attackers: &Arc<Attackers>, attacks: &[Attack]) -> Self {
        attackers.stop.store(false, Ordering::SeqCst);
        let begun = attackers.rounds.load(Ordering::SeqCst);
        let (shared, attacks) = (Arc::clone(attackers), attacks.to_vec());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let work = attacks.iter().flat_map(|attack| {
                    (0..WORKERS).map(|worker| tokio::spawn(Arc::clone(&shared).work(*attack, worker)))
                });
                for work in work.collect::<Vec<_>>() {
                    work.await.unwrap();
                }
            });
        });
        while attackers.rounds.load(Ordering::SeqCst) < begun + 10 && !thread.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self(thread)
    }

    async fn end(self, attackers: &Attackers) {
        attackers.stop.store(true, Ordering::SeqCst);
        tokio::task::spawn_blocking(move || self.0.join()).await.unwrap().unwrap();
    }
}

/// Seals a record and has it delivered; how long it took.
async fn delivered(phone: &Phone, when: &str) -> Duration {
    let sealed = phone.checklist().hash;
    let begun = Instant::now();
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    let took = begun.elapsed();
    assert!(summary.completed && summary.accepted == 1, "{when}: {summary:?}");
    assert!(phone.observer.record(sealed).unwrap().receipt.is_some());
    took
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.path().is_dir() { size_of(&entry.path()) } else { entry.metadata().unwrap().len() })
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_record_is_receipted_in_two_seconds_whatever_others_do() {
    let fixture = Fixture::new();
    set_clock(&fixture);
    let data = fixture.deployment.dir().to_owned();
    std::fs::write(data.join("kuager.toml"), "[budgets]\nunfinished-mib = 8\n").unwrap();
    let logs = tempfile::tempdir().unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_test-coordinator"));
    // So few connections that those that only lie there would fill them.
    let served = Served::start(command, &data, free_address(), &logs.path().join("log"), &["--connections", "128"]);
    for attack in ALL {
        fixture.enrol(attack.device()).await;
    }
    let phone = phone(&fixture, served.address).await;
    let mut quiet = Vec::new();
    for _ in 0..RECORDS * 2 {
        quiet.push(delivered(&phone, "in peace").await);
    }
    // The first one enrols, too.
    let slowest = *quiet[1..].iter().max().unwrap();
    let bound = PROMISE.max(slowest * 8);
    eprintln!("in peace {slowest:?} at most; so the bound is {bound:?}");

    let attackers = Attackers {
        fixture,
        served,
        stop: AtomicBool::new(false),
        rounds: AtomicU64::new(0),
        answered: AtomicU64::new(0),
    };
    let attackers = Arc::new(attackers);
    // A file that somebody has delivered, for those who know its hash.
    let owner = attackers.served.client(&attackers.fixture.deployment);
    attackers.fixture.enrol(1).await;
    let listing = attackers.fixture.with_files(attackers.fixture.record(0, "the owner's"), &[&known_file()]);
    for upload in attackers.list(&owner, &attackers.fixture.sign(1, &listing)).await {
        attackers.patch(&owner, &upload.path, known_file()).await;
    }

    let mut together = ALL.map(|attack| vec![attack]).to_vec();
    together.push(ALL.to_vec());
    let (mut late, mut sealed) = (Vec::new(), quiet.len());
    for attacks in together {
        let name = if attacks.len() == 1 { format!("{:?}", attacks[0]) } else { "all at once".to_owned() };
        let before = attackers.answered.load(Ordering::SeqCst);
        let enough = attackers.rounds.load(Ordering::SeqCst) + LEAST * attacks.len() as u64;
        let running = Running::begin(&attackers, &attacks).await;
        let mut slowest = Duration::ZERO;
        let mut records = 0;
        while records < RECORDS || attackers.rounds.load(Ordering::SeqCst) < enough && !running.0.is_finished() {
            slowest = slowest.max(delivered(&phone, &name).await);
            records += 1;
        }
        sealed += records;
        running.end(&attackers).await;
        let answered = attackers.answered.load(Ordering::SeqCst) - before;
        eprintln!("{name}: {slowest:?} at most of {records}, {answered} requests of attackers answered meanwhile");
        assert!(answered > 0, "{name}: nobody attacked");
        if slowest > bound {
            late.push((name, slowest));
        }
    }
    assert_eq!(late, [], "the bound was {bound:?}");

    let attackers = Arc::into_inner(attackers).expect("all have ended");
    let Attackers { fixture, mut served, answered, .. } = attackers;
    assert!(served.runs());
    let health = served.health(&fixture.deployment).await;
    assert_eq!((&health["ok"], &health["writer"]["waiting"]), (&true.into(), &0.into()), "{health}");
    let (log, requests) = (served.log(), answered.into_inner());
    let (memory, files) = (served.most_memory(), size_of(&data.join("media")));
    eprintln!(
        "{requests} requests, {} lines of log, {memory} KiB of memory, {files} bytes of files",
        log.lines().count()
    );
    assert!(!log.contains("panicked") && !log.contains(" ERROR "), "{log}");
    assert!(memory < 600 * 1024, "{memory} KiB");
    assert_eq!(phone.observer.verify().unwrap().faults, []);
    assert_eq!(phone.observer.records().unwrap().len(), sealed);
    // Of what strangers can cause, 20 lines a minute of each kind are written, and as many at once.
    for line in ["a record is refused", "an enrolment is refused", "nothing new was received"] {
        let written = log.matches(line).count();
        assert!((1..200).contains(&written), "{written} times: {line}");
    }
    // What one device has begun and not finished, with a piece of each worker that was let in.
    assert!(size_of(&data.join("media/incoming")) <= UNFINISHED + WORKERS * PIECE as u64, "{files} bytes of files");
    served.stop().await;
}
