//! What has been received of each chain, and which numbers are missing.

use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::record::SeqRange;
use kuager_wire::sync::ChainState;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{fixed, from_sql, to_sql};
use super::coverage::first_missing;
use crate::ledger::error::LedgerError;

/// The highest number received.
pub(super) fn head_seq(connection: &Connection, kid: Kid) -> Result<Option<i64>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT MAX(seq) FROM records WHERE kid = ?1")?;
    Ok(query.query_row([kid.0], |row| row.get(0))?)
}

/// The record with this number that arrived first.
pub(super) fn first_with(connection: &Connection, kid: Kid, seq: i64) -> Result<Option<RecordHash>, LedgerError> {
    let mut query =
        connection.prepare_cached("SELECT hash FROM records WHERE kid = ?1 AND seq = ?2 ORDER BY id LIMIT 1")?;
    Ok(query.query_row(params![kid.0, seq], |row| fixed(row, 0)).optional()?.map(RecordHash))
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
    let Some(head) = first_with(connection, kid, head_seq)? else { return Ok(None) };
    let head_seq = from_sql(head_seq);
    Ok(Some(ChainState { kid, head_seq, head, missing: missing(connection, kid, head_seq)? }))
}

/// The first ranges below the head that are neither held nor stated lost.
fn missing(connection: &Connection, kid: Kid, head: u64) -> Result<Vec<SeqRange>, LedgerError> {
    let mut missing = Vec::new();
    let mut from = 0;
    while missing.len() < ChainState::RANGES {
        let first = first_missing(connection, kid, from)?;
        if first >= head {
            break;
        }
        // The head itself is held, so there is a next one.
        let next = next_there(connection, kid, first)?.unwrap_or(head).max(first.saturating_add(1));
        missing.push(SeqRange { first, last: next.saturating_sub(1) });
        from = next;
    }
    Ok(missing)
}

/// The first number above a missing one that is held or begins a range stated lost.
fn next_there(connection: &Connection, kid: Kid, missing: u64) -> Result<Option<u64>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT MIN(next) FROM (SELECT MIN(seq) AS next FROM records WHERE kid = ?1 AND seq > ?2 \
         UNION ALL SELECT MIN(first) FROM gaps WHERE kid = ?1 AND first > ?2)",
    )?;
    let next: Option<i64> = query.query_row(params![kid.0, to_sql(missing)], |row| row.get(0))?;
    Ok(next.map(from_sql))
}
