//! The phone's secrets and who guards them.
//!
//! Two secrets exist: the key of the encrypted store and the seed of the device's signing key. Both are made here,
//! sealed by a [`KeyVault`] (the platform's keystore) and kept, together with the invite, in one small *identity file*
//! beside the store. They are deliberately not inside the store: a damaged database must cost neither the identity nor
//! the way back to the coordinator.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use kuager_wire::SigningKey;
use kuager_wire::canonical::{self, Malformed};
use kuager_wire::cose::sha256;
use kuager_wire::ids::{DeploymentId, Kid, PublicKey};
use kuager_wire::invite::Invite;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, Zeroizing};

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

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// Writes a file that is either wholly there or not at all, readable by its owner only, and on disk when this returns.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or_else(|| io::Error::other("a file has a folder"))?;
    create_dir(dir)?;
    let temporary = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_dir(dir)
}

/// Makes a folder and whatever leads to it, durably: what is written into a folder whose own name is not on disk yet
/// disappears with it when the power fails.
pub(crate) fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(Path::new(""));
    create_dir(parent)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    sync_dir(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}

/// Makes renames and removals in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

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
    /// The identity file cannot be read or written.
    #[error("the identity file cannot be read or written: {0}")]
    Io(#[from] io::Error),
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
}

/// The secrets as the vault seals them.
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

const FILE_LIMIT: usize = 16 * 1024;
const FILE_VERSION: u8 = 1;

impl Identity {
    /// Name of the identity file within an observer's folder.
    pub const FILE: &str = "identity.kuager";

    /// Loads the identity of a folder.
    ///
    /// # Errors
    /// [`IdentityError`]; [`IdentityError::Missing`] when there is none.
    pub fn load(dir: &Path, vault: &dyn KeyVault) -> Result<Self, IdentityError> {
        let bytes = match fs::read(dir.join(Self::FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(IdentityError::Missing),
            other => other?,
        };
        let file: IdentityFile = canonical::decode(&bytes, FILE_LIMIT)?;
        if file.version != FILE_VERSION {
            return Err(canonical::Fault::Version(file.version).at(0).into());
        }
        let plain = vault.unseal(&file.sealed)?;
        let secrets: Secrets = canonical::decode(&plain, FILE_LIMIT)?;
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
        })
    }

    /// Makes a new identity and saves it.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn create(dir: &Path, vault: &dyn KeyVault) -> Result<Self, IdentityError> {
        let seed = Zeroizing::new(random::<32>()?);
        let (store_key, device_key) = (StoreKey(random()?), SigningKey::from_bytes(&seed));
        let identity = Self { store_key, device_key, later_keys: Vec::new(), invite: None, deployment: None };
        identity.save(dir, vault)?;
        Ok(identity)
    }

    /// Saves the identity, replacing the file as a whole.
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
        let plain = Zeroizing::new(canonical::encode(&secrets, FILE_LIMIT)?);
        let file = IdentityFile { version: FILE_VERSION, sealed: vault.seal(&plain)?.into() };
        write_private(&dir.join(Self::FILE), &canonical::encode(&file, FILE_LIMIT)?)?;
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_comes_back_and_only_from_its_own_vault() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let vault = FileKeyVault::new(dir.path().join("vault"));
        let made = Identity::create(dir.path(), &vault).expect("creates");
        let loaded = Identity::load(dir.path(), &vault).expect("loads");
        assert_eq!(made.kid(), loaded.kid());
        assert_eq!(made.store_key.0, loaded.store_key.0);

        let other = FileKeyVault::new(dir.path().join("other"));
        other.seal(b"makes its key").expect("seals");
        let refused = Identity::load(dir.path(), &other).expect_err("another vault");
        assert!(matches!(refused, IdentityError::Vault(VaultError::Lost)), "{refused}");

        vault.destroy().expect("destroys");
        let gone = Identity::load(dir.path(), &vault).expect_err("no key any more");
        assert!(matches!(gone, IdentityError::Vault(VaultError::Lost)), "{gone}");
    }

    #[test]
    fn the_file_shows_no_secret_and_damage_is_named() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let vault = FileKeyVault::new(dir.path().join("vault"));
        let identity = Identity::create(dir.path(), &vault).expect("creates");
        let path = dir.path().join(Identity::FILE);
        let bytes = fs::read(&path).expect("the file is there");
        for secret in [identity.store_key.0, identity.device_key.to_bytes()] {
            assert!(!bytes.windows(32).any(|window| window == secret));
        }
        fs::write(&path, &bytes[..bytes.len() - 1]).expect("writes");
        assert!(matches!(Identity::load(dir.path(), &vault), Err(IdentityError::Damaged(_))));
        fs::remove_file(&path).expect("removes");
        assert!(matches!(Identity::load(dir.path(), &vault), Err(IdentityError::Missing)));
    }
}
