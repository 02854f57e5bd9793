//! The encrypted database (SQLCipher), and the only place that knows it is SQLite.
//!
//! One writer, a few readers, every write in an IMMEDIATE transaction, WAL with `synchronous=FULL`: when a write has
//! returned, it is on disk. Callers get a [`Tx`] with the queries of this crate, never a connection, so that journal and
//! outbox can put their parts of one change into one transaction.
//!
//! [`Store::pause`] closes every connection, because iOS kills an app that holds a database lock in the background;
//! everything else then fails with [`StoreError::Paused`] until [`Store::resume`].
//!
//! A damaged file is never deleted. It is moved aside, and what can still be proven genuine is carried into a new one,
//! see [`salvage`].

mod drafts;
mod media;
mod messages;
pub(crate) mod meta;
mod packs;
mod pages;
mod queue;
mod records;
pub mod salvage;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

// SQLCipher calls it; nothing in Rust does.
use kuager_cipher as _;
use kuager_wire::canonical::Malformed;
pub(crate) use media::FinishedMedia;
pub use media::{CHUNK, MediaRow};
pub use queue::{AnswerRow, AttemptRow, NewAttempt, QueueRow};
pub use records::{NewRecord, RecordRow};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::keys::StoreKey;

/// Name of the database within an observer's folder.
pub const FILE: &str = "kuager.db";
/// Left in the folder when damage is met while working, so that the next start salvages before it goes on.
const DAMAGE_MARK: &str = "kuager.db.damaged";
/// How long a connection waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS_KEPT: usize = 3;

/// Why the store did not do what was asked. Whatever was sealed before is still there, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key is not the one this store was made with.
    #[error("this is not the key of this store")]
    WrongKey,
    /// The file is damaged. Open the observer again: what is still valid is salvaged, the file is kept.
    #[error("the store is damaged ({0}); open it again to salvage what is valid")]
    Corrupt(String),
    /// The disk is full. Nothing of this change was written; free some space and repeat it.
    #[error("the disk is full; free some space and try again")]
    DiskFull,
    /// Another process holds the store for longer than a few seconds.
    #[error("the store is in use by another process")]
    Locked,
    /// The file cannot be read or written now, as before the first unlock of a phone. Try again later.
    #[error("the store cannot be reached now ({0}); try again later")]
    Unavailable(String),
    /// The store was written by a newer release.
    #[error("the store has format {found}, this release knows up to {known}; update the app")]
    Newer {
        /// Format of the file.
        found: u32,
        /// Newest format this release knows.
        known: u32,
    },
    /// The store is paused; call `resume` first.
    #[error("the store is paused")]
    Paused,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Something stored by this crate does not have the form it was written in.
    #[error("the store holds something unexpected: {0}")]
    Content(#[from] Malformed),
    /// A mistake in this crate, or a failure SQLite has no better word for.
    #[error("the store failed: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(text),
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Unavailable(text),
            _ => Self::Other(text),
        }
    }
}

/// Errors that may have come from the store; lets [`Store`] notice damage whatever error its caller works with.
pub trait MayBeStore: From<StoreError> {
    /// The store's own error, if that is what it is.
    fn as_store(&self) -> Option<&StoreError>;
}

impl MayBeStore for StoreError {
    fn as_store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Paused,
    Closed,
}

/// An open store.
pub struct Store {
    path: PathBuf,
    key: StoreKey,
    /// Held for reading by every user, for writing by `pause` and `close`, which so wait for all of them.
    gate: RwLock<Gate>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

/// One transaction, with the queries of this crate.
pub struct Tx<'a> {
    connection: &'a Connection,
}

