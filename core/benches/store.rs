//! What sealing and opening cost, each beside its floor, in one run:
//!
//! - sealing a filled opening checklist, against a bare SQLCipher insert of the same bytes plus one signature;
//! - opening a store that holds 2,000 records, up to the first list;
//! - a key pressed and a form sealed through the façade, in a store that holds 100 records.
//!
//! `cargo bench -p kuager-core --bench store` ends with the ratios.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench is a test")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::{KEY, bare_database, bench_dir, median_ns};
use criterion::{BatchSize, Criterion};
use ed25519_dalek::Signer;
use kuager_core::clock::SystemClock;
use kuager_core::journal::Journal;
use kuager_core::keyring::Keyring;
use kuager_core::store::{Store, StoreError};
use kuager_core::{DraftId, FileKeyVault, NewDraft, Observer, ObserverConfig};
use kuager_wire::SigningKey;
use kuager_wire::cose;
use kuager_wire::form::{Carried, CarriedFrom, Form, Question, QuestionKind};
use kuager_wire::ids::{DeploymentId, InviteToken, PackHash, PublicKey};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::pack::Pack;
use kuager_wire::record::{FormRef, RecordKind, Value};

const DEPLOYMENT: DeploymentId = DeploymentId([5; 32]);

fn journal(store: &Arc<Store>) -> Journal {
    Journal::new(Arc::clone(store), Arc::new(SystemClock::new()), Keyring::of(SigningKey::from_bytes(&[9; 32])))
}

/// A checklist of 18 answers and 7 details, like the opening form of the first pack.
fn filled(journal: &Journal) -> DraftId {
    let form = FormRef { pack: PackHash([2; 32]), form: "opening".to_owned() };
    let new = NewDraft::form("opening").station("710000000-99").language("kk");
    let draft = journal.new_draft(new, Some((form, RecordKind::Checklist))).unwrap();
    journal
        .change_draft(draft, |draft| {
            for question in 1..=18 {
                draft.answers.insert(format!("O{question:02}"), "yes".into());
            }
            for (detail, value) in
                [("O02.time", 420), ("O03.composition", 9), ("O05.received", 2400), ("O18.time", 421)]
            {
                draft.answers.insert(detail, value.into());
            }
            draft.answers.insert("O08.seals", "003417, 003418, 003419".into());
            Ok(())
        })
        .unwrap();
    draft
}

