//! The transparency log's order.

use std::collections::HashSet;

use async_trait::async_trait;
use kuager_wire::cose::sha256;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::log::{AT_ONCE, Advanced, LogEntries, LogEntry, LogHead, Source};

/// Up to where each source is in the log for certain.
struct Cursors {
    records: i64,
    entries: i64,
    revocations: i64,
}

#[async_trait]
impl LogEntries for SqliteLedger {
    async fn log_head(&self) -> Result<Option<LogHead>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT size, checkpoint, written FROM log_head WHERE id = 1")?;
            let head = query.query_row([], |row| {
                Ok(LogHead { size: from_sql(row.get(0)?), checkpoint: row.get(1)?, written: from_sql(row.get(2)?) })
            });
            Ok(head.optional()?)
        })
        .await
    }

    async fn log_waiting(&self, limit: usize) -> Result<Vec<LogEntry>, LedgerError> {
        self.read(move |connection| waiting(connection, limit.min(AT_ONCE))).await
    }

    async fn advance_log(
        &self,
        size: u64,
        entries: Vec<LogEntry>,
        checkpoint: Vec<u8>,
    ) -> Result<Advanced, LedgerError> {
        self.write(move |connection| advance(connection, size, &entries, &checkpoint)).await
    }

    async fn cosign_log(&self, size: u64, checkpoint: Vec<u8>) -> Result<Advanced, LedgerError> {
        self.write(move |connection| {
            let mut update =
                connection.prepare_cached("UPDATE log_head SET checkpoint = ?2 WHERE id = 1 AND size = ?1")?;
            let changed = update.execute(params![to_sql(size), checkpoint])?;
            Ok(if changed == 1 { Advanced::Stored } else { Advanced::Moved })
        })
        .await
    }

    async fn log_written(&self, size: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            let sql = "UPDATE log_head SET written = MAX(written, MIN(size, ?1)) WHERE id = 1";
            connection.prepare_cached(sql)?.execute([to_sql(size)])?;
            Ok(())
        })
        .await
    }

    async fn log_entries_from(&self, place: u64, limit: usize) -> Result<Vec<[u8; 32]>, LedgerError> {
        self.read(move |connection| {
            let mut query =
                connection.prepare_cached("SELECT hash FROM log_entries WHERE place >= ?1 ORDER BY place LIMIT ?2")?;
            let limit = i64::try_from(limit.min(AT_ONCE)).unwrap_or(i64::MAX);
            let rows = query.query_map([to_sql(place), limit], |row| fixed(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn log_places(&self, hashes: Vec<[u8; 32]>) -> Result<Vec<Option<u64>>, LedgerError> {
        self.read(move |connection| hashes.iter().map(|hash| place(connection, hash)).collect()).await
    }
}

fn place(connection: &Connection, hash: &[u8; 32]) -> Result<Option<u64>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT place FROM log_entries WHERE hash = ?1")?;
    Ok(query.query_row([hash], |row| row.get(0).map(from_sql)).optional()?)
}

fn cursors(connection: &Connection) -> Result<Cursors, LedgerError> {
    let mut query = connection.prepare_cached("SELECT records, entries, revocations FROM log_head WHERE id = 1")?;
    let cursors =
        query.query_row([], |row| Ok(Cursors { records: row.get(0)?, entries: row.get(1)?, revocations: row.get(2)? }));
    Ok(cursors.optional()?.unwrap_or(Cursors { records: 0, entries: -1, revocations: 0 }))
}

fn waiting(connection: &Connection, limit: usize) -> Result<Vec<LogEntry>, LedgerError> {
    let from = cursors(connection)?;
    let mut waiting = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |waiting: &mut Vec<LogEntry>, entry: LogEntry| -> Result<(), LedgerError> {
        if seen.insert(entry.hash) && place(connection, &entry.hash)?.is_none() {
            waiting.push(entry);
        }
        Ok(())
    };
    let left = |waiting: &Vec<LogEntry>| i64::try_from(limit.saturating_sub(waiting.len())).unwrap_or(0);
    let mut query = connection
        .prepare_cached("SELECT id, statement, dated_ms FROM revocations WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = query.query([from.revocations, left(&waiting)])?;
    while let Some(row) = rows.next()? {
        let hash = sha256(&row.get::<_, Vec<u8>>(1)?);
        let entry = LogEntry { hash, source: Source::Revocation(row.get(0)?), since_ms: from_sql(row.get(2)?) };
        add(&mut waiting, entry)?;
    }
    let mut query =
        connection.prepare_cached("SELECT seq, hash, at_ms FROM desk_entries WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let mut rows = query.query([from.entries, left(&waiting)])?;
    while let Some(row) = rows.next()? {
        let source = Source::Entry(from_sql(row.get(0)?));
        add(&mut waiting, LogEntry { hash: fixed(row, 1)?, source, since_ms: from_sql(row.get(2)?) })?;
    }
    let mut query =
        connection.prepare_cached("SELECT id, hash, received_ms FROM records WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = query.query([from.records, left(&waiting)])?;
    while let Some(row) = rows.next()? {
        let source = Source::Record(row.get(0)?);
        add(&mut waiting, LogEntry { hash: fixed(row, 1)?, source, since_ms: from_sql(row.get(2)?) })?;
    }
    Ok(waiting)
}

fn advance(
    connection: &Connection,
    size: u64,
    entries: &[LogEntry],
    checkpoint: &[u8],
) -> Result<Advanced, LedgerError> {
    let held: Option<i64> = connection
        .prepare_cached("SELECT size FROM log_head WHERE id = 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if held.map_or(0, from_sql) != size {
        return Ok(Advanced::Moved);
    }
    for entry in entries {
        if place(connection, &entry.hash)?.is_some() {
            return Ok(Advanced::Moved);
        }
    }
    let mut insert = connection.prepare_cached("INSERT INTO log_entries (place, hash) VALUES (?1, ?2)")?;
    let mut reached = cursors(connection)?;
    let mut next = size;
    for entry in entries {
        insert.execute(params![to_sql(next), entry.hash])?;
        next = next.saturating_add(1);
        match entry.source {
            Source::Statement => {}
            Source::Revocation(id) => reached.revocations = reached.revocations.max(id),
            Source::Entry(seq) => reached.entries = reached.entries.max(to_sql(seq)),
            Source::Record(id) => reached.records = reached.records.max(id),
        }
    }
    let mut put = connection.prepare_cached(
        "INSERT INTO log_head (id, size, checkpoint, written, records, entries, revocations) VALUES (1, ?1, ?2, 0, ?3, ?4, ?5) \
         ON CONFLICT (id) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint, records = excluded.records, \
         entries = excluded.entries, revocations = excluded.revocations",
    )?;
    put.execute(params![to_sql(next), checkpoint, reached.records, reached.entries, reached.revocations])?;
    Ok(Advanced::Stored)
}
