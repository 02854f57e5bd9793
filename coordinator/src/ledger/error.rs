//! What can go wrong with the ledger, as what is to be done about it.

/// Why the ledger could not do something. Nothing of what was asked has been stored. Cheap to clone, because one failed
/// commit fails many callers.
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
    /// What is stored is not what was written.
    #[error("the database is damaged ({0}); stop the coordinator and restore it from a backup")]
    Damaged(String),
    /// The ledger has been closed.
    #[error("the ledger has been closed; start the coordinator again")]
    Closed,
    /// Anything else; a bug.
    #[error("the database answers: {0}; this is a bug, report it with the log")]
    Failed(String),
}
