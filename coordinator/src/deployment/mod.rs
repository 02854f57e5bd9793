//! A deployment's data directory: its keys, its certificates, its packs, its ledger.
//!
//! [`init`] makes one; [`Deployment::open`] reads one and checks that everything in it belongs together: the genesis
//! statement names the keys that are there, and every pack is signed by its root key. A file that is missing, damaged or
//! readable by others is a typed error that names the file.

mod certificates;
mod error;
mod files;
mod invites;
mod media;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kuager_wire::SigningKey;
use kuager_wire::genesis::{self, Genesis};
use kuager_wire::ids::{DeploymentId, PublicKey, ShardHash};
use kuager_wire::pack::{SignedPack, Station, StationShard};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::clock::{Clock, SystemClock};
use crate::ledger::Ledger;
use kuager_pack::{self as packs, Built, PackSource, SignedBuild};

pub use error::DeploymentError;
use files::Layout;
pub use invites::{InviteOptions, InviteState, InviteSummary, invite_id};

/// What a new deployment is made from.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// The first pack.
    pub pack: PackSource,
    /// Host names and IP addresses phones will use; the certificate is made for these.
    pub hosts: Vec<String>,
    /// The clock that dates the genesis statement.
    pub clock: Arc<dyn Clock>,
}

impl Default for InitOptions {
    fn default() -> Self {
        Self {
            pack: PackSource::default(),
            hosts: ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec(),
            clock: Arc::new(SystemClock::default()),
        }
    }
}

/// Makes a deployment in a folder that is empty or does not exist: keys, certificates, genesis, ledger, first pack.
///
/// # Errors
/// [`DeploymentError`]; an existing deployment is never touched.
#[expect(clippy::needless_pass_by_value, reason = "options are made for one call")]
pub fn init(dir: &Path, options: InitOptions) -> Result<Deployment, DeploymentError> {
    let layout = Layout { dir: dir.to_owned() };
    let built = packs::compile(&options.pack)?;
    let pack = &built.pack;
    let certificates = certificates::create(&options.hosts)?;
    layout.create()?;
    for (name, pem) in [
        ("ca.pem", &certificates.authority),
        ("ca.key", &*certificates.authority_key),
        ("server.pem", &certificates.server),
        ("server.key", &*certificates.server_key),
    ] {
        files::write_new(&layout.tls(name), pem.as_bytes())?;
    }
    let [root, receipt, log] = ["root", "receipt", "log"].map(|name| files::create_key(&layout.key(name)));
    let (root, receipt, log) = (root?, receipt?, log?);
    let host = options.hosts.first().map_or("localhost", String::as_str);
    let genesis = Genesis {
        version: kuager_wire::VERSION,
        root_key: PublicKey::from(&root),
        receipt_key: PublicKey::from(&receipt),
        log_key: PublicKey::from(&log),
        log_origin: format!("{host}/kuager/{}", pack.id),
        title: pack.title.clone(),
        election_day: pack.election_day.clone(),
        created_ms: options.clock.now_ms(),
    };
    let genesis = genesis::Deployment::sign(&genesis, &root)?;
    Ledger::open(&layout.ledger())?.close();
    publish(&layout, &built.sign(DeploymentId::of(&genesis), &root)?)?;
    // Only now does the folder hold a deployment.
    files::write_new(&layout.genesis(), &genesis)?;
    Deployment::open(dir)
}

/// Puts a signed pack behind those already published; its shards first, so that it never names one that is missing.
fn publish(layout: &Layout, build: &SignedBuild) -> Result<SignedPack, DeploymentError> {
    let published = pack_files(layout)?;
    let name = build.pack.hash.to_string();
    if published.iter().any(|path| path.to_string_lossy().contains(&name)) {
        return Err(DeploymentError::PublishedAlready);
    }
    layout.create_shards()?;
    for (hash, bytes) in &build.shards {
        let path = layout.shard(*hash);
        // A region that did not change keeps its shard.
        if !path.exists() {
            files::write_new(&path, bytes)?;
        }
    }
    let path = layout.packs().join(format!("{:04}-{name}.cbor", published.len() + 1));
    files::write_new(&path, &build.pack.bytes)?;
    Ok(build.pack.clone())
}

