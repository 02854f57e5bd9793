//! The desk's journal.

use async_trait::async_trait;
use kuager_wire::ids::{EntryHash, RecordHash};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::desk::{Appended, DeskEntries, DeskHead, DeskRow};
use crate::ledger::error::LedgerError;

/// Bytes of entries in one answer.
const ANSWER: usize = 4 << 20;
const COLUMNS: &str = "seq, hash, at_ms, act, record, bytes";

#[async_trait]
impl DeskEntries for SqliteLedger {
    async fn desk_head(&self) -> Result<Option<DeskHead>, LedgerError> {
        self.read(|connection| head(connection)).await
    }

    async fn add_desk_entries(&self, entries: Vec<DeskRow>) -> Result<Appended, LedgerError> {
        self.write(move |connection| {
            let mut next = head(connection)?.map_or(0, |head| head.seq.saturating_add(1));
            for entry in &entries {
                if entry.seq != next {
                    return Ok(Appended::Moved);
                }
                next = next.saturating_add(1);
            }
            let mut insert = connection
                .prepare_cached(&format!("INSERT INTO desk_entries ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))?;
            for DeskRow { seq, hash, at_ms, act, record, bytes } in entries {
                let record = record.map(|record| record.0);
                insert.execute(params![to_sql(seq), hash.0, to_sql(at_ms), act, record, bytes])?;
            }
            Ok(Appended::Stored)
        })
        .await
    }

    async fn desk_entries_from(&self, seq: u64, limit: usize) -> Result<Vec<DeskRow>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM desk_entries WHERE seq >= ?1 ORDER BY seq"))?;
            let mut rows = query.query([to_sql(seq)])?;
            let (mut entries, mut bytes) = (Vec::new(), 0_usize);
            while entries.len() < limit
                && bytes < ANSWER
                && let Some(row) = rows.next()?
            {
                let entry = entry(row)?;
                bytes = bytes.saturating_add(entry.bytes.len());
                entries.push(entry);
            }
            Ok(entries)
        })
        .await
    }

    async fn desk_entries_about(&self, record: RecordHash) -> Result<Vec<DeskRow>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM desk_entries WHERE record = ?1 ORDER BY seq"))?;
            let rows = query.query_map([record.0], entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn head(connection: &Connection) -> Result<Option<DeskHead>, LedgerError> {
    let mut query = connection
        .prepare_cached("SELECT seq, hash, at_ms FROM desk_entries WHERE seq = (SELECT MAX(seq) FROM desk_entries)")?;
    let head = query.query_row([], |row| {
        Ok(DeskHead { seq: from_sql(row.get(0)?), hash: EntryHash(fixed(row, 1)?), at_ms: from_sql(row.get(2)?) })
    });
    Ok(head.optional()?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<DeskRow> {
    Ok(DeskRow {
        seq: from_sql(row.get(0)?),
        hash: EntryHash(fixed(row, 1)?),
        at_ms: from_sql(row.get(2)?),
        act: row.get(3)?,
        record: row.get::<_, Option<[u8; 32]>>(4)?.map(RecordHash),
        bytes: row.get(5)?,
    })
}
