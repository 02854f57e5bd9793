//! The outbox: gets every sealed record to the coordinator, however long it takes.
//!
//! [`machine`] decides, as pure code; [`driver`] performs: it asks for the next step, writes down that an attempt
//! begins, makes the call, [verifies](answer) what came back and stores the outcome, each in its own transaction. The
//! driver may be cut short at any await: what it did not store, it does again, and the coordinator answers a repeated
//! record with the same receipt.

pub mod answer;
pub mod driver;
pub mod machine;
pub mod upload;
mod uploader;

pub use driver::{Outbox, SyncError, SyncEvent, SyncSummary};
