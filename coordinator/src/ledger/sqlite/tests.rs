//! What only SQLite does. What any ledger does is in the conformance suite, which runs here, too.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use kuager_sqlite::{Config, Pool};
use tempfile::TempDir;

use super::SqliteLedger;
use crate::ledger::conformance::Place;
use crate::ledger::conformance::fixture::{KEY, enrol, find, gap, record, store};
use crate::ledger::{ForkEvidence, Ledger, LedgerError, Records};

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

#[tokio::test]
async fn the_dense_part_of_a_chain_moves_over_what_came_and_what_is_lost() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    enrol(&ledger, KEY).await;
    store(&ledger, vec![record(7, 0), record(4, 0), record(0, 0), record(1, 0)]).await;
    store(&ledger, vec![record(2, 0), gap(8, 3, 3), gap(9, 6, 20)]).await;
    store(&ledger, vec![record(3, 0), record(5, 0)]).await;
    let dense: Result<i64, _> =
        ledger.read(|connection| Ok(connection.query_row("SELECT dense FROM devices", [], |row| row.get(0))?)).await;
    assert_eq!(dense, Ok(21));
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
    let large = crate::ledger::NewRecord { bytes: vec![1; 200_000], ..record(1, 0) };
    let refused = ledger.store(vec![large.clone()], vec![KEY.kid()]).await;
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
    assert_eq!(error, LedgerError::Newer { found: 99, known: 3 });
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
