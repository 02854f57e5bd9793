//! The format of a file and its steps. `user_version` counts them; all that are missing run in one IMMEDIATE transaction.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::Error;

/// How many steps a file has taken.
///
/// # Errors
/// [`Error`].
pub fn version(connection: &Connection) -> Result<u32, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Takes all steps the file has not taken yet, or none. Shipped steps are never edited: files that took them are out
/// there.
///
/// # Errors
/// [`Error::Newer`] for a file that has taken unknown steps, which is left as it is; any other [`Error`].
pub fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), Error> {
    let known = u32::try_from(steps.len()).expect("a handful of migrations");
    if !behind(connection, known)? {
        return Ok(());
    }
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    // Another process may have taken steps while this one waited.
    if behind(&transaction, known)? {
        let found = version(&transaction)?;
        for step in steps.iter().skip(usize::try_from(found).expect("u32 fits usize")) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", known)?;
    }
    Ok(transaction.commit()?)
}

fn behind(connection: &Connection, known: u32) -> Result<bool, Error> {
    let found = version(connection)?;
    if found > known { Err(Error::Newer { found, known }) } else { Ok(found < known) }
}
