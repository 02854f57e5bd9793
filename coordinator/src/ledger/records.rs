//! Records: stored once per hash, forks kept and attested, the same receipt for ever.

use std::collections::BTreeMap;
use std::sync::Arc;

use kuager_wire::ids::{Kid, PackHash, RecordHash};
use kuager_wire::record::{RecordKind, SeqRange};
use kuager_wire::sync::ChainState;
use rusqlite::{Connection, OptionalExtension, params};

use super::uploads::{self, NewUpload};
use super::{Ledger, LedgerError, chains, fixed, from_sql, to_sql};

/// A verified record with its receipt, ready to be stored.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// SHA-256 of `bytes`.
    pub hash: RecordHash,
    /// The key that signed it.
    pub kid: Kid,
    /// Its number.
    pub seq: u64,
    /// The record before.
    pub prev: RecordHash,
    /// What it is about.
    pub kind: RecordKind,
    /// Where.
    pub station: Option<String>,
    /// Form id.
    pub form: Option<String>,
    /// Pack of the form.
    pub pack: Option<PackHash>,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// Lost numbers, for a gap statement.
    pub lost: Option<SeqRange>,
    /// Whether it is training.
    pub training: bool,
    /// The files it lists.
    pub uploads: Vec<NewUpload>,
    /// When it arrived.
    pub received_ms: u64,
    /// The exact signed record.
    pub bytes: Vec<u8>,
    /// The exact signed receipt.
    pub receipt: Vec<u8>,
}

/// A record that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its receipt: the first one ever given for it.
    pub receipt: Vec<u8>,
    /// Evidence that another record has its number.
    pub fork: Option<Vec<u8>>,
    /// Whether it was there before.
    pub duplicate: bool,
}

/// News of a stored record, for the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Order of arrival.
    pub id: i64,
    /// Where.
    pub station: Option<String>,
    /// Form id.
    pub form: Option<String>,
    /// What it is about.
    pub kind: RecordKind,
    /// Whether it is training.
    pub training: bool,
    /// When it arrived.
    pub received_ms: u64,
}

/// Signs the evidence of a fork: first record, second record, kid, number.
pub type SignFork = dyn Fn(RecordHash, RecordHash, Kid, u64) -> Result<Vec<u8>, LedgerError> + Send + Sync;

impl Ledger {
    /// Stores verified records and answers when they are durable: one result per record, and the state of each chain
    /// in `kids`.
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing of this batch is stored.
    pub async fn store(
        &self,
        records: Vec<NewRecord>,
        kids: Vec<Kid>,
        sign_fork: Arc<SignFork>,
    ) -> Result<(Vec<Stored>, Vec<ChainState>), LedgerError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let feed = self.inner.feed.clone();
        let work = move |connection: &Connection| store(connection, records, &kids, &*sign_fork);
        // On the writer's thread, so that the desk hears of the records even if the phone has hung up meanwhile.
        let done = move |outcome: Result<Batch, LedgerError>| {
            let outcome = outcome.map(|batch| {
                if !batch.arrivals.is_empty() {
                    // Nobody may be listening, which is fine.
                    let _ = feed.send(batch.arrivals.into());
                }
                (batch.stored, batch.chains)
            });
            drop(answer.send(outcome));
        };
        self.submit(work, done)?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// What is stored under this hash, and by whose key.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn find(&self, hash: RecordHash) -> Result<Option<(Kid, Stored)>, LedgerError> {
        self.read(|connection| find(connection, hash))
    }

    /// The highest number held of a chain.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn head_seq(&self, kid: Kid) -> Result<Option<u64>, LedgerError> {
        self.read(|connection| Ok(chains::head_seq(connection, kid)?.map(from_sql)))
    }

    /// The states of these chains.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn chains(&self, kids: &[Kid]) -> Result<Vec<ChainState>, LedgerError> {
        self.read(|connection| chains::states(connection, kids))
    }

    /// The exact bytes of a record.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn record(&self, hash: RecordHash) -> Result<Option<Vec<u8>>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT bytes FROM records WHERE hash = ?1")?;
            Ok(query.query_row([hash.0], |row| row.get(0)).optional()?)
        })
    }

    /// How many records are stored.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn count_records(&self) -> Result<u64, LedgerError> {
        self.read(|connection| {
            // Records are never deleted, so the newest id is their number.
            let mut query = connection.prepare_cached("SELECT COALESCE(MAX(id), 0) FROM records")?;
            Ok(from_sql(query.query_row([], |row| row.get(0))?))
        })
    }

    /// Hands every record's arrival to `each`, in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn each_arrival(&self, mut each: impl FnMut(Arrival)) -> Result<(), LedgerError> {
        self.read(|connection| {
            let mut query = connection
                .prepare_cached("SELECT id, station, form, kind, training, received_ms FROM records ORDER BY id")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let Some(kind) = RecordKind::from_number(row.get(3)?) else { continue };
                each(Arrival {
                    id: row.get(0)?,
                    station: row.get(1)?,
                    form: row.get(2)?,
                    kind,
                    training: row.get(4)?,
                    received_ms: from_sql(row.get(5)?),
                });
            }
            Ok(())
        })
    }
}

