//! Why a file cannot be read or written now.

use super::store::ObjectError;
use crate::ledger::LedgerError;

/// Why a file that is held cannot be worked with now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The bytes cannot be stored or read.
    #[error(transparent)]
    Store(#[from] ObjectError),
    /// The ledger cannot store or read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A worker failed, or something could not be signed; a bug.
    #[error("the coordinator failed to work on a file; it is logged, try again later")]
    Worker,
}
