//! A deployment's data directory: its files, its certificates, its packs.
//!
//! [`Deployment::open`] reads one and checks that its public part belongs together: every pack is signed by the root key
//! that the genesis statement names. A file that is missing, damaged or readable by others is a typed error that names
//! the file. The secrets in the directory are read by whoever works with them: signing keys by `sign`, the server's own
//! by the server.

mod certificates;
mod error;
mod files;
mod lock;
mod rehearsal;
mod statements;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kuager_pack::Built;
use kuager_wire::genesis::{self, Genesis};
use kuager_wire::ids::{DeploymentId, PublicKey, ShardHash};
use kuager_wire::pack::{Pack, ShardRef, SignedPack, Station, StationShard};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use certificates::CertificateSummary;
pub(crate) use certificates::create as create_certificates;
pub use error::DeploymentError;
use files::cbor_files;
pub(crate) use files::{Layout, read_secret, remove_secret, replace, write_new};
pub(crate) use lock::Serving;
pub use rehearsal::Rehearsal;

/// Puts a signed pack behind those published before; its shards first, so that it never names one that is missing.
pub(crate) fn publish(
    layout: &Layout,
    before: &[SignedPack],
    pack: &SignedPack,
    shards: &[(ShardHash, Vec<u8>)],
) -> Result<(), DeploymentError> {
    let published = pack_files(layout)?;
    let name = pack.hash.to_string();
    if published.iter().any(|path| path.to_string_lossy().contains(&name)) {
        return Err(DeploymentError::PublishedAlready);
    }
    let edition = |pack: &SignedPack| pack.pack.edition.unwrap_or(0);
    if before.iter().map(edition).max().is_some_and(|newest| newest > 0 && edition(pack) <= newest) {
        return Err(DeploymentError::Overtaken);
    }
    layout.create_shards()?;
    for (hash, bytes) in shards {
        let path = layout.shard(*hash);
        // A region that did not change keeps its shard.
        if !path.exists() {
            write_new(&path, bytes)?;
        }
    }
    let path = layout.packs().join(format!("{:04}-{name}.cbor", published.len() + 1));
    write_new(&path, &pack.bytes)
}

/// The published packs, the oldest first.
fn pack_files(layout: &Layout) -> Result<Vec<PathBuf>, DeploymentError> {
    let dir = layout.packs();
    cbor_files(&dir, fs::read_dir(&dir).map_err(DeploymentError::io("read", &dir))?)
}

/// A data directory that has been checked. Cheap to clone.
#[derive(Clone)]
pub struct Deployment {
    inner: Arc<Inner>,
}

struct Inner {
    layout: Layout,
    id: DeploymentId,
    genesis: Genesis,
    genesis_bytes: Vec<u8>,
    anchors: Vec<Vec<u8>>,
    packs: Vec<SignedPack>,
    rehearsal: Option<Rehearsal>,
}

impl std::fmt::Debug for Deployment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Deployment").field("id", &self.inner.id).finish_non_exhaustive()
    }
}

