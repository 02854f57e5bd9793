//! Why a day could not be simulated.

use std::io;
use std::path::PathBuf;

use kuager_coordinator::enrol::InviteError;
use kuager_coordinator::intake::IntakeError;
use kuager_coordinator::{CoordinatorError, OpenError, SetupError};
use kuager_wire::cose::StatementError;
use kuager_wire::receipt::RefusalCode;

/// Why a day could not be simulated.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// More stations or fewer than can be.
    #[error("a country has 1 to {most} stations here, not {asked}")]
    Stations {
        /// What was asked for.
        asked: usize,
        /// The most there can be.
        most: usize,
    },
    /// The deployment cannot be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The deployment cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Invites cannot be made.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// A record cannot be signed.
    #[error("a record cannot be signed ({0})")]
    Sign(#[from] StatementError),
    /// A device was not enrolled.
    #[error("a simulated device was refused: {0:?}")]
    Refused(RefusalCode),
    /// A record was refused.
    #[error("a simulated record was refused: {0:?}")]
    RecordRefused(RefusalCode),
    /// The coordinator failed.
    #[error(transparent)]
    Coordinator(#[from] CoordinatorError),
    /// The intake failed.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The pack lacks what the simulated phones answer.
    #[error("the pack has no form `{0}`, which the simulated phones answer")]
    NoForm(&'static str),
    /// A file cannot be read or written.
    #[error("cannot {action} {} ({source})", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl RehearsalError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
