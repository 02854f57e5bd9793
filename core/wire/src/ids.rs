//! Names of things, each its own type, so that a hash of one kind is never taken for a hash of another. Hashes are SHA-256
//! (FIPS 180-4); as text, names are lower-case hexadecimal.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use minicbor::{Decode, Decoder, Encode, Encoder};
use sha2::{Digest, Sha256};

/// Text that should have been a hexadecimal name and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hexadecimal digits")]
pub struct NotAnId {
    /// How many digits such a name has.
    pub expected: usize,
}

macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// Size in bytes.
            pub const SIZE: usize = $size;

            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = NotAnId;

            fn try_from(bytes: &[u8]) -> Result<Self, NotAnId> {
                bytes.try_into().map(Self).map_err(|_| NotAnId { expected: $size * 2 })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&HEX.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let bytes = HEX.decode(text.as_bytes()).map_err(|_| NotAnId { expected: $size * 2 })?;
                Self::try_from(bytes.as_slice())
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                encoder: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                encoder.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = decoder.position();
                Self::try_from(decoder.bytes()?).map_err(|_| {
                    minicbor::decode::Error::message(concat!("expected ", $size, " bytes")).at(at)
                })
            }
        }
    };
}

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        byte_id!($(#[$doc])* $name, 32);

        impl $name {
            /// The name of these exact bytes.
            #[must_use]
            pub fn of(bytes: &[u8]) -> Self {
                Self(Sha256::digest(bytes).into())
            }
        }
    };
}

hash_id!(
    /// SHA-256 of the whole genesis statement: one coordinator's installation for one election day.
    DeploymentId
);
hash_id!(
    /// SHA-256 of a whole signed record; the record's id.
    RecordHash
);
hash_id!(
    /// SHA-256 of a whole signed pack.
    PackHash
);
hash_id!(
    /// SHA-256 of a whole signed station shard.
    ShardHash
);
hash_id!(
    /// SHA-256 of an attachment's bytes.
    MediaHash
);
hash_id!(
    /// SHA-256 of what a refusal is about: a record, a file, or the bytes of a request.
    SubjectHash
);
hash_id!(
    /// SHA-256 of a whole signed entry of the desk's journal.
    EntryHash
);
hash_id!(
    /// Root of a Merkle tree (RFC 6962).
    TreeRoot
);
hash_id!(
    /// SHA-256 of bytes of any kind, where nothing says which: an object under inspection, a certificate. Every other hash of
    /// bytes can become one; none can be made of it again.
    ContentHash
);
byte_id!(
    /// A key's id: the first 16 bytes of the SHA-256 of the public key.
    Kid,
    16
);
byte_id!(
    /// An observer's pseudonym, chosen at random by the coordinator. Nothing about the person follows from it.
    ObserverId,
    16
);
byte_id!(
    /// A person at the coordinator's desk: a random number. Nothing about the person follows from it.
    PersonId,
    16
);
byte_id!(
    /// Names one uninterrupted run of a device: monotonic times compare only within the same one.
    BootId,
    16
);
byte_id!(
    /// The one-time secret of an invite.
    InviteToken,
    16
);
byte_id!(
    /// A number used once.
    Nonce,
    16
);
byte_id!(
    /// One stretch of a coordinator's running, an hour at most: a request that names it was made while it ran.
    Epoch,
    16
);
byte_id!(
    /// An Ed25519 public key (RFC 8032).
    PublicKey,
    32
);

macro_rules! content {
    ($($name:ident),*) => {
        $(impl From<$name> for ContentHash {
            fn from(hash: $name) -> Self {
                Self(hash.0)
            }
        })*
    };
}

content!(DeploymentId, RecordHash, PackHash, ShardHash, MediaHash, EntryHash);

impl PublicKey {
    /// The short id by which signatures name this key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        let hash = Sha256::digest(self.0);
        let mut kid = [0; Kid::SIZE];
        for (to, from) in kid.iter_mut().zip(hash) {
            *to = from;
        }
        Kid(kid)
    }
}

impl From<&ed25519_dalek::SigningKey> for PublicKey {
    fn from(key: &ed25519_dalek::SigningKey) -> Self {
        Self(key.verifying_key().to_bytes())
    }
}

impl RecordHash {
    /// What the first record of a chain names as its predecessor: the deployment itself.
    #[must_use]
    pub const fn chain_start(deployment: DeploymentId) -> Self {
        Self(deployment.0)
    }
}

impl EntryHash {
    /// What the first entry of a journal names as its predecessor: the deployment itself.
    #[must_use]
    pub const fn chain_start(deployment: DeploymentId) -> Self {
        Self(deployment.0)
    }
}

impl From<RecordHash> for SubjectHash {
    fn from(record: RecordHash) -> Self {
        Self(record.0)
    }
}

impl From<MediaHash> for SubjectHash {
    fn from(file: MediaHash) -> Self {
        Self(file.0)
    }
}
