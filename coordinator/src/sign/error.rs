//! Why something was not signed.

use kuager_wire::cose::StatementError;

/// A statement that breaks a rule of its own kind, or is too large. Nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot be signed: {0}")]
pub struct SignError(#[from] pub StatementError);
