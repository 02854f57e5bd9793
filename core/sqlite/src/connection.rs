//! How a connection is opened. Every connection of every database of this workspace is made here.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OpenFlags};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::Error;

/// How long a connection waits for another process.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 64;
/// A receipt or a sealed record is shown after the commit, so the commit must have reached the disk: `synchronous=FULL`.
const PRAGMAS: &str = "PRAGMA temp_store = MEMORY;
     PRAGMA synchronous = FULL;
     PRAGMA foreign_keys = ON;
     PRAGMA trusted_schema = OFF;
     PRAGMA cell_size_check = ON;";

/// The raw key of an encrypted database. SQLCipher derives nothing from a raw key, which makes it 200 times faster to open
/// than with a passphrase.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key {
    /// Encrypts the pages.
    pub key: [u8; 32],
    /// The first 16 bytes of the file. SQLCipher calls them salt and lets the caller choose.
    pub header: [u8; 16],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key(..)")
    }
}

/// What databases of one kind have in common.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The key of encrypted ones.
    pub key: Option<Key>,
    /// The steps of their format, see [`crate::migrate`].
    pub steps: &'static [&'static str],
    /// Further pragmas of the connection that writes, as name and value.
    pub tuning: &'static [(&'static str, i64)],
    /// Read connections kept when nobody uses them.
    pub readers: usize,
}

impl Config {
    /// Opens a connection to a file that is there, whatever its format.
    ///
    /// # Errors
    /// [`Error`].
    pub fn connect(&self, path: &Path) -> Result<Connection, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        if let Some(key) = &self.key {
            unlock(&connection, key)?;
        }
        // The first look into the file: here a wrong key or a damaged header shows.
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        connection.execute_batch(PRAGMAS)?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// Opens the connection that writes, making the file when there is none, and brings it to the newest format.
    pub(crate) fn create(&self, path: &Path) -> Result<Connection, Error> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // SQLite would create it for everybody to read; its other files take over the mode of this one.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(|error| Error::Unreachable(error.to_string()))?;
        let mut connection = self.write(path)?;
        crate::migrate(&mut connection, self.steps)?;
        Ok(connection)
    }

    /// Opens the connection that writes again.
    pub(crate) fn write(&self, path: &Path) -> Result<Connection, Error> {
        let connection = self.connect(path)?;
        for (pragma, value) in self.tuning {
            connection.pragma_update(None, pragma, value)?;
        }
        Ok(connection)
    }

    /// Opens a connection that reads. In WAL mode it never waits for the writer. It may change nothing in the database, but
    /// it may write beside it: after a crash or a pause the first reader prepares the write-ahead log.
    pub(crate) fn read(&self, path: &Path) -> Result<Connection, Error> {
        let connection = self.connect(path)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

fn unlock(connection: &Connection, key: &Key) -> Result<(), Error> {
    // SQLCipher would write its errors to the app's log.
    pragma(connection, "PRAGMA cipher_log_level = NONE")?;
    let Key { key, header } = key;
    let raw = Zeroizing::new(format!(
        "PRAGMA key = \"x'{}{}'\"",
        *Zeroizing::new(HEXLOWER.encode(key)),
        HEXLOWER.encode(header)
    ));
    pragma(connection, &raw)
}

/// Runs a pragma that may or may not answer.
fn pragma(connection: &Connection, text: &str) -> Result<(), Error> {
    match connection.query_row(text, [], |_| Ok(())) {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
        other => Ok(other?),
    }
}
