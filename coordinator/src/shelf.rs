//! The published packs, kept current while the server runs.

use std::collections::HashMap;
use std::sync::Arc;

use kuager_wire::compression::{CompressionError, Dictionary, DictionaryHash, dictionary_of};
use kuager_wire::ids::PackHash;
use kuager_wire::limits;
use kuager_wire::pack::{SignedPack, Station};
use parking_lot::RwLock;

use crate::deployment::{Deployment, DeploymentError};

/// All packs at one moment.
#[derive(Debug)]
pub struct Published {
    /// By name.
    pub packs: HashMap<PackHash, Arc<SignedPack>>,
    /// The newest.
    pub latest: Arc<SignedPack>,
    /// Every station of the newest by its key, also those in shards.
    pub stations: HashMap<String, Station>,
    /// Their compression dictionaries.
    pub dictionaries: HashMap<DictionaryHash, Arc<Dictionary>>,
}

impl Published {
    fn new(packs: &[SignedPack], deployment: &Deployment) -> Option<Self> {
        let latest = packs.last()?;
        // Names are for people; without them records are still taken in.
        let stations = deployment.stations(latest).unwrap_or_else(|error| {
            tracing::error!(%error, "the station directory cannot be read");
            latest.pack.stations.clone()
        });
        let packs: Vec<_> = packs.iter().cloned().map(Arc::new).collect();
        let dictionaries = packs.iter().filter_map(|signed| signed.pack.dictionary.as_ref());
        let dictionaries = dictionaries.map(|bytes| Arc::new(Dictionary::new(bytes)));
        Some(Self {
            latest: Arc::clone(packs.last()?),
            stations: stations.into_iter().map(|station| (station.key.clone(), station)).collect(),
            dictionaries: dictionaries.map(|dictionary| (dictionary.hash(), dictionary)).collect(),
            packs: packs.into_iter().map(|signed| (signed.hash, signed)).collect(),
        })
    }

    /// Decompresses an upload of records with whichever published dictionary it names.
    ///
    /// # Errors
    /// [`CompressionError`].
    pub fn decompress(&self, body: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let dictionary = self.dictionaries.get(&dictionary_of(body)?).ok_or(CompressionError::OtherDictionary)?;
        dictionary.decompress(body, limits::BATCH)
    }
}

/// Gives out what is published now, and looks for more when asked to.
#[derive(Debug)]
pub struct Shelf {
    deployment: Deployment,
    published: RwLock<Arc<Published>>,
}

impl Shelf {
    pub(crate) fn new(deployment: Deployment) -> Self {
        let published =
            Published::new(deployment.packs(), &deployment).expect("a deployment without packs is not opened");
        Self { published: RwLock::new(Arc::new(published)), deployment }
    }

    /// What is published now.
    #[must_use]
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.read())
    }

    /// Looks whether another process (`kuager pack publish`) has published more. Returns whether it has.
    ///
    /// # Errors
    /// [`DeploymentError`]; what was published before stays.
    pub fn refresh(&self) -> Result<bool, DeploymentError> {
        let known = self.published().packs.len();
        let newer = self.deployment.newer_packs(known)?;
        let Some(published) = newer.as_deref().and_then(|packs| Published::new(packs, &self.deployment)) else {
            return Ok(false);
        };
        *self.published.write() = Arc::new(published);
        Ok(true)
    }
}
