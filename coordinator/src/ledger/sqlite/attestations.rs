//! Attestations of devices.

use async_trait::async_trait;
use kuager_wire::ids::Kid;
use rusqlite::{OptionalExtension, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::attestations::{AttestationCount, AttestationRow, Attestations};
use crate::ledger::error::LedgerError;

#[async_trait]
impl Attestations for SqliteLedger {
    async fn add_attestation(&self, row: AttestationRow) -> Result<bool, LedgerError> {
        self.write(move |connection| {
            let AttestationRow { kid, received_ms, challenge, evidence, result, level, details } = row;
            let added = connection
                .prepare_cached(
                    "INSERT INTO attestations (kid, received_ms, challenge, evidence, result, level, details) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (kid) DO NOTHING",
                )?
                .execute(params![kid.0, to_sql(received_ms), challenge, evidence, result, level, details])?;
            Ok(added == 1)
        })
        .await
    }

    async fn attestation(&self, kid: Kid) -> Result<Option<AttestationRow>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT received_ms, challenge, evidence, result, level, details FROM attestations WHERE kid = ?1",
            )?;
            let row = query.query_row([kid.0], |row| {
                Ok(AttestationRow {
                    kid,
                    received_ms: from_sql(row.get(0)?),
                    challenge: fixed(row, 1)?,
                    evidence: row.get(2)?,
                    result: row.get(3)?,
                    level: row.get(4)?,
                    details: row.get(5)?,
                })
            });
            Ok(row.optional()?)
        })
        .await
    }

    async fn attestation_counts(&self) -> Result<Vec<AttestationCount>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT result, level, count(*) FROM attestations GROUP BY result, level ORDER BY result, level",
            )?;
            let counts = query.query_map([], |row| {
                Ok(AttestationCount { result: row.get(0)?, level: row.get(1)?, devices: from_sql(row.get(2)?) })
            })?;
            Ok(counts.collect::<Result<_, _>>()?)
        })
        .await
    }
}
