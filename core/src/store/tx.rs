//! What every query of the store is a method of; each table has a file of its own.

use rusqlite::Connection;

/// One transaction, with the queries of this crate.
pub struct Tx<'a> {
    pub(super) connection: &'a Connection,
}
