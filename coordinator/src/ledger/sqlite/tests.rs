//! What only SQLite does. What any ledger does is in the conformance suite, which runs here, too.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use kuager_sqlite::{Config, Pool};
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{FollowUp, IncidentStatus};
use tempfile::TempDir;

use super::SqliteLedger;
use crate::budgets::RecordBudget;
use crate::ledger::conformance::Place;
use crate::ledger::conformance::accounts::account;
use crate::ledger::conformance::fixture::{KEY, enrol, find, gap, record, store};
use crate::ledger::{
    Accounts, AddedAccount, ChainFault, Faults, Feed, ForkEvidence, Ledger, LedgerError, NewRecord, NewView, Noted,
    Records, Seen, Views,
};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn ledger(&self) -> SqliteLedger {
        SqliteLedger::open(&self.file()).expect("opens")
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join("ledger.db")
    }
}

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Arc<dyn Ledger> {
        Arc::new(self.ledger())
    }
}

crate::ledger_conformance!(Folder::new());

/// Steps of SQLite's machine that storing these records takes.
fn steps(folder: &Folder, records: Vec<NewRecord>) -> u64 {
    let mut connection = rusqlite::Connection::open(folder.file()).expect("opens");
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let tick = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        false
    };
    connection.progress_handler(1, Some(tick)).expect("is set");
    super::records::store(&connection, records, &[KEY.kid()], &RecordBudget::UNBOUNDED).expect("is stored");
    count.load(Ordering::Relaxed)
}

/// What it costs to go on with a chain that its device has made as it liked: every second number, each with a statement that
/// the one before is lost, or without, and many records under one number.
async fn costs(pairs: u64, stated: bool) -> Vec<u64> {
    let folder = Folder::new();
    let ledger = folder.ledger();
    enrol(&ledger, KEY).await;
    let one = |pair: u64| if stated { gap(pair * 2, pair * 2 - 1, pair * 2 - 1) } else { record(pair * 2, 0) };
    let hostile: Vec<_> = (1..=pairs).map(one).collect();
    for upload in hostile.chunks(250) {
        store(&ledger, upload.to_vec()).await;
    }
    let forks: Vec<_> =
        (0..pairs).map(|n| NewRecord { hash: RecordHash::of(&n.to_be_bytes()), ..record(7, 0) }).collect();
    for upload in forks.chunks(250) {
        store(&ledger, upload.to_vec()).await;
    }
    let (head, first_fork) = (pairs * 2, NewRecord { hash: RecordHash::of(&0_u64.to_be_bytes()), ..record(7, 0) });
    ledger.close().await;
    vec![
        steps(&folder, vec![record(6, 9)]),
        steps(&folder, vec![record(8, 9)]),
        steps(&folder, vec![first_fork]),
        steps(&folder, vec![record(head + 2, 0)]),
        steps(&folder, vec![record(0, 0)]),
        steps(&folder, vec![gap(head + 9, 1, head + 8)]),
        steps(&folder, vec![record(head + 10, 0)]),
    ]
}

#[tokio::test]
async fn a_record_costs_the_same_whatever_its_device_did_before() {
    for stated in [false, true] {
        let (few, many) = (costs(300, stated).await, costs(6000, stated).await);
        for (few, many) in few.iter().zip(&many) {
            assert!(*many < few + few / 2 + 500, "{few} steps after 600 records, {many} after 12,000");
        }
    }
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_heals() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    store(&ledger, vec![record(0, 0)]).await;
    ledger
        .write(|connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.pragma_update(None, "max_page_count", pages)?;
            Ok(())
        })
        .await
        .expect("works");
    let large = NewRecord { bytes: vec![1; 200_000], ..record(1, 0) };
    let refused = ledger.store(vec![large.clone()], vec![KEY.kid()], RecordBudget::default()).await;
    assert_eq!(refused.expect_err("the disk is full"), LedgerError::Full);
    assert_eq!(find(&ledger, large.hash).await, None);
    // The limit belonged to the connection, which is replaced after a failure, as if room had been made.
    ledger.write(|connection| Ok(connection.pragma_update(None, "max_page_count", 1_000_000)?)).await.expect("works");
    store(&ledger, vec![large]).await;
    assert_eq!(ledger.counts().await.expect("reads").records, 2);
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    ledger.write(|connection| Ok(connection.pragma_update(None, "user_version", 99)?)).await.expect("works");
    ledger.close().await;
    let error = SqliteLedger::open(&folder.file()).expect_err("is newer");
    assert_eq!(error, LedgerError::Newer { found: 99, known: 15 });
}

