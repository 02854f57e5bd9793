//! A backup becomes a folder again: all of it, checked, or none.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use kuager_wire::ids::{DeploymentId, MediaHash};
use tokio::task::spawn_blocking;

use super::age::{self, Failed, Key};
use super::archive::{self, Broken, Sums};
use super::error::BackupError;
use crate::deployment::{Deployment, Layout};
use crate::ledger::{Ledger, Records, SqliteLedger, Uploads, sqlite};
use crate::sign::Signer;

/// Where a backup is unpacked, within the new folder.
const UNPACKED: &str = ".kuager-restoring";
/// What comes last: a folder with it is a complete deployment.
const GENESIS: &str = "genesis.cbor";

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Files, the ledger among them.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Records in the ledger.
    pub records: u64,
    /// Devices in the ledger.
    pub devices: u64,
    /// Files of phones that the ledger knew and the backup had not: phones are asked for them again.
    pub missing: u64,
}

/// Restores a backup into a folder that is empty or does not exist.
///
/// # Errors
/// [`BackupError`]; then the folder is as it was.
pub async fn restore(from: &Path, key: Key, dir: &Path) -> Result<Restored, BackupError> {
    let (source, target) = (from.to_owned(), dir.to_owned());
    let (unpacked, sums) = blocking(move || unpack(&source, &key, &target)).await?;
    let (missing, records, devices) = put_right(unpacked.inside(), &sums).await?;
    let (entries, bytes) = (sums.entries, sums.bytes);
    blocking(move || {
        // Opened as a server would open it, before anybody sees it.
        let deployment = Deployment::open(&unpacked.inside())?;
        Signer::open(&deployment)?;
        unpacked.move_into_place()?;
        Ok(Restored { deployment: deployment.id(), entries, bytes, records, devices, missing })
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "work on a backup failed");
        Err(BackupError::Failed)
    })
}

/// A backup that is unpacked and not in place yet; gone when it does not get there.
struct Unpacked {
    dir: PathBuf,
    /// Whether the folder was made for it.
    made: bool,
    in_place: bool,
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        if self.in_place {
            return;
        }
        let inside = self.inside();
        let removed = if inside.exists() { fs::remove_dir_all(&inside) } else { Ok(()) };
        if let Err(error) = removed.and_then(|()| if self.made { fs::remove_dir(&self.dir) } else { Ok(()) }) {
            tracing::warn!(%error, path = %inside.display(), "what was unpacked is left behind; remove it");
        }
    }
}

