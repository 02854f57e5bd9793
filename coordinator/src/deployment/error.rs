//! What can go wrong with a data directory, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a data directory cannot be made, opened or used.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// No deployment in this folder.
    #[error("{} holds no deployment; make one with `kuager init --data {}`", .0.display(), .0.display())]
    Missing(PathBuf),
    /// A deployment is there already. Its keys are never overwritten.
    #[error("{} holds a deployment already; its keys are not overwritten, choose another folder", .0.display())]
    AlreadyThere(PathBuf),
    /// The folder for a new deployment holds something else.
    #[error("{} is not empty and holds no deployment (perhaps an interrupted `kuager init`); empty it or choose another folder", .0.display())]
    NotEmpty(PathBuf),
    /// A secret that others may read.
    #[error("{} can be read by other users (mode {mode:o}); run `chmod 600` on it and consider whether somebody has read it", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its mode bits.
        mode: u32,
    },
    /// A file that is not what it was when it was written.
    #[error("{} is damaged or belongs to another deployment ({reason}); restore it from a backup", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        reason: String,
    },
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
    /// A host name the certificate cannot be made for.
    #[error(
        "no certificate can be made for the given host names ({0}); give DNS names or IP addresses without scheme and port"
    )]
    Certificate(#[from] rcgen::Error),
    /// The machine has no randomness to make keys from.
    #[error("the system gives no random numbers ({0}); keys cannot be made")]
    Random(#[from] getrandom::Error),
    /// A pack that is published already.
    #[error("this very pack is published already")]
    PublishedAlready,
}

impl DeploymentError {
    /// For `map_err`: what was tried with which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn corrupt(path: &Path, reason: impl Into<String>) -> Self {
        Self::Corrupt { path: path.to_owned(), reason: reason.into() }
    }
}
