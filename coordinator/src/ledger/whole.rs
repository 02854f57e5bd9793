//! All concerns of a ledger together.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use super::accounts::Accounts;
use super::attestations::Attestations;
use super::desk::DeskEntries;
use super::devices::Devices;
use super::faults::Faults;
use super::feed::Feed;
use super::files::Files;
use super::invites::Invites;
use super::log::LogEntries;
use super::messages::Messages;
use super::records::Records;
use super::redactions::Redactions;
use super::refusals::Refusals;
use super::revocations::Revocations;
use super::tokens::Tokens;
use super::uploads::Uploads;
use super::usage::Usages;
use super::views::Views;
use super::webhooks::Webhooks;

/// How whoever writes the ledger is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// Whether it is there.
    pub writer: WriterLife,
    /// Calls that wait for it.
    pub waiting: usize,
    /// How long the present transaction has run.
    pub running: Option<Duration>,
    /// How long ago something was last committed.
    pub committed: Option<Duration>,
}

/// Whether somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterLife {
    /// Somebody does.
    Runs,
    /// The ledger was closed.
    Closed,
    /// Not any more, and nobody asked for it.
    Died,
}

impl WriterLife {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Closed => "closed",
            Self::Died => "died",
        }
    }
}

/// Everything that has been received. Most callers need one concern and take that.
#[async_trait]
pub trait Ledger:
    Records
    + Feed
    + Faults
    + Devices
    + Revocations
    + Attestations
    + Invites
    + Uploads
    + Usages
    + Files
    + Redactions
    + Messages
    + DeskEntries
    + LogEntries
    + Refusals
    + Accounts
    + Views
    + Tokens
    + Webhooks
    + Debug
    + Send
    + Sync
{
    /// How whoever writes is doing. Waits for nothing.
    fn pulse(&self) -> Pulse;

    /// Finishes what waits, makes it durable and closes. Later calls fail with
    /// [`LedgerError::Closed`](super::LedgerError::Closed). Doing it twice is fine.
    async fn close(&self);
}
