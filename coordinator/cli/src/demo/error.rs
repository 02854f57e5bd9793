//! Why the demonstration did not end well.

use std::io;

use kuager_coordinator::app::OpenError;
use kuager_coordinator::enrol::InviteError;
use kuager_coordinator::http::ServeError;
use kuager_coordinator::ledger::LedgerError;
use kuager_coordinator::media::store::ObjectError;
use kuager_core::ObserverError;
use kuager_evidence::ReceiptFault;
use kuager_rehearsal::RehearsalError;
use kuager_wire::cose::StatementError;

/// Why the demonstration did not end well.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Something that must hold does not.
    #[error("this did not hold: {0}")]
    Check(String),
    /// A phone.
    #[error("a phone failed: {0}")]
    Phone(#[from] ObserverError),
    /// The coordinator could not be made.
    #[error(transparent)]
    Evening(#[from] RehearsalError),
    /// The coordinator's data.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The coordinator's database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The desk.
    #[error(transparent)]
    Desk(#[from] kuager_desk::DeskError),
    /// The coordinator's folder for files.
    #[error("files cannot be kept: {0}")]
    Files(#[from] ObjectError),
    /// An invite.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The coordinator.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Something signed does not verify.
    #[error("something signed does not verify: {0}")]
    Statement(#[from] StatementError),
    /// A receipt does not hold, or is about something else.
    #[error("a receipt does not count: {0}")]
    Receipt(#[from] ReceiptFault),
    /// The system.
    #[error("the system refuses: {0}")]
    Io(#[from] io::Error),
}

/// Whether something that must hold does.
pub(super) fn check(holds: bool, what: &str) -> Result<(), DemoError> {
    if holds { Ok(()) } else { Err(DemoError::Check(what.to_owned())) }
}
