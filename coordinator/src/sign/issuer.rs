//! What an issuer signs: credentials, where the servers are, and which devices are revoked.
//!
//! An issuer is a key that the root key delegated this to, for some time. Its seed lies beside the others; what makes it an
//! issuer is the delegation in the data directory. Both are read for each signature, so that a new issuer needs no restart
//! and a revoked one ends at once. While the root key is on the machine and nothing was delegated, it signs itself, as it did before
//! there were issuers.

use std::fmt::{self, Debug, Formatter};

use kuager_wire::cose::{self, Dated, Purpose};
use kuager_wire::delegation::{Delegation, Revocation};
use kuager_wire::enrolment::Credential;
use kuager_wire::ids::PublicKey;
use kuager_wire::servers::Servers;

use super::error::SignError;
use super::keys::Key;
use crate::deployment::{Deployment, DeploymentError};

/// The name under which the root key is kept.
const ROOT: &str = "root";

/// A servers statement and what makes it hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedServers {
    /// The signed statement.
    pub servers: Vec<u8>,
    /// The delegation of the issuer that signed it; `None` when the root key did.
    pub delegation: Option<Vec<u8>>,
}

/// How long what an issuer does can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerStanding {
    /// The root key is on this machine and signs what no issuer does.
    RootIsHere,
    /// An issuer may sign until then.
    Until {
        /// Its end, milliseconds since 1970.
        not_after_ms: u64,
        /// Whether that is less than thirty days away.
        soon: bool,
    },
    /// The time of the last issuer is over.
    Over,
    /// The last issuer was revoked.
    Revoked,
    /// There never was one.
    Missing,
}

impl IssuerStanding {
    /// How long before its end an issuer's coordinator begins to warn.
    pub const WARNING_MS: u64 = 30 * 24 * 60 * 60 * 1000;

    /// A stable name, for logs and monitoring.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RootIsHere => "root_is_here",
            Self::Until { soon: false, .. } => "good",
            Self::Until { soon: true, .. } => "ends_soon",
            Self::Over => "over",
            Self::Revoked => "revoked",
            Self::Missing => "missing",
        }
    }
}

/// The holder of whatever may sign for observers: an issuer, or the root key before there is one.
pub struct IssuerSigner {
    deployment: Deployment,
}

impl Debug for IssuerSigner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IssuerSigner").finish_non_exhaustive()
    }
}

/// A delegation whose key is here.
struct Held {
    delegation: Delegation,
    bytes: Vec<u8>,
    revoked_ms: Option<u64>,
}

impl Held {
    fn covers(&self, purpose: Purpose, dated_ms: u64) -> bool {
        self.delegation.covers(purpose, dated_ms) && self.revoked_ms.is_none_or(|revoked_ms| dated_ms < revoked_ms)
    }
}

impl IssuerSigner {
    /// Checks that what is here can be read, which must not turn out on election night.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        let signer = Self { deployment: deployment.clone() };
        for held in signer.held()? {
            Key::read(deployment, &name(&held.delegation.key), held.delegation.key)?;
        }
        Ok(signer)
    }

    /// Makes the key of an issuer to be, which can sign nothing until the root key has delegated something to it.
    ///
    /// # Errors
    /// What the system says.
    pub fn prepare(deployment: &Deployment) -> Result<PublicKey, DeploymentError> {
        Key::create_named(deployment.layout(), name)
    }

    /// Says that a key is a device of an observer.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn credential(&self, credential: &Credential) -> Result<Vec<u8>, SignError> {
        Ok(self.sign(credential)?.0)
    }

    /// Says how a device is trusted from now on.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn revocation(&self, revocation: &Revocation) -> Result<Vec<u8>, SignError> {
        Ok(self.sign(revocation)?.0)
    }

    /// Says where the servers are and what they show.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn servers(&self, servers: &Servers) -> Result<SignedServers, SignError> {
        let (servers, delegation) = self.sign(servers)?;
        Ok(SignedServers { servers, delegation })
    }

    /// How long this can go on.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that cannot be read.
    pub fn standing(&self, now_ms: u64) -> Result<IssuerStanding, DeploymentError> {
        let held = self.held()?;
        let good = held.iter().filter(|held| held.covers(Purpose::Credential, now_ms));
        if let Some(not_after_ms) = good.map(|held| held.delegation.not_after_ms).max() {
            let soon = not_after_ms.saturating_sub(now_ms) < IssuerStanding::WARNING_MS;
            return Ok(IssuerStanding::Until { not_after_ms, soon });
        }
        Ok(match held.first() {
            _ if self.deployment.layout().key(ROOT).exists() => IssuerStanding::RootIsHere,
            Some(held) if held.revoked_ms.is_some() => IssuerStanding::Revoked,
            Some(_) => IssuerStanding::Over,
            None => IssuerStanding::Missing,
        })
    }

    /// Whether something was ever delegated to a key that is here.
    pub(super) fn has_any(&self) -> Result<bool, DeploymentError> {
        Ok(!self.held()?.is_empty())
    }

    /// The delegations whose keys are here, the newest first.
    fn held(&self) -> Result<Vec<Held>, DeploymentError> {
        let (id, root) = (self.deployment.id(), &self.deployment.genesis().root_key);
        let authority = self.deployment.authority()?;
        let mut held = Vec::new();
        for bytes in self.deployment.delegations()?.delegations {
            let Ok(delegation) = cose::open::<Delegation>(&bytes, id, root) else { continue };
            if self.deployment.layout().key(&name(&delegation.key)).exists() {
                let revoked_ms = authority.revoked_ms(delegation.key.kid());
                held.push(Held { delegation, bytes: bytes.to_vec(), revoked_ms });
            }
        }
        held.sort_by_key(|held| std::cmp::Reverse(held.delegation.number));
        Ok(held)
    }

    /// Signs with the newest key that may sign this, and gives its delegation along.
    fn sign<S: Dated>(&self, statement: &S) -> Result<(Vec<u8>, Option<Vec<u8>>), SignError> {
        let unreadable = |error: DeploymentError| SignError::Unreadable(error.to_string());
        let held = self.held().map_err(unreadable)?;
        let id = self.deployment.id();
        if let Some(held) = held.iter().find(|held| held.covers(S::PURPOSE, statement.dated_ms())) {
            let key = held.delegation.key;
            let key = Key::read(&self.deployment, &name(&key), key).map_err(unreadable)?;
            return Ok((key.sign(id, statement)?, Some(held.bytes.clone())));
        }
        if self.deployment.layout().key(ROOT).exists() {
            let root = Key::read(&self.deployment, ROOT, self.deployment.genesis().root_key).map_err(unreadable)?;
            return Ok((root.sign(id, statement)?, None));
        }
        Err(match held.first() {
            None => SignError::NoIssuer,
            Some(held) if held.revoked_ms.is_some() => SignError::IssuerRevoked,
            Some(held) => SignError::IssuerOver { not_after_ms: held.delegation.not_after_ms },
        })
    }
}

/// The name under which an issuer's key is kept.
fn name(key: &PublicKey) -> String {
    format!("issuer-{}", key.kid())
}
