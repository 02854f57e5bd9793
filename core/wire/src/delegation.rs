//! What the root key lets another key sign, until when, and how a key is taken back.
//!
//! The root key *is* the deployment, so it should lie where no network reaches it. What has to be signed while a coordinator
//! runs is signed by an *issuer*: a key of its own that the root key delegates some purposes to for some time.

use minicbor::{Decode, Encode};

use crate::canonical::Malformed;
use crate::cose::{Dated, Purpose, Statement, check_version};
use crate::ids::{Kid, PublicKey};
use crate::limits;

/// The root key's word that another key may sign for some purposes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Delegation {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The issuer's public key.
    #[n(2)]
    pub key: PublicKey,
    /// Names of the purposes it may sign for. A name that a reader does not know gives nothing.
    #[n(3)]
    pub purposes: Vec<String>,
    /// From when, milliseconds since 1970.
    #[n(4)]
    pub not_before_ms: u64,
    /// Until when.
    #[n(5)]
    pub not_after_ms: u64,
    /// Counts the delegations of a deployment.
    #[n(6)]
    pub number: u64,
}

impl Delegation {
    /// What can be delegated. Everything else stays with the root key whatever a delegation says.
    pub const PURPOSES: [Purpose; 3] = [Purpose::Credential, Purpose::Servers, Purpose::Revocation];

    /// Whether it covers a statement of this purpose and date.
    #[must_use]
    pub fn covers(&self, purpose: Purpose, dated_ms: u64) -> bool {
        self.names(purpose) && (self.not_before_ms..=self.not_after_ms).contains(&dated_ms)
    }

    /// Whether it is for this purpose, at any time.
    #[must_use]
    pub fn names(&self, purpose: Purpose) -> bool {
        Self::PURPOSES.contains(&purpose) && self.purposes.iter().any(|name| name == purpose.name())
    }
}

impl Statement for Delegation {
    const PURPOSE: Purpose = Purpose::Delegation;
    const LIMIT: usize = limits::DELEGATION;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        for name in &self.purposes {
            if Purpose::from_name(name).is_some_and(|purpose| !Self::PURPOSES.contains(&purpose)) {
                return Err(Malformed::shape(format!("{name} cannot be delegated")));
            }
        }
        if self.not_before_ms > self.not_after_ms {
            return Err(Malformed::shape("it ends before it begins"));
        }
        Ok(())
    }
}

/// What a revoked key was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RevokedKey {
    /// A device's.
    #[n(1)]
    Device,
    /// An issuer's.
    #[n(2)]
    Issuer,
}

/// Takes a key back, or trusts a device again. That of an issuer is taken back by the root key only.
///
/// Of several about one device the one with the latest date counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revocation {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Id of the key.
    #[n(2)]
    pub kid: Kid,
    /// What it was.
    #[n(3)]
    pub what: RevokedKey,
    /// From when, milliseconds since 1970: what an issuer dated this or later is not believed.
    #[n(4)]
    pub revoked_ms: u64,
    /// Of a device, the last number of its chain that is trusted; absent for none.
    #[n(5)]
    pub last_seq: Option<u64>,
    /// Present and true when a device is trusted again: everything in its chain, whatever was said before.
    #[n(6)]
    pub reinstated: Option<bool>,
}

impl Revocation {
    /// Whether a record with this number of the device's chain is trusted, as far as this statement goes.
    #[must_use]
    pub fn trusts(&self, seq: u64) -> bool {
        self.reinstated == Some(true) || self.last_seq.is_some_and(|last| seq <= last)
    }
}

impl Statement for Revocation {
    const PURPOSE: Purpose = Purpose::Revocation;
    const LIMIT: usize = limits::REVOCATION;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        match (self.what, self.last_seq, self.reinstated) {
            (RevokedKey::Issuer, Some(_), _) => Err(Malformed::shape("only a device has a chain")),
            (RevokedKey::Issuer, _, Some(_)) => Err(Malformed::shape("only a device is reinstated")),
            (_, _, Some(false)) => Err(Malformed::shape("reinstated is either true or absent")),
            (_, Some(_), Some(true)) => Err(Malformed::shape("a reinstated device has no last number")),
            (_, Some(seq), None) if seq > limits::NUMBER => Err(Malformed::shape("a number above 2^62")),
            _ => Ok(()),
        }
    }
}

impl Dated for Revocation {
    fn dated_ms(&self) -> u64 {
        self.revoked_ms
    }
}
