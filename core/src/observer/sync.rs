//! Delivering what is waiting.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;

use super::device::Observer;
use crate::error::ObserverError;
use crate::outbox::{Link, Outlook, SyncEvent, SyncSummary};
use crate::queue::Network;
use crate::transport::Transport;

impl Observer {
    /// Delivers what is waiting for as long as `limit`; see [`Outbox::sync_until`](crate::outbox::Outbox::sync_until). May be dropped at any moment.
    ///
    /// # Errors
    /// [`ObserverError::Store`], [`ObserverError::Sync`]; the network's failures are in the summary.
    pub async fn sync_until(&self, limit: Duration) -> Result<SyncSummary, ObserverError> {
        Ok(self.outbox.sync_until(limit).await?)
    }

    /// Delivers until the future is dropped; see [`Outbox::run`](crate::outbox::Outbox::run).
    ///
    /// # Errors
    /// [`ObserverError::Store`], [`ObserverError::Sync`].
    pub async fn run(&self) -> Result<(), ObserverError> {
        Ok(self.outbox.run().await?)
    }

    /// Says that the network may have come back, so that a continuous run does not wait out its time, and asks for messages and a
    /// newer pack.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn network_changed(&self) -> Result<(), ObserverError> {
        Ok(self.outbox.nudge()?)
    }

    /// Closes the connections to the coordinator; the next call opens new ones. For when the network has changed under
    /// them: what went through the old one would only find out by waiting.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Http`].
    pub fn reconnect(&self) -> Result<(), ObserverError> {
        self.connect()
    }

    /// What is left to send and what the next attempt waits for, without touching the network.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn outlook(&self) -> Result<Outlook, ObserverError> {
        Ok(self.outbox.outlook()?)
    }

    /// Follows what happens. Events are hints; whatever matters can be asked for at any time.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<SyncEvent> {
        self.outbox.subscribe()
    }

    /// Uses another transport than HTTP, for tests and for apps that bring their own network.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`].
    pub fn use_transport(&self, transport: Arc<dyn Transport>) -> Result<(), ObserverError> {
        self.outbox.connect(Link { transport, invite: self.invited()? });
        Ok(())
    }

    /// Says what kind of network there is; on a metered one originals wait.
    pub fn set_network(&self, network: Network) {
        self.outbox.set_network(network);
    }
}
