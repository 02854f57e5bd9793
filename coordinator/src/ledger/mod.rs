//! What has been received: the only place that names SQLite.
//!
//! One thread writes (group commit), any number of short-lived readers read. Nothing is answered to a phone before the transaction that holds its record has been synced to disk. The exact signed bytes are kept; columns
//! beside them only make them findable. Another process may have the same ledger open (`kuager invite` beside
//! `kuager serve`).

mod chains;
mod devices;
mod error;
mod media;
mod messages;
mod records;
mod refusals;
mod uploads;

use std::path::Path;
use std::sync::{Arc, mpsc};

use kuager_sqlite::{Config, Pool, Writer};
use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

pub use devices::{Device, Enrolled, InviteRow, NewInvite};
pub use error::LedgerError;
pub use media::{Alike, FileView, Findings, MediaView, RecordView, RedactionRow};
pub use messages::NewMessage;
pub use records::{Arrival, NewRecord, SignFork, Stored};
pub use refusals::{RefusalBatch, RefusalKey};
pub use uploads::{Held, NewUpload, UploadRow, UploadToken};

/// Frozen once released: a change is a new file.
const MIGRATIONS: &[&str] = &[include_str!("migrations/001_initial.sql"), include_str!("migrations/002_media.sql")];
/// 64 MiB of pages in memory. Fewer, larger checkpoints (16 MiB): under load the same index pages change again and again.
const TUNING: &[(&str, i64)] = &[("cache_size", -65_536), ("wal_autocheckpoint", 4096)];
/// Read connections kept when nobody uses them.
const READERS: usize = 4;
/// Arrivals a slow listener may be behind before it has to read the ledger again.
const FEED: usize = 4096;

/// The database. Cheap to clone; all clones share one writer.
#[derive(Debug, Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: Arc<Pool>,
    writer: Writer<LedgerError>,
    feed: broadcast::Sender<Arc<[Arrival]>>,
}

impl Ledger {
    /// Opens a ledger, creating or upgrading it when needed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let config = Config { key: None, steps: MIGRATIONS, tuning: TUNING, readers: READERS };
        let pool = Arc::new(Pool::open(path, config)?);
        let writer = Writer::start(Arc::clone(&pool), "ledger-writer")?;
        Ok(Self { inner: Arc::new(Inner { pool, writer, feed: broadcast::Sender::new(FEED) }) })
    }

    /// Finishes what waits, syncs and closes. Later calls fail with [`LedgerError::Closed`].
    pub fn close(&self) {
        self.inner.writer.close();
        self.inner.pool.close();
    }

    /// Hears of records after they have been committed.
    #[must_use]
    pub fn arrivals(&self) -> broadcast::Receiver<Arc<[Arrival]>> {
        self.inner.feed.subscribe()
    }

    fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
        answer: impl FnOnce(Result<T, LedgerError>) + Send + 'static,
    ) -> Result<(), LedgerError> {
        Ok(self.inner.writer.submit(work, answer)?)
    }

    /// Writes and waits until it is durable.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, answered) = oneshot::channel();
        self.submit(work, move |outcome| drop(answer.send(outcome)))?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// The same for callers outside an async runtime.
    fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.submit(work, move |outcome| drop(answer.send(outcome)))?;
        answered.recv().unwrap_or(Err(LedgerError::Closed))
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        self.inner.pool.read(work)?
    }
}

/// SQLite has no unsigned 64-bit integers; whatever does not fit is later than everything else anyway.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A column of fixed size that this program wrote itself.
fn fixed<const N: usize>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    row.get(column)
}

#[cfg(test)]
mod tests;
