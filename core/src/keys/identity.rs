//! The identity file: everything that must outlive the database, sealed by the vault and, where there is one, locked with a passcode.
//!
//! Version 1 is what the vault seals: the secrets as they are. Version 2 is written as long as there is a passcode: the vault seals
//! the [slots](super::passcode) and the secrets encrypted under what they hold. The vault is outside, so that a passcode
//! cannot be guessed from a copy of the file. Which of both a file is can be seen without the vault.

use std::fs;
use std::io;
use std::path::Path;

use kuager_wire::SigningKey;
use kuager_wire::canonical::{self, Malformed};
use kuager_wire::cose::sha256;
use kuager_wire::ids::{DeploymentId, Kid, PublicKey};
use kuager_wire::invite::Invite;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use parking_lot::Mutex;
use zeroize::{Zeroize, Zeroizing};

use super::attempts::Attempts;
use super::files::{random, write_private};
use super::passcode::{Cost, Entered, Lock, LockError, Passcode, PasscodeError, Slots};
use super::vault::{KeyVault, VaultError};
use crate::clock::ClockSample;

/// Why an identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The vault refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There is a store but no identity file, as after restoring a partial backup. The store cannot be read.
    #[error("the store's identity file is missing; a copied or restored store cannot be opened on another device")]
    Missing,
    /// The identity file is damaged.
    #[error("the identity file is damaged: {0}")]
    Damaged(#[from] Malformed),
    /// The passcode.
    #[error(transparent)]
    Passcode(#[from] PasscodeError),
    /// The identity file, or the count of attempts beside it, cannot be read or written.
    #[error("the identity file cannot be read or written: {0}")]
    Io(#[from] io::Error),
}

impl From<LockError> for IdentityError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Passcode(error) => Self::Passcode(error),
            LockError::Damaged(error) => Self::Damaged(error),
            LockError::Random(error) => Self::Io(error),
        }
    }
}

/// What a passcode opened.
#[derive(Debug)]
pub enum Unlocked {
    /// The identity.
    Identity(Box<Identity>),
    /// The duress passcode was entered: everything is to be destroyed, at once and without a word.
    Duress,
}

impl Unlocked {
    pub(crate) fn identity(identity: Identity) -> Self {
        Self::Identity(Box::new(identity))
    }
}

/// The key of the encrypted store.
#[derive(Clone, Zeroize, zeroize::ZeroizeOnDrop)]
pub struct StoreKey(pub [u8; 32]);

/// Everything that must outlive the database.
pub struct Identity {
    /// Opens the store.
    pub store_key: StoreKey,
    /// Signs records and requests.
    pub device_key: SigningKey,
    /// Keys that were made since, the oldest first, each to go on for the one before when the store turned out to have been put
    /// back from a copy. Which one signs is written in the store.
    pub later_keys: Vec<SigningKey>,
    /// The invite this device follows, once there is one.
    pub invite: Option<Invite>,
    /// The deployment whose chain this device writes; stays when an invite turns out to be forged.
    pub deployment: Option<DeploymentId>,
    /// What it is locked with, where its owner has set a passcode.
    lock: Option<Lock>,
}

/// The secrets, as the vault or the lock seals them.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Secrets {
    #[n(1)]
    store_key: ByteVec,
    #[n(2)]
    device_seed: ByteVec,
    #[n(3)]
    invite: Option<Invite>,
    /// Not written by the first release, which only ever had that of the invite.
    #[n(4)]
    deployment: Option<DeploymentId>,
    /// Written once there is one.
    #[n(5)]
    later_seeds: Option<Vec<ByteVec>>,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.store_key.zeroize();
        self.device_seed.zeroize();
        for seed in self.later_seeds.iter_mut().flatten() {
            seed.zeroize();
        }
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct IdentityFile {
    #[n(1)]
    version: u8,
    #[n(2)]
    sealed: ByteVec,
}

/// What version 2 seals.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Locked {
    #[n(1)]
    slots: Slots,
    #[n(2)]
    secrets: ByteVec,
}

/// Bytes of the secrets at most.
const SECRETS_LIMIT: usize = 16 * 1024;
/// Bytes of the file at most: the secrets, and what lock and vault put around them.
const FILE_LIMIT: usize = SECRETS_LIMIT + 2 * 1024;
/// Sealed by the vault alone.
const OPEN: u8 = 1;
/// Locked with a passcode, then sealed by the vault.
const LOCKED: u8 = 2;

/// One attempt at a time: two that are counted as one would be one for nothing.
static ATTEMPTING: Mutex<()> = Mutex::new(());

