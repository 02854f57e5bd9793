//! Finding a polling station without a network: by number, name or address, in any script, however it is typed.
//!
//! An observer stands before a school at half past five and types what the sign says, on whatever keyboard the phone
//! has. [`StationIndex`] holds every word of the directory in one reduced spelling ([`kuager_wire::spelling`]) in a sorted list; a
//! word that is typed is looked up as a beginning, so results come with each letter. Every word of the query must be
//! found somewhere in the station's own words, its address or its region. Nothing is ever guessed silently: only a
//! word that begins no other word is allowed one slip of the finger, and then ranks below everything exact.
//!
//! Work and memory are bounded: a query has at most [`QUERY_WORDS`] words, the index holds each distinct word once and
//! four bytes for every place it occurs at.

mod book;
mod index;
mod near;
mod spoken;

pub use self::book::StationBook;
pub use self::index::{Hit, QUERY_WORDS, StationIndex, StationText};
