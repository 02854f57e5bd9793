//! Who may sign for a deployment: the root key, and whoever it delegated to and has not taken that back from.
//!
//! Delegations and revocations may come from anywhere, for only what the root key signed is taken in. What is never known for
//! sure is that nothing was kept back: a revocation that nobody showed cannot be obeyed.

use kuager_wire::canonical::Malformed;
use kuager_wire::cose::{self, Dated, Envelope, Purpose, StatementError};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{DeploymentId, Kid, PublicKey};
use kuager_wire::limits;

/// Why a statement is not the deployment's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityFault {
    /// It does not hold under the key it names, or says something that its kind may not.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// Neither the root key signed it nor a key it is known to have delegated to.
    #[error("signed by key {kid}, which is neither the root key nor one that it is known to have delegated to")]
    NotDelegated {
        /// The key.
        kid: Kid,
    },
    /// The key may not sign this.
    #[error("key {kid} may not sign for the purpose {}", purpose.name())]
    OtherPurpose {
        /// The key.
        kid: Kid,
        /// What it signed for.
        purpose: Purpose,
    },
    /// The key might sign this, at another time.
    #[error("dated {dated_ms} ms after 1970, when key {kid} might not sign")]
    OtherTime {
        /// The key.
        kid: Kid,
        /// The date of the statement.
        dated_ms: u64,
    },
    /// The key was taken back.
    #[error("key {kid} was revoked before the date of this")]
    Revoked {
        /// The key.
        kid: Kid,
    },
    /// More delegations and revocations than a deployment has.
    #[error("more delegations and revocations than a deployment has")]
    TooMany,
}

/// A deployment's keys as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    deployment: DeploymentId,
    root: PublicKey,
    delegations: Vec<Delegation>,
    revocations: Vec<Revocation>,
}

impl From<&Deployment> for Authority {
    fn from(deployment: &Deployment) -> Self {
        Self::new(deployment.id, deployment.genesis.root_key)
    }
}

impl Authority {
    /// The root key alone.
    #[must_use]
    pub const fn new(deployment: DeploymentId, root: PublicKey) -> Self {
        Self { deployment, root, delegations: Vec::new(), revocations: Vec::new() }
    }

    /// The root key.
    #[must_use]
    pub const fn root(&self) -> &PublicKey {
        &self.root
    }

    /// Takes in a delegation that the root key signed.
    ///
    /// # Errors
    /// [`AuthorityFault::Statement`], [`AuthorityFault::TooMany`].
    pub fn delegate(&mut self, bytes: &[u8]) -> Result<(), AuthorityFault> {
        let delegation: Delegation = cose::open(bytes, self.deployment, &self.root)?;
        add(&mut self.delegations, delegation)
    }

    /// Takes in a revocation of an issuer that the root key signed.
    ///
    /// # Errors
    /// [`AuthorityFault::Statement`], also for a revocation of a device, and [`AuthorityFault::TooMany`].
    pub fn revoke(&mut self, bytes: &[u8]) -> Result<(), AuthorityFault> {
        let revocation: Revocation = cose::open(bytes, self.deployment, &self.root)?;
        if revocation.what != RevokedKey::Issuer {
            return Err(StatementError::from(Malformed::shape("it revokes a device, not an issuer")).into());
        }
        add(&mut self.revocations, revocation)
    }

    /// Verifies a statement that a delegated key may have signed, and reads it.
    ///
    /// # Errors
    /// [`AuthorityFault`], the first thing that does not hold.
    pub fn open<T: Dated>(&self, bytes: &[u8]) -> Result<T, AuthorityFault> {
        let envelope = Envelope::parse(bytes, T::LIMIT)?;
        envelope.verify(T::PURPOSE, self.deployment, &self.key(envelope.kid())?)?;
        let statement: T = envelope.statement()?;
        self.allows(envelope.kid(), T::PURPOSE, statement.dated_ms())?;
        Ok(statement)
    }

    /// Verifies a statement that has been read already, with the date it bears.
    ///
    /// # Errors
    /// As [`Authority::open`].
    pub(crate) fn verify(&self, envelope: &Envelope, purpose: Purpose, dated_ms: u64) -> Result<(), AuthorityFault> {
        envelope.verify(purpose, self.deployment, &self.key(envelope.kid())?)?;
        self.allows(envelope.kid(), purpose, dated_ms)
    }

    /// The public key of this id, if it is the root key or was ever delegated to.
    fn key(&self, kid: Kid) -> Result<PublicKey, AuthorityFault> {
        let delegated = self.delegations.iter().map(|delegation| delegation.key);
        std::iter::once(self.root)
            .chain(delegated)
            .find(|key| key.kid() == kid)
            .ok_or(AuthorityFault::NotDelegated { kid })
    }

    fn allows(&self, kid: Kid, purpose: Purpose, dated_ms: u64) -> Result<(), AuthorityFault> {
        if kid == self.root.kid() {
            return Ok(());
        }
        let by_key = || self.delegations.iter().filter(|delegation| delegation.key.kid() == kid);
        if !by_key().any(|delegation| delegation.names(purpose)) {
            return Err(AuthorityFault::OtherPurpose { kid, purpose });
        }
        if !by_key().any(|delegation| delegation.covers(purpose, dated_ms)) {
            return Err(AuthorityFault::OtherTime { kid, dated_ms });
        }
        if self.revoked_ms(kid).is_some_and(|revoked_ms| dated_ms >= revoked_ms) {
            return Err(AuthorityFault::Revoked { kid });
        }
        Ok(())
    }

    /// From when a key does not count any more, as far as is known.
    #[must_use]
    pub fn revoked_ms(&self, kid: Kid) -> Option<u64> {
        self.revocations.iter().filter(|revocation| revocation.kid == kid).map(|revocation| revocation.revoked_ms).min()
    }

    /// What was delegated, in the order in which it was taken in.
    #[must_use]
    pub fn delegations(&self) -> &[Delegation] {
        &self.delegations
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) -> Result<(), AuthorityFault> {
    if list.contains(&item) {
        return Ok(());
    }
    if list.len() >= limits::DELEGATIONS {
        return Err(AuthorityFault::TooMany);
    }
    list.push(item);
    Ok(())
}
