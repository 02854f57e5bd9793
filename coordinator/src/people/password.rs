//! Passwords: what is kept of one, and whether another is the same.
//!
//! Argon2id (RFC 9106, its second recommendation) makes each guess cost 64 MiB and three passes over it. A key that is not in
//! the ledger goes in as well, so that a copy of the ledger alone gives nothing to guess at. Whoever asks with a name that
//! nobody has is made to pay the same ([`StoredPassword::nobodys`]).

use argon2::{Algorithm, Argon2, Params, Version};
use kuager_wire::canonical;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::sign::PeopleKeys;

/// Shortest password that is taken, in characters. There is a code beside it; length is what a guesser has to pay for.
pub const SHORTEST: usize = 12;
/// Longest password, in bytes; what is longer is not even looked at.
pub const LONGEST: usize = 512;
const VERSION: u8 = 1;
const SALT: usize = 16;
const HASH: usize = 32;
/// Bytes of what is kept of a password.
const LIMIT: usize = 256;

/// Why something cannot be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It is guessed too soon.
    #[error("the password is too short; take at least {SHORTEST} characters, five words drawn by dice are better")]
    Short,
    /// Nobody types that.
    #[error("the password is longer than {LONGEST} bytes")]
    Long,
    /// The machine has no randomness.
    #[error("the system gives no random numbers ({0})")]
    Random(#[from] getrandom::Error),
    /// The machine has no memory.
    #[error("there is not enough memory to work on a password")]
    Memory,
}

/// What a guess costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Cost {
    #[n(0)]
    memory_kib: u32,
    #[n(1)]
    passes: u32,
    #[n(2)]
    lanes: u32,
}

impl Cost {
    /// What passwords are kept with now.
    const USUAL: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// More than any that was kept: a ledger that somebody made must not exhaust the machine.
    const MOST: Self = Self { memory_kib: 256 * 1024, passes: 10, lanes: 4 };
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoredPassword {
    #[n(1)]
    version: u8,
    #[n(2)]
    cost: Cost,
    #[n(3)]
    salt: ByteVec,
    #[n(4)]
    hash: ByteVec,
}

impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("StoredPassword(..)")
    }
}

impl StoredPassword {
    /// What is to be kept of a new password. Takes as long as any guess.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn new(keys: &PeopleKeys, password: &str) -> Result<Self, PasswordError> {
        if password.chars().count() < SHORTEST {
            return Err(PasswordError::Short);
        }
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        let hash = hash(keys, password, &salt, Cost::USUAL).ok_or(PasswordError::Memory);
        let hash = if password.len() > LONGEST { Err(PasswordError::Long) } else { hash }?;
        Ok(Self { version: VERSION, cost: Cost::USUAL, salt: salt.to_vec().into(), hash: hash.to_vec().into() })
    }

    /// What nobody's password is the same as, and what costs as much to find that out as somebody's.
    #[must_use]
    pub fn nobodys() -> Self {
        Self { version: VERSION, cost: Cost::USUAL, salt: vec![0; SALT].into(), hash: vec![].into() }
    }

    /// As the ledger keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::encode(self, LIMIT).expect("two hundred bytes fit")
    }

    /// From what the ledger kept; nothing for what no version of this program wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let stored: Self = canonical::decode(bytes, LIMIT).ok()?;
        let (cost, most) = (stored.cost, Cost::MOST);
        let sound = stored.version == VERSION && stored.salt.len() == SALT && stored.hash.len() == HASH;
        let bounded = cost.memory_kib <= most.memory_kib && cost.passes <= most.passes && cost.lanes <= most.lanes;
        (sound && bounded).then_some(stored)
    }

    /// Whether this is the password. Costs the same whatever the answer; nothing at all for what is longer than passwords are.
    #[must_use]
    pub fn is(&self, keys: &PeopleKeys, password: &str) -> bool {
        if password.len() > LONGEST {
            return false;
        }
        let Some(hash) = hash(keys, password, &self.salt, self.cost) else {
            tracing::error!("there is not enough memory to look at a password");
            return false;
        };
        // Each byte is looked at, and both are outputs of a keyed function, so that time would say nothing anyway.
        let differ = hash.iter().zip(self.hash.iter()).fold(0, |differ, (one, other)| differ | (one ^ other));
        self.hash.len() == HASH && differ == 0
    }
}

fn hash(keys: &PeopleKeys, password: &str, salt: &[u8], cost: Cost) -> Option<Zeroizing<[u8; HASH]>> {
    // In the one form in which Unicode writes it: some keyboards type й as one character, some as two.
    let password = Zeroizing::new(canonical::nfc(password));
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).ok()?;
    let pepper = keys.pepper();
    let argon = Argon2::new_with_secret(pepper.as_slice(), Algorithm::Argon2id, Version::V0x13, params).ok()?;
    let mut hash = Zeroizing::new([0; HASH]);
    argon.hash_password_into(password.as_bytes(), salt, hash.as_mut_slice()).ok()?;
    Some(hash)
}
