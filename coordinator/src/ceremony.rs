//! How the root key signs without being on the coordinator's machine: a request goes out as a file, an answer comes back.
//!
//! Neither file is a secret, and neither is believed: whoever has the root key reads what a request asks for before it is
//! signed, and an answer counts by its signatures alone.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use kuager_pack::{Built, SignedBuild};
use kuager_wire::VERSION;
use kuager_wire::canonical::{self, Malformed};
use kuager_wire::cose::{Purpose, Statement, StatementError};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::genesis;
use kuager_wire::ids::{DeploymentId, Kid, PackHash};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::deployment::{Deployment, DeploymentError};
use crate::sign::{IssuerSigner, RootFileError, RootKey, RootSigner, SignError};

/// Bytes of a request or an answer: a national pack with all its stations is a tenth of it.
const LIMIT: usize = 64 << 20;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// How long an issuer may sign, unless something else is asked for.
pub const ISSUER_DAYS: u32 = 180;
/// The longest it may be.
pub const MOST_DAYS: u32 = 800;
/// So much earlier than now a delegation begins, for clocks that differ.
const EARLIER_MS: u64 = DAY_MS;

/// Why a request or an answer cannot be made, signed or taken in.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// Not such a file, or damaged.
    #[error("this is not a {kind}, or it is damaged: {source}")]
    Damaged {
        /// What it should be.
        kind: &'static str,
        /// What is wrong.
        source: Malformed,
    },
    /// Of another deployment.
    #[error("the file is of deployment {found}, not of {expected}")]
    OtherDeployment {
        /// Whose it is.
        found: DeploymentId,
        /// Whose it should be.
        expected: DeploymentId,
    },
    /// The genesis does not hold.
    #[error("the genesis in the file does not hold: {0}")]
    Genesis(StatementError),
    /// The pack in the file.
    #[error("the pack in the file is not acceptable: {0}")]
    Pack(String),
    /// It asks for nothing.
    #[error("there is nothing to sign in this request")]
    Empty,
    /// Something that cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The data directory.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The root key's file.
    #[error(transparent)]
    Root(#[from] RootFileError),
}

/// What is to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Request {
    #[n(1)]
    version: u8,
    #[n(2)]
    genesis: ByteVec,
    /// A delegation to an issuer.
    #[n(3)]
    pub delegation: Option<Delegation>,
    /// Revocations of issuers.
    #[n(4)]
    pub revocations: Vec<Revocation>,
    /// A built pack.
    #[n(5)]
    pack: Option<ByteVec>,
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Answer {
    #[n(1)]
    version: u8,
    #[n(2)]
    deployment: DeploymentId,
    #[n(3)]
    delegation: Option<ByteVec>,
    #[n(4)]
    revocations: Vec<ByteVec>,
    #[n(5)]
    pack: Option<ByteVec>,
}

/// What an answer changed in a data directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// An issuer that can sign now.
    pub delegation: Option<Delegation>,
    /// Issuers that cannot any more.
    pub revocations: Vec<Revocation>,
    /// A pack that is published now.
    pub pack: Option<PackHash>,
}

impl Request {
    /// An empty request of a deployment.
    #[must_use]
    pub fn new(deployment: &Deployment) -> Self {
        let genesis = deployment.genesis_bytes().to_vec().into();
        Self { version: VERSION, genesis, delegation: None, revocations: Vec::new(), pack: None }
    }

    /// Also asks for an issuer. Its key is made here and stays here.
    ///
    /// # Errors
    /// [`CeremonyError::Deployment`].
    pub fn issuer(mut self, deployment: &Deployment, now_ms: u64, days: u32) -> Result<Self, CeremonyError> {
        self.delegation = Some(new_issuer(deployment, now_ms, days)?);
        Ok(self)
    }

    /// Also asks for the revocation of an issuer, from a date on.
    #[must_use]
    pub fn revoking(mut self, kid: Kid, revoked_ms: u64) -> Self {
        let what = RevokedKey::Issuer;
        self.revocations.push(Revocation { version: VERSION, kid, what, revoked_ms, last_seq: None, reinstated: None });
        self
    }

    /// Also asks for a pack, as the next of the deployment.
    ///
    /// # Errors
    /// [`CeremonyError::Pack`], [`CeremonyError::Deployment`].
    pub fn pack(mut self, deployment: &Deployment, built: &Built) -> Result<Self, CeremonyError> {
        let built = deployment.numbered(built)?;
        self.pack = Some(built.to_bytes().map_err(|error| CeremonyError::Pack(error.to_string()))?.into());
        Ok(self)
    }

