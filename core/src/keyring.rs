//! Every key this device has signed with: the one it signs with now, and those whose chains ended because its store was put
//! back from a copy.
//!
//! Which key signs is written in the store, so that it changes together with what the change is for, in one transaction; the
//! keys themselves lie outside of it, in the identity. A new key is first saved there and then named in the store. A kill in
//! between leaves a key that nothing was signed with, which the next attempt takes.

use std::sync::Arc;

use kuager_wire::SigningKey;
use kuager_wire::ids::{Kid, PublicKey};
use parking_lot::RwLock;

use crate::keys::IdentityError;
use crate::store::{Meta, StoreError, Tx};

/// Makes keys that outlive a kill.
pub(crate) trait KeySource: Send + Sync {
    /// A new key, saved when this returns.
    fn make(&self) -> Result<SigningKey, IdentityError>;
}

/// The keys of one device.
pub struct Keyring {
    /// The oldest first; never empty.
    keys: RwLock<Vec<SigningKey>>,
    source: Option<Box<dyn KeySource>>,
}

impl Keyring {
    /// One key, for tools that never need another one.
    #[must_use]
    pub fn of(key: SigningKey) -> Arc<Self> {
        Arc::new(Self { keys: RwLock::new(vec![key]), source: None })
    }

    /// These keys, the oldest first, and where further ones come from.
    pub(crate) fn new(keys: Vec<SigningKey>, source: Box<dyn KeySource>) -> Arc<Self> {
        Arc::new(Self { keys: RwLock::new(keys), source: Some(source) })
    }

    /// The key that signs now.
    pub(crate) fn current(&self, tx: &Tx<'_>) -> Result<SigningKey, StoreError> {
        let keys = self.keys.read();
        let first = keys.first().ok_or_else(|| StoreError::Other("this device has no key".to_owned()))?;
        if keys.len() == 1 {
            return Ok(first.clone());
        }
        let named: Option<Kid> = tx.meta(Meta::Device)?;
        if let Some(key) = keys.iter().find(|key| Some(kid(key)) == named) {
            return Ok(key.clone());
        }
        // A store that was salvaged may have lost the name: it is the newest key that something was signed with.
        for key in keys.iter().rev() {
            if tx.head(kid(key))?.is_some() {
                return Ok(key.clone());
            }
        }
        Ok(first.clone())
    }

    /// The id of the key that signs now.
    pub(crate) fn current_kid(&self, tx: &Tx<'_>) -> Result<Kid, StoreError> {
        Ok(kid(&self.current(tx)?))
    }

    /// All keys, the oldest first.
    pub(crate) fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.read().iter().map(PublicKey::from).collect()
    }

    /// A key that nothing was ever signed with, if there is one.
    pub(crate) fn spare(&self, tx: &Tx<'_>) -> Result<Option<SigningKey>, StoreError> {
        let current = self.current_kid(tx)?;
        let Some(last) = self.keys.read().last().cloned() else { return Ok(None) };
        let last_kid = kid(&last);
        let used = last_kid == current
            || tx.head(last_kid)?.is_some()
            || tx.former_keys()?.iter().any(|former| former.kid == last_kid);
        Ok((!used).then_some(last))
    }

    /// Makes another key. It signs nothing before the store names it.
    pub(crate) fn make(&self) -> Result<(), IdentityError> {
        let source = self.source.as_ref().ok_or(IdentityError::Missing)?;
        let key = source.make()?;
        self.keys.write().push(key);
        Ok(())
    }
}

fn kid(key: &SigningKey) -> Kid {
    PublicKey::from(key).kid()
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keyring").field("keys", &self.public_keys()).finish_non_exhaustive()
    }
}
