//! A passcode over the vault's key, and a second one that destroys.
//!
//! A random *lock key* encrypts the secrets. It lies in the file twice over, in two slots: one that the passcode opens, and one
//! that the duress passcode opens. Both passcodes go through one Argon2id (RFC 9106) with one salt, and both slots are tried each
//! time, so that neither time nor size says whether there is a duress passcode; where there is none, its slot is noise. While the
//! observer is open the lock key stays in memory, so that an invite can be saved without asking again.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use kuager_wire::canonical::{self, Malformed};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::files::random;

/// Shortest passcode that is taken, in characters.
const SHORTEST: usize = 6;
/// Longest, in characters.
const LONGEST: usize = 64;

const NONCE: usize = 24;
const KEY: usize = 32;
const TAG: usize = 16;
/// Bytes of a slot: nonce, sealed key, tag.
const SLOT: usize = NONCE + KEY + TAG;

/// Why a passcode does not open, or cannot be set. Nothing is lost by any of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasscodeError {
    /// There is a passcode, and none was given.
    #[error("this store is locked with a passcode; ask for it")]
    Needed,
    /// It is not the passcode.
    #[error("this is not the passcode; the next attempt is taken in {wait_ms} ms")]
    Wrong {
        /// Milliseconds until the next attempt is taken.
        wait_ms: u64,
    },
    /// Too many attempts; this one was not looked at.
    #[error("after so many attempts the next one is taken in {wait_ms} ms; this one was not looked at")]
    Wait {
        /// Milliseconds until the next attempt is taken.
        wait_ms: u64,
    },
    /// Not fit to be one.
    #[error("this cannot be a passcode: {0}")]
    Unfit(&'static str),
    /// The phone is short of memory.
    #[error("not enough memory to work on a passcode; close other apps and try again")]
    Memory,
}

/// A passcode as it was typed, in the one form in which Unicode writes it (NFKC).
pub struct Passcode(Zeroizing<String>);

impl Passcode {
    /// Takes what was typed.
    ///
    /// # Errors
    /// [`PasscodeError::Unfit`] when it is shorter or longer than any passcode, or one character again and again.
    pub fn new(typed: &str) -> Result<Self, PasscodeError> {
        // Bounded before it is normalised; an honest character is rarely more than a few.
        if typed.len() > 16 * LONGEST {
            return Err(PasscodeError::Unfit("it is too long"));
        }
        let mut text = Zeroizing::new(String::with_capacity(12 * typed.len()));
        text.extend(typed.nfkc());
        let length = text.chars().count();
        if length < SHORTEST {
            return Err(PasscodeError::Unfit("it has fewer than six characters"));
        }
        if length > LONGEST {
            return Err(PasscodeError::Unfit("it is too long"));
        }
        if text.chars().all(|character| text.starts_with(character)) {
            return Err(PasscodeError::Unfit("it is one character again and again"));
        }
        Ok(Self(text))
    }

    /// Whether both are the same.
    fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl std::fmt::Debug for Passcode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Passcode")
    }
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
    /// For phones with 2 GB: RFC 9106's second recommendation, in one lane, since one thread works on it.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl Cost {
    /// More than any file asks for; a file is not to exhaust the phone that opens it.
    const MOST: Self = Self { memory_kib: 256 * 1024, passes: 10, lanes: 4 };

    fn key(self, passcode: &Passcode, salt: &[u8]) -> Result<Zeroizing<[u8; KEY]>, LockError> {
        let most = Self::MOST;
        if self.memory_kib > most.memory_kib || self.passes > most.passes || self.lanes > most.lanes {
            return Err(Malformed::shape("a passcode asks for more memory or time than any that was set").into());
        }
        let cost = |_| Malformed::shape("a passcode has a cost that Argon2 does not know");
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(cost)?;
        let mut key = Zeroizing::new([0; KEY]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passcode.0.as_bytes(), salt, key.as_mut_slice())
            .map_err(|error| match error {
                argon2::Error::OutOfMemory => LockError::Passcode(PasscodeError::Memory),
                other => cost(other).into(),
            })?;
        Ok(key)
    }
}

