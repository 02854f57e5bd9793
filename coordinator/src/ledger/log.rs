//! The transparency log's order: which signed object stands at which place, and the newest checkpoint that says so.
//!
//! Whoever sequences asks what waits, works out the tree, signs its head, and advances: entries and checkpoint are stored together, and
//! only if the log is still as large as it was ([`Advanced::Moved`] otherwise). So two sequencers never sign two trees that both stand, and a
//! checkpoint that was signed and not stored was never shown to anybody. The log's files follow from the entries and can be written again at
//! any time; `written` says up to which size they are.

use async_trait::async_trait;

use super::error::LedgerError;

/// Entries that one call reads or adds at the most.
pub const AT_ONCE: usize = 4096;

/// Where something that waits comes from, with its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A file of the deployment: genesis, packs, delegations.
    Statement,
    /// A revocation or reinstatement of a device.
    Revocation(i64),
    /// An entry of the desk's journal.
    Entry(u64),
    /// A record.
    Record(i64),
}

/// A signed object that is to have a place in the log, or just got one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEntry {
    /// Its SHA-256, which is all that the log holds of it.
    pub hash: [u8; 32],
    /// Where it comes from.
    pub source: Source,
    /// Since when it waits, milliseconds since 1970; the deadline of a record's receipt counts from here.
    pub since_ms: u64,
}

/// How far the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Entries.
    pub size: u64,
    /// The newest checkpoint, a signed note.
    pub checkpoint: Vec<u8>,
    /// Up to which size its files are complete.
    pub written: u64,
}

/// Whether the log was advanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Advanced {
    /// Entries and checkpoint are durable.
    Stored,
    /// Nothing was stored: the log has another size than was said, or one of them has a place already.
    Moved,
}

/// The log's order.
#[async_trait]
pub trait LogEntries {
    /// How far it is; nothing before the first checkpoint.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn log_head(&self) -> Result<Option<LogHead>, LedgerError>;

    /// What has no place yet, in the order of each source, `limit` at most and never more than [`AT_ONCE`].
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn log_waiting(&self, limit: usize) -> Result<Vec<LogEntry>, LedgerError>;

    /// Gives entries the places from `size` on and stores the checkpoint of the tree with them, if the log has that size.
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing is stored.
    async fn advance_log(
        &self,
        size: u64,
        entries: Vec<LogEntry>,
        checkpoint: Vec<u8>,
    ) -> Result<Advanced, LedgerError>;

    /// Replaces the newest checkpoint by one of the same tree with more signatures, if it still is the newest.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn cosign_log(&self, size: u64, checkpoint: Vec<u8>) -> Result<Advanced, LedgerError>;

    /// Says that the log's files are complete up to a size.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn log_written(&self, size: u64) -> Result<(), LedgerError>;

    /// Hashes from a place on, in order, `limit` at most and never more than [`AT_ONCE`].
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn log_entries_from(&self, place: u64, limit: usize) -> Result<Vec<[u8; 32]>, LedgerError>;

    /// The place of each of these, for those that have one.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn log_places(&self, hashes: Vec<[u8; 32]>) -> Result<Vec<Option<u64>>, LedgerError>;
}