impl IdentityFile {
    fn read(dir: &Path) -> Result<Self, IdentityError> {
        let bytes = match fs::read(dir.join(Identity::FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(IdentityError::Missing),
            other => other?,
        };
        let file: Self = canonical::decode(&bytes, FILE_LIMIT)?;
        match file.version {
            OPEN | LOCKED => Ok(file),
            other => Err(canonical::Fault::Version(other).at(0).into()),
        }
    }
}

impl Identity {
    /// Name of the identity file within an observer's folder.
    pub const FILE: &str = "identity.kuager";
    /// What it is called until it is whole.
    pub(crate) const UNFINISHED: &str = "identity.new";

    /// Whether a folder's identity is locked with a passcode. Asks no vault.
    ///
    /// # Errors
    /// [`IdentityError`]; [`IdentityError::Missing`] when there is none.
    pub fn is_locked(dir: &Path) -> Result<bool, IdentityError> {
        Ok(IdentityFile::read(dir)?.version == LOCKED)
    }

    /// Loads the identity of a folder that has no passcode.
    ///
    /// # Errors
    /// [`IdentityError`]; [`IdentityError::Missing`] when there is none, [`PasscodeError::Needed`] when it is locked.
    pub fn load(dir: &Path, vault: &dyn KeyVault) -> Result<Self, IdentityError> {
        let file = IdentityFile::read(dir)?;
        if file.version == LOCKED {
            return Err(PasscodeError::Needed.into());
        }
        Self::of(&vault.unseal(&file.sealed)?, None)
    }

    /// Loads the identity of a folder with a passcode; where none is set, whatever is given opens it.
    ///
    /// # Errors
    /// [`IdentityError`]; [`IdentityError::Missing`] when there is none, [`PasscodeError::Wrong`], [`PasscodeError::Wait`].
    pub fn unlock(
        dir: &Path,
        vault: &dyn KeyVault,
        passcode: &Passcode,
        now: &ClockSample,
    ) -> Result<Unlocked, IdentityError> {
        let file = IdentityFile::read(dir)?;
        let plain = vault.unseal(&file.sealed)?;
        if file.version == OPEN {
            return Self::of(&plain, None).map(Unlocked::identity);
        }
        let locked: Locked = canonical::decode(&plain, FILE_LIMIT)?;
        Ok(match attempt(dir, &locked.slots, passcode, now)? {
            Some(lock) => {
                let secrets = lock.open(&locked.secrets)?;
                Unlocked::identity(Self::of(&secrets, Some(lock))?)
            }
            None => Unlocked::Duress,
        })
    }

    fn of(secrets: &[u8], lock: Option<Lock>) -> Result<Self, IdentityError> {
        let secrets: Secrets = canonical::decode(secrets, SECRETS_LIMIT)?;
        let fixed = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| Malformed::shape("a key is not 32 bytes"));
        let seed = Zeroizing::new(fixed(&secrets.device_seed)?);
        let later = secrets.later_seeds.iter().flatten().map(|seed| {
            let seed = Zeroizing::new(fixed(seed)?);
            Ok::<_, Malformed>(SigningKey::from_bytes(&seed))
        });
        let later_keys = later.collect::<Result<_, _>>()?;
        Ok(Self {
            store_key: StoreKey(fixed(&secrets.store_key)?),
            device_key: SigningKey::from_bytes(&seed),
            later_keys,
            invite: secrets.invite.clone(),
            deployment: secrets.deployment.or(secrets.invite.as_ref().map(|invite| invite.deployment)),
            lock,
        })
    }

