//! The root key away from the coordinator: sealed by a passphrase in a file, and on paper.
//!
//! The file carries the genesis, so that a machine without a network needs nothing else to sign with it. Its key comes from the
//! passphrase by Argon2id (RFC 9106), which makes each guess cost a quarter of a gigabyte and a second.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE32_NOPAD;
use kuager_wire::SigningKey;
use kuager_wire::canonical::{self, Malformed};
use kuager_wire::cose::{StatementError, sha256};
use kuager_wire::genesis;
use kuager_wire::ids::{DeploymentId, PublicKey};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use super::keys::Key;
use super::root::RootSigner;
use crate::deployment::{Deployment, DeploymentError, remove_secret};

const VERSION: u8 = 1;
/// Bytes of a root key's file at most: a genesis and little more.
const LIMIT: usize = 8 * 1024;
/// Shortest passphrase that is taken, in characters. Length is what a guesser has to pay for.
pub const SHORTEST: usize = 12;
/// What the paper's check is for.
const CHECK: &[u8] = b"kuager/root-backup/v1\0";
/// Bytes of it.
const CHECK_BYTES: usize = 3;

/// Why the root key cannot be sealed, opened or read from paper.
#[derive(Debug, thiserror::Error)]
pub enum RootFileError {
    /// A passphrase that is guessed too soon.
    #[error("the passphrase is too short; take at least {SHORTEST} characters, five words drawn by dice are better")]
    ShortPassphrase,
    /// Not such a file, or damaged.
    #[error("this is not a root key's file, or it is damaged: {0}")]
    Damaged(#[from] Malformed),
    /// A file that asks for more memory or time than any that was written.
    #[error("the file asks for more memory or time than a root key's file does; it is damaged, or somebody made it")]
    Cost,
    /// The genesis in it.
    #[error("the genesis in the file does not hold: {0}")]
    Genesis(StatementError),
    /// The wrong passphrase; an altered file looks the same.
    #[error("the passphrase is wrong, or the file was altered")]
    Passphrase,
    /// Paper that was read wrongly.
    #[error("the backup was not read as it was printed: {0}")]
    Paper(&'static str),
    /// A key of another deployment.
    #[error("this is not the root key of deployment {0}")]
    OtherKey(DeploymentId),
    /// The key is not where it is needed.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The machine has no randomness.
    #[error("the system gives no random numbers ({0})")]
    Random(#[from] getrandom::Error),
}

/// What a guess costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cost {
    /// Memory in KiB.
    #[n(0)]
    pub memory_kib: u32,
    /// Times the memory is gone over.
    #[n(1)]
    pub passes: u32,
    /// Lanes.
    #[n(2)]
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 256 * 1024, passes: 3, lanes: 4 }
    }
}

impl Cost {
    /// More than any file asks for; a file is not to exhaust the machine that opens it.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

    fn key(self, passphrase: &str, salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, RootFileError> {
        let most = Self::MOST;
        if self.memory_kib > most.memory_kib || self.passes > most.passes || self.lanes > most.lanes {
            return Err(RootFileError::Cost);
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| RootFileError::Cost)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| RootFileError::Cost)?;
        Ok(key)
    }
}

/// The file.
#[derive(Encode, Decode)]
#[cbor(map)]
struct File {
    #[n(1)]
    version: u8,
    #[n(2)]
    genesis: ByteVec,
    #[n(3)]
    salt: ByteVec,
    #[n(4)]
    cost: Cost,
    #[n(5)]
    nonce: ByteVec,
    #[n(6)]
    sealed: ByteVec,
}

/// What is in the clear is authenticated along.
#[derive(Encode)]
#[cbor(array)]
struct Head<'a> {
    #[n(0)]
    version: u8,
    #[cbor(n(1), with = "minicbor::bytes")]
    genesis: &'a [u8],
    #[n(2)]
    cost: Cost,
}

/// The root key of a deployment, wherever it is to go. It shows nothing of itself but what is asked for.
pub struct RootKey {
    deployment: DeploymentId,
    genesis: Vec<u8>,
    seed: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RootKey").field("deployment", &self.deployment).finish_non_exhaustive()
    }
}

impl RootKey {
    /// The root key in a data directory.
    ///
    /// # Errors
    /// [`RootFileError::Deployment`].
    pub fn of(deployment: &Deployment) -> Result<Self, RootFileError> {
        if !RootSigner::is_here(deployment) {
            return Err(DeploymentError::RootIsAway.into());
        }
        let seed = Key::read(deployment, "root", deployment.genesis().root_key)?.into_seed();
        Ok(Self { deployment: deployment.id(), genesis: deployment.genesis_bytes().to_vec(), seed })
    }

    fn new(genesis: &[u8], seed: Zeroizing<[u8; 32]>) -> Result<Self, RootFileError> {
        let opened = genesis::Deployment::open(genesis).map_err(RootFileError::Genesis)?;
        if PublicKey::from(&SigningKey::from_bytes(&seed)) != opened.genesis.root_key {
            return Err(RootFileError::OtherKey(opened.id));
        }
        Ok(Self { deployment: opened.id, genesis: genesis.to_vec(), seed })
    }

    /// Removes it from the data directory. What is left of the bytes on the medium is the medium's business.
    ///
    /// # Errors
    /// What the system says.
    pub fn leave(&self, deployment: &Deployment) -> Result<(), RootFileError> {
        Ok(remove_secret(&deployment.layout().key("root"))?)
    }

