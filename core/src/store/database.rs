//! The file and a connection to it: its name, its key, its header, and the mark that damage leaves.

use std::path::{Path, PathBuf};

use kuager_sqlite::{Config, Key};
use rusqlite::Connection;

use super::error::StoreError;
use super::schema;
use crate::keys::{self, StoreKey};

/// Name of the database within an observer's folder.
pub const FILE: &str = "kuager.db";
/// Left in the folder when damage is met while working, so that the next start salvages before it goes on.
const DAMAGE_MARK: &str = "kuager.db.damaged";
/// Read connections kept when nobody uses them.
const READERS: usize = 3;

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

/// How a store is opened.
pub(super) fn config(key: &StoreKey) -> Config {
    let key = Key { key: key.0, header: header(key) };
    Config { key: Some(key), steps: schema::MIGRATIONS, tuning: &[], readers: READERS }
}

/// Opens a connection to a store's file as it is.
pub(super) fn connect(path: &Path, key: &StoreKey) -> Result<Connection, StoreError> {
    Ok(config(key).connect(path)?)
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
