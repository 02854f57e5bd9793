//! How a device becomes known: it signs a request with the invite's token, and a key of the deployment answers with a credential.
//!
//! The request can be made offline, at once, and sent again without harm: the same device with the same or a newer
//! invite always gets the credential it already has.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::canonical::Malformed;
use crate::cose::{Dated, Purpose, Statement, check_version};
use crate::ids::{Epoch, InviteToken, Kid, Nonce, ObserverId, PublicKey};
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
}

impl Statement for Request {
    const PURPOSE: Purpose = Purpose::Request;
    const LIMIT: usize = limits::REQUEST;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        let of_inbox = self.after.is_some() || self.epoch.is_some();
        let of_enrol = self.public_key.is_some() || self.token.is_some() || self.credential.is_some();
        let of_enrol = of_enrol || self.succession.is_some();
        let proven = self.succession.is_none() || self.credential.is_some();
        let enrol = self.public_key.is_some() && self.token.is_some() && proven && !of_inbox;
        let inbox = self.after.is_some() && !of_enrol;
        let fits = match self.action {
            Action::Enrol => enrol,
            Action::Inbox => inbox,
        };
        if fits { Ok(()) } else { Err(Malformed::shape("the fields do not belong to this action")) }
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
