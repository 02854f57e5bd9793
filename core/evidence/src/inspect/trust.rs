//! The keys an inspection may rely on, from files a person has reason to trust.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kuager_wire::cose::{self, StatementError};
use kuager_wire::desk::DeskKey;
use kuager_wire::enrolment::Credential;
use kuager_wire::genesis;
use kuager_wire::ids::{DeploymentId, Kid, NotAnId, PublicKey};
use kuager_wire::invite::Invite;
use serde::Deserialize;

use crate::authority::{Authority, AuthorityFault};

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
        source: AuthorityFault,
    },
    /// A delegation or a revocation does not hold.
    #[error("{} is neither a delegation nor a revocation of an issuer by this deployment's root key: {source}", path.display())]
    Delegation {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        source: AuthorityFault,
    },
    /// What the receipt key says about the desk's key does not hold.
    #[error("{} is not what this deployment's receipt key says about a key of the desk: {source}", path.display())]
    DeskKey {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        source: StatementError,
    },
    /// A credential or a delegation without the genesis that vouches for it.
    #[error(
        "credentials, delegations and keys of the desk count only with the genesis of their deployment; pass --genesis FILE or --keys FILE too"
    )]
    WithoutGenesis,
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
    /// Lowest version of its invites; keys alone do not say.
    pub(super) invites: u8,
}

/// Keys to check with. Empty at first; then nothing can be checked but a genesis, which signs itself.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    deployment: Option<Known>,
    authority: Option<Authority>,
    devices: HashMap<Kid, PublicKey>,
    desk: HashMap<Kid, PublicKey>,
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
        self.add(Known {
            id: opened.id,
            root: opened.genesis.root_key,
            receipt: opened.genesis.receipt_key,
            invites: opened.genesis.invites.unwrap_or(1),
        })
    }

    /// Relies on a delegation to an issuer or on the revocation of one, if the deployment's root key signed it.
    ///
    /// # Errors
    /// [`InspectError::Delegation`], [`InspectError::WithoutGenesis`].
    pub fn add_delegation(&mut self, path: &Path, bytes: &[u8]) -> Result<(), InspectError> {
        let known = self.deployment.ok_or(InspectError::WithoutGenesis)?;
        let mut authority = self.authority(known);
        authority
            .delegate(bytes)
            .or_else(|fault| authority.revoke(bytes).map_err(|_| fault))
            .map_err(|source| InspectError::Delegation { path: path.to_owned(), source })?;
        self.authority = Some(authority);
        Ok(())
    }

    /// Relies on a device's credential, if the deployment's root key signed it or an issuer that is known.
    ///
    /// # Errors
    /// [`InspectError::Credential`], [`InspectError::WithoutGenesis`].
    pub fn add_credential(&mut self, path: &Path, bytes: &[u8]) -> Result<(), InspectError> {
        let known = self.deployment.ok_or(InspectError::WithoutGenesis)?;
        let credential: Credential = self
            .authority(known)
            .open(bytes)
            .map_err(|source| InspectError::Credential { path: path.to_owned(), source })?;
        self.devices.insert(credential.kid, credential.public_key);
        Ok(())
    }

    /// Relies on a key of the desk, if the deployment's receipt key vouches for it.
    ///
    /// # Errors
    /// [`InspectError::DeskKey`], [`InspectError::WithoutGenesis`].
    pub fn add_desk_key(&mut self, path: &Path, bytes: &[u8]) -> Result<(), InspectError> {
        let known = self.deployment.ok_or(InspectError::WithoutGenesis)?;
        let desk: DeskKey = cose::open(bytes, known.id, &known.receipt)
            .map_err(|source| InspectError::DeskKey { path: path.to_owned(), source })?;
        self.desk.insert(desk.key.kid(), desk.key);
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
            invites: 1,
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
        let invites = match self.deployment {
            Some(before) if (before.id, before.root, before.receipt) != (known.id, known.root, known.receipt) => {
                return Err(InspectError::Mixed(before.id, known.id));
            }
            Some(before) => before.invites.max(known.invites),
            None => known.invites,
        };
        self.deployment = Some(Known { invites, ..known });
        Ok(())
    }

    /// Whoever is known to sign for a deployment.
    pub(super) fn authority(&self, known: Known) -> Authority {
        self.authority.clone().unwrap_or_else(|| Authority::new(known.id, known.root))
    }

    /// Whoever may sign what an invite carries: what is known, if the invite agrees with it, or the root key it names.
    pub(super) fn authority_of(&self, invite: &Invite) -> Authority {
        match self.deployment {
            Some(known) if (known.id, known.root) == (invite.deployment, invite.root_key) => self.authority(known),
            _ => Authority::new(invite.deployment, invite.root_key),
        }
    }

    pub(super) const fn deployment(&self) -> Option<Known> {
        self.deployment
    }

    pub(super) fn desk(&self, kid: Kid) -> Option<PublicKey> {
        self.desk.get(&kid).copied()
    }

    pub(super) fn device(&self, kid: Kid) -> Option<PublicKey> {
        self.devices.get(&kid).copied()
    }
}