/// A ledger as the second format left it.
fn second_format(path: &Path) {
    let steps: &'static [&'static str] =
        &[include_str!("migrations/001_initial.sql"), include_str!("migrations/002_media.sql")];
    let old = Pool::open(path, Config { steps, readers: 1, ..Config::default() }).expect("opens");
    let [first, second] = [record(1, 1), record(1, 2)];
    let filled = old.write(|connection| {
        for record in [&first, &second] {
            connection.execute(
                "INSERT INTO records (hash, kid, seq, prev, kind, training, received_ms, bytes, receipt) \
                 VALUES (?1, ?2, 1, zeroblob(32), ?3, 0, 1, ?4, ?5)",
                rusqlite::params![record.hash.0, KEY.kid().0, record.kind.number(), record.bytes, record.receipt],
            )?;
        }
        connection.execute(
            "INSERT INTO forks (kid, seq, first, second, statement) VALUES (?1, 1, ?2, ?3, x'0102')",
            rusqlite::params![KEY.kid().0, first.hash.0, second.hash.0],
        )
    });
    filled.expect("writes").expect("is stored");
    old.close();
}

#[tokio::test]
async fn a_ledger_of_an_earlier_format_with_hostile_chains_opens_and_answers() {
    let folder = Folder::new();
    let steps: &'static [&'static str] = &[
        include_str!("migrations/001_initial.sql"),
        include_str!("migrations/002_media.sql"),
        include_str!("migrations/003_forks.sql"),
    ];
    let old = Pool::open(&folder.file(), Config { steps, readers: 1, ..Config::default() }).expect("opens");
    let filled = old.write(|connection| {
        let mut insert = connection.prepare(
            "INSERT INTO records (hash, kid, seq, prev, kind, training, received_ms, bytes, receipt) \
             VALUES (?1, ?2, ?3, zeroblob(32), 6, 0, 1, x'', x'')",
        )?;
        // More than one transaction brings over; every second number is missing.
        for seq in 1..=5000_u64 {
            let record = record(seq * 2, 0);
            insert.execute(rusqlite::params![record.hash.0, KEY.kid().0, seq * 2])?;
        }
        let mut lost = connection.prepare("INSERT INTO gaps (record, kid, first, last) VALUES (?1, ?2, ?3, ?4)")?;
        for (record, first, last) in [(1, 7, i64::MAX), (2, 3, 3), (3, i64::MAX, i64::MAX), (4, 9, 2)] {
            lost.execute(rusqlite::params![record, KEY.kid().0, first, last])?;
        }
        Ok::<_, rusqlite::Error>(())
    });
    filled.expect("writes").expect("is stored");
    old.close();
    let ledger = folder.ledger();
    let chains = ledger.chains(vec![KEY.kid()]).await.expect("reads");
    let missing: Vec<_> = chains[0].missing.iter().map(|range| (range.first, range.last)).collect();
    assert_eq!((chains[0].head_seq, missing), (10_000, vec![(0, 1), (5, 5)]));
    let counts = ledger.fault_counts().await.expect("reads");
    assert_eq!((counts[&ChainFault::Gap].times, counts[&ChainFault::Lost].times), (2, 4));
    let (_, chains) = store(&ledger, vec![record(0, 0), record(1, 0), record(5, 0)]).await;
    assert!(chains[0].missing.is_empty());
}

