//! What can go wrong with the database, as what it means for a caller.

/// Why the ledger could not do something. Cheap to clone, because one failed commit fails many callers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The disk is full.
    #[error("the disk is full; make room, nothing received is lost, phones keep sending")]
    Full,
    /// The disk cannot be read or written.
    #[error("the disk fails ({0}); check it, nothing unconfirmed was acknowledged")]
    Disk(String),
    /// Another process holds the database, or too much is waiting.
    #[error("the database is busy; try again")]
    Busy,
    /// The database was written by a newer version of this program.
    #[error("the database has version {found}, this program knows up to {known}; install the newer program again")]
    Newer {
        /// Version of the file.
        found: u32,
        /// Newest version known here.
        known: u32,
    },
    /// The ledger has been closed.
    #[error("the ledger has been closed")]
    Closed,
    /// Something that was to be stored could not be signed.
    #[error("cannot be signed: {0}")]
    Signing(String),
    /// Any other answer of the database; a bug or a damaged file.
    #[error("the database answers: {0}; if the file is damaged, restore it from a backup")]
    Database(String),
}

impl From<kuager_sqlite::Error> for LedgerError {
    fn from(error: kuager_sqlite::Error) -> Self {
        use kuager_sqlite::Error;
        match error {
            Error::Full => Self::Full,
            Error::Unreachable(text) => Self::Disk(text),
            Error::Busy => Self::Busy,
            Error::Newer { found, known } => Self::Newer { found, known },
            Error::Paused | Error::Closed => Self::Closed,
            Error::Damaged(text) | Error::Other(text) => Self::Database(text),
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        kuager_sqlite::Error::from(error).into()
    }
}
