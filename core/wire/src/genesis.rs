//! A deployment's birth: the statement that names its keys. Everything else is verified from here.

use minicbor::{Decode, Encode};

use crate::canonical::{Malformed, TextMap};
use crate::cose::{self, Envelope, NO_DEPLOYMENT, Purpose, Statement, StatementError, check_version};
use crate::ids::{DeploymentId, PublicKey};
use crate::limits;

/// The payload of a genesis statement. Its SHA-256, envelope included, is the deployment id.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Genesis {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Signs genesis, packs, delegations, and what it has not delegated.
    #[n(2)]
    pub root_key: PublicKey,
    /// Signs receipts, refusals, messages, fork evidence.
    #[n(3)]
    pub receipt_key: PublicKey,
    /// Signs log checkpoints (C2SP signed note).
    #[n(4)]
    pub log_key: PublicKey,
    /// The log's name in its checkpoints (C2SP tlog-checkpoint "origin").
    #[n(5)]
    pub log_origin: String,
    /// What is observed, by language (BCP 47).
    #[n(6)]
    pub title: TextMap<String>,
    /// Election day, ISO 8601 date.
    #[n(7)]
    pub election_day: String,
    /// When it was made, milliseconds since 1970.
    #[n(8)]
    pub created_ms: u64,
    /// Lowest version of the deployment's invites; absent means 1. An older one is not of this deployment, whatever it says:
    /// without this, anybody could make an unsigned invite to a deployment that signs its own.
    #[n(9)]
    pub invites: Option<u8>,
}

impl Genesis {
    /// Whether the deployment hands out invites of this version.
    #[must_use]
    pub fn has_invites_of(&self, version: u8) -> bool {
        version >= self.invites.unwrap_or(1)
    }
}

impl Statement for Genesis {
    const PURPOSE: Purpose = Purpose::Genesis;
    const LIMIT: usize = limits::GENESIS;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        let Self { root_key: root, receipt_key: receipt, log_key: log, .. } = self;
        if root == receipt || root == log || receipt == log {
            return Err(Malformed::shape("one key, one purpose: the three keys must differ"));
        }
        Ok(())
    }
}

/// A genesis statement that has been checked against the id an invite gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// What it names.
    pub genesis: Genesis,
}

impl Deployment {
    /// Reads a genesis statement that signs itself: the root key it names must be the one that signed it.
    ///
    /// # Errors
    /// Whatever makes it unacceptable. Compare [`Deployment::id`] with an id from a trusted source afterwards, or use
    /// [`Deployment::expect`].
    pub fn open(bytes: &[u8]) -> Result<Self, StatementError> {
        let envelope = Envelope::parse(bytes, Genesis::LIMIT)?;
        let genesis: Genesis = envelope.statement()?;
        envelope.verify(Purpose::Genesis, NO_DEPLOYMENT, &genesis.root_key)?;
        Ok(Self { id: DeploymentId::of(bytes), genesis })
    }

    /// Reads the genesis statement of a known deployment.
    ///
    /// # Errors
    /// As [`Deployment::open`], and [`StatementError::BadSignature`] when it is the genesis of another deployment.
    pub fn expect(bytes: &[u8], id: DeploymentId) -> Result<Self, StatementError> {
        let deployment = Self::open(bytes)?;
        if deployment.id == id { Ok(deployment) } else { Err(StatementError::BadSignature) }
    }

    /// Signs a new genesis statement with the root key.
    ///
    /// # Errors
    /// As [`cose::sign`].
    pub fn sign(genesis: &Genesis, root: &ed25519_dalek::SigningKey) -> Result<Vec<u8>, StatementError> {
        cose::sign(genesis, NO_DEPLOYMENT, root)
    }
}
