//! Where files are uploaded: addresses that only the device that signed for a file can know.

use std::fmt::{self, Debug, Formatter};
use std::io;

use hmac::{Hmac, KeyInit, Mac};
use kuager_wire::ids::{Kid, MediaHash};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::deployment::{Deployment, DeploymentError, read_secret, write_new};
use crate::ledger::UploadToken;

/// The holder of the secret that upload addresses are derived from.
pub struct UploadAddresses {
    secret: Zeroizing<[u8; 32]>,
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
        let path = deployment.layout().upload_secret();
        if !path.exists() {
            let mut secret = Zeroizing::new([0; 32]);
            getrandom::fill(secret.as_mut_slice())?;
            match write_new(&path, secret.as_slice()) {
                // Another process was faster; its secret is the one.
                Err(DeploymentError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {}
                other => other?,
            }
        }
        let secret = read_secret(&path)?;
        let secret = <[u8; 32]>::try_from(secret.as_slice())
            .map_err(|_| DeploymentError::corrupt(&path, "a secret has exactly 32 bytes"))?;
        Ok(Self { secret: Zeroizing::new(secret) })
    }

    /// Where a device uploads a file: the same address whenever it is asked for, which nobody else can guess.
    #[must_use]
    pub fn token(&self, kid: Kid, media: MediaHash) -> UploadToken {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(self.secret.as_slice()).expect("HMAC takes keys of any length");
        mac.update(kid.as_bytes());
        mac.update(media.as_bytes());
        let mut token = [0; 16];
        token.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        UploadToken(token)
    }
}