    /// The genesis that names it.
    #[must_use]
    pub fn genesis(&self) -> &[u8] {
        &self.genesis
    }

    /// Signs with it.
    #[must_use]
    pub fn signer(&self) -> RootSigner {
        RootSigner::new(self.deployment, Key::from_seed(&self.seed))
    }

    /// Seals it for a file.
    ///
    /// # Errors
    /// [`RootFileError::ShortPassphrase`], [`RootFileError::Cost`], [`RootFileError::Random`].
    pub fn seal(&self, passphrase: &str, cost: Cost) -> Result<Vec<u8>, RootFileError> {
        if passphrase.chars().count() < SHORTEST {
            return Err(RootFileError::ShortPassphrase);
        }
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        getrandom::fill(&mut salt)?;
        getrandom::fill(&mut nonce)?;
        let aad = head(&self.genesis, cost)?;
        let key = cost.key(passphrase, &salt)?;
        let sealed = XChaCha20Poly1305::new((&*key).into())
            .encrypt(&XNonce::from(nonce), Payload { msg: self.seed.as_slice(), aad: &aad })
            .map_err(|_| RootFileError::Passphrase)?;
        let file = File {
            version: VERSION,
            genesis: self.genesis.clone().into(),
            salt: salt.to_vec().into(),
            cost,
            nonce: nonce.to_vec().into(),
            sealed: sealed.into(),
        };
        Ok(canonical::encode(&file, LIMIT)?)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// [`RootFileError`].
    pub fn open(bytes: &[u8], passphrase: &str) -> Result<Self, RootFileError> {
        let file: File = canonical::decode(bytes, LIMIT)?;
        if file.version != VERSION {
            return Err(canonical::Fault::Version(file.version).at(0).into());
        }
        let fixed = |what: &str| Malformed::shape(format!("the {what} has another length"));
        let salt = <[u8; 16]>::try_from(file.salt.as_slice()).map_err(|_| fixed("salt"))?;
        let nonce = <[u8; 24]>::try_from(file.nonce.as_slice()).map_err(|_| fixed("nonce"))?;
        let aad = head(&file.genesis, file.cost)?;
        let key = file.cost.key(passphrase, &salt)?;
        let seed = XChaCha20Poly1305::new((&*key).into())
            .decrypt(&XNonce::from(nonce), Payload { msg: &file.sealed, aad: &aad })
            .map_err(|_| RootFileError::Passphrase)?;
        Self::new(&file.genesis, fixed_seed(&Zeroizing::new(seed))?)
    }

    /// The genesis in a file, which needs no passphrase.
    ///
    /// # Errors
    /// [`RootFileError::Damaged`], [`RootFileError::Genesis`].
    pub fn genesis_in(bytes: &[u8]) -> Result<genesis::Deployment, RootFileError> {
        let file: File = canonical::decode(bytes, LIMIT)?;
        genesis::Deployment::open(&file.genesis).map_err(RootFileError::Genesis)
    }

    /// The key for paper: base32 in groups of four, the last ones a check. Whoever reads it has the key.
    #[must_use]
    pub fn to_paper(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(self.seed.to_vec());
        bytes.extend_from_slice(&check(self.deployment, &self.seed));
        let text = Zeroizing::new(BASE32_NOPAD.encode(&bytes));
        let mut grouped = Zeroizing::new(String::with_capacity(text.len() * 2));
        for (at, character) in text.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                grouped.push(if at % 28 == 0 { '\n' } else { ' ' });
            }
            grouped.push(character);
        }
        grouped
    }

    /// Reads the key back from paper, for the deployment of a genesis.
    ///
    /// # Errors
    /// [`RootFileError::Paper`], [`RootFileError::Genesis`], [`RootFileError::OtherKey`].
    pub fn from_paper(text: &str, genesis: &[u8]) -> Result<Self, RootFileError> {
        let joined: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|character| !character.is_whitespace()).collect());
        let bytes = BASE32_NOPAD
            .decode(joined.to_ascii_uppercase().as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| RootFileError::Paper("a character is missing, or is none of A to Z and 2 to 7"))?;
        let seed = bytes.get(..32).ok_or(RootFileError::Paper("groups are missing"))?;
        let seed = fixed_seed(seed)?;
        let opened = genesis::Deployment::open(genesis).map_err(RootFileError::Genesis)?;
        if bytes.get(32..) != Some(&check(opened.id, &seed)) {
            return Err(RootFileError::Paper(
                "the check does not agree; compare each group, and whether it is for this deployment",
            ));
        }
        Self::new(genesis, seed)
    }
}

fn head(genesis: &[u8], cost: Cost) -> Result<Vec<u8>, Malformed> {
    canonical::encode(&Head { version: VERSION, genesis, cost }, LIMIT)
}

fn fixed_seed(bytes: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootFileError> {
    let seed = <[u8; 32]>::try_from(bytes).map_err(|_| Malformed::shape("a seed has exactly 32 bytes"))?;
    Ok(Zeroizing::new(seed))
}

fn check(deployment: DeploymentId, seed: &[u8; 32]) -> [u8; CHECK_BYTES] {
    let mut input = Zeroizing::new(CHECK.to_vec());
    input.extend_from_slice(&deployment.0);
    input.extend_from_slice(seed);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&sha256(&input)[..CHECK_BYTES]);
    check
}
