//! Records, and the forks found while storing them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use kuager_wire::ids::{Kid, ObserverId, RecordHash};
use kuager_wire::record::SeqRange;
use kuager_wire::sync::ChainState;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, nobodys, to_sql};
use super::coverage::Addition;
use super::handle::SqliteLedger;
use super::links::{Judge, Link};
use super::revocations::Distrust;
use super::usage::Purse;
use super::{chains, devices, links, uploads};
use crate::budgets::RecordBudget;
use crate::ledger::error::LedgerError;
use crate::ledger::feed::Arrival;
use crate::ledger::records::{Counts, ForkEvidence, ForkPair, Inquiry, Known, NewRecord, Records, Stored, Taken};

#[async_trait]
impl Records for SqliteLedger {
    async fn look_up(&self, items: Vec<Inquiry>) -> Result<Known, LedgerError> {
        self.read(move |connection| look_up(connection, &items)).await
    }

    async fn store(
        &self,
        records: Vec<NewRecord>,
        kids: Vec<Kid>,
        budget: RecordBudget,
    ) -> Result<(Vec<Taken>, Vec<ChainState>), LedgerError> {
        let feed = self.feed.clone();
        let tell = move |batch: &mut Batch| {
            let arrivals = std::mem::take(&mut batch.arrivals);
            if !arrivals.is_empty() {
                // Nobody may be listening, which is fine.
                let _ = feed.send(arrivals.into());
            }
        };
        let batch = self.write_then(move |connection| store(connection, records, &kids, &budget), tell).await?;
        Ok((batch.taken, batch.chains))
    }

    async fn add_fork_statements(&self, statements: Vec<(RecordHash, Vec<u8>)>) -> Result<Vec<Vec<u8>>, LedgerError> {
        self.write(move |connection| {
            let mut add = connection.prepare_cached(
                "UPDATE forks SET statement = COALESCE(statement, ?2) WHERE second = ?1 RETURNING statement",
            )?;
            let mut kept = Vec::with_capacity(statements.len());
            for (second, statement) in statements {
                let first = add.query_row(params![second.0, statement], |row| row.get(0)).optional()?;
                kept.push(first.ok_or_else(|| LedgerError::Failed(format!("no fork ends with record {second}")))?);
            }
            Ok(kept)
        })
        .await
    }

    async fn unsigned_forks(&self, limit: u32) -> Result<Vec<ForkPair>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {FORK} FROM forks f JOIN records r ON r.hash = f.second WHERE f.statement IS NULL \
                 ORDER BY f.id LIMIT ?1"
            ))?;
            let pairs = query.query_map([limit], pair)?;
            Ok(pairs.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn chains(&self, kids: Vec<Kid>) -> Result<Vec<ChainState>, LedgerError> {
        self.read(move |connection| chains::states(connection, &kids)).await
    }

    async fn record(&self, hash: RecordHash) -> Result<Option<Vec<u8>>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached("SELECT bytes FROM records WHERE hash = ?1")?;
            Ok(query.query_row([hash.0], |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn counts(&self) -> Result<Counts, LedgerError> {
        self.read(|connection| {
            // Records are never deleted, so the newest id is their number.
            let mut query = connection
                .prepare_cached("SELECT (SELECT COALESCE(MAX(id), 0) FROM records), (SELECT COUNT(*) FROM devices)")?;
            let counts = query
                .query_row([], |row| Ok(Counts { records: from_sql(row.get(0)?), devices: from_sql(row.get(1)?) }));
            Ok(counts?)
        })
        .await
    }
}

fn look_up(connection: &Connection, items: &[Inquiry]) -> Result<Known, LedgerError> {
    let mut known = Known::default();
    // The highest number of each chain; nothing for keys that are not enrolled.
    let mut heads: BTreeMap<Kid, Option<i64>> = BTreeMap::new();
    for Inquiry { hash, position } in items {
        if let Some((kid, seq)) = position {
            let head = match heads.entry(*kid) {
                Entry::Occupied(head) => *head.get(),
                Entry::Vacant(unknown) => {
                    let device = devices::device(connection, *kid)?;
                    let head = if device.is_some() { chains::head_seq(connection, *kid)? } else { None };
                    known.devices.extend(device.map(|device| (*kid, device)));
                    *unknown.insert(head)
                }
            };
            // Spares most records the look into the index of hashes.
            if head.is_none_or(|head| to_sql(*seq) > head) {
                continue;
            }
        }
        if let Some(found) = find(connection, *hash)? {
            known.received.insert(*hash, found);
        }
    }
    Ok(known)
}

pub(super) struct Batch {
    taken: Vec<Taken>,
    chains: Vec<ChainState>,
    arrivals: Vec<Arrival>,
}

/// What a transaction has met so far.
#[derive(Default)]
struct Met {
    /// The highest number of each chain.
    heads: BTreeMap<Kid, Option<i64>>,
    /// How far each revoked device is trusted; nothing for one that is trusted in everything.
    distrust: BTreeMap<Kid, Option<Distrust>>,
    /// Whose each device is.
    observers: BTreeMap<Kid, ObserverId>,
    addition: Addition,
    judge: Judge,
}

impl Met {
    fn head(&mut self, connection: &Connection, kid: Kid) -> Result<Option<i64>, LedgerError> {
        Ok(match self.heads.entry(kid) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(chains::head_seq(connection, kid)?),
        })
    }

    fn observer(&mut self, connection: &Connection, kid: Kid) -> Result<ObserverId, LedgerError> {
        if let Some(known) = self.observers.get(&kid) {
            return Ok(*known);
        }
        let device = devices::device(connection, kid)?;
        let observer = device.map_or_else(|| nobodys(kid), |device| device.observer);
        self.observers.insert(kid, observer);
        Ok(observer)
    }

    fn distrust(&mut self, connection: &Connection, kid: Kid) -> Result<Option<&mut Distrust>, LedgerError> {
        let distrust = match self.distrust.entry(kid) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Distrust::of(connection, kid)?),
        };
        Ok(distrust.as_mut())
    }

    /// From which number on the records of a chain go on from one that another record had first, or follow such a one. Only
    /// of records whose devices want them refused then. They may come in any order.
    fn diverging(&mut self, connection: &Connection, records: &[NewRecord]) -> Result<BTreeMap<Kid, u64>, LedgerError> {
        let mut from: BTreeMap<Kid, u64> = BTreeMap::new();
        let upload: HashSet<RecordHash> = records.iter().map(|record| record.hash).collect();
        for record in records.iter().filter(|record| record.refuse_fork) {
            let (kid, seq) = (record.kid, to_sql(record.seq));
            let Some(head) = self.head(connection, kid)? else { continue };
            let taken = seq <= head && chains::first_with(connection, kid, seq)?.is_some();
            let diverges =
                taken || !upload.contains(&record.prev) && links::follows_another(connection, kid, seq, record.prev)?;
            if diverges && find(connection, record.hash)?.is_none() {
                let first = from.entry(kid).or_insert(record.seq);
                *first = record.seq.min(*first);
            }
        }
        Ok(from)
    }
}