impl Deployment {
    /// Opens a data directory.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is missing, damaged or readable by others.
    pub fn open(dir: &Path) -> Result<Self, DeploymentError> {
        let layout = Layout { dir: dir.to_owned() };
        let path = layout.genesis();
        if !path.exists() {
            return Err(DeploymentError::Missing(dir.to_owned()));
        }
        let genesis_bytes = files::read(&path)?;
        let genesis::Deployment { id, genesis } = genesis::Deployment::open(&genesis_bytes)
            .map_err(|error| DeploymentError::corrupt(&path, error.to_string()))?;
        let packs = read_packs(&layout, id, &genesis.root_key)?;
        if packs.is_empty() {
            return Err(DeploymentError::corrupt(&layout.packs(), "no pack is there"));
        }
        let anchors =
            certificates::certificates_in(&layout.tls("ca.pem"))?.into_iter().map(|der| der.to_vec()).collect();
        layout.expect_private()?;
        let rehearsal = Rehearsal::read(dir)?;
        let inner = Inner { layout, id, genesis, genesis_bytes, anchors, packs, rehearsal };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether nothing here ever happened: it is a rehearsal, and has a clock of its own.
    #[must_use]
    pub fn rehearsal(&self) -> Option<Rehearsal> {
        self.inner.rehearsal
    }

    /// SHA-256 of the genesis statement.
    #[must_use]
    pub fn id(&self) -> DeploymentId {
        self.inner.id
    }

    /// What the genesis statement says.
    #[must_use]
    pub fn genesis(&self) -> &Genesis {
        &self.inner.genesis
    }

    /// The exact genesis statement.
    #[must_use]
    pub fn genesis_bytes(&self) -> &[u8] {
        &self.inner.genesis_bytes
    }

    /// Claims the directory for a server, until what is returned is dropped.
    ///
    /// # Errors
    /// [`DeploymentError::Served`] when another process serves it.
    pub(crate) fn claim(&self) -> Result<Serving, DeploymentError> {
        Serving::claim(self.layout())
    }

    /// Says whether a server could claim the directory now.
    ///
    /// # Errors
    /// [`DeploymentError::Served`] when another process serves it.
    pub fn expect_not_served(&self) -> Result<(), DeploymentError> {
        self.claim().map(drop)
    }

    /// Certificates (X.509, DER) phones must chain this coordinator's TLS to.
    #[must_use]
    pub fn anchors_der(&self) -> &[Vec<u8>] {
        &self.inner.anchors
    }

    /// Every pack that was published when this was opened, the oldest first.
    #[must_use]
    pub fn packs(&self) -> &[SignedPack] {
        &self.inner.packs
    }

    /// The newest pack when this was opened.
    #[must_use]
    pub fn latest_pack(&self) -> &SignedPack {
        self.inner.packs.last().expect("a deployment without packs is not opened")
    }

    /// The data directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.inner.layout.dir
    }

    /// Where the database of what has been received is.
    #[must_use]
    pub fn ledger_path(&self) -> PathBuf {
        self.inner.layout.ledger()
    }

    /// Where the transparency log's files are, for anybody to read.
    #[must_use]
    pub fn log_dir(&self) -> PathBuf {
        self.inner.layout.log()
    }

