//! The one door for signatures: whatever this coordinator signs is signed here, and no private key is reachable outside.
//!
//! There is one method per kind of statement, so the list of what can be signed is the list of methods. Keys have one
//! purpose each, and the types keep them apart:
//!
//! - [`RootSigner`] has the root key, which signs what makes a deployment: genesis, packs, their stations, delegations;
//! - [`IssuerSigner`] has a key that the root key delegated to, which signs credentials and where the servers are;
//! - [`ReceiptSigner`] has the receipt key, which signs what a running coordinator answers;
//! - [`DeskSigner`] has the desk's key, which signs what people do there;
//! - [`LogSigner`] has the log's key, which signs heads of the transparency log;
//! - [`UploadAddresses`] has the secret that upload addresses are derived from;
//! - [`Passes`] has the one that passes are made with, [`PeopleKeys`] the one that people at the desk are told by.
//!
//! The first is not part of a running coordinator and can leave the machine: whoever steals the receipt key can be
//! contradicted by the log, whoever steals an issuer's key has it until it is revoked, whoever steals the root key is the deployment.

mod away;
mod desk;
mod error;
mod issuer;
mod keys;
mod log;
mod new;
mod passes;
mod people;
mod receipt;
mod root;
mod secret;
mod uploads;

use crate::deployment::{Deployment, DeploymentError};
pub use away::{Cost, RootFileError, RootKey, SHORTEST};
pub use desk::DeskSigner;
pub use error::SignError;
pub use issuer::{IssuerSigner, IssuerStanding, SignedServers};
use keys::Key;
pub use log::LogSigner;
pub(crate) use new::NewKeys;
pub use passes::{Holder, Passes};
pub use people::{BrowserMark, PeopleKeys};
pub use receipt::ReceiptSigner;
pub use root::RootSigner;
pub use uploads::UploadAddresses;

/// Everything of a deployment that can sign, read from its data directory.
#[derive(Debug)]
pub struct Signer {
    /// What an issuer signs, or the root key where it is here and delegated nothing.
    pub issuer: IssuerSigner,
    /// What the receipt key signs.
    pub receipts: ReceiptSigner,
    /// What a key of the desk signs.
    pub desk: DeskSigner,
    /// What the log's key signs.
    pub log: LogSigner,
    /// Where devices upload files.
    pub uploads: UploadAddresses,
    /// How requests of those that were let in are told from those of strangers.
    pub passes: Passes,
    /// What passwords and codes of people at the desk rest on.
    pub people: PeopleKeys,
}

impl Signer {
    /// Reads all secrets of a deployment and checks that they are the ones its genesis statement names.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is missing, damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        let receipts = ReceiptSigner::open(deployment)?;
        let signer = Self {
            issuer: IssuerSigner::open(deployment)?,
            desk: DeskSigner::open(deployment, &receipts)?,
            receipts,
            log: LogSigner::open(deployment)?,
            uploads: UploadAddresses::open(deployment)?,
            passes: Passes::open(deployment)?,
            people: PeopleKeys::open(deployment)?,
        };
        // A root key that is neither here nor has an issuer in its place did not leave: it is lost.
        if RootSigner::is_here(deployment) || !signer.issuer.has_any()? {
            Key::read(deployment, "root", deployment.genesis().root_key)?;
        }
        Ok(signer)
    }
}

#[cfg(test)]
mod tests;
