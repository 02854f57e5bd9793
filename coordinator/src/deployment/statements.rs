//! Signed statements that come into a data directory one by one and never go: a folder for each kind, a file for each
//! statement, in the order of their names.

use std::fs;
use std::io;
use std::path::PathBuf;

use kuager_evidence::Authority;
use kuager_wire::cose::{self, Statement};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::desk::DeskKey;
use kuager_wire::ids::DeploymentId;
use kuager_wire::limits;
use kuager_wire::servers::Servers;
use kuager_wire::sync::Delegations;

use super::Deployment;
use super::error::DeploymentError;
use super::files::{cbor_files, read, write_new};

const DELEGATIONS: &str = "delegations";
const REVOCATIONS: &str = "revocations";
const SERVERS: &str = "servers";
const DESK: &str = "desk";
/// Keys of the desk that are read at most: one is made when the last one is lost.
const DESK_KEYS: usize = 64;

impl Deployment {
    /// What the root key has delegated and taken back.
    ///
    /// # Errors
    /// What the system says.
    pub fn delegations(&self) -> Result<Delegations, DeploymentError> {
        let bytes = |name: &str| self.statements(name, limits::DELEGATIONS).map(|all| all.map(Into::into).collect());
        Ok(Delegations { delegations: bytes(DELEGATIONS)?, revocations: bytes(REVOCATIONS)? })
    }

    /// Whoever may sign for this deployment.
    ///
    /// # Errors
    /// What the system says. A file that does not hold gives nothing.
    pub fn authority(&self) -> Result<Authority, DeploymentError> {
        let mut authority = Authority::new(self.id(), self.genesis().root_key);
        let Delegations { delegations, revocations } = self.delegations()?;
        for bytes in &delegations {
            let _ = authority.delegate(bytes);
        }
        for bytes in &revocations {
            let _ = authority.revoke(bytes);
        }
        Ok(authority)
    }

    /// Keeps a delegation that the root key signed.
    ///
    /// # Errors
    /// [`DeploymentError::Foreign`] for one that it did not, or that has another's number, and what the system says.
    pub fn add_delegation(&self, bytes: &[u8]) -> Result<Delegation, DeploymentError> {
        let delegation: Delegation = self.by_root(bytes)?;
        let held = self.delegations()?.delegations;
        if held.iter().any(|held| held.as_slice() == bytes) {
            return Ok(delegation);
        }
        let number = |bytes: &[u8]| self.by_root::<Delegation>(bytes).map(|held| held.number);
        if held.iter().filter_map(|held| number(held).ok()).any(|held| held == delegation.number) {
            return Err(DeploymentError::Foreign(format!("there is another delegation {}", delegation.number)));
        }
        if held.len() >= limits::DELEGATIONS {
            return Err(DeploymentError::Foreign(format!("there are {} delegations already", held.len())));
        }
        self.keep(DELEGATIONS, &format!("{:020}-{}", delegation.number, delegation.key.kid()), bytes)?;
        Ok(delegation)
    }

    /// Keeps a revocation of an issuer that the root key signed.
    ///
    /// # Errors
    /// [`DeploymentError::Foreign`] for one that it did not, and what the system says.
    pub fn add_revocation(&self, bytes: &[u8]) -> Result<Revocation, DeploymentError> {
        let revocation: Revocation = self.by_root(bytes)?;
        if revocation.what != RevokedKey::Issuer {
            return Err(DeploymentError::Foreign("it revokes a device, not an issuer".to_owned()));
        }
        if !self.delegations()?.revocations.iter().any(|held| held.as_slice() == bytes) {
            self.keep(REVOCATIONS, &format!("{}-{:020}", revocation.kid, revocation.revoked_ms), bytes)?;
        }
        Ok(revocation)
    }

    /// The last word on where phones are to go, with its bytes; `None` before the first.
    ///
    /// # Errors
    /// What the system says.
    pub fn latest_servers(&self) -> Result<Option<(Servers, Vec<u8>)>, DeploymentError> {
        let Some(path) = self.files(SERVERS)?.pop() else { return Ok(None) };
        let bytes = read(&path)?;
        let servers = cose::Envelope::parse(&bytes, Servers::LIMIT).and_then(|envelope| envelope.statement());
        let servers = servers.map_err(|error| DeploymentError::corrupt(&path, error.to_string()))?;
        Ok(Some((servers, bytes)))
    }

    /// Keeps where phones are to go from now on.
    ///
    /// # Errors
    /// [`DeploymentError::Io`] with `AlreadyExists` when another process used the same date, or what the system says.
    pub(crate) fn add_servers(&self, servers: &Servers, bytes: &[u8]) -> Result<(), DeploymentError> {
        self.keep(SERVERS, &format!("{:020}", servers.issued_ms), bytes)
    }

    /// What the receipt key says about keys of the desk, the oldest first.
    ///
    /// # Errors
    /// What the system says.
    pub fn desk_keys(&self) -> Result<Vec<Vec<u8>>, DeploymentError> {
        Ok(self.statements(DESK, DESK_KEYS)?.collect())
    }

    /// Keeps what the receipt key says about a key of the desk.
    ///
    /// # Errors
    /// [`DeploymentError::Io`] with `AlreadyExists` when another process used the same number, or what the system says.
    pub(crate) fn add_desk_key(&self, key: &DeskKey, bytes: &[u8]) -> Result<(), DeploymentError> {
        self.keep(DESK, &format!("{:020}", key.number), bytes)
    }

    /// Reads a statement that the root key signed.
    fn by_root<T: Statement>(&self, bytes: &[u8]) -> Result<T, DeploymentError> {
        let id: DeploymentId = self.id();
        cose::open(bytes, id, &self.genesis().root_key).map_err(|error| DeploymentError::Foreign(error.to_string()))
    }

    fn files(&self, name: &str) -> Result<Vec<PathBuf>, DeploymentError> {
        let dir = self.layout().statements(name);
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(DeploymentError::io("read", &dir))?,
        };
        cbor_files(&dir, entries)
    }

    /// The statements of a folder, the newest `most` of them, the oldest first.
    fn statements(&self, name: &str, most: usize) -> Result<impl Iterator<Item = Vec<u8>>, DeploymentError> {
        let mut paths = self.files(name)?;
        let paths = paths.split_off(paths.len().saturating_sub(most));
        Ok(paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?.into_iter())
    }

    fn keep(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<(), DeploymentError> {
        use std::os::unix::fs::DirBuilderExt;
        let dir = self.layout().statements(folder);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(DeploymentError::io("create", &dir))?;
        write_new(&dir.join(format!("{name}.cbor")), bytes)
    }
}