    /// Where files that records list are kept.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.inner.layout.media()
    }

    /// Publishes a pack that the root key has signed. A running server picks it up within seconds.
    ///
    /// # Errors
    /// [`DeploymentError::PublishedAlready`], [`DeploymentError::Overtaken`], or what the system says.
    pub fn publish(&self, pack: &SignedPack, shards: &[(ShardHash, Vec<u8>)]) -> Result<(), DeploymentError> {
        publish(&self.inner.layout, &self.published()?, pack, shards)
    }

    /// Every pack that is published now, also by another process, the oldest first.
    fn published(&self) -> Result<Vec<SignedPack>, DeploymentError> {
        read_packs(&self.inner.layout, self.inner.id, &self.inner.genesis.root_key)
    }

    /// A pack that is to be signed for this deployment, with the edition it is to have: the next one, or that of the newest
    /// pack when it says the same, so that signing it again gives the same bytes.
    ///
    /// # Errors
    /// [`DeploymentError`] with the published pack or shard that cannot be read.
    pub fn numbered(&self, built: &Built) -> Result<Built, DeploymentError> {
        let published = self.published()?;
        let counted = published.iter().zip(1..).map(|(pack, count)| pack.pack.edition.unwrap_or(count));
        let next = counted.max().unwrap_or(0) + 1;
        let unsigned = |pack: &Pack| Pack { edition: None, shards: None, ..pack.clone() };
        let edition = match published.last() {
            Some(newest) if unsigned(&newest.pack) == unsigned(&built.pack) && self.has_stations(newest, built)? => {
                newest.pack.edition
            }
            _ => Some(next),
        };
        Ok(Built { pack: Pack { edition, ..built.pack.clone() }, ..built.clone() })
    }

    /// Whether a published pack has the stations of a built one, shard by shard.
    fn has_stations(&self, pack: &SignedPack, built: &Built) -> Result<bool, DeploymentError> {
        let references = pack.pack.shards.as_deref().unwrap_or_default();
        if references.len() != built.shards.len() {
            return Ok(false);
        }
        for (reference, shard) in references.iter().zip(&built.shards) {
            if self.shard_of(reference)? != *shard {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn shard_of(&self, reference: &ShardRef) -> Result<StationShard, DeploymentError> {
        let path = self.inner.layout.shard(reference.hash);
        StationShard::open(&files::read(&path)?, reference, self.inner.id, &self.inner.genesis.root_key)
            .map_err(|error| DeploymentError::corrupt(&path, error.to_string()))
    }

    /// The signed stations of one region, by the name a pack gives them.
    ///
    /// # Errors
    /// What the system says; `None` when no pack that was published names it.
    pub fn station_shard(&self, shard: ShardHash) -> Result<Option<Vec<u8>>, DeploymentError> {
        let path = self.inner.layout.shard(shard);
        if path.exists() { files::read(&path).map(Some) } else { Ok(None) }
    }

    /// A published pack as it was before it was signed, for another deployment to sign.
    ///
    /// # Errors
    /// [`DeploymentError::Corrupt`] when a shard is missing or is not what the pack names.
    pub fn unsigned(&self, pack: &SignedPack) -> Result<Built, DeploymentError> {
        let shards = pack.pack.shards.iter().flatten().map(|reference| self.shard_of(reference));
        let shards = shards.collect::<Result<_, _>>()?;
        Ok(Built { pack: Pack { edition: None, shards: None, ..pack.pack.clone() }, shards, warnings: Vec::new() })
    }

    /// Gives a deployment that has no people yet what passwords and codes of this one's people rest on.
    ///
    /// # Errors
    /// What the system says.
    pub fn lend_people(&self, to: &Self) -> Result<(), DeploymentError> {
        let secret = self.inner.layout.secret("people");
        if secret.exists() { write_new(&to.inner.layout.secret("people"), &read_secret(&secret)?) } else { Ok(()) }
    }

    /// Every station of a published pack, also those in its shards, in the order of the directory.
    ///
    /// # Errors
    /// [`DeploymentError::Corrupt`] when a shard is missing or is not what the pack names.
    pub fn stations(&self, pack: &SignedPack) -> Result<Vec<Station>, DeploymentError> {
        let mut stations = pack.pack.stations.clone();
        for reference in pack.pack.shards.iter().flatten() {
            stations.extend(self.shard_of(reference)?.stations);
        }
        Ok(stations)
    }

    /// Reads the published packs again; `None` when there are no others than `known`.
    pub(crate) fn newer_packs(&self, known: usize) -> Result<Option<Vec<SignedPack>>, DeploymentError> {
        if pack_files(&self.inner.layout)?.len() == known {
            return Ok(None);
        }
        self.published().map(Some)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.inner.layout
    }

    /// What the certificates say: hosts, and when they end.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is missing or damaged.
    pub fn certificates(&self) -> Result<CertificateSummary, DeploymentError> {
        certificates::summary(&self.inner.layout)
    }

    /// Issues the server's certificate again if it does not name all of these hosts, or if it is time to. Phones do not
    /// notice; a running server picks it up within seconds. Returns what then holds, and whether there is a new one.
    ///
    /// # Errors
    /// [`DeploymentError`]; what was there before stays.
    pub fn renew_certificate(
        &self,
        more: &[String],
        now_ms: u64,
    ) -> Result<(CertificateSummary, bool), DeploymentError> {
        certificates::renew(&self.inner.layout, more, now_ms)
    }

    /// The certificate the server shows.
    pub(crate) fn server_chain(&self) -> Result<Vec<CertificateDer<'static>>, DeploymentError> {
        certificates::certificates_in(&self.inner.layout.tls("server.pem"))
    }

    /// The certificate the server shows, and its key.
    pub(crate) fn server_certificate(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), DeploymentError> {
        let chain = self.server_chain()?;
        let path = self.inner.layout.tls("server.key");
        let key = PrivateKeyDer::from_pem_slice(&read_secret(&path)?)
            .map_err(|error| DeploymentError::corrupt(&path, error.to_string()))?;
        Ok((chain, key))
    }
}

fn read_packs(layout: &Layout, id: DeploymentId, root: &PublicKey) -> Result<Vec<SignedPack>, DeploymentError> {
    let read = |path: &PathBuf| {
        SignedPack::open(files::read(path)?, id, root)
            .map_err(|error| DeploymentError::corrupt(path, error.to_string()))
    };
    let mut packs = pack_files(layout)?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    // Phones go by the edition, and so must the one who says which is the newest. Those without one keep their order.
    packs.sort_by_key(|pack| pack.pack.edition.unwrap_or(0));
    Ok(packs)
}

#[cfg(test)]
mod tests;
