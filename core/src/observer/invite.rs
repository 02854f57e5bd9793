//! Whom this device follows: looking at an invite, accepting it, taking it back.

use std::sync::Arc;

use kuager_wire::canonical::TextMap;
use kuager_wire::ids::DeploymentId;
use kuager_wire::invite::{Invite, Way};

use super::device::Observer;
use crate::error::ObserverError;
use crate::outbox::disbelieve;
use crate::store::{Meta, StoreError};
use crate::trust::KnownDeployment;

/// What an invite would make this device believe, before it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitePreview {
    /// The deployment it leads to.
    pub deployment: DeploymentId,
    /// What is observed, by language; known once the deployment has been reached.
    pub title: Option<TextMap<String>>,
    /// Addresses of its servers.
    pub servers: Vec<String>,
    /// What to compare with what the coordinator says aloud. Nothing else tells a genuine invite from one that somebody else made
    /// before the deployment has been reached.
    pub digits: String,
    /// Whether the deployment signed where it leads; of an older deployment it did not.
    pub signed: bool,
    /// What it would change, when another invite is followed already.
    pub replaces: Option<Replaces>,
}

/// What an invite changes for a device that follows another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// With which token it enrols, and nothing else.
    Token,
    /// Also where it sends to and which certificates it trusts, by the deployment's own later word.
    Servers,
}

impl Observer {
    /// Accepts an invite: remembers whom to trust and where to send, and signs the enrolment request. Needs no network;
    /// from here on records can be sealed. Another invite of the same deployment replaces one that was used or revoked
    /// without touching the key, the chain or anything sealed. It changes where this device sends to, and which certificates
    /// it trusts, only by a statement of the deployment that is later than the one that is followed.
    ///
    /// # Errors
    /// [`ObserverError::Invite`], [`ObserverError::OtherDeployment`], [`ObserverError::Forged`], [`ObserverError::Http`],
    /// [`ObserverError::Vault`].
    pub fn accept_invite(&self, url: &str) -> Result<DeploymentId, ObserverError> {
        let offered = Invite::from_text(url)?;
        let deployment = offered.deployment;
        let _one = self.accepting.lock();
        let known = self.known_of(deployment)?;
        let invite = known.admit(offered, self.invite().as_deref())?;
        let servers = known.followed(&invite)?;
        let link = self.link(invite.clone(), &servers)?;
        let next = self.identity.lock().following(Some(invite.clone()), Some(deployment));
        // The vault may ask for a fingerprint meanwhile; nothing but another invite waits for that.
        next.save(&self.config.dir, self.vault.as_ref())?;
        *self.identity.lock() = next;
        // What was read under an invite that was not believed any more is read anew.
        *self.pack.lock() = None;
        self.known.lock().clear();
        self.outbox.time().learn(servers.issued_ms);
        self.outbox.connect(link);
        self.outbox.prepare_enrolment(&invite)?;
        Ok(deployment)
    }

    /// Says whom an invite would make this device follow, and changes nothing. Show it to the person, with the digits, and accept
    /// the invite when they say so.
    ///
    /// # Errors
    /// As [`Observer::accept_invite`], without the vault.
    pub fn preview_invite(&self, url: &str) -> Result<InvitePreview, ObserverError> {
        let offered = Invite::from_text(url)?;
        let known = self.known_of(offered.deployment)?;
        let followed = self.invite();
        let invite = known.admit(offered, followed.as_deref())?;
        let servers = known.followed(&invite)?;
        // That the addresses can be used should not turn out after somebody said yes.
        self.link(invite.clone(), &servers)?;
        Ok(InvitePreview {
            deployment: invite.deployment,
            title: known.genesis.map(|known| known.genesis.title),
            digits: invite.digits(&servers)?,
            servers: servers.addresses,
            signed: matches!(invite.way, Way::Signed { .. }),
            replaces: followed
                .map(|followed| if followed.way == invite.way { Replaces::Token } else { Replaces::Servers }),
        })
    }

    /// What is known of the deployment an invite is for, if this store may belong to it.
    fn known_of(&self, deployment: DeploymentId) -> Result<KnownDeployment, ObserverError> {
        if self.identity.lock().deployment.is_some_and(|known| known != deployment) {
            return Err(ObserverError::OtherDeployment);
        }
        Ok(self.store.read(|tx| KnownDeployment::load(tx, deployment))?)
    }

    /// Takes back an invite whose deployment was never reached: the wrong one was scanned, or a forged one came first and
    /// keeps the genuine one out. What was sealed stays, and with it the deployment it was sealed for.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Joined`], [`ObserverError::Vault`], [`ObserverError::Store`].
    pub fn forget_invite(&self) -> Result<(), ObserverError> {
        let _one = self.accepting.lock();
        let invite = self.invited()?;
        let (genesis, newest) = self.store.write(|tx| {
            let genesis = tx.meta_bytes(Meta::Genesis)?.is_some();
            if !genesis {
                tx.remove_meta(Meta::EnrolmentRequest)?;
                tx.remove_meta(Meta::EnrolmentRefusal)?;
                tx.remove_meta(Meta::CurrentPack)?;
                tx.remove_meta(Meta::NextPack)?;
                tx.remove_meta(Meta::PartsMissing)?;
                tx.remove_meta(Meta::KnownTime)?;
            }
            Ok::<_, StoreError>((genesis, tx.newest_record()?))
        })?;
        if genesis {
            return Err(ObserverError::Joined);
        }
        *self.pack.lock() = None;
        self.known.lock().clear();
        self.unfollow((newest > 0).then_some(invite.deployment))
    }

    /// Follows an invite that was accepted before, unless it contradicts the genesis that has been fetched since.
    pub(super) fn follow(&self, invite: Invite) -> Result<(), ObserverError> {
        let known = self.store.read(|tx| KnownDeployment::load(tx, invite.deployment))?;
        match (known.followed(&invite), known.genesis) {
            (Ok(servers), _) => {
                self.outbox.ensure_enrolment(&invite)?;
                self.outbox.time().learn(servers.issued_ms);
                self.outbox.connect(self.link(invite, &servers)?);
                Ok(())
            }
            (Err(forgery), Some(genesis)) => {
                self.store.write(|tx| disbelieve(tx, &forgery, &genesis))?;
                self.unfollow(Some(invite.deployment))
            }
            (Err(_), None) => self.unfollow(Some(invite.deployment)),
        }
    }

    /// Follows no invite any more.
    fn unfollow(&self, deployment: Option<DeploymentId>) -> Result<(), ObserverError> {
        self.outbox.disconnect();
        let next = self.identity.lock().following(None, deployment);
        next.save(&self.config.dir, self.vault.as_ref())?;
        *self.identity.lock() = next;
        Ok(())
    }

    /// The invite that is followed. The outbox knows: it may have found out that the one in the identity was forged.
    pub(super) fn invite(&self) -> Option<Arc<Invite>> {
        self.outbox.link().map(|link| link.invite)
    }

    /// The deployment whose chain this device writes, whether or not there is an invite to follow.
    pub(super) fn deployment(&self) -> Result<DeploymentId, ObserverError> {
        self.identity.lock().deployment.ok_or(ObserverError::NotInvited)
    }

    pub(super) fn invited(&self) -> Result<Arc<Invite>, ObserverError> {
        self.invite().ok_or(ObserverError::NotInvited)
    }
}
