//! Private keys: made once, kept as files only their owner can read, and never given away.

use kuager_log::checkpoint::{Checkpoint, CheckpointError};
use kuager_log::tree::Head;
use kuager_wire::SigningKey;
use kuager_wire::cose::{self, Statement, StatementError};
use kuager_wire::ids::{DeploymentId, PublicKey};
use zeroize::Zeroizing;

use crate::deployment::{Deployment, DeploymentError, Layout, read_secret, write_new};

fn new_seed() -> Result<Zeroizing<[u8; 32]>, DeploymentError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice())?;
    Ok(seed)
}

/// A private key. It signs and says its public half, and that is all that can be had of it.
pub(super) struct Key(SigningKey);

impl Key {
    /// Makes a key and keeps its seed.
    pub(super) fn create(layout: &Layout, name: &str) -> Result<Self, DeploymentError> {
        let seed = new_seed()?;
        write_new(&layout.key(name), seed.as_slice())?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Makes a key and keeps its seed under a name that follows from its public half, which is returned.
    pub(super) fn create_named(
        layout: &Layout,
        name: impl Fn(&PublicKey) -> String,
    ) -> Result<PublicKey, DeploymentError> {
        let seed = new_seed()?;
        let public = Self(SigningKey::from_bytes(&seed)).public();
        write_new(&layout.key(&name(&public)), seed.as_slice())?;
        Ok(public)
    }

    /// Reads a key back, which must be the one that the genesis statement names.
    pub(super) fn read(deployment: &Deployment, name: &str, expected: PublicKey) -> Result<Self, DeploymentError> {
        let path = deployment.layout().key(name);
        let seed = read_secret(&path)?;
        let seed = <&[u8; 32]>::try_from(seed.as_slice())
            .map_err(|_| DeploymentError::corrupt(&path, "a seed has exactly 32 bytes"))?;
        let key = Self(SigningKey::from_bytes(seed));
        if key.public() == expected {
            Ok(key)
        } else {
            Err(DeploymentError::corrupt(&path, "not the key that the genesis statement names"))
        }
    }

    pub(super) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, for a key that is to leave this machine.
    pub(super) fn into_seed(self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey::from(&self.0)
    }

    /// Signs a head of the transparency log, which is a note and no statement of ours.
    pub(super) fn checkpoint(&self, origin: &str, head: Head) -> Result<Checkpoint, CheckpointError> {
        Checkpoint::sign(origin, head, &self.0)
    }

    /// The only line of a coordinator that signs statements.
    pub(super) fn sign<S: Statement>(
        &self,
        deployment: DeploymentId,
        statement: &S,
    ) -> Result<Vec<u8>, StatementError> {
        cose::sign(statement, deployment, &self.0)
    }
}