struct Batch {
    stored: Vec<Stored>,
    chains: Vec<ChainState>,
    arrivals: Vec<Arrival>,
}

fn store(
    connection: &Connection,
    records: Vec<NewRecord>,
    kids: &[Kid],
    sign_fork: &SignFork,
) -> Result<Batch, LedgerError> {
    let mut stored = Vec::with_capacity(records.len());
    let mut arrivals = Vec::with_capacity(records.len());
    let mut heads: BTreeMap<Kid, Option<i64>> = BTreeMap::new();
    for record in records {
        let seq = to_sql(record.seq);
        let head = match heads.entry(record.kid) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(unknown) => {
                unknown.insert(chains::head_seq(connection, record.kid)?)
            }
        };
        // Above the head there cannot be another record with this number.
        let rival = if head.is_some_and(|head| seq <= head) { first_with(connection, record.kid, seq)? } else { None };
        let Some(id) = insert(connection, &record, seq)? else {
            let (_, known) = find(connection, record.hash)?
                .ok_or_else(|| LedgerError::Database("a record is there and is not".to_owned()))?;
            stored.push(known);
            continue;
        };
        *head = Some(head.map_or(seq, |head| head.max(seq)));
        let fork = match rival {
            None => None,
            Some(first) => {
                let statement = sign_fork(first, record.hash, record.kid, record.seq)?;
                connection
                    .prepare_cached(
                        "INSERT INTO forks (kid, seq, first, second, statement) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![record.kid.0, seq, first.0, record.hash.0, statement])?;
                Some(statement)
            }
        };
        if let Some(lost) = record.lost {
            connection
                .prepare_cached("INSERT INTO gaps (record, kid, first, last) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id, record.kid.0, to_sql(lost.first), to_sql(lost.last)])?;
        }
        uploads::insert(connection, id, record.kid, &record.uploads, record.received_ms)?;
        arrivals.push(Arrival {
            id,
            station: record.station,
            form: record.form,
            kind: record.kind,
            training: record.training,
            received_ms: record.received_ms,
        });
        stored.push(Stored { receipt: record.receipt, fork, duplicate: false });
    }
    for kid in heads.keys() {
        chains::advance(connection, *kid)?;
    }
    Ok(Batch { stored, chains: chains::states(connection, kids)?, arrivals })
}

/// Inserts a record and returns its place in the order of arrival, or `None` when it is there already.
fn insert(connection: &Connection, record: &NewRecord, seq: i64) -> Result<Option<i64>, LedgerError> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO records (hash, kid, seq, prev, kind, station, form, pack, supersedes, training, received_ms, \
             bytes, receipt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
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
        ])?;
    Ok((changed == 1).then(|| connection.last_insert_rowid()))
}

fn first_with(connection: &Connection, kid: Kid, seq: i64) -> Result<Option<RecordHash>, LedgerError> {
    let mut query =
        connection.prepare_cached("SELECT hash FROM records WHERE kid = ?1 AND seq = ?2 ORDER BY id LIMIT 1")?;
    Ok(query.query_row(params![kid.0, seq], |row| fixed(row, 0)).optional()?.map(RecordHash))
}

fn find(connection: &Connection, hash: RecordHash) -> Result<Option<(Kid, Stored)>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT kid, receipt FROM records WHERE hash = ?1")?;
    let found = query.query_row([hash.0], |row| Ok((Kid(fixed(row, 0)?), row.get(1)?))).optional()?;
    let Some((kid, receipt)) = found else { return Ok(None) };
    let fork = connection
        .prepare_cached(
            "SELECT statement FROM forks WHERE second = ?1 OR first = ?1 ORDER BY second = ?1 DESC, id LIMIT 1",
        )?
        .query_row([hash.0], |row| row.get(0))
        .optional()?;
    Ok(Some((kid, Stored { receipt, fork, duplicate: true })))
}
