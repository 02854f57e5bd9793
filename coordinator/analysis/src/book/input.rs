//! What the book is told.

use kuager_wire::ids::{Kid, ObserverId, RecordHash};
use kuager_wire::record::{Record, RecordKind};

/// A record that has arrived.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Order of arrival, from 1.
    pub id: i64,
    /// Its id.
    pub hash: RecordHash,
    /// The device that signed it.
    pub kid: Kid,
    /// Whose device that is.
    pub observer: ObserverId,
    /// Its number in the chain of its device.
    pub seq: u64,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// The record it says a word about.
    pub follows: Option<RecordHash>,
    /// The station as the record names it.
    pub station: Option<&'a str>,
    /// The form it answers.
    pub form: Option<&'a str>,
    /// What it is about.
    pub kind: RecordKind,
    /// Whether it is training.
    pub training: bool,
    /// When it arrived.
    pub received_ms: u64,
    /// What it says; without it, it is counted and no more.
    pub record: Option<&'a Record>,
}

/// What is counted together: a station as records name it, or none, and whether it is training.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Whether it is training.
    pub training: bool,
    /// The station.
    pub station: Option<String>,
}

/// What is known of a device besides its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFact {
    /// The device.
    pub kid: Kid,
    /// Whose it is.
    pub observer: ObserverId,
    /// Where the observer is sent; nothing for anywhere.
    pub stations: Vec<String>,
    /// When it was heard of last, by anything but records: when it was enrolled.
    pub seen_ms: u64,
}
