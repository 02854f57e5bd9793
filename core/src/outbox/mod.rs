//! The outbox: gets every sealed record to the coordinator, however long it takes.
//!
//! [`machine`] decides about records and [`upload`] about files, as pure code over what [`crate::queue`] describes; the
//! driver performs: it asks for the next step, writes down that an attempt begins, makes the call, [verifies](response) what
//! came back and stores the outcome, each in its own transaction. Enrolment, batches of records, uploads and news each
//! have a file of their own, and all of them work with what `shared` holds. A run may be cut short at any await: what it
//! did not store, it does again, and the coordinator answers a repeated record with the same receipt.

mod calls;
mod driver;
mod enrol;
mod event;
mod holding;
pub mod lane;
mod lately;
pub mod machine;
mod news;
mod next;
mod records;
pub mod response;
mod revoked;
mod shared;
mod successor;
pub mod upload;
mod uploader;

pub use self::driver::Outbox;
pub use self::event::{Outlook, SyncEvent, SyncSummary};
pub(crate) use self::revoked::revocation;
pub use self::shared::{Link, SyncError};
pub(crate) use self::shared::{disbelieve, load_deployment, session};
