//! How things stand, and the coordinator's messages.

use kuager_wire::cose;
use kuager_wire::enrolment::Credential;
use kuager_wire::ids::{DeploymentId, Kid, PackHash};
use kuager_wire::message::Message;
use kuager_wire::receipt::RefusalCode;

use super::device::Observer;
use crate::error::ObserverError;
use crate::outbox::machine::Session;
use crate::outbox::{load_deployment, session};
use crate::store::salvage::Recovery;
use crate::store::{Meta, StoreError};
use crate::trust::KnownDeployment;

/// How things stand, in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// This device's key.
    pub device: Kid,
    /// The deployment, once an invite was accepted.
    pub deployment: Option<DeploymentId>,
    /// The credential, once there is one.
    pub credential: Option<Credential>,
    /// Set when enrolment was refused: another invite is needed. Nothing sealed is touched by that.
    pub enrolment_refused: Option<RefusalCode>,
    /// Set when the invite that was followed turned out to be forged: what did not agree, a [`Forgery`](kuager_evidence::Forgery)
    /// by its name. Another invite is needed.
    pub invite_forged: Option<String>,
    /// The pack new drafts are made under.
    pub pack: Option<PackHash>,
    /// Records with a verified receipt.
    pub delivered: u64,
    /// Records still to be sent.
    pub waiting: u64,
    /// Records refused by signed statement.
    pub refused: u64,
    /// Highest number the coordinator holds of this chain, when this store holds less: it was restored from an older
    /// copy, and what is sealed now shares numbers with what was sealed before.
    pub behind: Option<u64>,
    /// What was salvaged from a damaged store, once that happened.
    pub recovery: Option<Recovery>,
    /// By how many milliseconds this device's clock is wrong, ahead counting upwards, as far as anybody has said; see
    /// [`KnownTime::clock_error_ms`](crate::time::KnownTime::clock_error_ms). Nothing depends on that clock; it is for the
    /// observer to set right.
    pub clock_error_ms: Option<i64>,
}

/// A message from the coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// The message.
    pub message: Message,
    /// Whether it has been marked as read.
    pub read: bool,
}

impl Observer {
    /// How things stand.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn status(&self) -> Result<Status, ObserverError> {
        let invite = self.invite();
        let (device, deployment) = {
            let identity = self.identity.lock();
            (identity.kid(), identity.deployment)
        };
        let clock_error_ms = self.outbox.time().clock_error_ms();
        let status = self.store.read(|tx| {
            let (delivered, waiting, refused) = tx.queue_counts()?;
            let credential = match (tx.meta_bytes(Meta::Credential)?, &invite) {
                (Some(bytes), Some(invite)) => {
                    KnownDeployment::load(tx, invite.deployment)?.delegated_by(invite).open(&bytes).ok()
                }
                _ => None,
            };
            let enrolment_refused = match session(tx, invite.as_deref())? {
                Session::EnrolmentRefused(code) => Some(code),
                _ => None,
            };
            Ok::<_, StoreError>(Status {
                device,
                deployment,
                credential,
                enrolment_refused,
                invite_forged: tx.meta(Meta::InviteForged)?,
                pack: tx.meta(Meta::CurrentPack)?,
                delivered,
                waiting,
                refused,
                behind: tx.meta(Meta::Behind)?,
                recovery: tx.meta(Meta::Recovery)?,
                clock_error_ms,
            })
        })?;
        Ok(status)
    }

    /// Messages from the coordinator, oldest first.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn messages(&self) -> Result<Vec<InboxMessage>, ObserverError> {
        let Some(invite) = self.invite() else { return Ok(Vec::new()) };
        let (deployment, stored) =
            self.store.read(|tx| Ok::<_, StoreError>((load_deployment(tx, &invite)?, tx.messages()?)))?;
        let Some(deployment) = deployment else { return Ok(Vec::new()) };
        let key = &deployment.genesis.receipt_key;
        Ok(stored
            .into_iter()
            .filter_map(|(bytes, read)| {
                let message = cose::open::<Message>(&bytes, deployment.id, key).ok()?;
                Some(InboxMessage { message, read })
            })
            .collect())
    }

    /// Marks a message as read.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn mark_read(&self, number: u64) -> Result<(), ObserverError> {
        let now_ms = self.clock.now().wall_ms;
        Ok(self.store.write(|tx| tx.mark_message_read(number, now_ms))?)
    }
}
