//! All concerns of a ledger together.

use std::fmt::Debug;

use async_trait::async_trait;

use super::devices::Devices;
use super::feed::Feed;
use super::files::Files;
use super::invites::Invites;
use super::messages::Messages;
use super::records::Records;
use super::redactions::Redactions;
use super::refusals::Refusals;
use super::uploads::Uploads;

/// Everything that has been received. Most callers need one concern and take that.
#[async_trait]
pub trait Ledger:
    Records + Feed + Devices + Invites + Uploads + Files + Redactions + Messages + Refusals + Debug + Send + Sync
{
    /// Finishes what waits, makes it durable and closes. Later calls fail with
    /// [`LedgerError::Closed`](super::LedgerError::Closed). Doing it twice is fine.
    async fn close(&self);
}
