//! Passes: how the coordinator knows, before it does any work for a request, that whoever sends it was let in once.
//!
//! A pass proves nothing and allows nothing. Requests with one are counted apart from those of strangers, so that strangers
//! behind the same address cannot use up what phones need; that is all. It is checked within microseconds, without
//! the ledger. A device gets its pass with the answer to a request that it has signed; before it is enrolled, the token of its
//! invite is one.

use std::fmt::{self, Debug, Formatter};

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::Mac;
use kuager_wire::ids::{InviteToken, Kid};

use super::secret::Secret;
use crate::deployment::{Deployment, DeploymentError};

/// Bytes of a code behind a device's key id.
const CODE: usize = 16;
/// Bytes of a token that are chance; the rest is the code of these.
const CHANCE: usize = 8;

/// Whose pass it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Somebody who has an invite, by the part of its token that is chance.
    Invite([u8; CHANCE]),
    /// A device.
    Device(Kid),
}

/// The holder of the secret that passes are made with.
pub struct Passes {
    secret: Secret,
}

impl Debug for Passes {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Passes(..)")
    }
}

impl Passes {
    /// Reads the secret, and makes it when a deployment has none yet. When it is lost, phones get other passes as they go on.
    ///
    /// # Errors
    /// [`DeploymentError`] when it is damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        Ok(Self { secret: Secret::open(deployment, "pass")? })
    }

    /// The pass of a device: its key id and a code, in hexadecimal digits.
    #[must_use]
    pub fn device(&self, kid: Kid) -> String {
        let code = self.secret.code(&[b"device", kid.as_bytes()]).finalize().into_bytes();
        HEXLOWER_PERMISSIVE.encode(&[kid.as_bytes(), &code[..CODE]].concat())
    }

    /// A new token for an invite, which nobody can guess and this coordinator recognises.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn invite_token(&self) -> Result<InviteToken, getrandom::Error> {
        let mut token = InviteToken([0; 16]);
        let (chance, rest) = token.0.split_at_mut(CHANCE);
        getrandom::fill(chance)?;
        let code = self.secret.code(&[b"invite", chance]).finalize().into_bytes();
        rest.copy_from_slice(&code[..CHANCE]);
        Ok(token)
    }

    /// Whose pass this is; `None` for what is none of this deployment.
    #[must_use]
    pub fn holder(&self, pass: &str) -> Option<Holder> {
        const DEVICE: usize = Kid::SIZE + CODE;
        let mut bytes = [0; DEVICE];
        let length = HEXLOWER_PERMISSIVE.decode_len(pass.len()).ok().filter(|length| *length <= DEVICE)?;
        HEXLOWER_PERMISSIVE.decode_mut(pass.as_bytes(), bytes.get_mut(..length)?).ok()?;
        if length == DEVICE {
            let (kid, code) = bytes.split_at(Kid::SIZE);
            self.secret.code(&[b"device", kid]).verify_truncated_left(code).ok()?;
            return kid.try_into().ok().map(|kid| Holder::Device(Kid(kid)));
        }
        let token: [u8; 2 * CHANCE] = bytes.get(..length)?.try_into().ok()?;
        let (chance, code) = token.split_at(CHANCE);
        self.secret.code(&[b"invite", chance]).verify_truncated_left(code).ok()?;
        chance.try_into().ok().map(Holder::Invite)
    }
}
