//! The invite: all a device needs to trust a deployment before it has ever reached it, as one QR code or link.
//!
//! Written as `KUAGER:INVITE/<base32>` (RFC 4648 §6, without padding): only capitals and digits, which a QR code packs at
//! 5.5 bits a character, and still a valid URL, so that a tap opens the app.

use data_encoding::BASE32_NOPAD;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::canonical::{self, Malformed};
use crate::cose::check_version;
use crate::ids::{DeploymentId, InviteToken, PublicKey};
use crate::limits;

/// What an invite URL starts with.
pub const PREFIX: &str = "KUAGER:INVITE/";

/// An invite for one device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invite {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Base URLs of the coordinator, tried in this order.
    #[n(2)]
    pub servers: Vec<String>,
    /// The deployment.
    #[n(3)]
    pub deployment: DeploymentId,
    /// Its root key.
    #[n(4)]
    pub root_key: PublicKey,
    /// Certificates (X.509, DER) that TLS servers of this deployment must chain to. No other authority is trusted.
    #[n(5)]
    pub anchors: Vec<ByteVec>,
    /// Spent by the first device that enrols with it.
    #[n(6)]
    pub token: InviteToken,
}

/// Why a text is not an invite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// It does not start with [`PREFIX`].
    #[error("this is not a Kuager invite; it would start with {PREFIX}")]
    NotAnInvite,
    /// A character that cannot be part of it.
    #[error("the invite has a wrong character at position {position}; scan or copy it again")]
    Character {
        /// Characters before it.
        position: usize,
    },
    /// It was cut or altered.
    #[error("the invite is damaged ({0}); scan or copy it again")]
    Damaged(#[from] Malformed),
}

impl InviteError {
    /// A stable name, used in test vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnInvite => "not_an_invite",
            Self::Character { .. } => "character",
            Self::Damaged(malformed) => malformed.fault.code(),
        }
    }
}

impl Invite {
    /// Writes the invite as a URL.
    ///
    /// # Errors
    /// When it is larger than a QR code a phone can read.
    pub fn to_url(&self) -> Result<String, Malformed> {
        Ok(format!("{PREFIX}{}", BASE32_NOPAD.encode(&canonical::encode(self, limits::INVITE)?)))
    }

    /// Reads an invite from a URL; surrounding white space and letter case do not matter.
    ///
    /// # Errors
    /// [`InviteError`], worded for the person who holds the phone.
    pub fn from_url(url: &str) -> Result<Self, InviteError> {
        let text = url.trim().to_ascii_uppercase();
        let data = text.strip_prefix(PREFIX).ok_or(InviteError::NotAnInvite)?;
        let bytes = BASE32_NOPAD
            .decode(data.as_bytes())
            .map_err(|error| InviteError::Character { position: PREFIX.len() + error.position })?;
        let invite: Self = canonical::decode(&bytes, limits::INVITE)?;
        check_version(invite.version)?;
        if invite.servers.is_empty() {
            return Err(Malformed::shape("no server address").into());
        }
        Ok(invite)
    }
}
