//! The outbox's side of a row: where each record stands, the coordinator's answers, the log of attempts.

use kuager_wire::canonical;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::receipt::RefusalCode;
use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::records::{COLUMNS as RECORD_COLUMNS, RecordRow, read_row as read_record};
use super::state::{ACCEPTED, FORKED, HELD, REFUSED, RESEALED, SEALED, SENDING, WAITING, read_state, state_columns};
use super::tx::Tx;
use crate::queue::{Item, State};

/// Rows of the attempt log that are kept.
const ATTEMPTS_KEPT: i64 = 1000;

/// A record and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// The record.
    pub record: RecordRow,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
}

/// The coordinator's signed word about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// The record.
    pub record: RecordHash,
    /// Name of the signed purpose: receipt, refusal or fork.
    pub purpose: String,
    /// The signed bytes.
    pub bytes: Vec<u8>,
}

/// An attempt that is about to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewAttempt {
    /// Which call.
    pub purpose: &'static str,
    /// Records in it.
    pub records: usize,
    /// Wall clock.
    pub started_ms: i64,
}

/// An attempt of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// Which call.
    pub purpose: String,
    /// Records in it.
    pub records: u32,
    /// Wall clock at its start.
    pub started_ms: i64,
    /// Wall clock at its end; `None` when the process ended first.
    pub ended_ms: Option<i64>,
    /// How it ended: "ok", or the name of a failure class.
    pub outcome: Option<String>,
    /// Bytes of the body sent.
    pub bytes_out: u64,
    /// Bytes of the body received.
    pub bytes_in: u64,
}

