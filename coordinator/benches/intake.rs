//! How much of the machine's own signature rate is left when records are not only verified but stored and receipted.
//!
//! Both rates are measured in one run on the same two threads, so that their ratio means something on any machine:
//! `verify_strict` alone, and the whole intake (split, verify, sign the receipt, SQLite file with `synchronous=FULL`).
//! The budget is a ratio of at least 0.5.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use futures_util::StreamExt;
use kuager_coordinator::clock::{Clock, SystemClock};
use kuager_coordinator::enrol::{self, create_invite};
use kuager_coordinator::intake::Intake;
use kuager_coordinator::{App, Deployment, InitOptions, InviteOptions, Ledger, SqliteLedger, init};
use kuager_pack::SimulatedObserver;
use kuager_wire::cose;
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::ids::{Nonce, PublicKey};

const THREADS: usize = 2;
const DEVICES: u64 = 64;
const DAYS: usize = 48;
/// Pairs of measurements the ratio is taken from.
const PAIRS: usize = 9;
const RECORDS: u64 = DEVICES * 8 * DAYS as u64;

/// Runs `work` on every thread at once and returns how long the slowest took.
fn on_threads(work: impl Fn(usize) + Sync) -> Duration {
    let clock = SystemClock::default();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
    clock.elapsed()
}

/// What a signature is checked over: as long as a typical record's.
fn signatures() -> Vec<(VerifyingKey, Vec<u8>, Signature)> {
    let mut random = fastrand::Rng::with_seed(1);
    let sign = |_| {
        let mut secret = [0; 32];
        random.fill(&mut secret);
        let key = SigningKey::from_bytes(&secret);
        let message: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(5 * 64).collect();
        let signature = key.sign(&message);
        (key.verifying_key(), message, signature)
    };
    (0..16_384).map(sign).collect()
}

struct Uploads {
    bodies: Vec<Vec<u8>>,
    keys: Vec<SigningKey>,
}

/// Every device's days, each day an upload, the devices taking turns.
fn uploads(deployment: &Deployment) -> Uploads {
    let signed = deployment.latest_pack();
    let observer = |seed| SimulatedObserver::new(&signed.pack, signed.hash, deployment.id(), seed);
    let mut observers: Vec<_> = (0..DEVICES).map(observer).collect();
    let keys = observers.iter().map(|observer| observer.key().clone()).collect();
    // A phone that was offline sends several days' worth in one upload.
    let rounds = DAYS / 4;
    let mut bodies = Vec::new();
    for _ in 0..rounds {
        for observer in &mut observers {
            bodies.push((0..4).flat_map(|_| observer.seal_day()).flatten().collect());
        }
    }
    Uploads { bodies, keys }
}

async fn enrol(app: &App, key: &SigningKey) {
    let invite = create_invite(app, InviteOptions::new("https://localhost")).await.expect("an invite");
    let request = Request {
        version: 1,
        action: Action::Enrol,
        wall_ms: 0,
        nonce: Nonce([0; 16]),
        public_key: Some(PublicKey::from(key)),
        token: Some(invite.token),
        after: None,
        epoch: None,
        credential: None,
        succession: None,
        attestation: None,
    };
    let request = cose::sign(&request, app.deployment.id(), key).expect("signs");
    enrol::enrol(app, request).await.expect("works").expect("is accepted");
}

/// One run over a fresh database; only the uploads are timed.
async fn run(deployment: &Deployment, uploads: &Uploads) -> Duration {
    let dir = tempfile::tempdir().expect("a folder");
    let ledger = SqliteLedger::open(&dir.path().join("ledger.db")).expect("opens");
    let clock = Arc::new(SystemClock::default());
    let app = App::with_ledger(deployment.clone(), Arc::new(ledger.clone()), clock).expect("opens");
    let intake = Arc::new(Intake::new(app.clone()));
    for key in &uploads.keys {
        enrol(&app, key).await;
    }
    let bodies = uploads.bodies.clone();
    let clock = SystemClock::default();
    let mut answers = futures_util::stream::iter(bodies)
        .map(|body| {
            let intake = Arc::clone(&intake);
            tokio::spawn(async move { intake.receive(body).await })
        })
        .buffer_unordered(48);
    let mut receipts = 0;
    while let Some(answer) = answers.next().await {
        let answer = answer.expect("does not panic").expect("is stored");
        assert!(answer.chains[0].missing.is_empty());
        receipts += answer.results.iter().filter(|result| result.receipt.is_some()).count();
    }
    let took = clock.elapsed();
    assert_eq!(receipts as u64, RECORDS);
    ledger.close().await;
    took
}

/// The bare signature checks of one round, on both threads.
fn verify(signatures: &[(VerifyingKey, Vec<u8>, Signature)]) -> Duration {
    on_threads(|_| {
        for (key, message, signature) in signatures {
            key.verify_strict(message, signature).expect("was signed");
        }
    })
}

fn main() {
    let mut criterion =
        Criterion::default().sample_size(10).measurement_time(Duration::from_secs(8)).configure_from_args();
    let signatures = signatures();
    let checks = signatures.len() * THREADS;
    let dir = tempfile::tempdir().expect("a folder");
    let deployment = init(&dir.path().join("data"), InitOptions::default()).expect("a deployment");
    let uploads = uploads(&deployment);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build().expect("a runtime");

    let mut group = criterion.benchmark_group("two threads");
    group.throughput(Throughput::Elements(checks as u64));
    group.bench_function("verify_strict", |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| verify(&signatures)).sum());
    });
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("verify, store, receipt", |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| runtime.block_on(run(&deployment, &uploads))).sum());
    });
    group.finish();
    criterion.final_summary();

    // The two take turns, so that whatever else the machine does disturbs both alike.
    let mut pairs: Vec<(f64, f64)> = (0..PAIRS)
        .map(|_| {
            let bare = checks as f64 / verify(&signatures).as_secs_f64();
            let whole = RECORDS as f64 / runtime.block_on(run(&deployment, &uploads)).as_secs_f64();
            (bare, whole)
        })
        .collect();
    pairs.sort_by(|left, right| (left.1 / left.0).total_cmp(&(right.1 / right.0)));
    let (bare, whole) = pairs[PAIRS / 2];
    writeln!(
        std::io::stdout(),
        "verify_strict alone {bare:.0}/s, verified + stored + receipted {whole:.0}/s, ratio {:.2} (median of {PAIRS}; \
         budget 0.50)",
        whole / bare
    )
    .expect("standard output is open");
}
