//! The keys an inspection may rely on, from files a person has reason to trust.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kuager_wire::cose::{self, StatementError};
use kuager_wire::enrolment::Credential;
use kuager_wire::genesis;
use kuager_wire::ids::{DeploymentId, Kid, NotAnId, PublicKey};
use serde::Deserialize;

/// Why a file with keys cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The genesis does not hold.
    #[error("{} is not a genesis statement that holds: {source}", path.display())]
    Genesis {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        source: StatementError,
    },
    /// A credential does not hold.
    #[error("{} is not a credential of this deployment: {source}", path.display())]
    Credential {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        source: StatementError,
    },
    /// A credential without the genesis that vouches for it.
    #[error("a credential counts only with the genesis of its deployment; pass --genesis FILE or --keys FILE too")]
    CredentialWithoutGenesis,
    /// `keys.json` is something else.
    #[error("{} is not a file of keys: {reason}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Two files speak of different deployments.
    #[error("the files passed are of different deployments: {0} and {1}")]
    Mixed(DeploymentId, DeploymentId),
}

/// What is known of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: DeploymentId,
    pub(super) root: PublicKey,
    pub(super) receipt: PublicKey,
}

/// Keys to check with. Empty at first; then nothing can be checked but a genesis, which signs itself.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    deployment: Option<Known>,
    devices: HashMap<Kid, PublicKey>,
}

/// Public keys as JSON: `{"deployment_id": hex, "root": hex, "receipt": hex, "log": hex, "devices": {kid: hex}}`.
#[derive(Debug, Deserialize)]
struct KeysFile {
    deployment_id: String,
    root: String,
    receipt: String,
    #[serde(default)]
    devices: HashMap<String, String>,
}

impl Trust {
    /// Relies on a genesis statement.
    ///
    /// # Errors
    /// [`InspectError::Genesis`] when it does not hold, [`InspectError::Mixed`].
    pub fn add_genesis(&mut self, path: &Path, bytes: &[u8]) -> Result<(), InspectError> {
        let opened = genesis::Deployment::open(bytes)
            .map_err(|source| InspectError::Genesis { path: path.to_owned(), source })?;
        self.add(Known { id: opened.id, root: opened.genesis.root_key, receipt: opened.genesis.receipt_key })
    }

    /// Relies on a device's credential, if the deployment's root key signed it.
    ///
    /// # Errors
    /// [`InspectError::Credential`], [`InspectError::CredentialWithoutGenesis`].
    pub fn add_credential(&mut self, path: &Path, bytes: &[u8]) -> Result<(), InspectError> {
        let known = self.deployment.ok_or(InspectError::CredentialWithoutGenesis)?;
        let credential: Credential = cose::open(bytes, known.id, &known.root)
            .map_err(|source| InspectError::Credential { path: path.to_owned(), source })?;
        self.devices.insert(credential.kid, credential.public_key);
        Ok(())
    }

    /// Relies on a list of public keys, as `kuager demo --out` writes it.
    ///
    /// # Errors
    /// [`InspectError::Keys`], [`InspectError::Mixed`].
    pub fn add_keys(&mut self, path: &Path, json: &[u8]) -> Result<(), InspectError> {
        let wrong = |reason: String| InspectError::Keys { path: path.to_owned(), reason };
        let file: KeysFile = serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
        let id = |error: NotAnId| wrong(error.to_string());
        let known = Known {
            id: file.deployment_id.parse().map_err(id)?,
            root: file.root.parse().map_err(id)?,
            receipt: file.receipt.parse().map_err(id)?,
        };
        self.add(known)?;
        for (kid, key) in &file.devices {
            let (kid, key): (Kid, PublicKey) = (kid.parse().map_err(id)?, key.parse().map_err(id)?);
            if key.kid() != kid {
                return Err(wrong(format!("{kid} is not the id of the key beside it")));
            }
            self.devices.insert(kid, key);
        }
        Ok(())
    }

    fn add(&mut self, known: Known) -> Result<(), InspectError> {
        match self.deployment {
            Some(before) if before != known => Err(InspectError::Mixed(before.id, known.id)),
            _ => {
                self.deployment = Some(known);
                Ok(())
            }
        }
    }

    pub(super) const fn deployment(&self) -> Option<Known> {
        self.deployment
    }

    pub(super) fn device(&self, kid: Kid) -> Option<PublicKey> {
        self.devices.get(&kid).copied()
    }
}
