//! Why the store did not do what was asked.

use kuager_wire::canonical::Malformed;

/// Why the store did not do what was asked. Whatever was sealed before is still there, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key is not the one this store was made with.
    #[error("this is not the key of this store")]
    WrongKey,
    /// The file is damaged. Open the observer again: what is still valid is salvaged, the file is kept.
    #[error("the store is damaged ({0}); open it again to salvage what is valid")]
    Corrupt(String),
    /// The disk is full. Nothing of this change was written; free some space and repeat it.
    #[error("the disk is full; free some space and try again")]
    DiskFull,
    /// Another process holds the store for longer than a few seconds.
    #[error("the store is in use by another process")]
    Locked,
    /// The file cannot be read or written now, as before the first unlock of a phone. Try again later.
    #[error("the store cannot be reached now ({0}); try again later")]
    Unavailable(String),
    /// The store was written by a newer release.
    #[error("the store has format {found}, this release knows up to {known}; update the app")]
    Newer {
        /// Format of the file.
        found: u32,
        /// Newest format this release knows.
        known: u32,
    },
    /// The store is paused; call `resume` first.
    #[error("the store is paused")]
    Paused,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Something stored by this crate does not have the form it was written in.
    #[error("the store holds something unexpected: {0}")]
    Content(#[from] Malformed),
    /// A mistake in this crate, or a failure SQLite has no better word for.
    #[error("the store failed: {0}")]
    Other(String),
}

impl From<kuager_sqlite::Error> for StoreError {
    fn from(error: kuager_sqlite::Error) -> Self {
        use kuager_sqlite::Error;
        match error {
            Error::Damaged(text) => Self::Corrupt(text),
            Error::Full => Self::DiskFull,
            Error::Busy => Self::Locked,
            Error::Unreachable(text) => Self::Unavailable(text),
            Error::Newer { found, known } => Self::Newer { found, known },
            Error::Paused => Self::Paused,
            Error::Closed => Self::Closed,
            Error::Other(text) => Self::Other(text),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        kuager_sqlite::Error::from(error).into()
    }
}

/// Errors that may have come from the store; lets the store notice damage whatever error its caller works with.
pub trait MayBeStore: From<StoreError> {
    /// The store's own error, if that is what it is.
    fn as_store(&self) -> Option<&StoreError>;
}

impl MayBeStore for StoreError {
    fn as_store(&self) -> Option<&StoreError> {
        Some(self)
    }
}
