//! Secrets that authenticate instead of signing: only this coordinator reads back what it has made with them.

use std::io;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::deployment::{Deployment, DeploymentError, read_secret, write_new};

/// A secret of one purpose.
pub(super) struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Reads a secret, and makes it when a deployment has none yet.
    pub(super) fn open(deployment: &Deployment, name: &str) -> Result<Self, DeploymentError> {
        let path = deployment.layout().secret(name);
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
        Ok(Self(Zeroizing::new(secret)))
    }

    /// The code of these parts, to be finished or compared.
    pub(super) fn code(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut code =
            <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length");
        for part in parts {
            code.update(part);
        }
        code
    }
}
