//! Checks that need nobody to be trusted: whoever holds the bytes and the public keys can run them, on the phone, at the
//! coordinator, in a court. Pure: no network, no database, no clock, no files.
//!
//! - [`verify_chain`]: every signature, link and number of one device's records;
//! - [`verify_continuation`], [`verify_succession`]: that one chain goes on for another one of the same device;
//! - [`verify_journal`]: every signature, link and number of what was done at the desk;
//! - [`verify_publication`]: every file of a publication, and that two people published it;
//! - [`device_trust`]: how far a device is trusted, by the deployment's statements about it;
//! - [`verify_receipt`], [`verify_media_receipt`], [`verify_refusal`], [`verify_fork`]: a coordinator's word, and that it is
//!   about exactly this record or file;
//! - [`Authority`]: who may sign for a deployment, the root key and whoever it delegated to;
//! - [`verify_invite`]: that an invite agrees with itself and with what is known of its deployment;
//! - [`inspect`]: any signed object in words, and whether it holds.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod authority;
mod chain;
mod devices;
mod inspect;
mod invite;
mod journal;
mod publication;
mod receipts;

pub use authority::{Authority, AuthorityFault};
pub use chain::{ChainFault, ChainReport, verify_chain, verify_continuation, verify_succession};
pub use devices::{DeviceTrust, device_trust};
pub use inspect::{InspectError, Outcome, Report, Trust, inspect, sentence};
pub use invite::{Forgery, later, verify_invite, verify_invite_with};
pub use journal::{DeskKeys, JournalFault, JournalReport, verify_journal};
pub use publication::{
    Found, PROPOSAL, PublicationFault, PublicationReport, SIGNED, SUMS, VERDICT, is_name, read_sums, verify_files,
    verify_publication,
};
pub use receipts::{
    MediaId, ReceiptFault, RecordId, verify_fork, verify_media_receipt, verify_receipt, verify_refusal,
};

#[cfg(test)]
mod tests;