impl Tx<'_> {
    /// Items that still have to be sent; the most urgent `limit` of them.
    pub(crate) fn open_items(&self, limit: u32) -> Result<Vec<Item>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, priority, size, attempts, state, wait, detail FROM records
             WHERE state <= ?1 ORDER BY priority + attempts / 3, attempts, id LIMIT ?2",
        )?;
        let mut rows = statement.query((HELD, limit))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(Item {
                record: row.get(0)?,
                priority: row.get(1)?,
                size: row.get(2)?,
                attempts: row.get(3)?,
                state: read_state(row, 4)?,
            });
        }
        Ok(items)
    }

    pub(crate) fn set_state(&self, record: i64, state: &State) -> Result<(), StoreError> {
        let (number, until, detail) = state_columns(state);
        let wait = until.map(|until| canonical::encode(&until, 256)).transpose()?;
        let mut statement =
            self.connection.prepare_cached("UPDATE records SET state = ?2, wait = ?3, detail = ?4 WHERE id = ?1")?;
        statement.execute((record, number, wait, detail))?;
        Ok(())
    }

    pub(crate) fn count_attempt(&self, record: i64) -> Result<(), StoreError> {
        let mut statement =
            self.connection.prepare_cached("UPDATE records SET attempts = attempts + 1 WHERE id = ?1")?;
        statement.execute([record])?;
        Ok(())
    }

    /// Attempts whose end nobody lived to see are open again.
    pub(crate) fn release_interrupted(&self) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare_cached("UPDATE records SET state = ?1 WHERE state = ?2")?;
        Ok(statement.execute((SEALED, SENDING))?)
    }

    /// What was held or waited by itself is due now.
    pub(crate) fn release_waiting(&self, only_held: bool) -> Result<usize, StoreError> {
        let first = if only_held { HELD } else { WAITING };
        let mut statement = self.connection.prepare_cached(
            "UPDATE records SET state = ?1, wait = NULL, detail = NULL WHERE state BETWEEN ?2 AND ?3",
        )?;
        Ok(statement.execute((SEALED, first, HELD))?)
    }

    /// Delivered once, and the coordinator says that it is missing: to be sent again. The receipt stays.
    pub(crate) fn reopen_delivered(&self, record: i64) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE records SET state = ?1, wait = NULL, detail = NULL WHERE id = ?2 AND state IN (?3, ?4)",
        )?;
        Ok(statement.execute((SEALED, record, ACCEPTED, FORKED))? > 0)
    }

    /// What was refused for this reason, of one chain up to a number, is to be sent again.
    pub(crate) fn reopen_refused(&self, code: RefusalCode, kid: Kid, last: u64) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE records SET state = ?1, detail = NULL WHERE state = ?2 AND detail = ?3 AND kid = ?4 AND seq <= ?5",
        )?;
        let last = i64::try_from(last).unwrap_or(i64::MAX);
        Ok(statement.execute((SEALED, REFUSED, code.name(), kid.as_bytes(), last))?)
    }

    /// Every record and where it stands, in the order of sealing, but for those that were sealed anew.
    pub(crate) fn queue(&self) -> Result<Vec<QueueRow>, StoreError> {
        self.queue_rows("id", i64::MAX)
    }

    /// The newest records and where they stand, the newest first; what a list shows when the app opens.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn recent(&self, limit: u32) -> Result<Vec<QueueRow>, StoreError> {
        self.queue_rows("id DESC", i64::from(limit))
    }

    fn queue_rows(&self, order: &str, limit: i64) -> Result<Vec<QueueRow>, StoreError> {
        let sql = format!(
            "SELECT {RECORD_COLUMNS}, attempts, state, wait, detail FROM records WHERE state <> ?2 ORDER BY {order} LIMIT ?1"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query((limit, RESEALED))?;
        let mut queue = Vec::new();
        while let Some(row) = rows.next()? {
            queue.push(QueueRow { record: read_record(row)?, attempts: row.get(9)?, state: read_state(row, 10)? });
        }
        Ok(queue)
    }

    /// How many records are delivered, how many still have to be sent, how many are refused.
    pub(crate) fn queue_counts(&self) -> Result<(u64, u64, u64), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FILTER (WHERE state IN (?2, ?3)), count(*) FILTER (WHERE state < ?1), count(*) FILTER (WHERE state = ?1)
             FROM records",
        )?;
        let counts = statement.query_row((REFUSED, ACCEPTED, FORKED), |row| {
            let count = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
            Ok((count(0)?, count(1)?, count(2)?))
        })?;
        Ok(counts)
    }

    /// Keeps what the coordinator said. Of receipts and evidence the first stays, also when a coordinator that was restored
    /// says it anew, later; of refusals the last.
    pub(crate) fn add_statement(
        &self,
        record: i64,
        purpose: &str,
        bytes: &[u8],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO answers VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (record, purpose) DO UPDATE SET bytes = excluded.bytes, added_ms = excluded.added_ms
             WHERE purpose = 'refusal'",
        )?;
        statement.execute((record, purpose, bytes, now_ms))?;
        Ok(())
    }

    pub(crate) fn statement(&self, record: i64, purpose: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT bytes FROM answers WHERE record = ?1 AND purpose = ?2")?;
        Ok(statement.query_row((record, purpose), |row| row.get(0)).optional()?)
    }

    /// Every answer the coordinator ever signed about this store's records.
    pub(crate) fn statements(&self) -> Result<Vec<StatementRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.hash, a.purpose, a.bytes FROM answers a JOIN records r ON r.id = a.record ORDER BY r.id, a.purpose",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(StatementRow { record: RecordHash(row.get(0)?), purpose: row.get(1)?, bytes: row.get(2)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn start_attempt(&self, attempt: NewAttempt) -> Result<i64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO attempts (purpose, records, started_ms) VALUES (?1, ?2, ?3)")?;
        let id = statement.insert((attempt.purpose, attempt.records, attempt.started_ms))?;
        if id % 64 == 0 {
            self.connection.prepare_cached("DELETE FROM attempts WHERE id <= ?1")?.execute([id - ATTEMPTS_KEPT])?;
        }
        Ok(id)
    }

    pub(crate) fn finish_attempt(
        &self,
        id: i64,
        ended_ms: i64,
        outcome: &str,
        bytes_out: usize,
        bytes_in: usize,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE attempts SET ended_ms = ?2, outcome = ?3, bytes_out = ?4, bytes_in = ?5 WHERE id = ?1",
        )?;
        statement.execute((id, ended_ms, outcome, bytes_out, bytes_in))?;
        Ok(())
    }

    /// The log of attempts, newest first.
    pub(crate) fn attempts(&self, limit: u32) -> Result<Vec<AttemptRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT purpose, records, started_ms, ended_ms, outcome, bytes_out, bytes_in FROM attempts
             ORDER BY id DESC LIMIT ?1",
        )?;
        let rows = statement.query_map([limit], |row| {
            Ok(AttemptRow {
                purpose: row.get(0)?,
                records: row.get(1)?,
                started_ms: row.get(2)?,
                ended_ms: row.get(3)?,
                outcome: row.get(4)?,
                bytes_out: row.get::<_, i64>(5)?.unsigned_abs(),
                bytes_in: row.get::<_, i64>(6)?.unsigned_abs(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
