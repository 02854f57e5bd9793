//! The journal's rows.

use kuager_wire::canonical;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::record::{ClockReading, Record, RecordKind};
use rusqlite::{OptionalExtension, Row};

use super::error::StoreError;
use super::state::SEALED;
use super::tx::Tx;

/// A record to append.
#[derive(Debug)]
pub struct NewRecord<'a> {
    /// Name of the bytes.
    pub hash: RecordHash,
    /// The key that signed.
    pub kid: Kid,
    /// Number in its chain.
    pub seq: u64,
    /// What it is about.
    pub kind: RecordKind,
    /// Clock evidence.
    pub clock: ClockReading,
    /// Station key or free text.
    pub station: Option<&'a str>,
    /// Form id.
    pub form: Option<&'a str>,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// How urgently it is to be sent; lower goes first.
    pub priority: u32,
    /// What was signed.
    pub bytes: &'a [u8],
}

impl<'a> NewRecord<'a> {
    /// The row of a record that this key signed as these bytes.
    #[must_use]
    pub fn of(record: &'a Record, bytes: &'a [u8], kid: Kid, priority: u32) -> Self {
        Self {
            hash: RecordHash::of(bytes),
            kid,
            seq: record.seq,
            kind: record.kind,
            clock: record.clock,
            station: record.station.as_deref(),
            form: record.form.as_ref().map(|form| form.form.as_str()),
            supersedes: record.supersedes,
            priority,
            bytes,
        }
    }
}

/// A record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Row number in this store.
    pub id: i64,
    /// The record's id.
    pub hash: RecordHash,
    /// The key that signed.
    pub kid: Kid,
    /// Number in its chain.
    pub seq: u64,
    /// What it is about.
    pub kind: RecordKind,
    /// Wall clock at sealing.
    pub sealed_ms: i64,
    /// Station key or free text.
    pub station: Option<String>,
    /// Form id.
    pub form: Option<String>,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
}

/// The end of a chain.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// Its number.
    pub(crate) seq: u64,
    /// Its hash.
    pub(crate) hash: RecordHash,
    /// What the clocks said.
    pub(crate) clock: ClockReading,
}

pub(super) const COLUMNS: &str = "id, hash, kid, seq, kind, sealed_ms, station, form, supersedes";

/// Bytes of an encoded clock reading at most.
const CLOCK_LIMIT: usize = 128;

/// SQLite integers are signed; no chain reaches 2^63 records.
pub(super) fn to_sql(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Other(format!("{number} is out of range")))
}

pub(super) fn read_row(row: &Row<'_>) -> rusqlite::Result<RecordRow> {
    let kind: u8 = row.get(4)?;
    let supersedes: Option<[u8; 32]> = row.get(8)?;
    let seq: i64 = row.get(3)?;
    Ok(RecordRow {
        id: row.get(0)?,
        hash: RecordHash(row.get(1)?),
        kid: Kid(row.get(2)?),
        seq: seq.unsigned_abs(),
        kind: RecordKind::from_number(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(4, i64::from(kind)))?,
        sealed_ms: row.get(5)?,
        station: row.get(6)?,
        form: row.get(7)?,
        supersedes: supersedes.map(RecordHash),
    })
}

impl Tx<'_> {
    /// Appends a record and puts it into the outbox.
    pub(crate) fn add_record(&self, record: &NewRecord<'_>) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO records
             (hash, kid, seq, kind, sealed_ms, clock, station, form, supersedes, priority, state, attempts, size, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?13)",
        )?;
        statement.execute((
            record.hash.as_bytes(),
            record.kid.as_bytes(),
            to_sql(record.seq)?,
            record.kind.number(),
            record.clock.wall_ms,
            canonical::encode(&record.clock, CLOCK_LIMIT)?,
            record.station,
            record.form,
            record.supersedes.as_ref().map(RecordHash::as_bytes),
            record.priority,
            SEALED,
            record.bytes.len(),
            record.bytes,
        ))?;
        Ok(())
    }

    /// The newest record of a chain.
    pub(crate) fn head(&self, kid: Kid) -> Result<Option<Head>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq, hash, clock FROM records WHERE kid = ?1 ORDER BY id DESC LIMIT 1")?;
        let head = statement.query_row([kid.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), RecordHash(row.get(1)?), row.get::<_, Vec<u8>>(2)?))
        });
        let Some((seq, hash, clock)) = head.optional()? else { return Ok(None) };
        Ok(Some(Head { seq, hash, clock: canonical::decode(&clock, CLOCK_LIMIT)? }))
    }

    /// The newest version of a record: the last correction of it, and of that. Itself where nothing corrects it.
    pub(crate) fn latest_version(&self, hash: RecordHash) -> Result<RecordHash, StoreError> {
        // Each is newer than the one before, so this ends.
        let mut statement = self.connection.prepare_cached(
            "SELECT id, hash FROM records WHERE supersedes = ?1 AND id > ?2 ORDER BY id DESC LIMIT 1",
        )?;
        let (mut newest, mut latest) = (0_i64, hash);
        while let Some((id, correction)) = statement
            .query_row((latest.as_bytes(), newest), |row| Ok((row.get(0)?, RecordHash(row.get(1)?))))
            .optional()?
        {
            (newest, latest) = (id, correction);
        }
        Ok(latest)
    }

    pub(crate) fn record(&self, hash: RecordHash) -> Result<Option<RecordRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM records WHERE hash = ?1");
        Ok(self.connection.prepare_cached(&sql)?.query_row([hash.as_bytes()], read_row).optional()?)
    }

    /// Row of the record that was sealed last; 0 when there is none.
    pub(crate) fn newest_record(&self) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(max(id), 0) FROM records")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    pub(crate) fn record_bytes(&self, id: i64) -> Result<Vec<u8>, StoreError> {
        #[cfg(test)]
        super::reads::record_read();
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM records WHERE id = ?1")?;
        Ok(statement.query_row([id], |row| row.get(0))?)
    }

    /// The rows with these numbers.
    pub(crate) fn records_by_id(&self, ids: &[i64]) -> Result<Vec<RecordRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM records WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = ids.iter().filter_map(|id| statement.query_row([id], read_row).optional().transpose());
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `visit` with every record's bytes in chain order; one record in memory at a time.
    pub(crate) fn each_record<E: From<StoreError>>(
        &self,
        kid: Kid,
        mut visit: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT seq, bytes FROM records WHERE kid = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::from)?;
        let mut rows = statement.query([kid.as_bytes()]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let seq: i64 = row.get(0).map_err(StoreError::from)?;
            let bytes = row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(StoreError::from)?;
            visit(seq.unsigned_abs(), bytes)?;
        }
        Ok(())
    }

    /// Rows of a chain whose numbers lie in a range, both ends included.
    pub(crate) fn records_between(&self, kid: Kid, first: u64, last: u64) -> Result<Vec<i64>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM records WHERE kid = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY id")?;
        let range = (kid.as_bytes(), to_sql(first)?, to_sql(last.min(i64::MAX.unsigned_abs()))?);
        let rows = statement.query_map(range, |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
