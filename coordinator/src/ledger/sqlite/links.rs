//! Whether records fit their chains, judged as they arrive. Every look at one costs the same, whatever its chain is like.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kuager_wire::ids::{Kid, RecordHash};
use rusqlite::{Connection, OptionalExtension, params};

use super::chains;
use super::columns::{fault_number, fixed};
use crate::ledger::error::LedgerError;
use crate::ledger::faults::{ChainFault, EXAMPLES};

/// Records under one number that are compared with one that arrives late. More than a few are forks, and counted as such.
const FOLLOWERS: u32 = 16;

/// A record as its chain is judged by it.
pub(super) struct Link<'a> {
    pub(super) id: i64,
    pub(super) hash: RecordHash,
    pub(super) kid: Kid,
    pub(super) seq: i64,
    pub(super) prev: RecordHash,
    pub(super) station: Option<&'a str>,
    /// Whether it says that numbers are lost.
    pub(super) lost: bool,
    /// Whether another record has its number.
    pub(super) rival: bool,
}

/// Judges the records of one transaction.
#[derive(Default)]
pub(super) struct Judge {
    /// The stations of each device met; none for any.
    stations: BTreeMap<Kid, Vec<String>>,
    /// The record before, which most records follow.
    before: Option<(Kid, i64, RecordHash)>,
}

impl Judge {
    /// Notes what does not hold about a record that is stored.
    pub(super) fn note(&mut self, connection: &Connection, link: &Link<'_>) -> Result<(), LedgerError> {
        let found = [
            (ChainFault::BrokenLink, self.is_broken(connection, link)?),
            (ChainFault::Fork, link.rival),
            (ChainFault::Lost, link.lost),
            (ChainFault::OtherStation, self.is_elsewhere(connection, link)?),
        ];
        for (fault, _) in found.into_iter().filter(|(_, found)| *found) {
            count(connection, link.kid, link.id, fault)?;
        }
        self.before = Some((link.kid, link.seq, link.hash));
        Ok(())
    }

    /// Whether a record before it is held, and is not the one it names.
    fn is_broken(&self, connection: &Connection, link: &Link<'_>) -> Result<bool, LedgerError> {
        if self.before == Some((link.kid, link.seq.saturating_sub(1), link.prev)) {
            return Ok(false);
        }
        follows_another(connection, link.kid, link.seq, link.prev)
    }

    fn is_elsewhere(&mut self, connection: &Connection, link: &Link<'_>) -> Result<bool, LedgerError> {
        let Some(station) = link.station else { return Ok(false) };
        let stations = match self.stations.entry(link.kid) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(sent_to(connection, link.kid)?),
        };
        Ok(!stations.is_empty() && !stations.iter().any(|sent| sent == station))
    }
}

/// Whether a record before this number is held, and none of those is the one that is named.
pub(super) fn follows_another(
    connection: &Connection,
    kid: Kid,
    seq: i64,
    prev: RecordHash,
) -> Result<bool, LedgerError> {
    let Some(before) = seq.checked_sub(1).filter(|before| *before >= 0) else { return Ok(false) };
    let named = connection
        .prepare_cached("SELECT kid = ?2 AND seq = ?3 FROM records WHERE hash = ?1")?
        .query_row(params![prev.0, kid.0, before], |row| row.get::<_, bool>(0))
        .optional()?;
    Ok(named != Some(true) && chains::first_with(connection, kid, before)?.is_some())
}

/// The stations that a device's observer was sent to; none for any.
fn sent_to(connection: &Connection, kid: Kid) -> Result<Vec<String>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT value FROM devices d JOIN invites i ON i.token_hash = d.invite, json_each(i.stations) WHERE d.kid = ?1",
    )?;
    let stations = query.query_map([kid.0], |row| row.get(0))?;
    Ok(stations.collect::<Result<_, _>>()?)
}

/// Judges once more what follows a record that arrived late.
pub(super) fn judge_followers(connection: &Connection, link: &Link<'_>) -> Result<(), LedgerError> {
    let mut query =
        connection.prepare_cached("SELECT id, prev FROM records WHERE kid = ?1 AND seq = ?2 ORDER BY id LIMIT ?3")?;
    let followers = query
        .query_map(params![link.kid.0, link.seq.saturating_add(1), FOLLOWERS], |row| Ok((row.get(0)?, fixed(row, 1)?)))?
        .collect::<Result<Vec<(i64, [u8; 32])>, _>>()?;
    for (id, prev) in followers {
        match (link.rival, prev == link.hash.0) {
            // Until now nothing was held that it could follow.
            (false, false) => count(connection, link.kid, id, ChainFault::BrokenLink)?,
            // Until now only another record was held than the one it follows.
            (true, true) => uncount(connection, link.kid, id, ChainFault::BrokenLink)?,
            _ => {}
        }
    }
    Ok(())
}

fn count(connection: &Connection, kid: Kid, record: i64, fault: ChainFault) -> Result<(), LedgerError> {
    let count: i64 = connection
        .prepare_cached(
            "INSERT INTO chain_faults (kid, kind, count) VALUES (?1, ?2, 1) \
             ON CONFLICT (kid, kind) DO UPDATE SET count = count + 1 RETURNING count",
        )?
        .query_row(params![kid.0, fault_number(fault)], |row| row.get(0))?;
    if count <= i64::from(EXAMPLES) {
        connection
            .prepare_cached(
                "INSERT INTO fault_examples (record, kind, kid) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(params![record, fault_number(fault), kid.0])?;
    }
    Ok(())
}

fn uncount(connection: &Connection, kid: Kid, record: i64, fault: ChainFault) -> Result<(), LedgerError> {
    connection
        .prepare_cached("UPDATE chain_faults SET count = count - 1 WHERE kid = ?1 AND kind = ?2 AND count > 0")?
        .execute(params![kid.0, fault_number(fault)])?;
    connection
        .prepare_cached("DELETE FROM fault_examples WHERE record = ?1 AND kind = ?2")?
        .execute(params![record, fault_number(fault)])?;
    Ok(())
}

/// Notes how many ranges of a chain are missing now.
pub(super) fn set_gaps(connection: &Connection, kid: Kid, ranges: usize) -> Result<(), LedgerError> {
    connection
        .prepare_cached(
            "INSERT INTO chain_faults (kid, kind, count) SELECT ?1, ?2, ?3 WHERE ?3 > 0 OR EXISTS \
             (SELECT 1 FROM chain_faults WHERE kid = ?1 AND kind = ?2) \
             ON CONFLICT (kid, kind) DO UPDATE SET count = excluded.count WHERE count <> excluded.count",
        )?
        .execute(params![kid.0, fault_number(ChainFault::Gap), i64::try_from(ranges).unwrap_or(i64::MAX)])?;
    Ok(())
}