impl Store {
    /// Opens the store of a folder, making it when there is none, and brings it to the newest format.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Corrupt`] also when damage was met before and has not been salvaged yet.
    pub fn open(dir: &Path, key: &StoreKey) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        if damage_mark(&path).exists() {
            return Err(StoreError::Corrupt("damage was met earlier".to_owned()));
        }
        check_header(&path, key)?;
        let mut writer = connect(&path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::migrate(&mut writer)?;
        Ok(Self {
            path,
            key: key.clone(),
            gate: RwLock::new(Gate::Open),
            writer: Mutex::new(Some(writer)),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// Runs a change as one transaction: all of it is on disk when this returns `Ok`, none of it otherwise.
    ///
    /// # Errors
    /// The closure's own error, or [`StoreError`].
    pub fn write<T, E: MayBeStore>(&self, change: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.notice(|| {
            let _open = self.enter()?;
            let mut writer = lock(&self.writer);
            let connection = match writer.as_mut() {
                Some(connection) => connection,
                None => writer.insert(connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?),
            };
            let transaction = Transaction::new(connection, TransactionBehavior::Immediate).map_err(StoreError::from)?;
            let result = change(&Tx { connection: &transaction })?;
            transaction.commit().map_err(StoreError::from)?;
            Ok(result)
        })
    }

    /// Runs queries on one consistent snapshot.
    ///
    /// # Errors
    /// The closure's own error, or [`StoreError`].
    pub fn read<T, E: MayBeStore>(&self, query: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.notice(|| {
            let _open = self.enter()?;
            let kept = lock(&self.readers).pop();
            let connection = match kept {
                Some(connection) => connection,
                None => {
                    let connection = connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                    connection.pragma_update(None, "query_only", true).map_err(StoreError::from)?;
                    connection
                }
            };
            let transaction = connection.unchecked_transaction().map_err(StoreError::from)?;
            let result = query(&Tx { connection: &transaction })?;
            drop(transaction);
            let mut readers = lock(&self.readers);
            if readers.len() < READERS_KEPT {
                readers.push(connection);
            }
            Ok(result)
        })
    }

    /// Waits for everybody to finish, empties the WAL and closes every connection. Doing it twice is fine.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Store::close`].
    pub fn pause(&self) -> Result<(), StoreError> {
        self.shut(Gate::Paused)
    }

    /// Allows work again after [`Store::pause`]. Doing it twice is fine.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Store::close`].
    pub fn resume(&self) -> Result<(), StoreError> {
        let mut gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if *gate == Gate::Closed {
            return Err(StoreError::Closed);
        }
        *gate = Gate::Open;
        Ok(())
    }

    /// Like [`Store::pause`], for good.
    pub fn close(&self) {
        // The only error is that it is closed already.
        let _ = self.shut(Gate::Closed);
    }

    fn shut(&self, next: Gate) -> Result<(), StoreError> {
        let mut gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if *gate == Gate::Closed {
            return Err(StoreError::Closed);
        }
        lock(&self.readers).clear();
        if let Some(writer) = lock(&self.writer).take() {
            // A checkpoint that fails loses nothing: the WAL stays and is read at the next start.
            let _ = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        *gate = next;
        Ok(())
    }

    fn enter(&self) -> Result<RwLockReadGuard<'_, Gate>, StoreError> {
        let gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        match *gate {
            Gate::Open => Ok(gate),
            Gate::Paused => Err(StoreError::Paused),
            Gate::Closed => Err(StoreError::Closed),
        }
    }

    fn notice<T, E: MayBeStore>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        work().inspect_err(|error| {
            if matches!(error.as_store(), Some(StoreError::Corrupt(_))) {
                // Without the mark the damage is met again; nothing is lost by failing here.
                let _ = std::fs::write(damage_mark(&self.path), b"");
            }
        })
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Removes the database and everything beside it that belongs to it, quarantined files included.
///
/// # Errors
/// The first file that cannot be removed.
pub fn remove_files(dir: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(FILE) {
            std::fs::remove_file(entry.path())?;
        }
    }
    crate::keys::sync_dir(dir)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding it drops the transaction, which rolls back: what is behind the lock stays usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn damage_mark(path: &Path) -> PathBuf {
    path.with_file_name(DAMAGE_MARK)
}

/// Opens a connection with the raw key. SQLCipher derives nothing from a raw key, which makes it 200 times faster to
/// open than with a passphrase.
fn connect(path: &Path, key: &StoreKey, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // SQLCipher would write its errors to the app's log.
    connection.query_row("PRAGMA cipher_log_level = NONE", [], |_| Ok(())).or_else(ignore_no_rows)?;
    let key = Zeroizing::new(format!(
        "PRAGMA key = \"x'{}{}'\"",
        *Zeroizing::new(data_encoding::HEXLOWER.encode(&key.0)),
        data_encoding::HEXLOWER.encode(&header(key))
    ));
    connection.query_row(&key, [], |_| Ok(())).or_else(ignore_no_rows)?;
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA temp_store = MEMORY;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;",
    )?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn ignore_no_rows(error: rusqlite::Error) -> Result<(), rusqlite::Error> {
    if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Ok(()) } else { Err(error) }
}

/// The first 16 bytes of a store. SQLCipher calls them salt and lets the caller choose; here they follow from the key,
/// so that a wrong key can be told from a damaged file.
fn header(key: &StoreKey) -> [u8; 16] {
    crate::keys::key_fingerprint(key)
}

fn check_header(path: &Path, key: &StoreKey) -> Result<(), StoreError> {
    use std::io::Read;
    let mut found = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut found));
    match read {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        // A file that was just made may still be empty: its first page is in the WAL or was never written.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
        Err(error) => return Err(StoreError::Unavailable(error.to_string())),
    }
    let expected = header(key);
    let different = found.iter().zip(expected).filter(|(left, right)| **left != *right).count();
    match different {
        0 => Ok(()),
        1..=8 => Err(StoreError::Corrupt("the header is damaged".to_owned())),
        _ => Err(StoreError::WrongKey),
    }
}

#[cfg(test)]
mod tests;
