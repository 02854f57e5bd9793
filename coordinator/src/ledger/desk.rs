//! The desk's journal: what people did there, entry by entry.
//!
//! An entry is signed with its number and the entry before in it. Whoever writes asks for the head, signs, and adds; if somebody
//! else has added in the meantime, nothing is stored ([`Appended::Moved`]) and it is done again.

use async_trait::async_trait;
use kuager_wire::ids::{EntryHash, RecordHash};

use super::error::LedgerError;

/// A signed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskRow {
    /// Its place in the journal, from 0.
    pub seq: u64,
    /// Its hash.
    pub hash: EntryHash,
    /// When.
    pub at_ms: u64,
    /// The number of its act.
    pub act: u8,
    /// The record it is about.
    pub record: Option<RecordHash>,
    /// The exact signed entry.
    pub bytes: Vec<u8>,
}

/// The last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskHead {
    /// Its place.
    pub seq: u64,
    /// Its hash.
    pub hash: EntryHash,
    /// When it was written.
    pub at_ms: u64,
}

/// Whether entries were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Appended {
    /// All of them are durable.
    Stored,
    /// None of them: they do not follow the last entry one by one. Sign them again behind it.
    Moved,
}

/// What people did at the desk.
#[async_trait]
pub trait DeskEntries {
    /// The last entry; none at first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn desk_head(&self) -> Result<Option<DeskHead>, LedgerError>;

    /// Stores entries, or none, if their numbers go on from the last one.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_desk_entries(&self, entries: Vec<DeskRow>) -> Result<Appended, LedgerError>;

    /// Entries from a number on, in order, as many as were asked for at most and some megabytes at most: at least one while
    /// there are any.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn desk_entries_from(&self, seq: u64, limit: usize) -> Result<Vec<DeskRow>, LedgerError>;

    /// Entries about a record, in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn desk_entries_about(&self, record: RecordHash) -> Result<Vec<DeskRow>, LedgerError>;
}
