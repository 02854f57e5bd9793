//! Why a backup was not made, or not restored, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::age::Fault;
use crate::deployment::DeploymentError;
use crate::ledger::LedgerError;

/// Why a backup was not made, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The deployment that is to be backed up, or the one that was in the backup.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// Its database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A backup is never overwritten.
    #[error("{} is there already; give another name", .0.display())]
    AlreadyThere(PathBuf),
    /// Nothing that is in a folder is ever overwritten.
    #[error("{} is not empty; a backup is restored into a folder that is empty or does not exist", .0.display())]
    NotEmpty(PathBuf),
    /// No room.
    #[error("the disk with {} is full; make room or choose another place, nothing was changed", .0.display())]
    Full(PathBuf),
    /// The system refuses.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another kind of file.
    #[error("{} is no backup of a deployment", .0.display())]
    NotABackup(PathBuf),
    /// The file ends too early.
    #[error("{} is cut: its end is missing; copy it again, or take another backup", .0.display())]
    Truncated(PathBuf),
    /// Bytes in the middle are not what was written.
    #[error("{} was altered or damaged after it was written; take another backup", .0.display())]
    Altered(PathBuf),
    /// Another passphrase.
    #[error("this is not the passphrase of {}", .0.display())]
    WrongPassphrase(PathBuf),
    /// It was encrypted for keys, and a passphrase was given.
    #[error("{} was encrypted for a key, not with a passphrase; give the file with that key (--identity-file)", .0.display())]
    NeedsIdentity(PathBuf),
    /// It was encrypted for other keys, or with a passphrase.
    #[error("{} was not encrypted for this key; give its passphrase or another key", .0.display())]
    WrongIdentity(PathBuf),
    /// A name in it leads elsewhere, or two entries have the same.
    #[error("{} has an entry `{name}`, which no backup has; do not trust it", path.display())]
    BadEntry {
        /// The backup.
        path: PathBuf,
        /// The entry.
        name: String,
    },
    /// A file that cannot have a place in an archive.
    #[error("{} cannot be backed up under this name; move it out of the data directory", .0.display())]
    BadName(PathBuf),
    /// The machine has no randomness.
    #[error("the system gives no random numbers ({0}); nothing can be encrypted")]
    Random(#[from] getrandom::Error),
    /// A part of the work ended by a panic; a bug.
    #[error("the work on the backup failed; the log says more")]
    Failed,
}

impl BackupError {
    /// For `map_err`: what was tried with which file.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full(path),
            _ => Self::Io { action, path, source },
        }
    }

    /// What is wrong with the file at this path.
    pub(super) fn fault(fault: Fault, path: &Path) -> Self {
        let path = path.to_owned();
        match fault {
            Fault::NotAge => Self::NotABackup(path),
            Fault::Truncated => Self::Truncated(path),
            Fault::Altered => Self::Altered(path),
            Fault::WrongPassphrase => Self::WrongPassphrase(path),
            Fault::NeedsIdentity => Self::NeedsIdentity(path),
            Fault::WrongIdentity => Self::WrongIdentity(path),
        }
    }
}
