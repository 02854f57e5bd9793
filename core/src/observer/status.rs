//! How things stand, and the coordinator's messages.

use kuager_wire::cose;
use kuager_wire::enrolment::Credential;
use kuager_wire::ids::{DeploymentId, Kid, PackHash};
use kuager_wire::message::Message;
use kuager_wire::receipt::RefusalCode;

use super::device::Observer;
use crate::error::ObserverError;
use crate::outbox::machine::Session;
use crate::outbox::{load_deployment, revocation, session};
use crate::store::salvage::Recovery;
use crate::store::{Meta, StoreError, Tx};
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
    /// The key that this device signed with before, when its store was put back from a copy: `device` goes on for it.
    pub continues: Option<Kid>,
    /// Set when the deployment does not trust this device any more.
    pub revoked: Option<Revoked>,
    /// What was salvaged from a damaged store, once that happened.
    pub recovery: Option<Recovery>,
    /// By how many milliseconds this device's clock is wrong, ahead counting upwards, as far as anybody has said; see
    /// [`KnownTime::clock_error_ms`](crate::time::KnownTime::clock_error_ms). Nothing depends on that clock; it is for the
    /// observer to set right.
    pub clock_error_ms: Option<i64>,
}

/// How far a revoked device is still trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Since when, milliseconds since 1970: by the deployment's clock where it has said so, by this device's otherwise.
    pub since_ms: u64,
    /// Whether the deployment's own statement about it is here; before that only the coordinator has said so.
    pub stated: bool,
    /// The last number of this device's chain that is trusted; `None` for none, or as long as it is not stated.
    pub last_seq: Option<u64>,
}

/// A message from the coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// The message.
    pub message: Message,
    /// Whether it has been marked as read.
    pub read: bool,
}

/// Whether this device is revoked, as far as it was told.
fn revoked(tx: &Tx<'_>) -> Result<Option<Revoked>, StoreError> {
    let Some(told_ms) = tx.meta::<i64>(Meta::RevokedSince)? else { return Ok(None) };
    let said = revocation(tx)?.filter(|said| said.reinstated.is_none());
    Ok(Some(
        said.map_or(Revoked { since_ms: u64::try_from(told_ms).unwrap_or(0), stated: false, last_seq: None }, |said| {
            Revoked { since_ms: said.revoked_ms, stated: true, last_seq: said.last_seq }
        }),
    ))
}

impl Observer {
    /// How things stand.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn status(&self) -> Result<Status, ObserverError> {
        let invite = self.invite();
        let deployment = self.identity.lock().deployment;
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
                device: self.keyring.current_kid(tx)?,
                deployment,
                credential,
                enrolment_refused,
                invite_forged: tx.meta(Meta::InviteForged)?,
                pack: tx.meta(Meta::CurrentPack)?,
                delivered,
                waiting,
                refused,
                behind: tx.meta(Meta::Behind)?,
                continues: tx.former_keys()?.pop().map(|former| former.kid),
                revoked: revoked(tx)?,
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