fn seal(criterion: &mut Criterion) {
    let dir = tempfile::tempdir_in(bench_dir()).unwrap();
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let journal = journal(&store);
    let sealed = journal.seal(filled(&journal), DEPLOYMENT, None).unwrap();
    let (_, bytes) = journal.record_bytes(sealed.hash).unwrap().unwrap();
    let mut bare = bare_database(dir.path());
    bare.execute_batch("CREATE TABLE records (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)").unwrap();
    let key = SigningKey::from_bytes(&[9; 32]);

    let mut group = criterion.benchmark_group("seal");
    group.measurement_time(Duration::from_secs(8)).sample_size(60);
    group.bench_function("bare", |bencher| {
        bencher.iter(|| {
            let signature = key.sign(&bytes);
            let transaction = bare.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
            transaction.prepare_cached("INSERT INTO records (bytes) VALUES (?1)").unwrap().execute([&bytes]).unwrap();
            transaction.commit().unwrap();
            signature
        });
    });
    group.bench_function("kuager", |bencher| {
        bencher.iter_batched(
            || filled(&journal),
            |draft| journal.seal(draft, DEPLOYMENT, None).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn open(criterion: &mut Criterion) {
    let dir = tempfile::tempdir_in(bench_dir()).unwrap();
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let journal = journal(&store);
    for _ in 0..2000 {
        journal.seal(filled(&journal), DEPLOYMENT, None).unwrap();
    }
    store.close();
    let mut group = criterion.benchmark_group("open");
    group.sample_size(40);
    group.bench_function("2000 records", |bencher| {
        bencher.iter(|| {
            let store = Store::open(dir.path(), &KEY).unwrap();
            let count = store.read(|tx| Ok::<_, StoreError>(tx.recent(50)?.len())).unwrap();
            assert_eq!(count, 50);
            store.close();
        });
    });
    group.finish();
}

/// A checklist of 40 questions in which every one but the first depends on another and has a constraint.
fn checklist() -> Form {
    let questions = (0..40).map(|number| {
        let before = format!("Q{:02}", if number == 0 { 39 } else { number - 1 });
        Question {
            relevant: (number > 0).then(|| format!("answered({before}) or not answered({before})")),
            required: Some(true),
            constraint: Some(format!("this >= 0 and this <= 1000 and (Q00 >= this or Q{number:02} < 2000)")),
            ..Question::new(format!("Q{number:02}"), QuestionKind::Integer)
        }
    });
    Form { questions: questions.collect(), ..Form::new("checklist", RecordKind::Checklist) }
}

/// The same, which also compares with the newest earlier record of the station.
fn comparing() -> Form {
    let carried = Carried::new("before", "checklist", "Q00", CarriedFrom::Latest);
    Form { id: "comparing".to_owned(), carried: Some(vec![carried]), ..checklist() }
}

/// An observer on the disk of the project, invited and with a pack.
fn observer(dir: &Path) -> Observer {
    let vault = Arc::new(FileKeyVault::new(dir.join("vault")));
    let observer = Observer::open(ObserverConfig::new(dir.join("store")), vault, Arc::new(SystemClock::new())).unwrap();
    let root = SigningKey::from_bytes(&[1; 32]);
    let invite = Invite {
        deployment: DEPLOYMENT,
        root_key: PublicKey::from(&root),
        token: InviteToken([2; 16]),
        way: Way::Unsigned { addresses: vec!["http://127.0.0.1:9".to_owned()], anchors: Vec::new() },
    };
    observer.accept_invite(&invite.to_url().unwrap()).unwrap();
    let pack =
        Pack { version: 1, forms: vec![checklist(), comparing()], languages: vec!["kk".to_owned()], ..Pack::default() };
    observer.import_pack(cose::sign(&pack, DEPLOYMENT, &root).unwrap()).unwrap();
    observer
}

fn begun(observer: &Observer, form: &str) -> DraftId {
    let draft = observer.new_draft(NewDraft::form(form).station("710000000-99").language("kk")).unwrap();
    for number in 0..40 {
        observer.set_answer(draft, &format!("Q{number:02}"), Some(Value::Int(number))).unwrap();
    }
    draft
}

/// A key pressed: the answer is saved and the screen learns how the form stands now.
fn press(observer: &Observer, draft: DraftId, number: i64) -> usize {
    let view = observer.set_answer(draft, "Q20", Some(Value::Int(number))).unwrap();
    view.state().unwrap().unwrap().asked.len()
}

/// A key pressed and a form sealed through [`Observer`], in a store that holds a day's work.
fn key(criterion: &mut Criterion) {
    let dir = tempfile::tempdir_in(bench_dir()).unwrap();
    let observer = observer(dir.path());
    for _ in 0..100 {
        observer.seal(begun(&observer, "checklist")).unwrap();
    }
    let mut group = criterion.benchmark_group("key");
    group.measurement_time(Duration::from_secs(8)).sample_size(60);
    for form in ["checklist", "comparing"] {
        let draft = begun(&observer, form);
        let mut number = 0;
        group.bench_function(form, |bencher| {
            bencher.iter(|| {
                number = (number + 1) % 900;
                press(&observer, draft, number)
            });
        });
    }
    group.bench_function("sealing", |bencher| {
        bencher.iter_batched(
            || begun(&observer, "checklist"),
            |draft| observer.seal(draft).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    seal(&mut criterion);
    open(&mut criterion);
    key(&mut criterion);
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        let (bare, ours) = (median_ns("seal", "bare"), median_ns("seal", "kuager"));
        println!(
            "seal: {:.2} x a bare insert plus one signature ({:.0} µs against {:.0} µs)",
            ours / bare,
            ours / 1e3,
            bare / 1e3
        );
        for (name, what) in [("checklist", "a key pressed"), ("comparing", "the same, comparing with earlier records")]
        {
            println!("{what}: {:.0} µs", median_ns("key", name) / 1e3);
        }
        println!("sealing a form of 40 questions: {:.0} µs", median_ns("key", "sealing") / 1e3);
        println!("open and list, 2,000 records: {:.1} ms", median_ns("open", "2000 records") / 1e6);
    }
}
