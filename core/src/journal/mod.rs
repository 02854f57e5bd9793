//! The journal: drafts that survive everything, and sealing, after which nothing changes any more.
//!
//! A draft is saved whole at every change. [`Journal::seal`] turns it into a signed record, links it to the record
//! before, puts it into the outbox and removes the draft, all in one transaction: either all of that is on disk or the
//! draft is still there.

mod attachments;
mod drafts;
mod error;
mod recovery;
mod seal;
pub(crate) mod succession;
mod writer;

pub use kuager_evidence::{ChainFault, ChainReport, verify_chain};

pub(crate) use self::attachments::follow as follow_entries;
pub(crate) use self::drafts::{normalised, release_media, station_name};
pub use self::error::JournalError;
pub use self::writer::{Journal, Sealed};

#[cfg(test)]
mod tests;
