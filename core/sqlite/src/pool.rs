//! The connections of one database: one writes, some read, and all of them can be closed and opened again.

use std::path::{Path, PathBuf};

use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{Config, Error};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Paused,
    Closed,
}

/// An open database. Usable from any thread; every call waits for the disk.
///
/// A panic in a caller's work drops its transaction, which rolls back: the pool stays usable.
pub struct Pool {
    path: PathBuf,
    config: Config,
    /// Held for reading by every user, for writing by `pause` and `close`, which so wait for all of them.
    phase: RwLock<Phase>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

impl Pool {
    /// Opens a database, making it when there is none (only its owner may read it), and brings it to the newest format.
    ///
    /// # Errors
    /// [`Error`].
    pub fn open(path: &Path, config: Config) -> Result<Self, Error> {
        let writer = config.create(path)?;
        Ok(Self {
            path: path.to_owned(),
            config,
            phase: RwLock::new(Phase::Open),
            writer: Mutex::new(Some(writer)),
            readers: Mutex::default(),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a change as one IMMEDIATE transaction: all of it is on disk when both results are `Ok`, none of it otherwise.
    /// The outer error is the database's, the inner one the change's own.
    ///
    /// After a failed commit nobody knows what a connection believes, so it is closed and a new one reads the file.
    ///
    /// # Errors
    /// [`Error`].
    pub fn write<T, E>(&self, change: impl FnOnce(&Connection) -> Result<T, E>) -> Result<Result<T, E>, Error> {
        let _open = self.enter()?;
        let mut writer = self.writer.lock();
        let connection = match writer.as_mut() {
            Some(connection) => connection,
            None => writer.insert(self.config.write(&self.path)?),
        };
        let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
        let outcome = match change(&transaction) {
            Ok(outcome) => outcome,
            Err(error) => {
                // On a full disk SQLite may roll back everything by itself.
                let alone = transaction.is_autocommit();
                drop(transaction);
                if alone {
                    *writer = None;
                }
                return Ok(Err(error));
            }
        };
        if let Err(error) = transaction.commit() {
            *writer = None;
            return Err(error.into());
        }
        Ok(Ok(outcome))
    }

    /// Runs queries on one snapshot: all of them see what was committed when the first one began. The outer error is the
    /// database's, the inner one the query's own.
    ///
    /// # Errors
    /// [`Error`].
    pub fn read<T, E>(&self, query: impl FnOnce(&Connection) -> Result<T, E>) -> Result<Result<T, E>, Error> {
        let _open = self.enter()?;
        let idle = self.readers.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.config.read(&self.path)?,
        };
        let snapshot = connection.unchecked_transaction()?;
        let outcome = query(&snapshot);
        drop(snapshot);
        let mut readers = self.readers.lock();
        // One that has met an error may be unusable: SQLCipher refuses everything after damage.
        if outcome.is_ok() && readers.len() < self.config.readers {
            readers.push(connection);
        }
        Ok(outcome)
    }

    /// Waits for everybody to finish, empties the write-ahead log and closes every file. Doing it twice is fine.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Pool::close`].
    pub fn pause(&self) -> Result<(), Error> {
        self.shut(Phase::Paused)
    }

    /// Allows work again after [`Pool::pause`]. Doing it twice is fine.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Pool::close`].
    pub fn resume(&self) -> Result<(), Error> {
        let mut phase = self.phase.write();
        if *phase == Phase::Closed {
            return Err(Error::Closed);
        }
        *phase = Phase::Open;
        Ok(())
    }

    /// Like [`Pool::pause`], for good. Doing it twice is fine; the second caller returns when the first is done.
    pub fn close(&self) {
        // The only error is that it is closed already.
        let _ = self.shut(Phase::Closed);
    }

    fn shut(&self, next: Phase) -> Result<(), Error> {
        let mut phase = self.phase.write();
        if *phase == Phase::Closed {
            return Err(Error::Closed);
        }
        // Readers first: the last connection to close checkpoints and removes the write-ahead log.
        self.readers.lock().clear();
        if let Some(writer) = self.writer.lock().take() {
            let checkpoint = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            if let Err(error) = checkpoint {
                // Nothing is lost by this: the write-ahead log stays and is read at the next start.
                tracing::warn!(%error, "the write-ahead log could not be moved into the database");
            }
        }
        *phase = next;
        Ok(())
    }

    fn enter(&self) -> Result<RwLockReadGuard<'_, Phase>, Error> {
        let phase = self.phase.read();
        match *phase {
            Phase::Open => Ok(phase),
            Phase::Paused => Err(Error::Paused),
            Phase::Closed => Err(Error::Closed),
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pool").field("path", &self.path).finish_non_exhaustive()
    }
}
