//! Copies made for publication.

use async_trait::async_trait;
use kuager_wire::ids::MediaHash;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::redactions::{RedactionRow, Redactions};

#[async_trait]
impl Redactions for SqliteLedger {
    async fn add_redaction(&self, new: RedactionRow) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO redactions (media, original, size, made_ms, statement) VALUES (?1, ?2, ?3, ?4, ?5) \
                     ON CONFLICT (media) DO NOTHING",
                )?
                .execute(params![new.media.0, new.original.0, to_sql(new.size), to_sql(new.made_ms), new.statement])?;
            Ok(())
        })
        .await
    }

    async fn redaction(&self, media: MediaHash) -> Result<Option<RedactionRow>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM redactions WHERE media = ?1"))?;
            Ok(query.query_row([media.0], redaction).optional()?)
        })
        .await
    }

    async fn redactions_of(&self, original: MediaHash) -> Result<Vec<RedactionRow>, LedgerError> {
        self.read(move |connection| of(connection, original)).await
    }
}

pub(super) fn of(connection: &Connection, original: MediaHash) -> Result<Vec<RedactionRow>, LedgerError> {
    let mut query = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM redactions WHERE original = ?1 ORDER BY made_ms DESC"))?;
    let rows = query.query_map([original.0], redaction)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const COLUMNS: &str = "media, original, size, made_ms, statement";

fn redaction(row: &Row<'_>) -> rusqlite::Result<RedactionRow> {
    Ok(RedactionRow {
        media: MediaHash(fixed(row, 0)?),
        original: MediaHash(fixed(row, 1)?),
        size: from_sql(row.get(2)?),
        made_ms: from_sql(row.get(3)?),
        statement: row.get(4)?,
    })
}
