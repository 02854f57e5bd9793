//! The platform's keystore.

use std::sync::Arc;

use kuager_core::VaultError;
use zeroize::{Zeroize, Zeroizing};

use super::CallbackError;
use crate::counts::{CALLBACKS, Counted};
use crate::guard;

/// What a vault replies.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum VaultReply {
    /// Done; for `seal` and `unseal` with the bytes, for `destroy_key` with none.
    Done {
        /// What was sealed or unsealed.
        bytes: Vec<u8>,
    },
    /// The device is locked; ask again after it has been unlocked.
    Locked,
    /// The person declined to authenticate.
    Cancelled,
    /// The key is gone, or does not fit what it was given.
    Lost,
    /// Anything else.
    Failed {
        /// What, for developers.
        reason: String,
    },
}

/// Seals the two small secrets of a store with a key that never leaves the platform's keystore.
#[uniffi::export(foreign)]
pub trait KeyVault: Send + Sync {
    /// Encrypts a secret so that only this vault can read it again.
    ///
    /// # Errors
    /// [`CallbackError`], taken for [`VaultReply::Failed`].
    fn seal(&self, secret: Vec<u8>) -> Result<VaultReply, CallbackError>;

    /// Decrypts what `seal` gave.
    ///
    /// # Errors
    /// [`CallbackError`], taken for [`VaultReply::Failed`].
    fn unseal(&self, sealed: Vec<u8>) -> Result<VaultReply, CallbackError>;

    /// Destroys the key (the core's `destroy`, which in Kotlin the generated class has already): everything it ever sealed is unreadable from now on.
    ///
    /// # Errors
    /// [`CallbackError`], taken for [`VaultReply::Failed`].
    fn destroy_key(&self) -> Result<VaultReply, CallbackError>;
}

/// A vault on the other side, as the core knows one.
pub(crate) struct ForeignVault {
    vault: Arc<dyn KeyVault>,
    _counted: Counted,
}

impl ForeignVault {
    pub(crate) fn new(vault: Arc<dyn KeyVault>) -> Self {
        Self { vault, _counted: CALLBACKS.one() }
    }

    fn ask(&self, ask: impl FnOnce(&dyn KeyVault) -> Result<VaultReply, CallbackError>) -> Result<Vec<u8>, VaultError> {
        match guard::callback(|| ask(self.vault.as_ref())) {
            Ok(VaultReply::Done { bytes }) => Ok(bytes),
            Ok(VaultReply::Locked) => Err(VaultError::Locked),
            Ok(VaultReply::Cancelled) => Err(VaultError::Cancelled),
            Ok(VaultReply::Lost) => Err(VaultError::Lost),
            Ok(VaultReply::Failed { reason }) | Err(CallbackError::Failed { reason }) => {
                Err(VaultError::Failed(reason))
            }
        }
    }
}

impl kuager_core::KeyVault for ForeignVault {
    fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let sealed = self.ask(|vault| vault.seal(secret.to_vec()))?;
        // A vault that gives nothing, or gives the secret back, has sealed nothing.
        if sealed.windows(secret.len().max(1)).any(|window| window == secret) || sealed.len() < secret.len() {
            let mut sealed = sealed;
            sealed.zeroize();
            return Err(VaultError::Failed("the vault gave back what it should have encrypted".to_owned()));
        }
        Ok(sealed)
    }

    fn unseal(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.ask(|vault| vault.unseal(sealed.to_vec())).map(Zeroizing::new)
    }

    fn destroy(&self) -> Result<(), VaultError> {
        self.ask(|vault| vault.destroy_key()).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use kuager_core::KeyVault as _;

    use super::*;
    use crate::callbacks::testing::AlwaysVault;

    fn vault(reply: Result<VaultReply, CallbackError>) -> ForeignVault {
        ForeignVault::new(Arc::new(AlwaysVault(reply)))
    }

    #[test]
    fn every_reply_keeps_its_meaning() {
        assert_eq!(vault(Ok(VaultReply::Locked)).destroy(), Err(VaultError::Locked));
        assert_eq!(vault(Ok(VaultReply::Cancelled)).destroy(), Err(VaultError::Cancelled));
        assert_eq!(vault(Ok(VaultReply::Lost)).unseal(b"x").map(|_| ()), Err(VaultError::Lost));
        let failed = Err(CallbackError::Failed { reason: "no".to_owned() });
        assert_eq!(vault(failed).destroy(), Err(VaultError::Failed("no".to_owned())));
        assert_eq!(vault(Ok(VaultReply::Done { bytes: Vec::new() })).destroy(), Ok(()));
    }

    #[test]
    fn a_vault_that_seals_nothing_is_found_out() {
        let secret = *b"a secret of some length";
        for bytes in [Vec::new(), secret.to_vec(), [b"prefix".as_slice(), &secret].concat(), vec![7; 5]] {
            let sealed = vault(Ok(VaultReply::Done { bytes })).seal(&secret);
            assert!(matches!(sealed, Err(VaultError::Failed(_))), "{sealed:?}");
        }
        assert!(vault(Ok(VaultReply::Done { bytes: vec![7; 60] })).seal(&secret).is_ok());
    }
}
