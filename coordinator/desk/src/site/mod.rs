//! A publication: a folder of pages and tables that need no server, no script and nobody else's, made from one state of book and
//! journal.
//!
//! The same state, choice and moment make the same bytes: nothing here asks the clock, and whatever comes out of a map comes out in
//! its order. What is public is decided here and nowhere else:
//!
//! - numbers of protocols and turnout, copies side by side, what does not add up, official figures; codes of incidents that two
//!   sources or somebody responsible have confirmed; redacted copies of photos; hashes of all records that count;
//! - no observer: whoever reported at a station is a number there, and another one elsewhere; no times of records, no texts that
//!   anybody typed, no names of stations that are in no list, no originals, no training;
//! - nothing of a poll: neither cards nor what follows from them, and no record of one before the embargo has ended.
//!
//! `input` is what a publication is made from, `station` what is said of one station, `pages` and `tables` say it to people and to
//! programs, `changes` what is other than in the publication before, `folder` writes all of it with the list of its hashes, `write` goes through
//! the country, and `kept` is where publications lie.

mod changes;
mod folder;
pub(crate) mod input;
mod kept;
mod names;
mod pages;
mod station;
mod tables;
mod write;

pub(crate) use changes::{Change, Index, changes_of};
pub(crate) use folder::{SiteError, options};
pub(crate) use kept::Kept;
pub use kept::{KeptError, Unpacked, check, unpack};
pub(crate) use write::{Made, goes_on, write};
