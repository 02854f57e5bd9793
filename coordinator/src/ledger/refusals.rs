//! What was refused: counted for ever per reason, remembered for a while per subject.

use std::collections::BTreeMap;

use kuager_wire::ids::{Kid, SubjectHash};
use kuager_wire::receipt::RefusalCode;
use rusqlite::params;

use super::{Ledger, LedgerError, from_sql, to_sql};

/// Subjects remembered. Whoever floods the coordinator with rubbish pushes out rubbish, not evidence: records that
/// verify are never here.
const REMEMBERED: i64 = 10_000;

/// What was refused and why; equal refusals are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusalKey {
    /// SHA-256 of the refused bytes.
    pub subject: SubjectHash,
    /// The key they name, unchecked.
    pub kid: Option<Kid>,
    /// Why.
    pub code: RefusalCode,
}

/// Refusals of some seconds.
#[derive(Debug, Clone, Default)]
pub struct RefusalBatch {
    /// How often each reason was given.
    pub counts: BTreeMap<RefusalCode, u64>,
    /// Single subjects, as many as were worth keeping.
    pub subjects: BTreeMap<RefusalKey, u64>,
}

impl Ledger {
    /// Adds refusals to the counters.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn add_refusals(&self, batch: RefusalBatch, now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            for (code, count) in &batch.counts {
                connection
                    .prepare_cached(
                        "INSERT INTO refusal_counts (code, count) VALUES (?1, ?2) \
                         ON CONFLICT (code) DO UPDATE SET count = count + excluded.count",
                    )?
                    .execute(params![number(*code), to_sql(*count)])?;
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
                        number(key.code),
                        to_sql(*count),
                        to_sql(now_ms)
                    ])?;
            }
            connection
                .prepare_cached(
                    "DELETE FROM refusals WHERE subject IN \
                     (SELECT subject FROM refusals ORDER BY last_ms DESC LIMIT -1 OFFSET ?1)",
                )?
                .execute([REMEMBERED])?;
            Ok(())
        })
        .await
    }

    /// How often each reason was given since the beginning.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn refusal_counts(&self) -> Result<BTreeMap<RefusalCode, u64>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT code, count FROM refusal_counts")?;
            let mut rows = query.query([])?;
            let mut counts = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let code: u8 = row.get(0)?;
                if let Some(code) = RefusalCode::ALL.iter().copied().find(|known| number(*known) == code) {
                    counts.insert(code, from_sql(row.get(1)?));
                }
            }
            Ok(counts)
        })
    }
}

/// The number that is signed, which is the position in the list of all codes.
fn number(code: RefusalCode) -> u8 {
    let at = RefusalCode::ALL.iter().position(|known| *known == code).expect("ALL holds every code");
    u8::try_from(at + 1).expect("a handful of codes")
}
