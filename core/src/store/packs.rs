//! What the deployment published, by hash: packs and the stations of regions. Every pack that ever was current is kept:
//! answers stay tied to the one they were given under.

use kuager_wire::ids::{PackHash, ShardHash};
use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::tx::Tx;

impl Tx<'_> {
    pub(crate) fn add_pack(&self, hash: PackHash, bytes: &[u8], now_ms: i64) -> Result<(), StoreError> {
        self.add_published(hash.as_bytes(), bytes, now_ms)
    }

    pub(crate) fn pack(&self, hash: PackHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.published(hash.as_bytes())
    }

    pub(crate) fn add_shard(&self, hash: ShardHash, bytes: &[u8], now_ms: i64) -> Result<(), StoreError> {
        self.add_published(hash.as_bytes(), bytes, now_ms)
    }

    pub(crate) fn shard(&self, hash: ShardHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.published(hash.as_bytes())
    }

    /// Whether the stations of a region are here, without reading them.
    pub(crate) fn has_shard(&self, hash: ShardHash) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM packs WHERE hash = ?1")?;
        Ok(statement.exists([hash.as_bytes()])?)
    }

    /// Packs and shards share a table: SHA-256 tells them apart as it tells everything apart.
    fn add_published(&self, hash: &[u8; 32], bytes: &[u8], now_ms: i64) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached("INSERT OR IGNORE INTO packs VALUES (?1, ?2, ?3)")?;
        statement.execute((hash, bytes, now_ms))?;
        Ok(())
    }

    fn published(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM packs WHERE hash = ?1")?;
        Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
    }
}
