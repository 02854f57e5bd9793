//! The invite: all a device needs to trust a deployment before it has ever reached it, as one QR code or link.
//!
//! Written as `KUAGER:INVITE/<base32>` (RFC 4648 §6, without padding): only capitals and digits, which a QR code packs at
//! 5.5 bits a character, and still a valid URL, so that a tap opens the app. As an `https` link the same base32 stands in the
//! fragment, which no browser sends to a server.

mod error;
mod text;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::canonical::{self, Fault, Malformed};
use crate::ids::{DeploymentId, InviteToken, PublicKey};
use crate::limits;
use crate::servers::{Servers, check_addresses, digits};

pub use error::{InviteError, PREFIX};
use text::version;

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
        Ok(text::write(&canonical::encode(self, limits::INVITE)?, self.version() > 1))
    }

    /// Finds the invite in a text: a URL or link, and whatever mail, chat and people put into it and around it. Letter case
    /// does not matter, nor does where a link leads.
    ///
    /// # Errors
    /// [`InviteError`], worded for the person who holds the phone.
    pub fn from_text(text: &str) -> Result<Self, InviteError> {
        let bytes = text::find(text)?;
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

/// Whether a text is meant to have an invite in it, whatever may be wrong with that.
#[must_use]
pub fn is_like(text: &str) -> bool {
    text::is_like(text)
}

#[cfg(test)]
mod tests;
