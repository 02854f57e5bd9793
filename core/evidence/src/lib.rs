//! Checks that need nobody to be trusted: whoever holds the bytes and the public keys can run them, on the phone, at the
//! coordinator, in a court. Pure: no network, no database, no clock, no files.
//!
//! - [`verify_chain`]: every signature, link and number of one device's records;
//! - [`inspect`]: any signed object in words, and whether it holds.

mod chain;
mod inspect;

pub use chain::{ChainFault, ChainReport, verify_chain};
pub use inspect::{InspectError, Outcome, Report, Trust, inspect, sentence};
