//! A pack that is built but not signed: one file with the pack and its station shards.
//!
//! The file is a CBOR sequence, first the pack, then the shards by region; its name is the SHA-256 of its bytes. It needs
//! no key, so anybody can build the same source and compare. Signing belongs to a deployment: each shard becomes a
//! statement of its own, and the pack names the shards by the hashes of their signed bytes.

use kuager_wire::canonical::{self, Malformed};
use kuager_wire::cose::StatementError;
use kuager_wire::ids::{ContentHash, DeploymentId, PublicKey, ShardHash};
use kuager_wire::limits;
use kuager_wire::pack::{Pack, ShardRef, SignedPack, Station, StationShard};

use crate::error::PackError;
use crate::finding::Finding;

/// A pack that is complete but for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The pack; it names no shards yet.
    pub pack: Pack,
    /// The station directory by region, when it is too large for the pack itself.
    pub shards: Vec<StationShard>,
    /// What somebody should look at; empty for a file that was read back.
    pub warnings: Vec<Finding>,
}

/// A pack of a deployment, with its shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBuild {
    /// The pack.
    pub pack: SignedPack,
    /// The signed shards with their names.
    pub shards: Vec<(ShardHash, Vec<u8>)>,
}

/// Whoever has the root key of a deployment, wherever that is.
pub trait PackSigner {
    /// Signs the stations of one region.
    ///
    /// # Errors
    /// When they break a limit of the wire format.
    fn sign_shard(&self, shard: &StationShard) -> Result<Vec<u8>, StatementError>;

    /// Signs a pack that names its shards.
    ///
    /// # Errors
    /// When it breaks a limit of the wire format.
    fn sign_pack(&self, pack: &Pack) -> Result<Vec<u8>, StatementError>;
}

impl Built {
    /// The file.
    ///
    /// # Errors
    /// [`PackError::Encode`] when something breaks a limit of the wire format.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PackError> {
        let mut bytes = canonical::encode(&self.pack, limits::PACK)?;
        for shard in &self.shards {
            bytes.extend(canonical::encode(shard, limits::PACK)?);
        }
        Ok(bytes)
    }

    /// Reads the file; `name` is for complaints.
    ///
    /// # Errors
    /// [`PackError::NotBuilt`] when it is something else, or damaged.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, PackError> {
        let not_built = |error: Malformed| PackError::NotBuilt { file: name.to_owned(), reason: error.to_string() };
        let mut items = canonical::split_sequence(bytes).into_iter();
        let mut next = || match items.next() {
            None => Ok(None),
            Some(Ok(item)) => Ok(Some(item)),
            Some(Err(_)) => Err(not_built(Malformed::shape("it is cut or altered"))),
        };
        let pack = next()?.ok_or_else(|| not_built(Malformed::shape("it is empty")))?;
        let pack = canonical::decode(pack, limits::PACK).map_err(not_built)?;
        let mut shards = Vec::new();
        while let Some(shard) = next()? {
            shards.push(canonical::decode(shard, limits::PACK).map_err(not_built)?);
        }
        Ok(Self { pack, shards, warnings: Vec::new() })
    }

    /// The name of the file's bytes in hexadecimal.
    ///
    /// # Errors
    /// As [`Built::to_bytes`].
    pub fn name(&self) -> Result<String, PackError> {
        Ok(ContentHash::of(&self.to_bytes()?).to_string())
    }

    /// Every station, also those in shards.
    pub fn stations(&self) -> impl Iterator<Item = &Station> {
        self.pack.stations.iter().chain(self.shards.iter().flat_map(|shard| &shard.stations))
    }

    /// Has the shards signed and then the pack that names them, with the deployment's root key. The same input gives the
    /// same bytes.
    ///
    /// # Errors
    /// When something breaks a limit of the wire format, or was signed with another key.
    pub fn sign(
        &self,
        deployment: DeploymentId,
        root: &PublicKey,
        signer: &impl PackSigner,
    ) -> Result<SignedBuild, StatementError> {
        let mut pack = self.pack.clone();
        let mut shards = Vec::new();
        let mut references = Vec::new();
        for shard in &self.shards {
            let bytes = signer.sign_shard(shard)?;
            let hash = ShardHash::of(&bytes);
            references.push(ShardRef {
                region: shard.region.clone(),
                hash,
                size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                stations: u32::try_from(shard.stations.len()).unwrap_or(u32::MAX),
            });
            shards.push((hash, bytes));
        }
        pack.shards = (!references.is_empty()).then_some(references);
        let bytes = signer.sign_pack(&pack)?;
        Ok(SignedBuild { pack: SignedPack::open(bytes, deployment, root)?, shards })
    }
}

impl SignedBuild {
    /// The signed pack and its shards as one file, to be carried from where the key is to where the server is.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let shards = self.shards.iter().flat_map(|(_, bytes)| bytes);
        self.pack.bytes.iter().chain(shards).copied().collect()
    }

    /// Reads and verifies such a file: the signatures hold, and the shards are the ones the pack names, all of them.
    ///
    /// # Errors
    /// What does not hold.
    pub fn open(bytes: &[u8], deployment: DeploymentId, root: &PublicKey) -> Result<Self, StatementError> {
        let cut = || StatementError::from(Malformed::shape("the file is cut or altered"));
        let mut items = canonical::split_sequence(bytes).into_iter().map(|item| item.map_err(|_| cut()));
        let pack = items.next().ok_or_else(cut)??;
        let pack = SignedPack::open(pack.to_vec(), deployment, root)?;
        let mut shards = Vec::new();
        for reference in pack.pack.shards.iter().flatten() {
            let bytes = items.next().ok_or_else(cut)??;
            StationShard::open(bytes, reference, deployment, root)?;
            shards.push((reference.hash, bytes.to_vec()));
        }
        if items.next().is_some() { Err(cut()) } else { Ok(Self { pack, shards }) }
    }
}
