//! How a device becomes known: it signs a request with the invite's token, and a key of the deployment answers with a credential.
//!
//! The request can be made offline, at once, and sent again without harm: the same device with the same or a newer
//! invite always gets the credential it already has.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::canonical::Malformed;
use crate::cose::{Dated, Purpose, Statement, check_version, sha256};
use crate::ids::{DeploymentId, Epoch, InviteToken, Kid, Nonce, ObserverId, PublicKey};
use crate::limits;

/// What a signed request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Action {
    /// A credential for this device.
    #[n(1)]
    Enrol,
    /// Messages to this device's observer.
    #[n(2)]
    Inbox,
}

/// A call that needs a known caller; the signature is the credential, no password exists.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Request {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// What is asked.
    #[n(2)]
    pub action: Action,
    /// When it was made by the device's wall clock, milliseconds since 1970. Evidence only.
    #[n(3)]
    pub wall_ms: i64,
    /// Makes every request another one; the coordinator answers an inbox request only once.
    #[n(4)]
    pub nonce: Nonce,
    /// The device's public key, for [`Action::Enrol`].
    #[n(5)]
    pub public_key: Option<PublicKey>,
    /// The invite's one-time secret, for [`Action::Enrol`].
    #[n(6)]
    pub token: Option<InviteToken>,
    /// Number of the newest message the device holds, for [`Action::Inbox`]; 0 for none.
    #[n(7)]
    pub after: Option<u64>,
    /// The coordinator's epoch as it last said, for [`Action::Inbox`]. A request of another epoch is not answered.
    #[n(8)]
    pub epoch: Option<Epoch>,
    /// The signed [`Credential`] that this device was given before, for [`Action::Enrol`]: proof for a coordinator that has
    /// lost its record of it. With `succession`, the credential of the key that is succeeded.
    #[n(9)]
    pub credential: Option<ByteVec>,
    /// The signed [`Succession`] by which an enrolled key names this one its successor, for [`Action::Enrol`].
    #[n(10)]
    pub succession: Option<ByteVec>,
    /// What the platform says about the phone, for [`Action::Enrol`], bound to this very enrolment. Evidence only.
    #[n(11)]
    pub attestation: Option<Attestation>,
}

impl Statement for Request {
    const PURPOSE: Purpose = Purpose::Request;
    const LIMIT: usize = limits::REQUEST;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        let of_inbox = self.after.is_some() || self.epoch.is_some();
        let of_enrol = self.public_key.is_some()
            || self.token.is_some()
            || self.credential.is_some()
            || self.succession.is_some()
            || self.attestation.is_some();
        let proven = self.succession.is_none() || self.credential.is_some();
        let enrol = self.public_key.is_some() && self.token.is_some() && proven && !of_inbox;
        let inbox = self.after.is_some() && !of_enrol;
        let fits = match self.action {
            Action::Enrol => enrol,
            Action::Inbox => inbox,
        };
        if !fits {
            return Err(Malformed::shape("the fields do not belong to this action"));
        }
        self.attestation.as_ref().map_or(Ok(()), Attestation::check)
    }
}

/// A device key's word that another key goes on for it: made by a phone whose store was put back from a copy, and which can
/// therefore not know any more which numbers of its chain are used.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Succession {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The successor.
    #[n(2)]
    pub public_key: PublicKey,
    /// When it was made by the device's wall clock, milliseconds since 1970. Evidence only.
    #[n(3)]
    pub wall_ms: i64,
}

impl Statement for Succession {
    const PURPOSE: Purpose = Purpose::Succession;
    const LIMIT: usize = limits::SUCCESSION;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}

/// How a platform attests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum AttestationFormat {
    /// Android's key attestation: the certificates of a key that was made with the [challenge](attestation_challenge), its own
    /// first.
    #[n(1)]
    AndroidKey,
    /// Apple's App Attest: the one object that `attestKey` gave for the [challenge](attestation_challenge) as client data hash.
    #[n(2)]
    AppleAppAttest,
}

impl AttestationFormat {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AndroidKey => "android-key",
            Self::AppleAppAttest => "apple-appattest",
        }
    }
}

/// What a platform says about a phone and the app on it: a key made in its secure hardware, bound to one enrolment by the
/// challenge it was made with.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attestation {
    /// How it attests.
    #[n(1)]
    pub format: AttestationFormat,
    /// The bytes as the platform gave them.
    #[n(2)]
    pub parts: Vec<ByteVec>,
}

impl Attestation {
    /// Checks its bounds. What it says is for whoever knows the platforms' roots.
    ///
    /// # Errors
    /// [`Malformed`] when it has no parts, too many, or too many bytes.
    pub fn check(&self) -> Result<(), Malformed> {
        let most = match self.format {
            AttestationFormat::AndroidKey => limits::ATTESTATION_PARTS,
            AttestationFormat::AppleAppAttest => 1,
        };
        let bytes: usize = self.parts.iter().map(|part| part.len()).sum();
        let fits = (1..=most).contains(&self.parts.len())
            && bytes <= limits::ATTESTATION
            && self.parts.iter().all(|part| !part.is_empty());
        if fits {
            Ok(())
        } else {
            Err(Malformed::shape("an attestation has other parts than its format, or too many bytes"))
        }
    }
}

/// What a platform key is made with, so that it speaks for this device key, in this deployment, with this invite, and for
/// nothing else.
#[must_use]
pub fn attestation_challenge(deployment: DeploymentId, device: &PublicKey, token: &InviteToken) -> [u8; 32] {
    let parts: [&[u8]; 4] = [b"kuager/attestation/v1\0", &deployment.0, &device.0, &sha256(&token.0)];
    sha256(&parts.concat())
}

/// What the holder of a device may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// An observer at a station.
    #[n(1)]
    Observer,
    /// A proxy of a candidate or party (доверенное лицо).
    #[n(2)]
    Proxy,
    /// A media representative.
    #[n(3)]
    Media,
    /// An exit-poll interviewer.
    #[n(4)]
    Interviewer,
}

/// The deployment's word that a device key belongs to an observer: signed by the root key or by an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Credential {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The device's key id.
    #[n(2)]
    pub kid: Kid,
    /// The device's public key.
    #[n(3)]
    pub public_key: PublicKey,
    /// The observer's pseudonym.
    #[n(4)]
    pub observer: ObserverId,
    /// What the holder may do.
    #[n(5)]
    pub role: Role,
    /// Station keys the observer is sent to; empty when free to move.
    #[n(6)]
    pub stations: Vec<String>,
    /// Valid from, milliseconds since 1970, by the coordinator's clock.
    #[n(7)]
    pub not_before_ms: u64,
    /// Valid until.
    #[n(8)]
    pub not_after_ms: u64,
}

impl Statement for Credential {
    const PURPOSE: Purpose = Purpose::Credential;
    const LIMIT: usize = limits::CREDENTIAL;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        if self.public_key.kid() == self.kid { Ok(()) } else { Err(Malformed::shape("the key id is of another key")) }
    }
}

impl Dated for Credential {
    fn dated_ms(&self) -> u64 {
        self.not_before_ms
    }
}
