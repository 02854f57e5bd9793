//! The open store: one writer, a few readers, and closing all of them.

use std::path::{Path, PathBuf};

use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::database::{FILE, check_header, connect, damage_mark};
use super::error::{MayBeStore, StoreError};
use super::schema;
use super::tx::Tx;
use crate::keys::StoreKey;

const READERS_KEPT: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Paused,
    Closed,
}

/// An open store.
pub struct Store {
    path: PathBuf,
    key: StoreKey,
    /// Locked for reading by every user, for writing by `pause` and `close`, which so wait for all of them.
    phase: RwLock<Phase>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
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
            phase: RwLock::new(Phase::Open),
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
            let mut writer = self.writer.lock();
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
            let kept = self.readers.lock().pop();
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
            let mut readers = self.readers.lock();
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
        self.shut(Phase::Paused)
    }

    /// Allows work again after [`Store::pause`]. Doing it twice is fine.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Store::close`].
    pub fn resume(&self) -> Result<(), StoreError> {
        let mut phase = self.phase.write();
        if *phase == Phase::Closed {
            return Err(StoreError::Closed);
        }
        *phase = Phase::Open;
        Ok(())
    }

    /// Like [`Store::pause`], for good.
    pub fn close(&self) {
        // The only error is that it is closed already.
        let _ = self.shut(Phase::Closed);
    }

    fn shut(&self, next: Phase) -> Result<(), StoreError> {
        let mut phase = self.phase.write();
        if *phase == Phase::Closed {
            return Err(StoreError::Closed);
        }
        self.readers.lock().clear();
        if let Some(writer) = self.writer.lock().take() {
            // A checkpoint that fails loses nothing: the WAL stays and is read at the next start.
            let _ = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        *phase = next;
        Ok(())
    }

    fn enter(&self) -> Result<RwLockReadGuard<'_, Phase>, StoreError> {
        let phase = self.phase.read();
        match *phase {
            Phase::Open => Ok(phase),
            Phase::Paused => Err(StoreError::Paused),
            Phase::Closed => Err(StoreError::Closed),
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
