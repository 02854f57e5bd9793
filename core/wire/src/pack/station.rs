//! Polling stations: the few a pack carries itself, and the directory in signed shards by region.
//!
//! A national directory has some ten thousand stations. A phone needs the few hundred of its region, so each region is
//! a statement of its own, named in the pack by the hash of its signed bytes.

use minicbor::{Decode, Encode};

use super::unique::unique;
use crate::canonical::Malformed;
use crate::cose::{self, Purpose, Statement, StatementError, check_version};
use crate::ids::{DeploymentId, PublicKey, ShardHash};
use crate::limits;
use crate::text::Texts;

/// A member of a station's commission, as published.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Member {
    /// The place in the commission (`chair`, `deputy`, `secretary`, `member`), or another word of the pack's country.
    #[n(1)]
    pub role: String,
    /// The name; left out where it is not published or not needed.
    #[n(2)]
    pub name: Option<Texts>,
    /// Key of the party that nominated the member.
    #[n(3)]
    pub party: Option<String>,
}

/// A polling station.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Station {
    /// Unique within the pack; what records carry.
    #[n(1)]
    pub key: String,
    /// Key of its region.
    #[n(2)]
    pub region: String,
    /// Number within the region.
    #[n(3)]
    pub number: u32,
    /// Its name.
    #[n(4)]
    pub name: Texts,
    /// Where it is.
    #[n(5)]
    pub address: Option<Texts>,
    /// What belongs to it, as published.
    #[n(6)]
    pub borders: Option<Texts>,
    /// What kind of place it is (`hospital`, `military`, `abroad`); absent: an ordinary one.
    #[n(7)]
    pub kind: Option<String>,
    /// Voters registered there when the directory was made.
    #[n(8)]
    pub registered: Option<u32>,
    /// Code of its district within the region.
    #[n(9)]
    pub district: Option<String>,
    /// Its commission, as published.
    #[n(10)]
    pub commission: Option<Vec<Member>>,
    /// Other names people know the place by: what it was called before, how it is said.
    #[n(11)]
    pub synonyms: Option<Vec<String>>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Region {
    /// Unique within the pack.
    #[n(1)]
    pub key: String,
    /// Its name.
    #[n(2)]
    pub name: Texts,
    /// The key is this pack's own and in no official list, as for stations abroad.
    #[n(3)]
    pub own_key: Option<bool>,
    /// Other names people know it or its towns by.
    #[n(4)]
    pub synonyms: Option<Vec<String>>,
}

/// Where the stations of a region are.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ShardRef {
    /// The region.
    #[n(1)]
    pub region: String,
    /// The shard.
    #[n(2)]
    pub hash: ShardHash,
    /// Its size in bytes.
    #[n(3)]
    pub size: u64,
    /// Stations in it.
    #[n(4)]
    pub stations: u32,
}

/// The stations of one region.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StationShard {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Id of the pack it was made for.
    #[n(2)]
    pub pack: String,
    /// The region.
    #[n(3)]
    pub region: String,
    /// Its stations.
    #[n(4)]
    pub stations: Vec<Station>,
}

impl Statement for StationShard {
    const PURPOSE: Purpose = Purpose::StationShard;
    const LIMIT: usize = limits::PACK;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        unique("station", self.stations.iter().map(|station| &station.key))?;
        match self.stations.iter().find(|station| station.region != self.region) {
            Some(station) => Err(Malformed::shape(format!("station {} is not of region {}", station.key, self.region))),
            None => Ok(()),
        }
    }
}

impl StationShard {
    /// Verifies and reads the shard a pack names.
    ///
    /// # Errors
    /// As [`cose::open`]; a shard with another hash or of another region than the pack names is malformed.
    pub fn open(
        bytes: &[u8],
        reference: &ShardRef,
        deployment: DeploymentId,
        root: &PublicKey,
    ) -> Result<Self, StatementError> {
        if ShardHash::of(bytes) != reference.hash {
            return Err(Malformed::shape("not the shard the pack names").into());
        }
        let shard: Self = cose::open(bytes, deployment, root)?;
        if shard.region != reference.region {
            return Err(Malformed::shape(format!("a shard of region {}", shard.region)).into());
        }
        Ok(shard)
    }
}
