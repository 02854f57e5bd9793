//! Whom this device follows, and what could change that.
//!
//! An invite is believed as far as it agrees with itself until the genesis of its deployment is there, and with the genesis
//! from then on. What replaces it must agree with what was known before: the same deployment, the same root key, and other
//! servers or certificates only by a later statement of the deployment.

use kuager_evidence::{Authority, Forgery, later, verify_invite_with};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::DeploymentId;
use kuager_wire::invite::Invite;
use kuager_wire::servers::Servers;
use kuager_wire::sync::Delegations;

use crate::store::{Meta, StoreError, Tx};

/// What the store knows of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct KnownDeployment {
    /// The genesis, once it was fetched.
    pub(crate) genesis: Option<Deployment>,
    delegated: Delegations,
}

impl KnownDeployment {
    pub(crate) fn load(tx: &Tx<'_>, deployment: DeploymentId) -> Result<Self, StoreError> {
        let genesis = tx.meta_bytes(Meta::Genesis)?;
        let genesis = genesis.and_then(|bytes| Deployment::expect(&bytes, deployment).ok());
        Ok(Self { genesis, delegated: tx.meta(Meta::Delegations)?.unwrap_or_default() })
    }

    /// Whoever may sign for the deployment of an invite. What does not hold gives nothing.
    pub(crate) fn authority(&self, invite: &Invite) -> Authority {
        let mut authority = self.delegated_by(invite);
        for revocation in &self.delegated.revocations {
            let _ = authority.revoke(revocation);
        }
        authority
    }

    /// Whoever could ever sign for a deployment, with no invite that could be trusted for it.
    pub(crate) fn of_genesis(&self, genesis: &Deployment) -> Authority {
        let mut authority = Authority::from(genesis);
        for delegation in &self.delegated.delegations {
            let _ = authority.delegate(delegation);
        }
        authority
    }

    /// Whoever could ever sign for the deployment of an invite, for what this device has been given already.
    pub(crate) fn delegated_by(&self, invite: &Invite) -> Authority {
        let mut authority = Authority::new(invite.deployment, invite.root_key);
        for delegation in self.delegated.delegations.iter().chain(invite.way.delegation()) {
            let _ = authority.delegate(delegation);
        }
        authority
    }

    /// Where an invite leads that is followed already. A key that was revoked since had the right when it was accepted, and
    /// a phone that is at work must not be cut off by it.
    pub(crate) fn followed(&self, invite: &Invite) -> Result<Servers, Forgery> {
        verify_invite_with(invite, self.genesis.as_ref(), self.delegated_by(invite))
    }

    /// Where an invite leads that somebody offers.
    pub(crate) fn offered(&self, invite: &Invite) -> Result<Servers, Forgery> {
        verify_invite_with(invite, self.genesis.as_ref(), self.authority(invite))
    }

    /// What to follow from now on, when this is offered: its token, and the later way.
    pub(crate) fn admit(&self, offered: Invite, followed: Option<&Invite>) -> Result<Invite, Forgery> {
        let Some(followed) = followed else { return self.offered(&offered).map(|_| offered) };
        // Also before the genesis is known: of two roots at most one is right, and it is not the later word that decides.
        if offered.root_key != followed.root_key {
            return Err(Forgery::RootKey);
        }
        let new = self.offered(&offered)?;
        let old = match self.offered(followed) {
            Ok(old) => old,
            // What a revoked key said may be dated as late as it was delegated for, and must not keep the deployment's word out.
            Err(_) if new.issued_ms > 0 => return Ok(offered),
            Err(_) => self.followed(followed)?,
        };
        let way = if later(&old, &new)? == &old { followed.way.clone() } else { offered.way };
        Ok(Invite { way, ..offered })
    }

    /// What is known with what a coordinator told: only what the root key signed, once each, as much as a deployment has.
    pub(crate) fn merged(&self, invite: &Invite, told: Delegations) -> Delegations {
        let mut authority = Authority::new(invite.deployment, invite.root_key);
        let mut merged = Delegations::default();
        for revocation in self.delegated.revocations.iter().cloned().chain(told.revocations) {
            if !merged.revocations.contains(&revocation) && authority.revoke(&revocation).is_ok() {
                merged.revocations.push(revocation);
            }
        }
        for delegation in told.delegations.into_iter().chain(self.delegated.delegations.iter().cloned()) {
            if !merged.delegations.contains(&delegation) && authority.delegate(&delegation).is_ok() {
                merged.delegations.push(delegation);
            }
        }
        merged
    }
}
