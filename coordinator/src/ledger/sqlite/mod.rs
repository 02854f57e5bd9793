//! The ledger in one SQLite file.
//!
//! One thread writes and commits for many callers at once; readers are on snapshots and never wait for it. Both wait for
//! the disk on threads of their own, so that no caller has to think of it.

mod accounts;
mod attestations;
mod backfill;
mod chains;
mod columns;
mod copy;
mod coverage;
mod desk;
mod devices;
mod error;
mod faults;
mod feed;
mod files;
mod handle;
mod invites;
mod links;
mod log;
mod messages;
mod records;
mod redactions;
mod refusals;
mod revocations;
mod tokens;
mod uploads;
mod usage;
mod views;
mod webhooks;

pub use copy::{check, copy, published_copies};
pub use handle::{SqliteLedger, create};

#[cfg(test)]
mod plans;
#[cfg(test)]
mod tests;
