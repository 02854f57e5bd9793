//! The open store: the pool of its database, and what is done when damage is met.

use std::path::Path;

use kuager_sqlite::Pool;

use super::database::{FILE, check_header, config, damage_mark};
use super::error::{MayBeStore, StoreError};
use super::tx::Tx;
use crate::keys::StoreKey;

/// An open store.
#[derive(Debug)]
pub struct Store {
    pool: Pool,
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
        Ok(Self { pool: Pool::open(&path, config(key))? })
    }

    /// Runs a change as one transaction: all of it is on disk when this returns `Ok`, none of it otherwise.
    ///
    /// # Errors
    /// The closure's own error, or [`StoreError`].
    pub fn write<T, E: MayBeStore>(&self, change: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.notice(|| self.pool.write(|connection| change(&Tx { connection })).map_err(StoreError::from)?)
    }

    /// Runs queries on one consistent snapshot.
    ///
    /// # Errors
    /// The closure's own error, or [`StoreError`].
    pub fn read<T, E: MayBeStore>(&self, query: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.notice(|| self.pool.read(|connection| query(&Tx { connection })).map_err(StoreError::from)?)
    }

    /// Waits for everybody to finish, empties the WAL and closes every connection. Doing it twice is fine.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Store::close`].
    pub fn pause(&self) -> Result<(), StoreError> {
        Ok(self.pool.pause()?)
    }

    /// Allows work again after [`Store::pause`]. Doing it twice is fine.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Store::close`].
    pub fn resume(&self) -> Result<(), StoreError> {
        Ok(self.pool.resume()?)
    }

    /// Like [`Store::pause`], for good.
    pub fn close(&self) {
        self.pool.close();
    }

    fn notice<T, E: MayBeStore>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        work().inspect_err(|error| {
            if matches!(error.as_store(), Some(StoreError::Corrupt(_))) {
                // Without the mark the damage is met again; nothing is lost by failing here.
                let _ = std::fs::write(damage_mark(self.pool.path()), b"");
            }
        })
    }
}
