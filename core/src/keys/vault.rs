//! The platform's keystore, as the core sees it, and a stand-in whose key lies in a file.

use std::fs;
use std::io;
use std::path::PathBuf;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::files::{random, write_private};

/// Why the vault did not do what was asked. Each wants something else from the app.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The device is locked; ask again after it has been unlocked.
    #[error("the key vault is locked; unlock the device and try again")]
    Locked,
    /// The person declined to authenticate.
    #[error("authentication was cancelled")]
    Cancelled,
    /// The vault's own key is gone (restored from a backup, screen lock removed) or does not fit what it is given.
    #[error("the key vault no longer holds the key of this store")]
    Lost,
    /// Anything else.
    #[error("the key vault failed: {0}")]
    Failed(String),
}

/// Seals small secrets. Implemented by the platform: Android Keystore, Apple Keychain and Secure Enclave.
pub trait KeyVault: Send + Sync {
    /// Encrypts a secret so that only this vault can read it again.
    ///
    /// # Errors
    /// [`VaultError`].
    fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, VaultError>;

    /// Decrypts what [`KeyVault::seal`] gave.
    ///
    /// # Errors
    /// [`VaultError::Lost`] when it was sealed by another vault or altered.
    fn unseal(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError>;

    /// Destroys the vault's key: everything it ever sealed is unreadable from now on.
    ///
    /// # Errors
    /// [`VaultError`].
    fn destroy(&self) -> Result<(), VaultError>;
}

/// A vault whose key lies in a plain file. For desktops, demonstrations and tests only: whoever reads the file reads
/// the store. On a phone use the platform's keystore.
#[derive(Debug)]
pub struct FileKeyVault {
    path: PathBuf,
}

impl FileKeyVault {
    const NONCE: usize = 24;

    /// A vault in this folder; the key is made when first needed.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { path: dir.into().join("file-vault.key") }
    }

    fn cipher(&self, create: bool) -> Result<XChaCha20Poly1305, VaultError> {
        let key = match fs::read(&self.path) {
            Ok(key) => Zeroizing::new(key),
            Err(error) if error.kind() == io::ErrorKind::NotFound && create => {
                let key = Zeroizing::new(random::<32>().map_err(|error| failed(&error))?.to_vec());
                write_private(&self.path, &key).map_err(|error| failed(&error))?;
                key
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(VaultError::Lost),
            Err(error) => return Err(failed(&error)),
        };
        XChaCha20Poly1305::new_from_slice(&key).map_err(|_| VaultError::Lost)
    }
}

fn failed(error: &dyn std::fmt::Display) -> VaultError {
    VaultError::Failed(error.to_string())
}

impl KeyVault for FileKeyVault {
    fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let cipher = self.cipher(true)?;
        let nonce = random::<{ Self::NONCE }>().map_err(|error| failed(&error))?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), secret).map_err(|error| failed(&error))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn unseal(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (nonce, sealed) = sealed.split_first_chunk::<{ Self::NONCE }>().ok_or(VaultError::Lost)?;
        let plain = self.cipher(false)?.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| VaultError::Lost)?;
        Ok(Zeroizing::new(plain))
    }

    fn destroy(&self) -> Result<(), VaultError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&error)),
            _ => Ok(()),
        }
    }
}