pub(super) fn store(
    connection: &Connection,
    records: Vec<NewRecord>,
    kids: &[Kid],
    budget: &RecordBudget,
) -> Result<Batch, LedgerError> {
    let mut taken = Vec::with_capacity(records.len());
    let mut arrivals = Vec::with_capacity(records.len());
    let mut met = Met::default();
    let diverging = met.diverging(connection, &records)?;
    let mut purses: BTreeMap<Kid, Purse> = BTreeMap::new();
    for record in records {
        let seq = to_sql(record.seq);
        let known =
            |connection| Ok::<_, LedgerError>(find(connection, record.hash)?.map(|(_, known)| Taken::Stored(known)));
        if record.refuse_fork && diverging.get(&record.kid).is_some_and(|first| record.seq >= *first) {
            taken.push(known(connection)?.unwrap_or(Taken::NumberUsed));
            continue;
        }
        let purse = match purses.entry(record.kid) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(closed) => closed.insert(Purse::open(connection, record.kid, record.received_ms)?),
        };
        if !purse.affords(&record, budget) {
            taken.push(known(connection)?.unwrap_or(Taken::OverBudget));
            continue;
        }
        let before = met.head(connection, record.kid)?;
        // Above the head there cannot be another record with this number.
        let rival = match before {
            Some(head) if seq <= head => chains::first_with(connection, record.kid, seq)?,
            _ => None,
        };
        let distrust = met.distrust(connection, record.kid)?.filter(|distrust| distrust.covers(seq, rival.is_some()));
        if distrust.as_ref().is_some_and(|distrust| distrust.is_full()) {
            taken.push(known(connection)?.unwrap_or(Taken::Revoked));
            continue;
        }
        let Some(id) = insert(connection, &record, seq)? else {
            let known = known(connection)?;
            taken.push(known.ok_or_else(|| LedgerError::Failed("a record is there and is not".to_owned()))?);
            continue;
        };
        let withheld = distrust.is_some();
        if let Some(distrust) = distrust {
            distrust.withhold(connection, id, record.kid)?;
        }
        purse.pay(&record);
        met.heads.insert(record.kid, Some(before.map_or(seq, |head| head.max(seq))));
        let fork = match rival {
            None => None,
            Some(first) => Some(add_fork(connection, &record, first)?),
        };
        note(connection, &record, id, Place { before, rival: rival.is_some() }, &mut met)?;
        uploads::insert(connection, id, record.kid, &record.uploads, record.received_ms)?;
        if !withheld {
            arrivals.push(Arrival {
                id,
                hash: record.hash,
                kid: record.kid,
                observer: met.observer(connection, record.kid)?,
                seq: record.seq,
                supersedes: record.supersedes,
                follows: record.follows,
                station: record.station,
                form: record.form,
                kind: record.kind,
                training: record.training,
                received_ms: record.received_ms,
            });
        }
        taken.push(Taken::Stored(Stored { receipt: record.receipt, fork, duplicate: false, withheld }));
    }
    for purse in purses.into_values() {
        purse.close(connection)?;
    }
    met.addition.write(connection)?;
    let chains = chains::states(connection, kids)?;
    for state in &chains {
        links::set_gaps(connection, state.kid, state.missing.len())?;
    }
    Ok(Batch { taken, chains, arrivals })
}