/// Why a lock could not be made or tried.
#[derive(Debug, thiserror::Error)]
pub(super) enum LockError {
    #[error(transparent)]
    Passcode(#[from] PasscodeError),
    #[error(transparent)]
    Damaged(#[from] Malformed),
    #[error(transparent)]
    Random(#[from] std::io::Error),
}

/// The two slots as they lie in the file.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub(super) struct Slots {
    #[n(1)]
    salt: ByteVec,
    #[n(2)]
    cost: Cost,
    #[n(3)]
    own: ByteVec,
    #[n(4)]
    duress: ByteVec,
}

/// What an entered passcode turned out to be.
pub(super) enum Entered {
    /// The passcode.
    Own(Lock),
    /// The one that destroys.
    Duress,
    /// Neither.
    Wrong,
}

#[derive(Clone, Copy, Encode)]
#[cbor(index_only)]
enum Slot {
    #[n(1)]
    Own,
    #[n(2)]
    Duress,
}

/// What is authenticated along with a slot.
#[derive(Encode)]
#[cbor(array)]
struct About {
    #[n(0)]
    purpose: &'static str,
    #[n(1)]
    slot: Slot,
    #[n(2)]
    cost: Cost,
}

impl Slots {
    /// Tries a passcode on both slots.
    pub(super) fn enter(&self, passcode: &Passcode) -> Result<Entered, LockError> {
        if self.salt.len() != 16 || self.own.len() != SLOT || self.duress.len() != SLOT {
            return Err(Malformed::shape("a passcode's slot has another length").into());
        }
        let key = self.cost.key(passcode, &self.salt)?;
        let own = open(&key, &about(Slot::Own, self.cost)?, &self.own);
        let duress = open(&key, &about(Slot::Duress, self.cost)?, &self.duress);
        let own = own.and_then(|key| <[u8; KEY]>::try_from(key.as_slice()).ok());
        Ok(match (own, duress) {
            (Some(key), _) => Entered::Own(Lock { key: Zeroizing::new(key), slots: self.clone() }),
            (None, Some(_)) => Entered::Duress,
            (None, None) => Entered::Wrong,
        })
    }
}

/// What a passcode locks with, for as long as the identity is open.
#[derive(Clone)]
pub struct Lock {
    key: Zeroizing<[u8; KEY]>,
    slots: Slots,
}

impl Lock {
    /// A lock for a passcode, with another one that destroys if it is entered.
    pub(super) fn new(passcode: &Passcode, duress: Option<&Passcode>, cost: Cost) -> Result<Self, LockError> {
        if duress.is_some_and(|duress| duress.is(passcode)) {
            return Err(PasscodeError::Unfit("it is the same as the one that destroys").into());
        }
        let (salt, key) = (random::<16>()?, Zeroizing::new(random::<KEY>()?));
        let own = seal(&*cost.key(passcode, &salt)?, &about(Slot::Own, cost)?, key.as_slice())?;
        let duress = match duress {
            Some(duress) => seal(&*cost.key(duress, &salt)?, &about(Slot::Duress, cost)?, &random::<KEY>()?)?,
            None => random::<SLOT>()?.to_vec(),
        };
        Ok(Self { key, slots: Slots { salt: salt.to_vec().into(), cost, own: own.into(), duress: duress.into() } })
    }

    pub(super) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Encrypts the secrets.
    pub(super) fn seal(&self, secrets: &[u8]) -> Result<Vec<u8>, LockError> {
        seal(&self.key, SECRETS, secrets)
    }

    /// Decrypts them.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, LockError> {
        open(&self.key, SECRETS, sealed).ok_or_else(|| Malformed::shape("what the passcode opens is damaged").into())
    }
}

/// What is authenticated along with the secrets.
const SECRETS: &[u8] = b"kuager/locked-identity/v2";

fn about(slot: Slot, cost: Cost) -> Result<Vec<u8>, Malformed> {
    canonical::encode(&About { purpose: "kuager/passcode/v1", slot, cost }, 256)
}

fn seal(key: &[u8; KEY], about: &[u8], plain: &[u8]) -> Result<Vec<u8>, LockError> {
    let nonce = random::<NONCE>()?;
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: about })
        .map_err(|_| Malformed::shape("too much to lock"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; KEY], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about }).ok().map(Zeroizing::new)
}
