//! How a deployment comes to be, and how it gets another pack: the work of whoever has the root key.

use std::path::Path;
use std::sync::Arc;

use kuager_pack::{Built, PackError, PackSource};
use kuager_wire::genesis::Genesis;
use kuager_wire::pack::{Pack, SignedPack};

use crate::clock::{Clock, SystemClock};
use crate::deployment::{self, Deployment, DeploymentError, Layout, create_certificates, write_new};
use crate::ledger::{LedgerError, sqlite};
use crate::sign::{NewKeys, RootSigner, SignError};

/// Version of the invites that a new deployment hands out; phones take no older one for it.
const INVITES: u8 = 2;

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

/// Why a deployment could not be made, or a pack not be published.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The data directory.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The pack's source is wrong.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// Something is too large or breaks a rule of its kind.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Makes a deployment in a folder that is empty or does not exist: keys, certificates, genesis, ledger, first pack.
///
/// # Errors
/// [`SetupError`]; an existing deployment is never touched.
#[expect(clippy::needless_pass_by_value, reason = "options are made for one call")]
pub fn init(dir: &Path, options: InitOptions) -> Result<Deployment, SetupError> {
    found(dir, kuager_pack::compile(&options.pack)?, &options.hosts, options.clock.now_ms())
}

/// As [`init`], from a pack that is built already, at a moment.
///
/// # Errors
/// As [`init`].
pub fn found(dir: &Path, built: Built, hosts: &[String], created_ms: u64) -> Result<Deployment, SetupError> {
    let layout = Layout { dir: dir.to_owned() };
    let pack = &built.pack;
    let certificates = create_certificates(hosts)?;
    layout.create()?;
    certificates.write(&layout)?;
    let keys = NewKeys::create(&layout)?;
    let [root_key, receipt_key, log_key] = keys.public();
    let host = hosts.first().map_or("localhost", String::as_str);
    let (genesis, root) = keys.found(&Genesis {
        version: kuager_wire::VERSION,
        root_key,
        receipt_key,
        log_key,
        log_origin: format!("{host}/kuager/{}", pack.id),
        title: pack.title.clone(),
        election_day: pack.election_day.clone(),
        created_ms,
        invites: Some(INVITES),
    })?;
    sqlite::create(&layout.ledger())?;
    let first = Built { pack: Pack { edition: Some(1), ..built.pack.clone() }, ..built };
    let first = root.pack(&first)?;
    deployment::publish(&layout, &[], &first.pack, &first.shards)?;
    // Only now does the folder hold a deployment.
    write_new(&layout.genesis(), &genesis)?;
    Ok(Deployment::open(dir)?)
}

/// Checks, signs and publishes another version of the pack. A running server picks it up within seconds.
///
/// # Errors
/// [`SetupError::Pack`] with the place of the mistake, or what the system says.
pub fn publish_source(deployment: &Deployment, source: &PackSource) -> Result<SignedPack, SetupError> {
    publish(deployment, &kuager_pack::compile(source)?)
}

/// Signs and publishes a built pack with the root key in the data directory.
///
/// # Errors
/// As [`publish_source`].
pub fn publish(deployment: &Deployment, built: &Built) -> Result<SignedPack, SetupError> {
    let build = RootSigner::open(deployment)?.pack(&deployment.numbered(built)?)?;
    deployment.publish(&build.pack, &build.shards)?;
    Ok(build.pack)
}