    /// Makes a new identity and saves it, locked with a passcode if one is given.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn create(dir: &Path, vault: &dyn KeyVault, passcode: Option<&Passcode>) -> Result<Self, IdentityError> {
        let seed = Zeroizing::new(random::<32>()?);
        let (store_key, device_key) = (StoreKey(random()?), SigningKey::from_bytes(&seed));
        let lock = passcode.map(|passcode| Lock::new(passcode, None, Cost::default())).transpose()?;
        let identity = Self { store_key, device_key, later_keys: Vec::new(), invite: None, deployment: None, lock };
        identity.save(dir, vault)?;
        Ok(identity)
    }

    /// Saves the identity, replacing the file as a whole: afterwards it is the old one or the new one, whatever happens meanwhile.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn save(&self, dir: &Path, vault: &dyn KeyVault) -> Result<(), IdentityError> {
        let secrets = Secrets {
            store_key: self.store_key.0.to_vec().into(),
            device_seed: self.device_key.to_bytes().to_vec().into(),
            invite: self.invite.clone(),
            deployment: self.deployment,
            later_seeds: (!self.later_keys.is_empty())
                .then(|| self.later_keys.iter().map(|key| key.to_bytes().to_vec().into()).collect()),
        };
        let plain = Zeroizing::new(canonical::encode(&secrets, SECRETS_LIMIT)?);
        let (version, plain) = match &self.lock {
            None => (OPEN, plain),
            Some(lock) => {
                let locked = Locked { slots: lock.slots().clone(), secrets: lock.seal(&plain)?.into() };
                (LOCKED, Zeroizing::new(canonical::encode(&locked, FILE_LIMIT)?))
            }
        };
        let file = IdentityFile { version, sealed: vault.seal(&plain)?.into() };
        write_private(&dir.join(Self::FILE), &canonical::encode(&file, FILE_LIMIT)?)?;
        Ok(())
    }

    /// Whether it is locked with a passcode.
    #[must_use]
    pub const fn has_passcode(&self) -> bool {
        self.lock.is_some()
    }

    /// Asks for the passcode of an identity that is open: whoever has an unlocked phone in hand may not be its owner. `false` says
    /// that the duress passcode was entered.
    ///
    /// # Errors
    /// [`PasscodeError::Needed`], [`PasscodeError::Wrong`], [`PasscodeError::Wait`], [`IdentityError::Io`].
    pub fn confirm(&self, dir: &Path, passcode: Option<&Passcode>, now: &ClockSample) -> Result<bool, IdentityError> {
        let Some(lock) = &self.lock else { return Ok(true) };
        let passcode = passcode.ok_or(PasscodeError::Needed)?;
        Ok(attempt(dir, lock.slots(), passcode, now)?.is_some())
    }

    /// The same identity under another passcode, with another one that destroys.
    ///
    /// # Errors
    /// [`PasscodeError::Unfit`], [`PasscodeError::Memory`], [`IdentityError::Io`].
    pub fn locked(&self, passcode: &Passcode, duress: Option<&Passcode>, cost: Cost) -> Result<Self, IdentityError> {
        Ok(Self {
            lock: Some(Lock::new(passcode, duress, cost)?),
            ..self.following(self.invite.clone(), self.deployment)
        })
    }

    /// The same identity without a passcode.
    #[must_use]
    pub fn unlocked(&self) -> Self {
        Self { lock: None, ..self.following(self.invite.clone(), self.deployment) }
    }

    /// The same identity, following this invite, or none.
    #[must_use]
    pub fn following(&self, invite: Option<Invite>, deployment: Option<DeploymentId>) -> Self {
        Self {
            store_key: self.store_key.clone(),
            device_key: self.device_key.clone(),
            later_keys: self.later_keys.clone(),
            invite,
            deployment,
            lock: self.lock.clone(),
        }
    }

    /// The same identity with one more key.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn with_new_key(&self) -> io::Result<Self> {
        let seed = Zeroizing::new(random::<32>()?);
        let mut next = self.following(self.invite.clone(), self.deployment);
        next.later_keys.push(SigningKey::from_bytes(&seed));
        Ok(next)
    }

    /// All keys this device may sign with, the oldest first.
    #[must_use]
    pub fn keys(&self) -> Vec<SigningKey> {
        std::iter::once(&self.device_key).chain(&self.later_keys).cloned().collect()
    }

    /// The device's first public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from(&self.device_key)
    }

    /// The id of the device's first key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        self.public_key().kid()
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Identity").field("kid", &self.kid()).finish_non_exhaustive()
    }
}

/// A value that follows from a store's key and gives nothing of it away, by which a store recognises its own key.
pub(crate) fn key_fingerprint(key: &StoreKey) -> [u8; 16] {
    let mut input = Zeroizing::new(b"kuager store key fingerprint v1\0".to_vec());
    input.extend_from_slice(&key.0);
    let mut fingerprint = [0; 16];
    fingerprint.copy_from_slice(&sha256(&input)[..16]);
    fingerprint
}

/// Tries a passcode: the lock it opens, or nothing when it is the one that destroys. Counted before it is looked at.
fn attempt(dir: &Path, slots: &Slots, passcode: &Passcode, now: &ClockSample) -> Result<Option<Lock>, IdentityError> {
    let _one = ATTEMPTING.lock();
    let before = Attempts::load(dir)?;
    let wait_ms = before.wait_ms(now);
    if wait_ms > 0 {
        return Err(PasscodeError::Wait { wait_ms }.into());
    }
    let counted = before.count(dir, now)?;
    match slots.enter(passcode) {
        Ok(Entered::Wrong) => Err(PasscodeError::Wrong { wait_ms: counted.wait_ms(now) }.into()),
        Ok(entered) => {
            // A count that stays costs the owner a wait after the next mistake, and nothing else.
            let _ = Attempts::clear(dir);
            Ok(if let Entered::Own(lock) = entered { Some(lock) } else { None })
        }
        // Nothing was tried.
        Err(error) => {
            before.save(dir)?;
            Err(error.into())
        }
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
