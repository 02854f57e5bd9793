//! Messages to observers, and the inbox requests that fetch them.
//!
//! A message is signed with its number in it. Whoever sends asks for the next number, signs, and adds; if somebody else has
//! added in the meantime, nothing is stored ([`Added::NumbersTaken`]) and it is done again. A number that was signed and not
//! stored was never read by anybody and is used by the next message that is.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, Nonce, ObserverId};
use kuager_wire::sync::InboxAnswer;

use super::error::LedgerError;

/// A signed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its number, as signed.
    pub number: u64,
    /// To whom.
    pub observer: ObserverId,
    /// When it was written.
    pub sent_ms: u64,
    /// The exact signed message.
    pub bytes: Vec<u8>,
}

/// Whether messages were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Added {
    /// All of them are durable.
    Stored,
    /// None of them: they do not continue the numbers that are there. Sign them again with the next ones.
    NumbersTaken,
}

/// What is said to observers.
#[async_trait]
pub trait Messages {
    /// The number of the next message.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn next_number(&self) -> Result<u64, LedgerError>;

    /// Stores messages, or none, if their numbers go on without a hole from those that are there.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_messages(&self, messages: Vec<NewMessage>) -> Result<Added, LedgerError>;

    /// The messages to an observer behind a number; `None` when this nonce has been used before. The nonce is remembered
    /// durably before anything is answered.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn inbox(
        &self,
        kid: Kid,
        nonce: Nonce,
        observer: ObserverId,
        after: u64,
    ) -> Result<Option<InboxAnswer>, LedgerError>;
}
