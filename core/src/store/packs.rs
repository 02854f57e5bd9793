//! Packs by hash. Every pack that ever was current is kept: answers stay tied to the one they were given under.

use kuager_wire::ids::PackHash;
use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::tx::Tx;

impl Tx<'_> {
    pub(crate) fn add_pack(&self, hash: PackHash, bytes: &[u8], now_ms: i64) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached("INSERT OR IGNORE INTO packs VALUES (?1, ?2, ?3)")?;
        statement.execute((hash.as_bytes(), bytes, now_ms))?;
        Ok(())
    }

    pub(crate) fn pack(&self, hash: PackHash) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM packs WHERE hash = ?1")?;
        Ok(statement.query_row([hash.as_bytes()], |row| row.get(0)).optional()?)
    }
}
