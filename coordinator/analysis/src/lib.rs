//! What many records come to: records and facts of the desk in, numbers out.
//!
//! Everything here is a function of what it is given: no network, no database, no clock, no files. So a number can be
//! worked out again by whoever has the records, and a page, an export and a report show the same one. The crate knows the
//! signed formats and what a form means, and not where records are kept.
//!
//! - [`book`]: what all records come to, station by station, as one fold over them;
//! - [`calls`]: calls to observers, and who is to be called again;
//! - [`clock`]: when records were sealed, as far as anything but their phone's word shows it;
//! - [`complaints`]: what was complained of, to whom, and by when the law demands an answer;
//! - [`embargo`]: until when results of polls are shown to nobody;
//! - [`estimate`]: what a sample of stations, or of voters, says about all of them;
//! - [`judge`]: what must add up in a record, judged again as the phone judged it;
//! - [`norm`]: norms as packs refer to them;
//! - [`official`]: official figures as they were taken over, and what another import would change;
//! - [`publications`]: what was proposed to be published, and whether two people have;
//! - [`polls`]: waves of an exit poll, from records to what an estimate is made from;
//! - [`readings`]: what people at the desk read on photos, and what it comes to;
//! - [`releases`]: protocols that count although their relations do not hold;
//! - [`statistics`]: what is unusual in many numbers;
//! - [`words`]: what records say about one another, and where an incident stands by it.

pub mod book;
pub mod calls;
pub mod clock;
pub mod complaints;
pub mod embargo;
pub mod estimate;
pub mod judge;
pub mod norm;
pub mod official;
pub mod polls;
pub mod publications;
pub mod readings;
pub mod releases;
pub mod statistics;
pub mod words;
