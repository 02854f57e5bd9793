//! Refusals.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kuager_wire::ids::SubjectHash;
use kuager_wire::receipt::RefusalCode;
use rusqlite::params;

use super::columns::{code, code_number, fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::refusals::{REMEMBERED, RefusalBatch, RefusalRow, Refusals};

#[async_trait]
impl Refusals for SqliteLedger {
    async fn add_refusals(&self, batch: RefusalBatch, now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            for (code, count) in &batch.counts {
                connection
                    .prepare_cached(
                        "INSERT INTO refusal_counts (code, count) VALUES (?1, ?2) \
                         ON CONFLICT (code) DO UPDATE SET count = count + excluded.count",
                    )?
                    .execute(params![code_number(*code), to_sql(*count)])?;
            }
            for (key, count) in &batch.subjects {
                connection
                    .prepare_cached(
                        "INSERT INTO refusals (subject, kid_prefix, code, count, first_ms, last_ms) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (subject) DO UPDATE SET \
                         code = excluded.code, count = count + excluded.count, last_ms = excluded.last_ms",
                    )?
                    .execute(params![
                        key.subject.0,
                        key.kid.map(|kid| kid.0[..4].to_vec()),
                        code_number(key.code),
                        to_sql(*count),
                        to_sql(now_ms)
                    ])?;
            }
            connection
                .prepare_cached(
                    "DELETE FROM refusals WHERE subject IN \
                     (SELECT subject FROM refusals ORDER BY last_ms DESC LIMIT -1 OFFSET ?1)",
                )?
                .execute([i64::try_from(REMEMBERED).unwrap_or(i64::MAX)])?;
            Ok(())
        })
        .await
    }

    async fn refusal_counts(&self) -> Result<BTreeMap<RefusalCode, u64>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT code, count FROM refusal_counts")?;
            let mut rows = query.query([])?;
            let mut counts = BTreeMap::new();
            while let Some(row) = rows.next()? {
                if let Some(code) = code(row.get(0)?) {
                    counts.insert(code, from_sql(row.get(1)?));
                }
            }
            Ok(counts)
        })
        .await
    }

    async fn refused(&self, limit: u32) -> Result<Vec<RefusalRow>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT subject, code, count, last_ms FROM refusals ORDER BY last_ms DESC, subject LIMIT ?1",
            )?;
            let mut rows = query.query([limit])?;
            let mut refused = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(code) = code(row.get(1)?) else { continue };
                let (subject, count) = (SubjectHash(fixed(row, 0)?), from_sql(row.get(2)?));
                refused.push(RefusalRow { subject, code, count, last_ms: from_sql(row.get(3)?) });
            }
            Ok(refused)
        })
        .await
    }
}