fn add_fork(connection: &Connection, record: &NewRecord, first: RecordHash) -> Result<ForkEvidence, LedgerError> {
    let NewRecord { hash: second, kid, seq, received_ms: seen_ms, .. } = *record;
    connection
        .prepare_cached("INSERT INTO forks (kid, seq, first, second) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![kid.0, to_sql(seq), first.0, second.0])?;
    Ok(ForkEvidence::Unsigned(ForkPair { kid, seq, first, second, seen_ms }))
}

/// Where a record stands in its chain.
#[derive(Clone, Copy)]
struct Place {
    /// The highest number before it came.
    before: Option<i64>,
    /// Whether another record has its number.
    rival: bool,
}

/// Notes what a record that was inserted means for its chain.
fn note(connection: &Connection, record: &NewRecord, id: i64, place: Place, met: &mut Met) -> Result<(), LedgerError> {
    met.addition.push(record.kid, SeqRange { first: record.seq, last: record.seq });
    if let Some(lost) = record.lost {
        connection
            .prepare_cached("INSERT INTO gaps (record, kid, first, last) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, record.kid.0, to_sql(lost.first), to_sql(lost.last)])?;
        met.addition.push(record.kid, lost);
    }
    let seq = to_sql(record.seq);
    let link = Link {
        id,
        hash: record.hash,
        kid: record.kid,
        seq,
        prev: record.prev,
        station: record.station.as_deref(),
        lost: record.lost.is_some(),
        rival: place.rival,
    };
    met.judge.note(connection, &link)?;
    if place.before.is_some_and(|before| before > seq) {
        links::judge_followers(connection, &link)?;
    }
    Ok(())
}

/// Inserts a record and returns its place in the order of arrival, or `None` when it is there already.
fn insert(connection: &Connection, record: &NewRecord, seq: i64) -> Result<Option<i64>, LedgerError> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO records (hash, kid, seq, prev, kind, station, form, pack, supersedes, training, received_ms, \
             bytes, receipt, follows) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
             ON CONFLICT (hash) DO NOTHING",
        )?
        .execute(params![
            record.hash.0,
            record.kid.0,
            seq,
            record.prev.0,
            record.kind.number(),
            record.station,
            record.form,
            record.pack.map(|pack| pack.0),
            record.supersedes.map(|hash| hash.0),
            record.training,
            to_sql(record.received_ms),
            record.bytes,
            record.receipt,
            record.follows.map(|hash| hash.0),
        ])?;
    Ok((changed == 1).then(|| connection.last_insert_rowid()))
}

fn find(connection: &Connection, hash: RecordHash) -> Result<Option<(Kid, Stored)>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT r.kid, r.receipt, COALESCE(a.withheld, 0) FROM records r LEFT JOIN apart a ON a.record = r.id \
         WHERE r.hash = ?1",
    )?;
    let found = query.query_row([hash.0], |row| Ok((Kid(fixed(row, 0)?), row.get(1)?, row.get(2)?))).optional()?;
    let Some((kid, receipt, withheld)) = found else { return Ok(None) };
    // As the later one of a pair it has one statement; as the first one it may have many, and the first of them is shown.
    let fork = match evidence(connection, "f.second = ?1", hash)? {
        None => evidence(connection, "f.first = ?1", hash)?,
        found => found,
    };
    Ok(Some((kid, Stored { receipt, fork, duplicate: true, withheld })))
}

fn evidence(connection: &Connection, side: &str, hash: RecordHash) -> Result<Option<ForkEvidence>, LedgerError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {FORK}, f.statement FROM forks f JOIN records r ON r.hash = f.second WHERE {side} ORDER BY f.id LIMIT 1"
    ))?;
    let found = query.query_row([hash.0], |row| {
        let statement: Option<Vec<u8>> = row.get(5)?;
        Ok(match statement {
            Some(statement) => ForkEvidence::Signed(statement),
            None => ForkEvidence::Unsigned(pair(row)?),
        })
    });
    Ok(found.optional()?)
}

const FORK: &str = "f.kid, f.seq, f.first, f.second, r.received_ms";

fn pair(row: &Row<'_>) -> rusqlite::Result<ForkPair> {
    Ok(ForkPair {
        kid: Kid(fixed(row, 0)?),
        seq: from_sql(row.get(1)?),
        first: RecordHash(fixed(row, 2)?),
        second: RecordHash(fixed(row, 3)?),
        seen_ms: from_sql(row.get(4)?),
    })
}
