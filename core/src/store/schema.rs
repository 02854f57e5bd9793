//! The format of the file and its steps. `user_version` counts them; each runs in its own IMMEDIATE transaction.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::StoreError;

/// Shipped steps are never edited: stores that took them are out there.
const MIGRATIONS: &[&str] = &[include_str!("migrations/001_initial.sql"), include_str!("migrations/002_media.sql")];

/// Newest format this release knows.
pub(super) fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).expect("a handful of migrations")
}

pub(super) fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Takes all steps the file has not taken yet, and refuses a file that has taken unknown ones.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = newest();
    let found = version(connection)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    // Another process may have taken steps while this one waited.
    let found = version(&transaction)?;
    for step in MIGRATIONS.iter().skip(usize::try_from(found).expect("u32 fits usize")) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}
