//! Chains that ended because the store was put back from a copy, and what is sealed anew for it.

use kuager_wire::ids::{Kid, RecordHash};
use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::state::{ACCEPTED, FORKED, RESEALED};
use super::tx::Tx;

/// A key this device signed with before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerKey {
    /// Its id.
    pub kid: Kid,
    /// The deployment's signed word on whose it is.
    pub credential: Vec<u8>,
    /// Its own signed word on the key that goes on for it.
    pub succession: Vec<u8>,
    /// Wall clock at its end, milliseconds since 1970.
    pub ended_ms: i64,
}

/// A record that is to be sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Renumber {
    pub(crate) record: i64,
    pub(crate) kid: Kid,
    pub(crate) priority: u32,
}

impl Tx<'_> {
    /// The number of this record is another one's.
    pub(crate) fn renumber(&self, record: i64) -> Result<(), StoreError> {
        let mut statement =
            self.connection.prepare_cached("INSERT INTO renumber VALUES (?1) ON CONFLICT (record) DO NOTHING")?;
        statement.execute([record])?;
        Ok(())
    }

    /// The records that are to be sealed anew, in the order in which they were sealed.
    pub(crate) fn to_renumber(&self) -> Result<Vec<Renumber>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.id, r.kid, r.priority FROM renumber n JOIN records r ON r.id = n.record ORDER BY r.id",
        )?;
        let rows = statement
            .query_map([], |row| Ok(Renumber { record: row.get(0)?, kid: Kid(row.get(1)?), priority: row.get(2)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Number and name of the last record of a chain that has a receipt.
    pub(crate) fn last_receipted(&self, kid: Kid) -> Result<Option<(u64, RecordHash)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, hash FROM records WHERE kid = ?1 AND state IN (?2, ?3) ORDER BY seq DESC LIMIT 1",
        )?;
        let last = statement.query_row((kid.as_bytes(), ACCEPTED, FORKED), |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), RecordHash(row.get(1)?)))
        });
        Ok(last.optional()?)
    }

    /// A record was sealed anew as this one. It stays, and travels no more.
    pub(crate) fn resealed(&self, record: i64, anew: RecordHash) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE records SET state = ?2, wait = NULL, detail = ?3 WHERE id = ?1")?
            .execute((record, RESEALED, anew.to_string()))?;
        self.connection.prepare_cached("DELETE FROM renumber WHERE record = ?1")?.execute([record])?;
        Ok(())
    }

    /// As which record this one was sealed anew.
    pub(crate) fn resealed_as(&self, hash: RecordHash) -> Result<Option<RecordHash>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT detail FROM records WHERE hash = ?1 AND state = ?2")?;
        let anew: Option<String> = statement.query_row((hash.as_bytes(), RESEALED), |row| row.get(0)).optional()?;
        Ok(anew.and_then(|anew| anew.parse().ok()))
    }

    pub(crate) fn add_former_key(&self, former: &FormerKey) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT INTO former_keys (kid, credential, succession, ended_ms) VALUES (?1, ?2, ?3, ?4)")?
            .execute((former.kid.as_bytes(), &former.credential, &former.succession, former.ended_ms))?;
        Ok(())
    }

    /// The keys this device signed with before, the first one first.
    pub(crate) fn former_keys(&self) -> Result<Vec<FormerKey>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT kid, credential, succession, ended_ms FROM former_keys ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok(FormerKey {
                kid: Kid(row.get(0)?),
                credential: row.get(1)?,
                succession: row.get(2)?,
                ended_ms: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
