//! Why something could not be drafted or sealed.

use kuager_forms::AnswerError;
use kuager_wire::canonical::Fault;
use kuager_wire::cose::{Statement, StatementError};
use kuager_wire::ids::RecordHash;
use kuager_wire::record::Record;

use crate::store::{MayBeStore, StoreError};

/// Why something could not be drafted or sealed. The draft is still there.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no such draft; it may have been sealed already.
    #[error("there is no such draft; it may have been sealed already")]
    NoSuchDraft,
    /// There is no such record in this store.
    #[error("there is no record {0} in this store")]
    NoSuchRecord(RecordHash),
    /// An answer does not fit its question.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// What was entered is larger than a record may be.
    #[error("this is too much for one record ({limit} bytes); shorten the text or make two")]
    TooLarge {
        /// Bytes a record may have.
        limit: usize,
    },
    /// The name of a place is empty, or longer than one.
    #[error("a station has a name, of at most {limit} bytes; choose it from the list or shorten it")]
    Station {
        /// Bytes a name may have.
        limit: usize,
    },
    /// More files than one record may list.
    #[error("a record may have at most {limit} files; make another one")]
    TooManyFiles {
        /// Files a record may list.
        limit: usize,
    },
    /// It cannot be signed for another reason.
    #[error("this cannot be sealed: {0}")]
    Statement(StatementError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StatementError> for JournalError {
    fn from(error: StatementError) -> Self {
        match error {
            StatementError::Malformed(malformed) if matches!(malformed.fault, Fault::TooLarge { .. }) => {
                Self::TooLarge { limit: Record::LIMIT }
            }
            other => Self::Statement(other),
        }
    }
}

impl MayBeStore for JournalError {
    fn as_store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}
