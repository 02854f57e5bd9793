//! What the deployment's keys say about files: where they are uploaded, and that they are held.

use std::io;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use kuager_wire::ids::{Kid, MediaHash};
use kuager_wire::receipt::{MediaReceipt, Redaction};
use kuager_wire::{VERSION, cose};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::files;
use super::{Deployment, DeploymentError};
use crate::ledger::{Held, LedgerError, UploadToken};

impl Deployment {
    /// Where a device uploads a file: the same address whenever it is asked for, which nobody else can guess.
    #[must_use]
    pub fn upload_token(&self, kid: Kid, media: MediaHash) -> UploadToken {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.inner.upload_secret.as_slice())
            .expect("HMAC takes keys of any length");
        mac.update(kid.as_bytes());
        mac.update(media.as_bytes());
        let mut token = [0; 16];
        token.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        UploadToken(token)
    }

    /// The receipt for a file that a device's record lists.
    pub(crate) fn sign_media_receipt(&self, kid: Kid, held: Held) -> Result<Vec<u8>, LedgerError> {
        let Held { media, size, received_ms } = held;
        let receipt = MediaReceipt { version: VERSION, media, size, kid, received_ms };
        cose::sign(&receipt, self.id(), self.receipt_key()).map_err(|error| LedgerError::Signing(error.to_string()))
    }

    /// The statement that one file is a redacted copy of another.
    pub(crate) fn sign_redaction(&self, redaction: &Redaction) -> Result<Vec<u8>, LedgerError> {
        cose::sign(redaction, self.id(), self.receipt_key()).map_err(|error| LedgerError::Signing(error.to_string()))
    }

    /// Where files that records list are kept.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.dir().join("media")
    }
}

/// Reads the secret upload addresses are derived from, and makes it when a deployment has none yet.
pub(super) fn upload_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, DeploymentError> {
    if !path.exists() {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice())?;
        match files::write_new(path, secret.as_slice()) {
            // Another process was faster; its secret is the one.
            Err(DeploymentError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
    }
    let secret = files::read_secret(path)?;
    let secret = <[u8; 32]>::try_from(secret.as_slice())
        .map_err(|_| DeploymentError::corrupt(path, "a secret has exactly 32 bytes"))?;
    Ok(Zeroizing::new(secret))
}
