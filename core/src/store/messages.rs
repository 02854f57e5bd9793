//! The coordinator's messages to this observer.

use super::error::StoreError;
use super::records::to_sql;
use super::tx::Tx;

impl Tx<'_> {
    /// Returns whether it is new.
    pub(crate) fn add_message(&self, number: u64, bytes: &[u8], now_ms: i64) -> Result<bool, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO messages (number, bytes, added_ms) VALUES (?1, ?2, ?3)")?;
        Ok(statement.execute((to_sql(number)?, bytes, now_ms))? > 0)
    }

    pub(crate) fn newest_message(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(max(number), 0) FROM messages")?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// Signed bytes of every message and whether it has been read, oldest first.
    pub(crate) fn messages(&self) -> Result<Vec<(Vec<u8>, bool)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT bytes, read_ms IS NOT NULL FROM messages ORDER BY number")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn mark_message_read(&self, number: u64, now_ms: i64) -> Result<(), StoreError> {
        let mut statement =
            self.connection.prepare_cached("UPDATE messages SET read_ms = ?2 WHERE number = ?1 AND read_ms IS NULL")?;
        statement.execute((to_sql(number)?, now_ms))?;
        Ok(())
    }
}
