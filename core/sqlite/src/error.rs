//! SQLite's error codes, as what they mean for whoever called.

use rusqlite::ErrorCode;

/// Why a database did not do what was asked. Cheap to clone, because one failed commit fails many callers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What is in the file is no database of this key, or not what was written.
    #[error("the database is damaged ({0})")]
    Damaged(String),
    /// The disk is full. Nothing of the change was written.
    #[error("the disk is full")]
    Full,
    /// Another process holds the database, or too much is waiting.
    #[error("the database is busy")]
    Busy,
    /// The file cannot be opened, read or written now.
    #[error("the database cannot be reached ({0})")]
    Unreachable(String),
    /// The database was written by a newer release.
    #[error("the database has format {found}, this release knows up to {known}")]
    Newer {
        /// Format of the file.
        found: u32,
        /// Newest format this release knows.
        known: u32,
    },
    /// The pool is paused; resume it first.
    #[error("the database is paused")]
    Paused,
    /// The pool was closed.
    #[error("the database is closed")]
    Closed,
    /// Anything else SQLite answers; a mistake in this program.
    #[error("the database answers: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(text),
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Unreachable(text),
            _ => Self::Other(text),
        }
    }
}
