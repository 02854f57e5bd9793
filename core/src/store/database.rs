//! The file and a connection to it: its name, its key, its header, and the mark that damage leaves.

use std::path::{Path, PathBuf};
use std::time::Duration;

// SQLCipher calls it; nothing in Rust does.
use kuager_cipher as _;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::error::StoreError;
use crate::keys::{self, StoreKey};

/// Name of the database within an observer's folder.
pub const FILE: &str = "kuager.db";
/// Left in the folder when damage is met while working, so that the next start salvages before it goes on.
const DAMAGE_MARK: &str = "kuager.db.damaged";
/// How long a connection waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

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
    keys::sync_dir(dir)
}

pub(super) fn damage_mark(path: &Path) -> PathBuf {
    path.with_file_name(DAMAGE_MARK)
}

/// Opens a connection with the raw key. SQLCipher derives nothing from a raw key, which makes it 200 times faster to
/// open than with a passphrase.
pub(super) fn connect(path: &Path, key: &StoreKey, flags: OpenFlags) -> Result<Connection, StoreError> {
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
    keys::key_fingerprint(key)
}

pub(super) fn check_header(path: &Path, key: &StoreKey) -> Result<(), StoreError> {
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