    /// The request as a file.
    ///
    /// # Errors
    /// [`CeremonyError::Empty`], [`CeremonyError::Damaged`] when it is too large.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CeremonyError> {
        if self.delegation.is_none() && self.revocations.is_empty() && self.pack.is_none() {
            return Err(CeremonyError::Empty);
        }
        canonical::encode(self, LIMIT).map_err(damaged("request"))
    }

    /// Reads a request.
    ///
    /// # Errors
    /// [`CeremonyError::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CeremonyError> {
        let request: Self = canonical::decode(bytes, LIMIT).map_err(damaged("request"))?;
        if request.version != VERSION {
            return Err(damaged("request")(canonical::Fault::Version(request.version).at(0)));
        }
        Ok(request)
    }

    /// Whose request it is.
    ///
    /// # Errors
    /// [`CeremonyError::Genesis`].
    pub fn deployment(&self) -> Result<genesis::Deployment, CeremonyError> {
        genesis::Deployment::open(&self.genesis).map_err(CeremonyError::Genesis)
    }

    /// The pack that is to be signed, checked as every built pack is.
    ///
    /// # Errors
    /// [`CeremonyError::Pack`].
    pub fn built(&self) -> Result<Option<Built>, CeremonyError> {
        let built = self.pack.as_ref().map(|bytes| Built::from_bytes("the request", bytes)).transpose();
        built.map_err(|error| CeremonyError::Pack(error.to_string()))
    }

    /// Signs all of it, and gives the answer as a file. Show what it asks for before.
    ///
    /// # Errors
    /// [`CeremonyError::OtherDeployment`] for a key of another deployment, and what cannot be signed.
    pub fn sign(&self, key: &RootKey) -> Result<Vec<u8>, CeremonyError> {
        let found = self.deployment()?.id;
        let expected = genesis::Deployment::open(key.genesis()).map_err(CeremonyError::Genesis)?.id;
        if found != expected {
            return Err(CeremonyError::OtherDeployment { found, expected });
        }
        let root: RootSigner = key.signer();
        let pack = match self.built()? {
            Some(built) => Some(root.pack(&built)?.to_bytes().into()),
            None => None,
        };
        let delegation = self.delegation.as_ref().map(|delegation| root.delegation(delegation)).transpose()?;
        let revocations = self.revocations.iter().map(|revocation| Ok(root.revocation(revocation)?.into()));
        let answer = Answer {
            version: VERSION,
            deployment: found,
            delegation: delegation.map(Into::into),
            revocations: revocations.collect::<Result<_, SignError>>()?,
            pack,
        };
        canonical::encode(&answer, LIMIT).map_err(damaged("answer"))
    }
}

/// Takes an answer into the data directory it is for. Taking it in twice does no harm.
///
/// # Errors
/// [`CeremonyError`]; each of its parts counts by its own signature, and what was taken in before the error stays.
pub fn import(deployment: &Deployment, bytes: &[u8]) -> Result<Imported, CeremonyError> {
    let answer: Answer = canonical::decode(bytes, LIMIT).map_err(damaged("answer"))?;
    if answer.version != VERSION {
        return Err(damaged("answer")(canonical::Fault::Version(answer.version).at(0)));
    }
    if answer.deployment != deployment.id() {
        return Err(CeremonyError::OtherDeployment { found: answer.deployment, expected: deployment.id() });
    }
    let mut imported = Imported::default();
    // First what must not go on.
    for revocation in &answer.revocations {
        imported.revocations.push(deployment.add_revocation(revocation)?);
    }
    if let Some(delegation) = &answer.delegation {
        imported.delegation = Some(deployment.add_delegation(delegation)?);
    }
    if let Some(pack) = &answer.pack {
        let build = SignedBuild::open(pack, deployment.id(), &deployment.genesis().root_key)
            .map_err(|error| CeremonyError::Pack(error.to_string()))?;
        match deployment.publish(&build.pack, &build.shards) {
            Ok(()) | Err(DeploymentError::PublishedAlready) => {}
            Err(error) => return Err(error.into()),
        }
        imported.pack = Some(build.pack.hash);
    }
    Ok(imported)
}

/// Delegates to an issuer with the root key that is still here, so that it can leave.
///
/// # Errors
/// [`CeremonyError`].
pub fn delegate_here(deployment: &Deployment, now_ms: u64, days: u32) -> Result<Delegation, CeremonyError> {
    let root = RootSigner::open(deployment)?;
    let delegation = new_issuer(deployment, now_ms, days)?;
    Ok(deployment.add_delegation(&root.delegation(&delegation)?)?)
}

/// A delegation to be signed, to a key that is made here.
fn new_issuer(deployment: &Deployment, now_ms: u64, days: u32) -> Result<Delegation, DeploymentError> {
    let (id, root) = (deployment.id(), &deployment.genesis().root_key);
    let held = deployment.delegations()?.delegations;
    let number = |bytes: &ByteVec| kuager_wire::cose::open::<Delegation>(bytes, id, root).ok().map(|held| held.number);
    let last = held.iter().filter_map(number).max().unwrap_or(0);
    let delegation = Delegation {
        version: VERSION,
        key: IssuerSigner::prepare(deployment)?,
        purposes: Delegation::PURPOSES.iter().map(|purpose: &Purpose| purpose.name().to_owned()).collect(),
        not_before_ms: now_ms.saturating_sub(EARLIER_MS),
        not_after_ms: now_ms.saturating_add(u64::from(days.min(MOST_DAYS)).saturating_mul(DAY_MS)),
        number: last.saturating_add(1),
    };
    delegation.check().map_err(|error| DeploymentError::Foreign(error.to_string()))?;
    Ok(delegation)
}

fn damaged(kind: &'static str) -> impl Fn(Malformed) -> CeremonyError {
    move |source| CeremonyError::Damaged { kind, source }
}

#[cfg(test)]
mod tests;
