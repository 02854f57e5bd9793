//! Records that are older than a table about them: brought into it before anybody is served, some at a time, so that no
//! transaction is long and a stop in between costs nothing.

use std::collections::BTreeSet;

use kuager_sqlite::Pool;
use kuager_wire::cose::Envelope;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::record::{Record, SeqRange};
use rusqlite::{Connection, OptionalExtension, params};

use super::chains;
use super::columns::{fixed, from_sql};
use super::coverage::Addition;
use super::links::{Judge, Link, set_gaps};
use crate::ledger::error::LedgerError;

/// Records of one transaction.
const AT_ONCE: u32 = 4096;

/// Brings every record that was there before into what is known of its chain.
pub(super) fn run(pool: &Pool) -> Result<(), LedgerError> {
    while pool.write(step)?? {}
    while pool.write(read_words)?? {}
    Ok(())
}

/// Reads the next notes for what they are about; whether there may be more.
fn read_words(connection: &Connection) -> Result<bool, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT r.id, r.bytes FROM unread_words w JOIN records r ON r.id = w.record ORDER BY w.record LIMIT ?1",
    )?;
    let rows = query.query_map([AT_ONCE], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let notes = rows.collect::<Result<Vec<_>, _>>()?;
    let mut set = connection.prepare_cached("UPDATE records SET follows = ?2 WHERE id = ?1")?;
    for (id, bytes) in &notes {
        // They were verified when they were stored; what cannot be read any more is about nothing.
        let record = Envelope::parse(bytes, limits::RECORD).and_then(|envelope| envelope.statement::<Record>());
        if let Some(follows) = record.ok().and_then(|record| record.body.follows) {
            set.execute(params![id, follows.record.0])?;
        }
    }
    match notes.last() {
        Some((newest, _)) => connection.execute("DELETE FROM unread_words WHERE record <= ?1", [newest])?,
        None => 0,
    };
    Ok(!notes.is_empty())
}

struct Old {
    id: i64,
    hash: RecordHash,
    kid: Kid,
    seq: i64,
    prev: RecordHash,
    station: Option<String>,
    lost: Option<SeqRange>,
}

/// Takes the next records; whether there may be more.
fn step(connection: &Connection) -> Result<bool, LedgerError> {
    let progress = connection
        .query_row("SELECT done, last FROM backfill", [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let Some((done, last)) = progress else { return Ok(false) };
    let old = records(connection, done, last)?;
    let (mut addition, mut judge) = (Addition::default(), Judge::default());
    for record in &old {
        let rival = chains::first_with(connection, record.kid, record.seq)?.is_some_and(|first| first != record.hash);
        let link = Link {
            id: record.id,
            hash: record.hash,
            kid: record.kid,
            seq: record.seq,
            prev: record.prev,
            station: record.station.as_deref(),
            lost: record.lost.is_some(),
            rival,
        };
        judge.note(connection, &link)?;
        let seq = from_sql(record.seq);
        addition.push(record.kid, SeqRange { first: seq, last: seq });
        if let Some(lost) = record.lost {
            addition.push(record.kid, lost);
        }
    }
    addition.write(connection)?;
    let kids: BTreeSet<Kid> = old.iter().map(|record| record.kid).collect();
    for state in chains::states(connection, &kids.into_iter().collect::<Vec<_>>())? {
        set_gaps(connection, state.kid, state.missing.len())?;
    }
    match old.last() {
        Some(newest) => {
            tracing::info!(done = newest.id, last, "records of an earlier format are brought over");
            connection.execute("UPDATE backfill SET done = ?1", [newest.id])?
        }
        None => connection.execute("DELETE FROM backfill", [])?,
    };
    Ok(!old.is_empty())
}

fn records(connection: &Connection, done: i64, last: i64) -> Result<Vec<Old>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT r.id, r.hash, r.kid, r.seq, r.prev, r.station, g.first, g.last FROM records r \
         LEFT JOIN gaps g ON g.record = r.id WHERE r.id > ?1 AND r.id <= ?2 ORDER BY r.id LIMIT ?3",
    )?;
    let rows = query.query_map(params![done, last, AT_ONCE], |row| {
        let lost = row.get::<_, Option<i64>>(6)?.zip(row.get::<_, Option<i64>>(7)?);
        Ok(Old {
            id: row.get(0)?,
            hash: RecordHash(fixed(row, 1)?),
            kid: Kid(fixed(row, 2)?),
            seq: row.get(3)?,
            prev: RecordHash(fixed(row, 4)?),
            station: row.get(5)?,
            lost: lost.map(|(first, last)| SeqRange { first: from_sql(first), last: from_sql(last) }),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
