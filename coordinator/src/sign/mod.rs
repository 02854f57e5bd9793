//! The one door for signatures: whatever this coordinator signs is signed here, and no private key is reachable outside.
//!
//! There is one method per kind of statement, so the list of what can be signed is the list of methods. Keys have one
//! purpose each, and the types keep them apart:
//!
//! - [`RootSigner`] has the root key, which signs what makes a deployment: genesis, packs, their stations, credentials;
//! - [`ReceiptSigner`] has the receipt key, which signs what a running coordinator answers;
//! - [`UploadAddresses`] has the secret that upload addresses are derived from;
//! - [`Passes`] has the one that passes are made with.
//!
//! The first is a type of its own because it is to leave the machine one day: whoever steals the receipt key can be
//! contradicted by the log, whoever steals the root key is the deployment.

mod error;
mod keys;
mod new;
mod passes;
mod receipt;
mod root;
mod secret;
mod uploads;

use crate::deployment::{Deployment, DeploymentError};
pub use error::SignError;
use keys::Key;
pub(crate) use new::NewKeys;
pub use passes::{Holder, Passes};
pub use receipt::ReceiptSigner;
pub use root::RootSigner;
pub use uploads::UploadAddresses;

/// Everything of a deployment that can sign, read from its data directory.
#[derive(Debug)]
pub struct Signer {
    /// What the root key signs.
    pub root: RootSigner,
    /// What the receipt key signs.
    pub receipts: ReceiptSigner,
    /// Where devices upload files.
    pub uploads: UploadAddresses,
    /// How requests of those that were let in are told from those of strangers.
    pub passes: Passes,
}

impl Signer {
    /// Reads all secrets of a deployment and checks that they are the ones its genesis statement names.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is missing, damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        let signer = Self {
            root: RootSigner::open(deployment)?,
            receipts: ReceiptSigner::open(deployment)?,
            uploads: UploadAddresses::open(deployment)?,
            passes: Passes::open(deployment)?,
        };
        // Nothing signs with it yet; that it is the right one must not turn out on election night.
        Key::read(deployment, "log", deployment.genesis().log_key)?;
        Ok(signer)
    }
}

#[cfg(test)]
mod tests;