impl Unpacked {
    /// Makes the folder ready.
    fn begin(dir: &Path) -> Result<Self, BackupError> {
        let mut made = false;
        match fs::read_dir(dir) {
            Ok(entries) => {
                // A freshly made file system has a `lost+found` of its own.
                if entries.flatten().any(|entry| entry.file_name() != "lost+found") {
                    return Err(BackupError::NotEmpty(dir.to_owned()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                folder(dir)?;
                made = true;
            }
            Err(error) => return Err(BackupError::io("read", dir)(error)),
        }
        let unpacked = Self { dir: dir.to_owned(), made, in_place: false };
        folder(&unpacked.inside())?;
        Ok(unpacked)
    }

    fn inside(&self) -> PathBuf {
        self.dir.join(UNPACKED)
    }

    /// Makes it visible: all of it, or nothing.
    fn move_into_place(mut self) -> Result<(), BackupError> {
        let mut moved = Vec::new();
        if let Err(error) = self.move_all(&mut moved) {
            for name in moved {
                // What cannot be moved back is without a genesis, and so is nothing that a server would open.
                let _ = fs::rename(self.dir.join(&name), self.inside().join(&name));
            }
            return Err(BackupError::io("write", &self.dir)(error));
        }
        self.in_place = true;
        Ok(())
    }

    /// The genesis comes last, and only after everything else is on disk.
    fn move_all(&self, moved: &mut Vec<OsString>) -> io::Result<()> {
        let (inside, dir) = (self.inside(), &self.dir);
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
        let entries = fs::read_dir(&inside)?.map(|entry| entry.map(|entry| entry.file_name()));
        let mut names = entries.collect::<io::Result<Vec<_>>>()?;
        names.sort_by_key(|name| name == GENESIS);
        let disk = File::open(dir)?;
        rustix::fs::syncfs(&disk)?;
        for name in names {
            if name == GENESIS {
                disk.sync_all()?;
            }
            fs::rename(inside.join(&name), dir.join(&name))?;
            moved.push(name);
        }
        fs::remove_dir(&inside)?;
        disk.sync_all()
    }
}

fn folder(path: &Path) -> Result<(), BackupError> {
    DirBuilder::new().mode(0o700).recursive(true).create(path).map_err(BackupError::io("create", path))
}

/// Unpacks a backup and checks all of it.
fn unpack(from: &Path, key: &Key, dir: &Path) -> Result<(Unpacked, Sums), BackupError> {
    let unreadable = |error| BackupError::io("read", from)(error);
    let file = File::open(from).map_err(unreadable)?;
    let opened = age::open(BufReader::with_capacity(256 * 1024, file), key);
    let mut opened = opened.map_err(|failed| match failed {
        Failed::Fault(fault) => BackupError::fault(fault, from),
        Failed::Io(error) => unreadable(error),
    })?;
    let unpacked = Unpacked::begin(dir)?;
    let mut writing = None;
    let inside = unpacked.inside();
    let sums = archive::read(&mut opened, |name, bytes| {
        let path = inside.join(name);
        let write = || {
            DirBuilder::new().mode(0o700).recursive(true).create(path.parent().unwrap_or(&inside))?;
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)
        };
        let mut file = write().inspect_err(|_| writing = Some(path.clone()))?;
        io::copy(bytes, &mut file).map(drop).inspect_err(|error| {
            // Of the two sides only this one can be full.
            if !matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) {
                writing = Some(path.clone());
            }
        })
    });
    match sums {
        Ok(sums) => Ok((unpacked, sums)),
        Err(Broken::Sums) => Err(BackupError::Altered(from.to_owned())),
        Err(Broken::Name(name)) => Err(BackupError::BadEntry { path: from.to_owned(), name }),
        Err(Broken::Io(error)) => Err(match (opened.fault(), writing) {
            (Some(fault), _) => BackupError::fault(fault, from),
            (None, Some(path)) => BackupError::io("write", &path)(error),
            (None, None) => match error.kind() {
                // It was decrypted well and is no archive.
                io::ErrorKind::Other | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                    BackupError::NotABackup(from.to_owned())
                }
                _ => unreadable(error),
            },
        }),
    }
}

/// Makes the ledger agree with the files that are there, and checks it. Returns how many files are missing, and how many
/// records and devices it has.
async fn put_right(dir: PathBuf, sums: &Sums) -> Result<(u64, u64, u64), BackupError> {
    let layout = Layout { dir };
    let path = layout.ledger();
    blocking(move || Ok(sqlite::check(&path)?)).await?;
    let path = layout.ledger();
    let ledger = blocking(move || Ok(SqliteLedger::open(&path)?)).await?;
    let outcome = reconcile(&ledger, sums).await;
    ledger.close().await;
    outcome
}

async fn reconcile(ledger: &SqliteLedger, sums: &Sums) -> Result<(u64, u64, u64), BackupError> {
    // A file is there if it is still the one it is named for.
    let named = |(name, hash): (&str, &str)| name.ends_with(hash).then(|| hash.parse().ok()).flatten();
    let there: HashSet<MediaHash> = sums.files().filter_map(named).collect();
    let missing: Vec<_> = ledger.held_files().await?.into_iter().filter(|held| !there.contains(held)).collect();
    let count = u64::try_from(missing.len()).unwrap_or(u64::MAX);
    ledger.forget_files(missing).await?;
    let counts = ledger.counts().await?;
    Ok((count, counts.records, counts.devices))
}
