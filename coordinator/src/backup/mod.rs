//! Backups of a deployment, and what becomes of them: one encrypted file, a folder again.
//!
//! A backup is written while the coordinator serves. First the ledger is copied as it is at one moment; then everything else
//! follows that the folder holds, files that phones sent last: those never change, so whatever the copied ledger says is held
//! is there. All of it is a tar archive (`archive`) in an age file (`age`), so that the programs of these names open it, too;
//! the last entry, `SHA256SUMS`, has the hash of every other.
//!
//! What was written is read back before the backup has its name. Restoring reads and checks the whole file into a folder of
//! its own inside the new one, and moves it into place when everything holds.
//!
//! A restored coordinator does not know what it received since. Phones do, and send it again when they are next connected
//! (see [`kuager_wire::sync::Holding`]).
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod age;
mod archive;
mod error;
mod restore;
mod sealed;
mod write;

pub use age::{Identity, Key, Lock, NotARecipient, Recipient};
pub use error::BackupError;
pub use restore::{Restored, restore};
pub use sealed::NotOpened;
pub(crate) use sealed::{is_sealed, opened, sealed};
pub use write::{Backup, Contents, backup};

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
