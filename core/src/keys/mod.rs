//! The phone's secrets and who guards them.
//!
//! Two secrets exist: the key of the encrypted store and the seed of the device's signing key. Both are made here,
//! sealed by a [`KeyVault`] (the platform's keystore) and kept, together with the invite, in one small *identity file*
//! beside the store. They are deliberately not inside the store: a damaged database must cost neither the identity nor
//! the way back to the coordinator.
//!
//! Where the owner has set a passcode, the secrets are locked with it before the vault seals them, so that both
//! are needed: the vault does not open them to whoever holds an unlocked phone, and the passcode cannot be guessed without
//! this very phone. How often it was guessed is counted beside it.

mod attempts;
mod files;
mod identity;
mod passcode;
mod vault;

pub use self::attempts::Attempts;
pub(crate) use self::files::{create_dir, erase, random, sync_dir, write_private};
pub(crate) use self::identity::key_fingerprint;
pub use self::identity::{Identity, IdentityError, StoreKey, Unlocked};
pub use self::passcode::{Cost, Lock, Passcode, PasscodeError};
pub use self::vault::{FileKeyVault, KeyVault, VaultError};
