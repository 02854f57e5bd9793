//! What can go wrong with a data directory, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a data directory cannot be made, opened or used.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// No deployment in this folder.
    #[error("{} holds no deployment; make one with `kuager init --data {}`, or bring one back with `kuager restore FILE --data {}`", .0.display(), .0.display(), .0.display())]
    Missing(PathBuf),
    /// A deployment is there already. Its keys are never overwritten.
    #[error("{} holds a deployment already; its keys are not overwritten, choose another folder", .0.display())]
    AlreadyThere(PathBuf),
    /// The folder for a new deployment holds something else.
    #[error("{} is not empty and holds no genesis.cbor, so no deployment is made in it; choose another folder. If keys are in it, keep them: nobody can make them again. A backup comes back with `kuager restore FILE --data DIR`, into an empty folder", .0.display())]
    NotEmpty(PathBuf),
    /// Another process serves this folder.
    #[error("{} is served already{}; one server per folder, stop the other one first", dir.display(), by(*pid))]
    Served {
        /// The folder.
        dir: PathBuf,
        /// The process, if it says.
        pid: Option<u32>,
    },
    /// What is nobody's business and others may read.
    #[error("{} is open to other users (mode {mode:o}); run `chmod {} {}` and consider whether somebody has read it", path.display(), if *folder { "700" } else { "600" }, path.display())]
    Permissions {
        /// The file or folder.
        path: PathBuf,
        /// Its mode bits.
        mode: u32,
        /// Whether it is a folder.
        folder: bool,
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
    /// What a certificate cannot be made for.
    #[error("`{0}` is no host; give a DNS name or an IP address, without scheme and port")]
    Host(String),
    /// A certificate that cannot be made or read.
    #[error("a certificate cannot be made or read ({0}); restore tls/ from a backup")]
    Certificate(#[from] rcgen::Error),
    /// The machine has no randomness to make keys from.
    #[error("the system gives no random numbers ({0}); keys cannot be made")]
    Random(#[from] getrandom::Error),
    /// The root key has left the machine.
    #[error(
        "the root key is not on this machine; run `kuager root request` here, `kuager root sign` where the root key is, \
         `kuager root import` here"
    )]
    RootIsAway,
    /// A statement that this deployment's root key did not sign, or that does not fit what is here.
    #[error("this does not belong to this deployment: {0}")]
    Foreign(String),
    /// A pack that is published already.
    #[error("this very pack is published already")]
    PublishedAlready,
    /// A pack with a lower edition than the newest, which no phone would take for newer.
    #[error(
        "this pack was signed before the newest one was published, and phones would not take it; have it signed again"
    )]
    Overtaken,
}

fn by(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" by process {pid}")).unwrap_or_default()
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
