//! The outbox: gets every sealed record to the coordinator, however long it takes.
//!
//! [`machine`] decides about records and [`upload`] about files, as pure code; [`driver`] performs: it asks for the next
//! step, writes down that an attempt begins, makes the call, [verifies](answer) what came back and stores the
//! outcome, each in its own transaction. Enrolment, batches of records, uploads and news each have a file of their own. A run
//! may be cut short at any await: what it did not store, it does again, and the coordinator answers a repeated record
//! with the same receipt.

pub mod answer;
mod calls;
pub mod driver;
mod enrol;
pub mod machine;
mod news;
mod records;
pub mod upload;
mod uploader;

pub use driver::{Outbox, Outlook, SyncError, SyncEvent, SyncSummary};
