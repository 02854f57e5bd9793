//! What the desk gives out as tables: to files, to programs that ask, to whoever builds on it.
//!
//! A table is one function: its columns, and its rows for one station, one record, one observer or one entry of the journal, whichever
//! it goes by ([`table::Source`]). It stands in the list of `all`, and with that in every format, in the interface, in its description and on the
//! page of all tables. What says something of a poll says so ([`Table::of_a_poll`]) and is given out nowhere before its embargo ends.
//!
//! Tables are read in pieces (`read`), each from where the last one ended, so that none has to stand in memory whole; a place
//! ([`Position`]) can be kept, and shows what came since. `file` writes one down.

mod all;
mod file;
mod journal;
mod names;
mod numbers;
mod people;
mod protocols;
mod read;
mod records;
mod stations;
mod submissions;
mod table;

pub(crate) use self::all::{all, find};
pub(crate) use self::file::{ExportError, Whole, write};
pub(crate) use self::read::{Asked, Position, Reader};
pub(crate) use self::table::Table;
