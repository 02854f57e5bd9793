//! Records: stored once per hash, the same receipt for ever, both records of a fork kept.
//!
//! A receipt is signed before it is stored, and answered only when it is: whoever comes second with the same record gets the
//! receipt of whoever came first, so no record ever has two.
//!
//! That two records have one number is found only while storing, so the statement about it is signed afterwards. The pair is
//! durable with the second record, without a statement ([`ForkEvidence::Unsigned`]); whoever meets it so signs it and gives
//! the statement to [`Records::add_fork_statements`], which keeps the first and answers with that one. Everything a
//! statement says is stored with the pair, so signing twice makes the same bytes anyway. A crash in between loses nothing:
//! the phone was not answered and sends again, and [`Records::unsigned_forks`] finds the pair at the next start.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use kuager_wire::ids::{Kid, PackHash, RecordHash};
use kuager_wire::record::{Record, RecordKind, SeqRange};
use kuager_wire::sync::ChainState;

use super::devices::Device;
use super::error::LedgerError;
use super::uploads::NewUpload;
use crate::budgets::RecordBudget;

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
    /// The record it says a word about.
    pub follows: Option<RecordHash>,
    /// Lost numbers, for a gap statement.
    pub lost: Option<SeqRange>,
    /// Whether it is training.
    pub training: bool,
    /// Its device wants it refused rather than kept beside another record with its number.
    pub refuse_fork: bool,
    /// The files it lists.
    pub uploads: Vec<NewUpload>,
    /// When it arrived.
    pub received_ms: u64,
    /// The exact signed record.
    pub bytes: Vec<u8>,
    /// The exact signed receipt.
    pub receipt: Vec<u8>,
    /// What the record says, as it was read when it was verified: for the news of it, and not stored.
    pub content: Option<Arc<Record>>,
}

/// A record that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its receipt: the first one ever given for it.
    pub receipt: Vec<u8>,
    /// Evidence that another record has its number.
    pub fork: Option<ForkEvidence>,
    /// Whether it was there before.
    pub duplicate: bool,
    /// Whether it came after its device was revoked and is kept apart: its receipt is not to be given.
    pub withheld: bool,
}

/// What became of a record that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is durable.
    Stored(Stored),
    /// Its device's budget has no room for it.
    OverBudget,
    /// Another record has its number, or it follows such a one, and its device wants it refused then.
    NumberUsed,
    /// Its device is revoked, and as much of it is withheld as may be.
    Revoked,
}

/// What there is to show that a device signed two records under one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForkEvidence {
    /// The signed statement: the first one ever given for this pair.
    Signed(Vec<u8>),
    /// The pair, whose statement is still to be signed and added.
    Unsigned(ForkPair),
}

/// Two records under one number, with everything that is stated about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForkPair {
    /// The key that signed both.
    pub kid: Kid,
    /// The number.
    pub seq: u64,
    /// The record that arrived first.
    pub first: RecordHash,
    /// The record that arrived later; no two pairs have the same.
    pub second: RecordHash,
    /// When the second one arrived.
    pub seen_ms: u64,
}

/// An item of an upload, as the ledger is asked about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inquiry {
    /// SHA-256 of the item.
    pub hash: RecordHash,
    /// Whose chain it says to belong to, with which number; nothing for what cannot be read.
    pub position: Option<(Kid, u64)>,
}

/// What is known before an upload is verified, all of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The devices that are enrolled.
    pub devices: BTreeMap<Kid, Device>,
    /// The items that were received before, whatever they look like today, and by whose key. A number above all of its
    /// chain cannot have been.
    pub received: BTreeMap<RecordHash, (Kid, Stored)>,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records stored.
    pub records: u64,
    /// Devices enrolled.
    pub devices: u64,
}

/// What has been received, word for word.
#[async_trait]
pub trait Records {
    /// What is known of the items of an upload.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn look_up(&self, items: Vec<Inquiry>) -> Result<Known, LedgerError>;

    /// Stores verified records and answers when they are durable: one result per record, and the state of each chain in
    /// `kids`. What is there already costs nothing. What belongs apart is stored and withheld
    /// ([`revocations`](super::revocations)).
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing of this batch is stored.
    async fn store(
        &self,
        records: Vec<NewRecord>,
        kids: Vec<Kid>,
        budget: RecordBudget,
    ) -> Result<(Vec<Taken>, Vec<ChainState>), LedgerError>;

    /// Keeps the signed statements about forks, each under its pair's second record, and answers with the statement each pair
    /// has from now on: the first one that was added.
    ///
    /// # Errors
    /// [`LedgerError`], also for a record that is the second one of no pair.
    async fn add_fork_statements(&self, statements: Vec<(RecordHash, Vec<u8>)>) -> Result<Vec<Vec<u8>>, LedgerError>;

    /// Pairs whose statement was never added, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn unsigned_forks(&self, limit: u32) -> Result<Vec<ForkPair>, LedgerError>;

    /// The states of these chains; keys without records are left out.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn chains(&self, kids: Vec<Kid>) -> Result<Vec<ChainState>, LedgerError>;

    /// The exact bytes of a record.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn record(&self, hash: RecordHash) -> Result<Option<Vec<u8>>, LedgerError>;

    /// How much there is.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn counts(&self) -> Result<Counts, LedgerError>;
}
