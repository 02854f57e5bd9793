//! The encrypted database (SQLCipher), and the only place that knows it is SQLite.
//!
//! One writer, a few readers, every write in an IMMEDIATE transaction, WAL with `synchronous=FULL`: when a write has
//! returned, it is on disk. Callers get a [`Tx`] with the queries of this crate, never a connection, so that journal and
//! outbox can put their parts of one change into one transaction.
//!
//! [`Store::pause`] closes every connection, because iOS kills an app that holds a database lock in the background;
//! everything else then fails with [`StoreError::Paused`] until [`Store::resume`].
//!
//! A damaged file is never deleted. It is moved aside, and what can still be proven genuine is carried into a new one,
//! see [`salvage`].

mod database;
mod drafts;
mod error;
mod handle;
mod media;
mod messages;
mod meta;
mod packs;
mod pages;
mod queue;
#[cfg(test)]
pub(crate) mod reads;
mod records;
pub mod salvage;
mod schema;
mod state;
mod successions;
mod tx;

pub use self::database::{FILE, remove_files};
pub use self::error::{MayBeStore, StoreError};
pub use self::handle::Store;
pub(crate) use self::media::FinishedMedia;
pub use self::media::{CHUNK, MediaRow};
pub(crate) use self::meta::Meta;
pub use self::queue::{AttemptRow, NewAttempt, QueueRow, StatementRow};
pub use self::records::{NewRecord, RecordRow};
pub use self::successions::FormerKey;
pub use self::tx::Tx;

#[cfg(test)]
mod tests;
