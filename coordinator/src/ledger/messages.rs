//! Messages to observers, and the inbox requests that fetch them.
//!
//! A message is signed with its number in it. Whoever sends asks for the next number, signs, and adds; if somebody else has
//! added in the meantime, nothing is stored ([`Added::NumbersTaken`]) and it is done again.
//!
//! Phones ask for what is behind the newest number they have, so no number may be given out twice, not even by a ledger that
//! was put back from a backup and does not know what it said since. Therefore a number is the time in milliseconds, or one more
//! than the newest: within a ledger numbers only grow, whatever its clock says, and a ledger of yesterday goes on above
//! everything that was said today.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, Nonce, ObserverId};
use kuager_wire::sync::InboxAnswer;

use super::error::LedgerError;

/// Nonces remembered of a device: a request is refused the second time unless so many came in between.
pub const NONCES: u32 = 1024;

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
    /// None of them: not each of them is above the one before and above all that are there. Sign them again with the next ones.
    NumbersTaken,
}

/// What is said to observers.
#[async_trait]
pub trait Messages {
    /// The number of the next message, if it is sent now.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn next_number(&self, now_ms: u64) -> Result<u64, LedgerError>;

    /// Stores messages, or none, if their numbers grow, from above all that are there.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_messages(&self, messages: Vec<NewMessage>) -> Result<Added, LedgerError>;

    /// The messages to an observer behind a number, the oldest first, as many as fit into one answer.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn inbox(&self, observer: ObserverId, after: u64) -> Result<InboxAnswer, LedgerError>;

    /// How many messages to an observer there are behind a number, and when the first of them was written.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn messages_behind(&self, observer: ObserverId, after: u64) -> Result<(u64, Option<u64>), LedgerError>;

    /// Whether a device uses a nonce for the first time, which is durable when this answers. Of each device the newest
    /// [`NONCES`] are remembered. Only for requests that name no epoch.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn first_use(&self, kid: Kid, nonce: Nonce) -> Result<bool, LedgerError>;
}