/// The published packs, the oldest first.
fn pack_files(layout: &Layout) -> Result<Vec<PathBuf>, DeploymentError> {
    let dir = layout.packs();
    let entries = fs::read_dir(&dir).map_err(DeploymentError::io("read", &dir))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(DeploymentError::io("read", &dir))?.path();
        if path.extension().is_some_and(|extension| extension == "cbor") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
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
    root: SigningKey,
    receipt: SigningKey,
    upload_secret: Zeroizing<[u8; 32]>,
    anchors: Vec<Vec<u8>>,
    packs: Vec<SignedPack>,
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
        let key = |name, expected| {
            let path = layout.key(name);
            let key = files::read_key(&path)?;
            if PublicKey::from(&key) == expected {
                Ok(key)
            } else {
                Err(DeploymentError::corrupt(&path, "not the key that the genesis statement names"))
            }
        };
        let (root, receipt) = (key("root", genesis.root_key)?, key("receipt", genesis.receipt_key)?);
        key("log", genesis.log_key)?;
        let packs = read_packs(&layout, id, &genesis.root_key)?;
        if packs.is_empty() {
            return Err(DeploymentError::corrupt(&layout.packs(), "no pack is there"));
        }
        let anchors = certificates_in(&layout.tls("ca.pem"))?.into_iter().map(|der| der.to_vec()).collect();
        files::read_secret(&layout.tls("ca.key"))?;
        let upload_secret = media::upload_secret(&layout.upload_secret())?;
        let inner = Inner { layout, id, genesis, genesis_bytes, root, receipt, upload_secret, anchors, packs };
        Ok(Self { inner: Arc::new(inner) })
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

    /// Opens the database of what has been received. A running server and this process may both have it open.
    ///
    /// # Errors
    /// [`DeploymentError::Ledger`].
    pub fn open_ledger(&self) -> Result<Ledger, DeploymentError> {
        Ok(Ledger::open(&self.inner.layout.ledger())?)
    }

    /// Checks, signs and publishes another version of the pack. A running server picks it up within seconds.
    ///
    /// # Errors
    /// [`DeploymentError::Pack`] with the place of the mistake, or what the system says.
    pub fn publish_pack(&self, source: &PackSource) -> Result<SignedPack, DeploymentError> {
        self.publish_built(&packs::compile(source)?)
    }

    /// Signs a built pack with this deployment's root key.
    ///
    /// # Errors
    /// When it breaks a limit of the wire format.
    pub fn sign_pack(&self, built: &Built) -> Result<SignedBuild, DeploymentError> {
        Ok(built.sign(self.inner.id, &self.inner.root)?)
    }

    /// Signs and publishes a built pack.
    ///
    /// # Errors
    /// As [`Deployment::publish_pack`].
    pub fn publish_built(&self, built: &Built) -> Result<SignedPack, DeploymentError> {
        self.publish_signed(&self.sign_pack(built)?)
    }

    /// Publishes a pack that was signed where the key is.
    ///
    /// # Errors
    /// [`DeploymentError::PublishedAlready`], or what the system says.
    pub fn publish_signed(&self, build: &SignedBuild) -> Result<SignedPack, DeploymentError> {
        publish(&self.inner.layout, build)
    }

    /// The signed stations of one region, by the name a pack gives them.
    ///
    /// # Errors
    /// What the system says; `None` when no pack that was published names it.
    pub fn station_shard(&self, shard: ShardHash) -> Result<Option<Vec<u8>>, DeploymentError> {
        let path = self.inner.layout.shard(shard);
        if path.exists() { files::read(&path).map(Some) } else { Ok(None) }
    }

    /// Every station of a published pack, also those in its shards, in the order of the directory.
    ///
    /// # Errors
    /// [`DeploymentError::Corrupt`] when a shard is missing or is not what the pack names.
    pub fn stations(&self, pack: &SignedPack) -> Result<Vec<Station>, DeploymentError> {
        let mut stations = pack.pack.stations.clone();
        for reference in pack.pack.shards.iter().flatten() {
            let path = self.inner.layout.shard(reference.hash);
            let shard =
                StationShard::open(&files::read(&path)?, reference, self.inner.id, &self.inner.genesis.root_key)
                    .map_err(|error| DeploymentError::corrupt(&path, error.to_string()))?;
            stations.extend(shard.stations);
        }
        Ok(stations)
    }

    /// Reads the published packs again; `None` when there are no others than `known`.
    pub(crate) fn newer_packs(&self, known: usize) -> Result<Option<Vec<SignedPack>>, DeploymentError> {
        if pack_files(&self.inner.layout)?.len() == known {
            return Ok(None);
        }
        read_packs(&self.inner.layout, self.inner.id, &self.inner.genesis.root_key).map(Some)
    }

    pub(crate) fn root_key(&self) -> &SigningKey {
        &self.inner.root
    }

    pub(crate) fn receipt_key(&self) -> &SigningKey {
        &self.inner.receipt
    }

    /// The certificate the server shows, and its key.
    pub(crate) fn server_certificate(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), DeploymentError> {
        let chain = certificates_in(&self.inner.layout.tls("server.pem"))?;
        let path = self.inner.layout.tls("server.key");
        let key = PrivateKeyDer::from_pem_slice(&files::read_secret(&path)?)
            .map_err(|error| DeploymentError::corrupt(&path, error.to_string()))?;
        Ok((chain, key))
    }
}

fn read_packs(layout: &Layout, id: DeploymentId, root: &PublicKey) -> Result<Vec<SignedPack>, DeploymentError> {
    let read = |path: &PathBuf| {
        SignedPack::open(files::read(path)?, id, root)
            .map_err(|error| DeploymentError::corrupt(path, error.to_string()))
    };
    pack_files(layout)?.iter().map(read).collect()
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, DeploymentError> {
    let pem = files::read(path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(DeploymentError::corrupt(path, "no certificate is in it")),
        Err(error) => Err(DeploymentError::corrupt(path, error.to_string())),
    }
}

#[cfg(test)]
mod tests;
