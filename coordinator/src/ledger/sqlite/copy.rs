//! Copies of a ledger, for backups.

use std::collections::BTreeSet;
use std::path::Path;

use kuager_sqlite::Config;
use kuager_wire::ids::MediaHash;
use rusqlite::Connection;

use super::columns::fixed;
use crate::ledger::error::LedgerError;

fn connect(path: &Path) -> Result<Connection, LedgerError> {
    Ok(Config::default().connect(path)?)
}

/// Writes the ledger as it is at one moment into an empty file, while others read and write it. What is damaged shows.
///
/// # Errors
/// [`LedgerError`].
pub fn copy(ledger: &Path, to: &Path) -> Result<(), LedgerError> {
    let to = to.to_str().ok_or_else(|| LedgerError::Failed("the folder's name is not UTF-8".to_owned()))?;
    connect(ledger)?.execute("VACUUM INTO ?1", [to])?;
    Ok(())
}

/// Whether a ledger is whole as a file.
///
/// # Errors
/// [`LedgerError`] when it is not.
pub fn check(ledger: &Path) -> Result<(), LedgerError> {
    let found: String = connect(ledger)?.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(LedgerError::Damaged(found)) }
}

/// The copies for publication that were made here, which nobody else has.
///
/// # Errors
/// [`LedgerError`].
pub fn published_copies(ledger: &Path) -> Result<BTreeSet<MediaHash>, LedgerError> {
    let connection = connect(ledger)?;
    let mut query = connection.prepare("SELECT media FROM redactions")?;
    let copies = query.query_map([], |row| fixed(row, 0).map(MediaHash))?;
    Ok(copies.collect::<Result<_, _>>()?)
}
