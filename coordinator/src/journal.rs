//! The desk's journal: whatever somebody does at the desk is written down, signed and chained, before it counts.
//!
//! Nothing here decides who may do what; that is the desk's. What holds now is worked out by whoever reads the entries in
//! order (`kuager-analysis`).

use kuager_evidence::{DeskKeys, JournalReport, verify_journal};
use kuager_wire::VERSION;
use kuager_wire::cose::{Envelope, Statement, StatementError};
use kuager_wire::desk::{Act, DeskEntry};
use kuager_wire::ids::{EntryHash, MediaHash, PersonId, RecordHash};

use crate::app::App;
use crate::ledger::{Appended, DeskRow, LedgerError};
use crate::sign::SignError;

/// Acts that are written at once at most: the official figures of a country's stations.
pub const AT_ONCE: usize = 20_000;
/// Signatures between two moments at which others have their turn.
const TURN: usize = 64;

/// Why an act was not written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// More acts than are written at once.
    #[error("{0} acts at once are too many; at most {AT_ONCE} are written together")]
    TooMany(usize),
    /// It cannot be signed; it is too long, or breaks another rule.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It cannot be stored.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An entry that is stored cannot be read.
    #[error("entry {seq} of the desk's journal cannot be read ({source}); restore the ledger from a backup")]
    Damaged {
        /// Its number.
        seq: u64,
        /// What is wrong with it.
        source: StatementError,
    },
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its hash.
    pub hash: EntryHash,
    /// What it says.
    pub entry: DeskEntry,
}

impl Entry {
    /// Whether it asks for another photo in the place of this one.
    #[must_use]
    pub fn asks_again(&self, page: MediaHash) -> bool {
        matches!(&self.entry.act, Act::Retake { media, .. } if *media == page)
    }
}

/// Writes acts down, all of them or none, and answers when that is durable.
///
/// # Errors
/// [`JournalError`].
pub async fn write(app: &App, by: Option<PersonId>, acts: Vec<Act>) -> Result<Vec<Entry>, JournalError> {
    if acts.len() > AT_ONCE {
        return Err(JournalError::TooMany(acts.len()));
    }
    loop {
        let head = app.ledger.desk_head().await?;
        let mut prev = head.map_or(EntryHash::chain_start(app.deployment.id()), |head| head.hash);
        let first = head.map_or(0, |head| head.seq.saturating_add(1));
        // A clock that was set back does not make anybody act before what was done already.
        let at_ms = app.clock.now_ms().max(head.map_or(0, |head| head.at_ms));
        let (mut entries, mut rows) = (Vec::with_capacity(acts.len()), Vec::with_capacity(acts.len()));
        for (count, (seq, act)) in (first..).zip(&acts).enumerate() {
            let entry = DeskEntry { version: VERSION, seq, prev, at_ms, by, act: act.clone() };
            let bytes = app.signer.desk.entry(&entry)?;
            let hash = EntryHash::of(&bytes);
            rows.push(DeskRow { seq, hash, at_ms, act: act.number(), record: act.record(), bytes });
            entries.push(Entry { hash, entry });
            prev = hash;
            if count % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
        }
        match app.ledger.add_desk_entries(rows).await? {
            Appended::Stored => return Ok(entries),
            Appended::Moved => {}
        }
    }
}

/// The next entries from a number on, in order; none when there are no more.
///
/// # Errors
/// [`JournalError`].
pub async fn read(app: &App, from: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
    app.ledger.desk_entries_from(from, limit).await?.into_iter().map(opened).collect()
}

/// What was done about a record, in order.
///
/// # Errors
/// [`JournalError`].
pub async fn about(app: &App, record: RecordHash) -> Result<Vec<Entry>, JournalError> {
    app.ledger.desk_entries_about(record).await?.into_iter().map(opened).collect()
}

/// Checks every signature, link and number, as a stranger would who has the genesis.
///
/// # Errors
/// [`JournalError`]; what does not hold is in the report.
pub async fn verify(app: &App) -> Result<JournalReport, JournalError> {
    let mut keys = DeskKeys::default();
    let (id, receipt_key) = (app.deployment.id(), &app.deployment.genesis().receipt_key);
    for statement in app.deployment.desk_keys().map_err(|error| SignError::Unreadable(error.to_string()))? {
        // Entries of a key that nobody vouches for are in the report.
        let _ = keys.add(&statement, id, receipt_key);
    }
    let (mut from, mut rows) = (0, Vec::new());
    loop {
        let page = app.ledger.desk_entries_from(from, AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        from = last.seq.saturating_add(1);
        rows.extend(page.into_iter().map(|row| row.bytes));
    }
    Ok(verify_journal(rows.iter().map(Vec::as_slice), id, &keys))
}

/// What is stored here was signed here, so its signature is not checked again.
fn opened(row: DeskRow) -> Result<Entry, JournalError> {
    let entry = Envelope::parse(&row.bytes, DeskEntry::LIMIT).and_then(|envelope| envelope.statement());
    let entry = entry.map_err(|source| JournalError::Damaged { seq: row.seq, source })?;
    Ok(Entry { hash: row.hash, entry })
}

#[cfg(test)]
mod tests;
