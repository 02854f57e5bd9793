//! Why a day could not be simulated.

use std::io;
use std::path::PathBuf;

use kuager_coordinator::deployment::DeploymentError;
use kuager_coordinator::enrol::{DeviceError, InviteError};
use kuager_coordinator::inbox::MessageError;
use kuager_coordinator::intake::IntakeError;
use kuager_coordinator::journal::JournalError;
use kuager_coordinator::ledger::LedgerError;
use kuager_coordinator::media::store::ObjectError;
use kuager_coordinator::media::{MediaError, UploadError};
use kuager_coordinator::{CoordinatorError, OpenError, SetupError};
use kuager_forms::FormError;
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
    /// The data directory.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What people did cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Files cannot be stored.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// A file cannot be looked at.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// A file was not taken.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// A message cannot be sent.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A device's trust cannot be ended.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A form of the pack that no phone could open.
    #[error("the form `{0}` of the pack cannot be opened ({1})")]
    Form(String, Box<FormError>),
    /// A picture cannot be made.
    #[error("a picture of a paper cannot be made ({0})")]
    Paper(String),
    /// A pack without anything to fill in, or without stations.
    #[error("the newest pack has no stations or no forms, so there is nothing to rehearse")]
    NothingToRehearse,
    /// A pack that allows no exercises.
    #[error(
        "the newest pack allows no training (`training = false`); publish one that does, or rehearse with another deployment"
    )]
    NoTraining,
    /// There is one.
    #[error("there is a rehearsal in {} already; `kuager rehearse --clean` removes it", .0.display())]
    AlreadyThere(PathBuf),
    /// What was to be removed is something else.
    #[error("{} is no rehearsal and is not removed", .0.display())]
    NoRehearsal(PathBuf),
    /// A rehearsal of a rehearsal.
    #[error("this data directory is a rehearsal itself; give that of the real deployment")]
    OfARehearsal,
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
