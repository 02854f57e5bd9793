//! The open file: who writes, who reads, who is told.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use kuager_sqlite::{Config, Life, Pool, Writer, WriterState};
use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use super::backfill;
use crate::ledger::error::LedgerError;
use crate::ledger::feed::Arrival;
use crate::ledger::whole::{Ledger, Pulse, WriterLife};

/// Frozen once released: a change is a new file.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_initial.sql"),
    include_str!("migrations/002_media.sql"),
    include_str!("migrations/003_forks.sql"),
    include_str!("migrations/004_chains.sql"),
    include_str!("migrations/005_supersedes.sql"),
    include_str!("migrations/006_pictures.sql"),
    include_str!("migrations/007_usage.sql"),
    include_str!("migrations/008_nonces.sql"),
    include_str!("migrations/009_devices.sql"),
    include_str!("migrations/010_attestations.sql"),
    include_str!("migrations/011_words.sql"),
    include_str!("migrations/012_desk.sql"),
    include_str!("migrations/013_accounts.sql"),
    include_str!("migrations/014_tokens.sql"),
    include_str!("migrations/015_log.sql"),
];
/// 64 MiB of pages in memory. Fewer, larger checkpoints (16 MiB): under load the same index pages change again and again.
const TUNING: &[(&str, i64)] = &[("cache_size", -65_536), ("wal_autocheckpoint", 4096)];
/// Read connections kept when nobody uses them.
const READERS: usize = 4;
/// Batches a slow listener may be behind before it has to read the ledger again. A batch is an upload with its records decoded,
/// which take at worst some twenty times the 64 KiB that an upload may have: 80 MiB if somebody wants it so.
const FEED: usize = 64;

/// A ledger in one file. Cheap to clone; all clones share one writer.
#[derive(Debug, Clone)]
pub struct SqliteLedger {
    pool: Arc<Pool>,
    writer: Arc<Writer<LedgerError>>,
    pub(super) feed: broadcast::Sender<Arc<[Arrival]>>,
}

/// Makes an empty ledger, or brings one to the newest format.
///
/// # Errors
/// [`LedgerError`].
pub fn create(path: &Path) -> Result<(), LedgerError> {
    pool(path)?.close();
    Ok(())
}

fn pool(path: &Path) -> Result<Pool, LedgerError> {
    let pool = Pool::open(path, Config { key: None, steps: MIGRATIONS, tuning: TUNING, readers: READERS })?;
    backfill::run(&pool)?;
    Ok(pool)
}

impl SqliteLedger {
    /// Opens a ledger, making or upgrading it when needed. Waits for the disk: a program does this before it serves anybody.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let pool = Arc::new(pool(path)?);
        let writer = Arc::new(Writer::start(Arc::clone(&pool), "ledger-writer")?);
        Ok(Self { pool, writer, feed: broadcast::Sender::new(FEED) })
    }

    /// Writes and waits until it is durable. `then` is called on the writer's thread after the commit, even if the caller has
    /// hung up meanwhile.
    pub(super) async fn write_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
        then: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, answered) = oneshot::channel();
        let done = move |mut outcome: Result<T, LedgerError>| {
            if let Ok(outcome) = &mut outcome {
                then(outcome);
            }
            drop(answer.send(outcome));
        };
        self.writer.submit(work, done)?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Writes and waits until it is durable.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.write_then(work, |_| ()).await
    }

    /// Reads on one snapshot.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let pool = Arc::clone(&self.pool);
        blocking(move || pool.read(work)?).await
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    fn pulse(&self) -> Pulse {
        let WriterState { life, waiting, running, committed } = self.writer.state();
        let writer = match life {
            Life::Runs => WriterLife::Runs,
            Life::Closed => WriterLife::Closed,
            Life::Died => WriterLife::Died,
        };
        Pulse { writer, waiting, running, committed }
    }

    async fn close(&self) {
        let (writer, pool) = (Arc::clone(&self.writer), Arc::clone(&self.pool));
        let closed = blocking(move || {
            writer.close();
            pool.close();
            Ok(())
        });
        if let Err(error) = closed.await {
            tracing::error!(%error, "the ledger was not closed; the next start reads its write-ahead log");
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "work on the ledger failed");
        Err(LedgerError::Failed(error.to_string()))
    })
}
