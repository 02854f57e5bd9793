//! The floor that the phone's store and the coordinator's ledger stand on: how a database is opened, brought to its newest
//! format, written by one and read by many.
//!
//! - [`Config`]: what databases of one kind have in common, and how a connection is opened: WAL, `synchronous=FULL`, the
//!   raw key of an encrypted one;
//! - `migrate`: steps counted by `user_version`, never edited once shipped; a newer file is left alone;
//! - [`Pool`]: one connection that writes, read connections on snapshots, and an end that waits for everybody;
//! - [`Writer`]: a thread on top of a pool that commits for many callers at once, and can be watched doing so;
//! - [`Error`]: SQLite's error codes as what they mean.
//!
//! There are no tables here and no runtime. This is the only crate that links SQLCipher's cryptography
//! ([`kuager_cipher`]); whoever uses SQLite in this workspace does so through it.

mod connection;
mod error;
mod migrate;
mod pool;
mod pulse;
mod writer;

// SQLCipher calls it; nothing in Rust does.
use kuager_cipher as _;

pub use connection::{Config, Key};
pub use error::Error;
pub use migrate::{migrate, version};
pub use pool::Pool;
pub use pulse::{Life, WriterState};
pub use writer::Writer;

#[cfg(test)]
mod tests;
