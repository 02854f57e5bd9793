//! What can go wrong with the coordinator's own part of an answer.

use crate::ledger::LedgerError;
use crate::sign::SignError;
use crate::sparing::{Lines, lines};

/// Lines about what could not be signed: without an issuer, whoever has an invite causes one with each request.
static UNSIGNED: Lines = lines();

/// Why the coordinator has no answer now, through no fault of whoever asks. Nothing was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoordinatorError {
    /// The ledger cannot store or read now.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A worker failed; a bug.
    #[error("the coordinator failed to work on this; it is logged, send it again later")]
    Worker,
    /// There is no key now that may sign this; its people have to see to it.
    #[error("the coordinator cannot sign this now; send it again later")]
    NoIssuer,
    /// A statement of this coordinator could not be signed; a bug.
    #[error("the coordinator failed to sign its answer; it is logged, send it again later")]
    Signing,
}

impl From<SignError> for CoordinatorError {
    /// The reason stays here: it is of no use to whoever asked.
    fn from(error: SignError) -> Self {
        if let Some(left_out) = UNSIGNED.pass() {
            tracing::error!(%error, left_out, "an answer could not be signed");
        }
        match error {
            SignError::Statement(_) => Self::Signing,
            SignError::NoIssuer
            | SignError::IssuerOver { .. }
            | SignError::IssuerRevoked
            | SignError::Unreadable(_) => Self::NoIssuer,
        }
    }
}
