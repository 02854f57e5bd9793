//! What has been received: the only place that names SQLite.
//!
//! One thread writes (`writer`, group commit), any number of short-lived readers read. Nothing is answered to a
//! phone before the transaction that holds its record has been synced to disk. The exact signed bytes are kept; columns
//! beside them only make them findable. Another process may have the same ledger open (`kuager invite` beside
//! `kuager serve`).

mod chains;
mod connection;
mod devices;
mod error;
mod media;
mod messages;
mod records;
mod refusals;
mod uploads;
mod writer;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};

use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use connection::Readers;
pub use devices::{Device, Enrolled, InviteRow, NewInvite};
pub use error::LedgerError;
pub use media::{Alike, FileView, Findings, MediaView, RecordView, RedactionRow};
pub use messages::NewMessage;
pub use records::{Arrival, NewRecord, SignFork, Stored};
pub use refusals::{RefusalBatch, RefusalKey};
pub use uploads::{Held, NewUpload, UploadRow, UploadToken};
use writer::Writer;

/// Arrivals a slow listener may be behind before it has to read the ledger again.
const FEED: usize = 4096;

/// The database. Cheap to clone; all clones share one writer.
#[derive(Debug, Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: RwLock<Writer>,
    readers: Readers,
    feed: broadcast::Sender<Arc<[Arrival]>>,
    /// Serialises closing, so that a second caller returns only when everything is on disk.
    closing: Mutex<()>,
}

impl Ledger {
    /// Opens a ledger, creating or upgrading it when needed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        // SQLite would create it for everybody to read; its other files take over the mode of this one.
        let created = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        created.map_err(|error| LedgerError::Disk(error.to_string()))?;
        let writer = RwLock::new(Writer::start(path.to_owned())?);
        let feed = broadcast::Sender::new(FEED);
        let inner = Inner { writer, readers: Readers::new(path), feed, closing: Mutex::new(()) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Finishes what waits, syncs and closes. Later calls fail with [`LedgerError::Closed`].
    pub fn close(&self) {
        let _one_at_a_time = self.inner.closing.lock().unwrap_or_else(PoisonError::into_inner);
        // Readers first: the last connection to close checkpoints and removes the write-ahead log.
        self.inner.readers.close();
        self.inner.writer.write().unwrap_or_else(PoisonError::into_inner).close();
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
        self.inner.writer.read().unwrap_or_else(PoisonError::into_inner).submit(work, answer)
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
        self.inner.readers.read(work)
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
