//! Sending, messages, and what became of both.

use std::sync::Arc;
use std::time::Duration;

use kuager_core::ObserverError;

use super::ObserverHandle;
use crate::callbacks::{Change, NetworkState};
use crate::error::KuagerError;
use crate::task::TaskHandle;
use crate::types::{self, AttemptInfo, MessageInfo, Outlook};

#[uniffi::export]
impl ObserverHandle {
    /// Starts to deliver what is waiting, for as long as `limit_ms`. Ends as soon as nothing is left. Cutting it short is safe.
    ///
    /// # Errors
    /// `store_closed`, `runtime`; how the sync itself ends is said by the handle.
    pub fn start_sync(&self, limit_ms: i64) -> Result<Arc<TaskHandle>, KuagerError> {
        self.begin(Some(Duration::from_millis(u64::try_from(limit_ms).unwrap_or(0))))
    }

    /// Starts to deliver until it is cancelled: for while the app is in front.
    ///
    /// # Errors
    /// As [`ObserverHandle::start_sync`].
    pub fn start_run(&self) -> Result<Arc<TaskHandle>, KuagerError> {
        self.begin(None)
    }

    /// What is left to send and what the next attempt waits for, without touching the network.
    ///
    /// # Errors
    /// Those of the store.
    pub fn outlook(&self) -> Result<Outlook, KuagerError> {
        self.call(|core| Ok(types::outlook(&core.outlook()?)))
    }

    /// The log of attempts, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn attempts(&self, limit: i64) -> Result<Vec<AttemptInfo>, KuagerError> {
        let limit = u32::try_from(limit.max(0)).unwrap_or(u32::MAX);
        self.call(|core| Ok(core.attempts(limit)?.into_iter().map(AttemptInfo::from).collect()))
    }

    /// Says that the network changed: asks what there is now, drops the connections that went through the old one, and ends
    /// waits that were for its sake.
    ///
    /// # Errors
    /// Those of the store.
    pub fn network_changed(&self) -> Result<(), KuagerError> {
        self.call(|core| {
            self.look_at_network();
            match core.reconnect() {
                // Nothing is connected yet.
                Ok(()) | Err(ObserverError::NotInvited) => Ok(core.network_changed()?),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Says what kind of network there is, for apps that give no connectivity.
    ///
    /// # Errors
    /// `store_closed`.
    pub fn set_network(&self, network: NetworkState) -> Result<(), KuagerError> {
        self.call(|core| {
            core.set_network(network.into());
            Ok(())
        })
    }

    /// Messages from the coordinator, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn messages(&self) -> Result<Vec<MessageInfo>, KuagerError> {
        self.call(|core| Ok(core.messages()?.into_iter().map(types::message_info).collect()))
    }

    /// Marks a message as read.
    ///
    /// # Errors
    /// Those of the store.
    pub fn mark_read(&self, number: i64) -> Result<(), KuagerError> {
        let number = u64::try_from(number).unwrap_or(0);
        self.change(Change::Messages, |core| Ok(core.mark_read(number)?))
    }
}
