//! The birth of a deployment: its keys are made, and the root key signs the statement that names them.

use kuager_wire::cose::NO_DEPLOYMENT;
use kuager_wire::genesis::Genesis;
use kuager_wire::ids::{DeploymentId, PublicKey};

use super::error::SignError;
use super::keys::Key;
use super::root::RootSigner;
use crate::deployment::{DeploymentError, Layout};

/// The keys of a deployment that is being made.
pub(crate) struct NewKeys {
    root: Key,
    receipt: Key,
    log: Key,
}

impl NewKeys {
    /// Makes them and keeps their seeds.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn create(layout: &Layout) -> Result<Self, DeploymentError> {
        let key = |name| Key::create(layout, name);
        Ok(Self { root: key("root")?, receipt: key("receipt")?, log: key("log")? })
    }

    /// Root, receipt and log key, as the genesis statement names them.
    pub(crate) fn public(&self) -> [PublicKey; 3] {
        [&self.root, &self.receipt, &self.log].map(Key::public)
    }

    /// Signs the statement that the deployment begins with, and is from then on the holder of the root key.
    ///
    /// # Errors
    /// [`SignError`].
    pub(crate) fn found(self, genesis: &Genesis) -> Result<(Vec<u8>, RootSigner), SignError> {
        let bytes = self.root.sign(NO_DEPLOYMENT, genesis)?;
        let root = RootSigner::new(DeploymentId::of(&bytes), self.root);
        Ok((bytes, root))
    }
}
