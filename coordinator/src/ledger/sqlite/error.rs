//! SQLite's trouble in the ledger's words.

use crate::ledger::error::LedgerError;

impl From<kuager_sqlite::Error> for LedgerError {
    fn from(error: kuager_sqlite::Error) -> Self {
        use kuager_sqlite::Error;
        match error {
            Error::Full => Self::Full,
            Error::Unreachable(text) => Self::Disk(text),
            Error::Busy => Self::Busy,
            Error::Newer { found, known } => Self::Newer { found, known },
            Error::Damaged(text) => Self::Damaged(text),
            Error::Paused | Error::Closed => Self::Closed,
            Error::Other(text) => Self::Failed(text),
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        kuager_sqlite::Error::from(error).into()
    }
}
