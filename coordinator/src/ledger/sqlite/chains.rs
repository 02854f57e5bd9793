//! What has been received of each chain, and which numbers are missing.
//!
//! `devices.dense` counts the numbers from 0 that are there (or covered by the device's own gap statements) without a hole, so that a long complete chain costs nothing to look at.

use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::record::SeqRange;
use kuager_wire::sync::ChainState;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{fixed, from_sql};
use crate::ledger::error::LedgerError;

/// The highest number received.
pub(super) fn head_seq(connection: &Connection, kid: Kid) -> Result<Option<i64>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT MAX(seq) FROM records WHERE kid = ?1")?;
    Ok(query.query_row([kid.0], |row| row.get(0))?)
}

fn dense(connection: &Connection, kid: Kid) -> Result<i64, LedgerError> {
    let mut query = connection.prepare_cached("SELECT dense FROM devices WHERE kid = ?1")?;
    Ok(query.query_row([kid.0], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Moves the dense part of a chain over what has arrived.
pub(super) fn advance(connection: &Connection, kid: Kid) -> Result<(), LedgerError> {
    let before = dense(connection, kid)?;
    let mut dense = before;
    loop {
        let mut query =
            connection.prepare_cached("SELECT DISTINCT seq FROM records WHERE kid = ?1 AND seq >= ?2 ORDER BY seq")?;
        let mut rows = query.query(params![kid.0, dense])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != dense {
                break;
            }
            dense = dense.saturating_add(1);
        }
        // A hole: does a gap statement cover it?
        let covered: Option<i64> = connection
            .prepare_cached("SELECT MAX(last) FROM gaps WHERE kid = ?1 AND first <= ?2 AND last >= ?2")?
            .query_row(params![kid.0, dense], |row| row.get(0))?;
        match covered {
            Some(last) => dense = last.saturating_add(1),
            None => break,
        }
    }
    if dense > before {
        connection.prepare_cached("UPDATE devices SET dense = ?2 WHERE kid = ?1")?.execute(params![kid.0, dense])?;
    }
    Ok(())
}

/// The states of chains; keys without records are left out.
pub(super) fn states(connection: &Connection, kids: &[Kid]) -> Result<Vec<ChainState>, LedgerError> {
    let mut states = Vec::with_capacity(kids.len());
    for kid in kids {
        if let Some(state) = state(connection, *kid)? {
            states.push(state);
        }
    }
    Ok(states)
}

fn state(connection: &Connection, kid: Kid) -> Result<Option<ChainState>, LedgerError> {
    let Some(head_seq) = head_seq(connection, kid)? else { return Ok(None) };
    let head = connection
        .prepare_cached("SELECT hash FROM records WHERE kid = ?1 AND seq = ?2 ORDER BY id LIMIT 1")?
        .query_row(params![kid.0, head_seq], |row| fixed(row, 0))?;
    let dense = dense(connection, kid)?;
    let missing = if dense > head_seq { Vec::new() } else { missing(connection, kid, dense)? };
    Ok(Some(ChainState { kid, head_seq: from_sql(head_seq), head: RecordHash(head), missing }))
}

/// Holes above the dense part, less what gap statements cover.
fn missing(connection: &Connection, kid: Kid, dense: i64) -> Result<Vec<SeqRange>, LedgerError> {
    let mut gaps =
        connection.prepare_cached("SELECT first, last FROM gaps WHERE kid = ?1 AND last >= ?2 ORDER BY first")?;
    let gaps = gaps
        .query_map(params![kid.0, dense], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, i64)>, _>>()?;
    let mut holes = connection.prepare_cached(
        "WITH here (seq) AS (SELECT ?2 - 1 UNION SELECT seq FROM records WHERE kid = ?1 AND seq >= ?2), \
         pairs (seq, next) AS (SELECT seq, LEAD(seq) OVER (ORDER BY seq) FROM here) \
         SELECT seq + 1, next - 1 FROM pairs WHERE next > seq + 1 ORDER BY seq",
    )?;
    let mut rows = holes.query(params![kid.0, dense])?;
    let mut missing = Vec::new();
    while let Some(row) = rows.next()? {
        subtract((row.get(0)?, row.get(1)?), &gaps, &mut missing);
        if missing.len() >= ChainState::RANGES {
            missing.truncate(ChainState::RANGES);
            break;
        }
    }
    Ok(missing)
}

/// Appends the parts of a hole that no gap covers; gaps are sorted by their start.
fn subtract(hole: (i64, i64), gaps: &[(i64, i64)], missing: &mut Vec<SeqRange>) {
    let (mut first, last) = hole;
    let mut push = |first, last| missing.push(SeqRange { first: from_sql(first), last: from_sql(last) });
    for (from, to) in gaps.iter().skip_while(|(_, to)| *to < hole.0) {
        if *from > last || first > last {
            break;
        }
        if *from > first {
            push(first, from - 1);
        }
        first = first.max(to.saturating_add(1));
    }
    if first <= last {
        push(first, last);
    }
}
