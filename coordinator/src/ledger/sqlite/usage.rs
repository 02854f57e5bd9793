//! Counting what devices use.

use async_trait::async_trait;
use kuager_wire::ids::Kid;
use rusqlite::{Connection, params};

use super::columns::{from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::budgets::RecordBudget;
use crate::ledger::error::LedgerError;
use crate::ledger::records::NewRecord;
use crate::ledger::usage::{DAY_HOURS, HOUR_MS, Recent, Usage, Usages};

/// Bytes kept beside a record: its receipt, its places in the indexes.
const BESIDE_RECORD: u64 = 1024;
/// Bytes kept for each file it lists.
const BESIDE_FILE: u64 = 512;

#[async_trait]
impl Usages for SqliteLedger {
    async fn usage(&self, kid: Kid, now_ms: u64) -> Result<Recent, LedgerError> {
        self.read(move |connection| recent(connection, kid, now_ms)).await
    }

    async fn sweep_usage(&self, now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            let first = hour(now_ms).saturating_sub(DAY_HOURS);
            connection.prepare_cached("DELETE FROM usage WHERE hour < ?1")?.execute([to_sql(first)])?;
            Ok(())
        })
        .await
    }
}

fn hour(now_ms: u64) -> u64 {
    now_ms / HOUR_MS
}

fn recent(connection: &Connection, kid: Kid, now_ms: u64) -> Result<Recent, LedgerError> {
    let now = hour(now_ms);
    let mut query = connection.prepare_cached(
        "SELECT hour, records, record_bytes, file_bytes, wrong_files FROM usage \
         WHERE kid = ?1 AND hour > ?2 AND hour <= ?3",
    )?;
    let first = i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(i64::try_from(DAY_HOURS).unwrap_or(i64::MAX));
    let mut rows = query.query(params![kid.0, first, to_sql(now)])?;
    let mut recent = Recent::default();
    while let Some(row) = rows.next()? {
        let used = Usage {
            records: from_sql(row.get(1)?),
            record_bytes: from_sql(row.get(2)?),
            file_bytes: from_sql(row.get(3)?),
            wrong_files: from_sql(row.get(4)?),
        };
        recent.day = recent.day.and(used);
        if from_sql(row.get(0)?) == now {
            recent.hour = used;
        }
    }
    Ok(recent)
}

impl Usage {
    fn and(self, other: Self) -> Self {
        Self {
            records: self.records.saturating_add(other.records),
            record_bytes: self.record_bytes.saturating_add(other.record_bytes),
            file_bytes: self.file_bytes.saturating_add(other.file_bytes),
            wrong_files: self.wrong_files.saturating_add(other.wrong_files),
        }
    }
}

/// Counts what a device has used.
pub(super) fn add(connection: &Connection, kid: Kid, now_ms: u64, used: Usage) -> Result<(), LedgerError> {
    connection
        .prepare_cached(
            "INSERT INTO usage (kid, hour, records, record_bytes, file_bytes, wrong_files) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kid, hour) DO UPDATE SET records = records + ?3, \
             record_bytes = record_bytes + ?4, file_bytes = file_bytes + ?5, wrong_files = wrong_files + ?6",
        )?
        .execute(params![
            kid.0,
            to_sql(hour(now_ms)),
            to_sql(used.records),
            to_sql(used.record_bytes),
            to_sql(used.file_bytes),
            to_sql(used.wrong_files),
        ])?;
    Ok(())
}

/// What one device may still store of a batch: looked up once, counted along, written once.
pub(super) struct Purse {
    kid: Kid,
    now_ms: u64,
    before: Recent,
    used: Usage,
}

impl Purse {
    pub(super) fn open(connection: &Connection, kid: Kid, now_ms: u64) -> Result<Self, LedgerError> {
        Ok(Self { kid, now_ms, before: recent(connection, kid, now_ms)?, used: Usage::default() })
    }

    /// Whether this record fits the budget, too.
    pub(super) fn affords(&self, record: &NewRecord, budget: &RecordBudget) -> bool {
        let with = self.used.and(cost(record));
        let (hour, day) = (self.before.hour.and(with), self.before.day.and(with));
        hour.records <= budget.per_hour && day.records <= budget.per_day && day.record_bytes <= budget.bytes_per_day
    }

    /// Counts a record that was stored.
    pub(super) fn pay(&mut self, record: &NewRecord) {
        self.used = self.used.and(cost(record));
    }

    /// Writes down what was counted.
    pub(super) fn close(self, connection: &Connection) -> Result<(), LedgerError> {
        if self.used.records == 0 { Ok(()) } else { add(connection, self.kid, self.now_ms, self.used) }
    }
}

fn cost(record: &NewRecord) -> Usage {
    let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let files = size(record.uploads.len()).saturating_mul(BESIDE_FILE);
    let record_bytes = size(record.bytes.len()).saturating_add(BESIDE_RECORD).saturating_add(files);
    Usage { records: 1, record_bytes, ..Usage::default() }
}
