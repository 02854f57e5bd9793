//! Where things are in the data directory, and how they get there: whole and durable, or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use kuager_wire::ids::ShardHash;
use tempfile::{NamedTempFile, PersistError};
use zeroize::Zeroizing;

use super::error::DeploymentError;

/// The statements among the entries of a folder, by their names.
pub(super) fn cbor_files(dir: &Path, entries: fs::ReadDir) -> Result<Vec<PathBuf>, DeploymentError> {
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(DeploymentError::io("read", dir))?.path();
        if path.extension().is_some_and(|extension| extension == "cbor") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The data directory.
///
/// ```text
/// genesis.cbor            written last: a folder with it is a complete deployment
/// keys/{root,receipt,log}.seed      32 bytes each, mode 0600
/// keys/{upload,pass}.secret         32 bytes that upload addresses and passes are derived from, mode 0600
/// keys/people.secret                32 bytes that passwords and codes of people at the desk rest on, mode 0600
/// tls/{ca,server}.{pem,key}         own authority and the server's certificate
/// packs/0001-<hash>.cbor            every pack ever published, in order
/// packs/stations/<hash>.cbor        the stations of a region, as packs name them
/// ledger.db               what has been received
/// media/                  files that records list: arriving, and held
/// serve.lock              locked by the process that serves, and names it
/// keys/issuer-<kid>.seed            32 bytes, mode 0600, once something was delegated
/// delegations/<number>-<kid>.cbor   what the root key delegated
/// revocations/<kid>-<ms>.cbor       issuers it took that back from
/// attestation/            more roots of platforms, and what they took back; only what somebody put there
/// servers/<ms>.cbor                 where phones were told to go, the last one counts
/// keys/desk-<kid>.seed              32 bytes, mode 0600: what is done at the desk is signed with it
/// rehearsal.json          only where nothing ever happened: what time it is there
/// rehearsal/              a rehearsal of this deployment, a data directory of its own
/// desk/<number>.cbor                what the receipt key says about keys of the desk
/// publications/<hash>.zip           what was proposed to be published, and what was
/// names.age                         who is which observer, encrypted for keys that are not here; only if somebody put it there
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) dir: PathBuf,
}

impl Layout {
    pub(crate) fn genesis(&self) -> PathBuf {
        self.dir.join("genesis.cbor")
    }

    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.dir.join("keys").join(format!("{name}.seed"))
    }

    pub(crate) fn tls(&self, name: &str) -> PathBuf {
        self.dir.join("tls").join(name)
    }

    pub(crate) fn packs(&self) -> PathBuf {
        self.dir.join("packs")
    }

    /// The signed stations of one region.
    pub(crate) fn shard(&self, hash: ShardHash) -> PathBuf {
        self.packs().join("stations").join(format!("{hash}.cbor"))
    }

    /// Makes the folder of the shards; deployments made before there were any have none.
    pub(crate) fn create_shards(&self) -> Result<(), DeploymentError> {
        let dir = self.packs().join("stations");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(DeploymentError::io("create", &dir))
    }

    /// One of the folders that are made when something comes into them.
    pub(crate) fn statements(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn secret(&self, name: &str) -> PathBuf {
        self.dir.join("keys").join(format!("{name}.secret"))
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.dir.join("ledger.db")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    pub(crate) fn media(&self) -> PathBuf {
        self.dir.join("media")
    }

    /// Refuses a directory in which others may read what is not for them: keys, what was received, files. Copying a backup back
    /// is how such modes come about.
    ///
    /// # Errors
    /// [`DeploymentError::Permissions`] with the first file or folder.
    pub(crate) fn expect_private(&self) -> Result<(), DeploymentError> {
        let keys = self.dir.join("keys");
        let entries = fs::read_dir(&keys).map_err(DeploymentError::io("read", &keys))?;
        let mut private: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        private.extend(["ca.key", "server.key"].map(|name| self.tls(name)));
        let ledger = self.ledger();
        // SQLite's own files beside it hold the same.
        private.extend(["", "-wal", "-shm"].map(|suffix| {
            let mut path = ledger.clone().into_os_string();
            path.push(suffix);
            path.into()
        }));
        private.extend([keys, self.media()]);
        private.iter().filter(|path| path.exists()).try_for_each(|path| expect_private(path))
    }

    /// Makes the folders of a new deployment in an empty folder.
    pub(crate) fn create(&self) -> Result<(), DeploymentError> {
        if self.genesis().exists() {
            return Err(DeploymentError::AlreadyThere(self.dir.clone()));
        }
        for dir in [self.dir.clone(), self.dir.join("keys"), self.dir.join("tls"), self.packs()] {
            fs::DirBuilder::new()
                .mode(0o700)
                .recursive(true)
                .create(&dir)
                .map_err(DeploymentError::io("create", &dir))?;
            let entries = fs::read_dir(&dir).map_err(DeploymentError::io("read", &dir))?;
            // A freshly made file system has a `lost+found` of its own.
            if entries.flatten().any(|entry| entry.file_name() != "lost+found") && dir == self.dir {
                return Err(DeploymentError::NotEmpty(self.dir.clone()));
            }
        }
        Ok(())
    }
}

/// Writes a new file that is either there with all its bytes after a power loss, or not there. Only its owner may read
/// it.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), DeploymentError> {
    write(path, bytes, |file| file.persist_noclobber(path))
}

/// Puts a file in the place of another: whoever reads it, also after a power loss, reads the one or the other.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DeploymentError> {
    write(path, bytes, |file| file.persist(path))
}

fn write(
    path: &Path,
    bytes: &[u8],
    place: impl FnOnce(NamedTempFile) -> Result<File, PersistError>,
) -> Result<(), DeploymentError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let error = |source| DeploymentError::Io { action: "write", path: path.to_owned(), source };
    let mut file = NamedTempFile::new_in(dir).map_err(error)?;
    file.write_all(bytes).map_err(error)?;
    file.as_file().sync_all().map_err(error)?;
    place(file).map_err(|refused| error(refused.error))?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(error)
}

/// Reads a file that must be there.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, DeploymentError> {
    fs::read(path).map_err(DeploymentError::io("read", path))
}

/// Reads a secret, and refuses one that others may read too.
pub(crate) fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, DeploymentError> {
    expect_private(path)?;
    read(path).map(Zeroizing::new)
}

/// Refuses a file or folder that others may use.
fn expect_private(path: &Path) -> Result<(), DeploymentError> {
    let metadata = fs::metadata(path).map_err(DeploymentError::io("read", path))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(DeploymentError::Permissions { path: path.to_owned(), mode, folder: metadata.is_dir() });
    }
    Ok(())
}

/// Overwrites a secret and removes it, durably. A medium that wears evenly may keep the old bytes somewhere all the same.
pub(crate) fn remove_secret(path: &Path) -> Result<(), DeploymentError> {
    let error = |source| DeploymentError::Io { action: "remove", path: path.to_owned(), source };
    let mut file = fs::OpenOptions::new().write(true).open(path).map_err(error)?;
    let length = file.metadata().map_err(error)?.len();
    let zeros = vec![0; usize::try_from(length).unwrap_or_default().min(4096)];
    file.write_all(&zeros).and_then(|()| file.sync_all()).map_err(error)?;
    fs::remove_file(path).map_err(error)?;
    File::open(path.parent().unwrap_or(Path::new("."))).and_then(|dir| dir.sync_all()).map_err(error)
}
