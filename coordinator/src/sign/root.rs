//! What the root key signs.

use std::fmt::{self, Debug, Formatter};

use kuager_wire::cose::StatementError;
use kuager_wire::delegation::{Delegation, Revocation};
use kuager_wire::ids::DeploymentId;
use kuager_wire::pack::{Pack, StationShard};

use super::error::SignError;
use super::keys::Key;
use crate::deployment::{Deployment, DeploymentError};
use kuager_pack::{Built, PackSigner, SignedBuild};

/// The holder of the root key. It works beside a running coordinator and inside one, and needs nothing of it.
pub struct RootSigner {
    deployment: DeploymentId,
    key: Key,
}

impl Debug for RootSigner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RootSigner").field("key", &self.key.public()).finish_non_exhaustive()
    }
}

impl RootSigner {
    pub(super) const fn new(deployment: DeploymentId, key: Key) -> Self {
        Self { deployment, key }
    }

    /// Whether the root key is in the data directory.
    #[must_use]
    pub fn is_here(deployment: &Deployment) -> bool {
        deployment.layout().key("root").exists()
    }

    /// Reads the root key from the data directory.
    ///
    /// # Errors
    /// [`DeploymentError::RootIsAway`] when it has left, or the file that is damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        if !Self::is_here(deployment) {
            return Err(DeploymentError::RootIsAway);
        }
        Ok(Self::new(deployment.id(), Key::read(deployment, "root", deployment.genesis().root_key)?))
    }

    /// Says what an issuer may sign.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn delegation(&self, delegation: &Delegation) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, delegation)?)
    }

    /// Takes back what an issuer may sign.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn revocation(&self, revocation: &Revocation) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, revocation)?)
    }

    /// Signs a built pack: its shards, and the pack that names them. The same input gives the same bytes.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn pack(&self, built: &Built) -> Result<SignedBuild, SignError> {
        Ok(built.sign(self.deployment, &self.key.public(), self)?)
    }
}

impl PackSigner for RootSigner {
    fn sign_shard(&self, shard: &StationShard) -> Result<Vec<u8>, StatementError> {
        self.key.sign(self.deployment, shard)
    }

    fn sign_pack(&self, pack: &Pack) -> Result<Vec<u8>, StatementError> {
        self.key.sign(self.deployment, pack)
    }
}
