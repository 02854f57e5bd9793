//! Where files are uploaded: addresses that only the device that signed for a file can know.

use std::fmt::{self, Debug, Formatter};

use hmac::Mac;
use kuager_wire::ids::{Kid, MediaHash};

use super::secret::Secret;
use crate::deployment::{Deployment, DeploymentError};
use crate::ledger::UploadToken;

/// The holder of the secret that upload addresses are derived from.
pub struct UploadAddresses {
    secret: Secret,
}

impl Debug for UploadAddresses {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("UploadAddresses(..)")
    }
}

impl UploadAddresses {
    /// Reads the secret, and makes it when a deployment has none yet.
    ///
    /// # Errors
    /// [`DeploymentError`] when it is damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        Ok(Self { secret: Secret::open(deployment, "upload")? })
    }

    /// Where a device uploads a file: the same address whenever it is asked for, which nobody else can guess.
    #[must_use]
    pub fn token(&self, kid: Kid, media: MediaHash) -> UploadToken {
        let code = self.secret.code(&[kid.as_bytes(), media.as_bytes()]).finalize().into_bytes();
        let mut token = [0; 16];
        token.copy_from_slice(&code[..16]);
        UploadToken(token)
    }
}