#[tokio::test]
async fn a_ledger_of_the_second_format_keeps_every_receipt_and_statement() {
    let folder = Folder::new();
    second_format(&folder.file());
    let ledger = folder.ledger();
    for salt in [1, 2] {
        let (_, stored) = find(&ledger, record(1, salt).hash).await.expect("is kept");
        assert_eq!(stored.receipt, record(1, salt).receipt);
        assert_eq!(stored.fork, Some(ForkEvidence::Signed(vec![1, 2])));
    }
    assert_eq!(ledger.unsigned_forks(9).await, Ok(Vec::new()));
    // What comes now is compared with what was there.
    let (stored, _) = store(&ledger, vec![record(1, 3)]).await;
    assert!(matches!(&stored[0].fork, Some(ForkEvidence::Unsigned(pair)) if pair.first == record(1, 1).hash));
}

#[tokio::test]
async fn words_of_an_earlier_format_are_read_for_what_they_are_about() {
    let folder = Folder::new();
    let steps: &'static [&'static str] = &super::handle::MIGRATIONS[..8];
    let fixture = crate::testing::Fixture::new();
    let incident = RecordHash([4; 32]);
    let follows = FollowUp { record: incident, status: IncidentStatus::Disputed };
    let mut word = fixture.record(0, "not so");
    word.body.follows = Some(follows);
    let notes = [fixture.sign(1, &word), fixture.sign(1, &fixture.record(1, "a note")), vec![1, 2, 3]];
    let old = Pool::open(&folder.file(), Config { steps, readers: 1, ..Config::default() }).expect("opens");
    let filled = old.write(|connection| {
        for (seq, bytes) in (0..).zip(&notes) {
            connection.execute(
                "INSERT INTO records (hash, kid, seq, prev, kind, training, received_ms, bytes, receipt) \
                 VALUES (?1, ?2, ?3, zeroblob(32), 6, 0, 1, ?4, x'')",
                rusqlite::params![RecordHash::of(bytes).0, KEY.kid().0, seq, bytes],
            )?;
        }
        Ok::<_, rusqlite::Error>(())
    });
    filled.expect("writes").expect("is stored");
    old.close();
    let arrivals = folder.ledger().arrivals_after(0, 10).await.expect("reads");
    let follows: Vec<_> = arrivals.iter().map(|arrival| arrival.follows).collect();
    assert_eq!(follows, [Some(incident), None, None]);
}

#[tokio::test]
async fn a_ledger_of_before_there_were_accounts_has_none_and_takes_some() {
    let folder = Folder::new();
    let steps: &'static [&'static str] = &super::handle::MIGRATIONS[..12];
    Pool::open(&folder.file(), Config { steps, readers: 1, ..Config::default() }).expect("opens").close();
    let ledger = folder.ledger();
    assert_eq!((ledger.has_accounts().await, ledger.views(None, None, 9).await), (Ok(false), Ok(Vec::new())));
    assert_eq!(ledger.add_account(account(1)).await, Ok(AddedAccount::Added));
}

#[tokio::test]
async fn views_are_neither_changed_nor_deleted_nor_anybodys_without_an_account() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    let view = NewView { person: account(1).person, at_ms: 5, seen: Seen::Observers };
    assert!(ledger.note_view(view.clone()).await.is_err(), "nobody's");
    ledger.add_account(account(1)).await.expect("is stored");
    assert_eq!(ledger.note_view(view).await, Ok(Noted::Yes));
    for sql in ["DELETE FROM views", "UPDATE views SET at_ms = 0", "DELETE FROM accounts"] {
        assert!(ledger.write(move |connection| Ok(connection.execute(sql, [])?)).await.is_err(), "{sql}");
    }
    assert_eq!(ledger.views(None, None, 9).await.expect("reads").len(), 1);
}
