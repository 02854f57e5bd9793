//! The invite: all a device needs to trust a deployment before it has ever reached it, as one QR code or link.
//!
//! Written as `KUAGER:INVITE/<base32>` (RFC 4648 §6, without padding): only capitals and digits, which a QR code packs at
//! 5.5 bits a character, and still a valid URL, so that a tap opens the app. As an `https` link the same base32 stands in the
//! fragment, which no browser sends to a server.

use data_encoding::BASE32_NOPAD;
use minicbor::bytes::ByteVec;
use minicbor::data::Type;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::canonical::{self, Fault, Malformed};
use crate::ids::{DeploymentId, InviteToken, PublicKey};
use crate::limits;
use crate::servers::{Servers, check_addresses, digits};

/// What an invite URL starts with.
pub const PREFIX: &str = "KUAGER:INVITE/";

/// An invite for one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its root key.
    pub root_key: PublicKey,
    /// Spent by the first device that enrols with it.
    pub token: InviteToken,
    /// The way to the coordinator.
    pub way: Way,
}

/// Where an invite leads, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Version 1: nobody says so but the invite.
    Unsigned {
        /// Base URLs of the coordinator, tried in this order.
        addresses: Vec<String>,
        /// Certificates (X.509, DER) that its TLS servers must chain to.
        anchors: Vec<ByteVec>,
    },
    /// Version 2: the deployment says so.
    Signed {
        /// A whole signed [`Servers`] statement.
        servers: ByteVec,
        /// The whole signed [`Delegation`](crate::delegation::Delegation) of the key that signed it, unless that is the root key.
        delegation: Option<ByteVec>,
    },
}

impl Way {
    /// The delegation that comes along.
    #[must_use]
    pub const fn delegation(&self) -> Option<&ByteVec> {
        match self {
            Self::Signed { delegation, .. } => delegation.as_ref(),
            Self::Unsigned { .. } => None,
        }
    }
}

/// An invite of version 1 as it is written.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Version1 {
    #[n(1)]
    version: u8,
    #[n(2)]
    servers: Vec<String>,
    #[n(3)]
    deployment: DeploymentId,
    #[n(4)]
    root_key: PublicKey,
    #[n(5)]
    anchors: Vec<ByteVec>,
    #[n(6)]
    token: InviteToken,
}

/// An invite of version 2 as it is written.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Version2 {
    #[n(1)]
    version: u8,
    #[n(3)]
    deployment: DeploymentId,
    #[n(4)]
    root_key: PublicKey,
    #[n(6)]
    token: InviteToken,
    #[n(7)]
    servers: ByteVec,
    #[n(8)]
    delegation: Option<ByteVec>,
}

impl<C> Encode<C> for Invite {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let Self { deployment, root_key, token, way } = self.clone();
        match way {
            Way::Unsigned { addresses: servers, anchors } => {
                Version1 { version: 1, servers, deployment, root_key, anchors, token }.encode(encoder, context)
            }
            Way::Signed { servers, delegation } => {
                Version2 { version: 2, deployment, root_key, token, servers, delegation }.encode(encoder, context)
            }
        }
    }
}

impl<'b, C> Decode<'b, C> for Invite {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        match version(&decoder.clone()) {
            Some(1) => {
                let Version1 { servers: addresses, deployment, root_key, anchors, token, .. } =
                    Version1::decode(decoder, context)?;
                Ok(Self { deployment, root_key, token, way: Way::Unsigned { addresses, anchors } })
            }
            _ => {
                let Version2 { deployment, root_key, token, servers, delegation, .. } =
                    Version2::decode(decoder, context)?;
                Ok(Self { deployment, root_key, token, way: Way::Signed { servers, delegation } })
            }
        }
    }
}

/// The version in field 1, which is the first one.
fn version(decoder: &Decoder<'_>) -> Option<u8> {
    let mut decoder = decoder.clone();
    decoder.map().ok()?;
    (decoder.datatype().ok()? == Type::U8 && decoder.u8().ok()? == 1).then_some(())?;
    decoder.u8().ok()
}

/// Why a text is not an invite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// It does not start with [`PREFIX`], nor is it an `https` link with a fragment.
    #[error("this is not a Kuager invite; it would start with {PREFIX}, or with https:// and have a #")]
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
    /// Format version.
    #[must_use]
    pub const fn version(&self) -> u8 {
        match self.way {
            Way::Unsigned { .. } => 1,
            Way::Signed { .. } => 2,
        }
    }

    /// Writes the invite as a URL.
    ///
    /// # Errors
    /// When it is larger than a QR code a phone can read.
    pub fn to_url(&self) -> Result<String, Malformed> {
        Ok(format!("{PREFIX}{}", self.text()?))
    }

    /// Writes the invite as a link below this `https` address, which an app has claimed.
    ///
    /// # Errors
    /// As [`Invite::to_url`].
    pub fn to_link(&self, address: &str) -> Result<String, Malformed> {
        Ok(format!("{}#{}", address.trim_end_matches('#'), self.text()?))
    }

    fn text(&self) -> Result<String, Malformed> {
        Ok(BASE32_NOPAD.encode(&canonical::encode(self, limits::INVITE)?))
    }

    /// Reads an invite from a URL or link; surrounding white space and letter case do not matter, nor does where a link leads.
    ///
    /// # Errors
    /// [`InviteError`], worded for the person who holds the phone.
    pub fn from_url(url: &str) -> Result<Self, InviteError> {
        let text = url.trim();
        let start = start(text).ok_or(InviteError::NotAnInvite)?;
        // More than the largest invite takes in base32, so that nobody has to work through a book.
        if text.len().saturating_sub(start) > limits::INVITE * 2 {
            return Err(Fault::TooLarge { limit: limits::INVITE }.at(0).into());
        }
        let data = text.get(start..).unwrap_or_default().to_ascii_uppercase();
        let bytes = BASE32_NOPAD
            .decode(data.as_bytes())
            .map_err(|error| InviteError::Character { position: start.saturating_add(error.position) })?;
        canonical::validate(&bytes, limits::INVITE, canonical::Tags::None)?;
        if let Some(other @ (0 | 3..)) = version(&Decoder::new(&bytes)) {
            return Err(Fault::Version(other).at(0).into());
        }
        let invite: Self = canonical::decode(&bytes, limits::INVITE)?;
        if let Way::Unsigned { addresses, .. } = &invite.way {
            check_addresses(addresses)?;
        }
        Ok(invite)
    }

    /// The digits that people compare, once the way of the invite has been read: [`digits`].
    ///
    /// # Errors
    /// As [`digits`].
    pub fn digits(&self, servers: &Servers) -> Result<String, Malformed> {
        digits(self.deployment, &self.root_key, &servers.addresses, &servers.anchors)
    }
}

/// Whether a text is meant as an invite, whatever may be wrong with it.
#[must_use]
pub fn is_like(text: &str) -> bool {
    start(text.trim()).is_some()
}

/// Where the base32 starts in what may be an invite.
fn start(text: &str) -> Option<usize> {
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins(PREFIX) {
        return Some(PREFIX.len());
    }
    // `get` and `find` cut between characters only, and `#` is one byte.
    begins("https://").then(|| text.find('#')).flatten().map(|at| at.saturating_add(1))
}
