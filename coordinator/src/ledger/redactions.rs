//! Copies made for publication, and the signed statements of what they are copies of.

use async_trait::async_trait;
use kuager_wire::ids::MediaHash;

use super::error::LedgerError;

/// A copy made for publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactionRow {
    /// The copy.
    pub media: MediaHash,
    /// What it is a copy of.
    pub original: MediaHash,
    /// Its size.
    pub size: u64,
    /// When it was made.
    pub made_ms: u64,
    /// The signed statement.
    pub statement: Vec<u8>,
}

/// What may be published.
#[async_trait]
pub trait Redactions {
    /// Keeps the statement that one file is a redacted copy of another; the first one for the same copy stays.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_redaction(&self, new: RedactionRow) -> Result<(), LedgerError>;

    /// The redacted copy with this hash; nothing for any other file.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn redaction(&self, media: MediaHash) -> Result<Option<RedactionRow>, LedgerError>;

    /// The redacted copies of a file, the newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn redactions_of(&self, original: MediaHash) -> Result<Vec<RedactionRow>, LedgerError>;
}
