//! Protocols that somebody lets count although relations of their form do not hold: by whom, when, why.

use std::collections::HashMap;

use kuager_wire::desk::{Act, DeskEntry};
use kuager_wire::ids::{EntryHash, PersonId, RecordHash};

/// A release. A later one about the same record takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The entry of the journal.
    pub entry: EntryHash,
    /// When.
    pub at_ms: u64,
    /// Who.
    pub by: Option<PersonId>,
    /// In spite of which relations; others that fail later are not meant.
    pub relations: Vec<String>,
    /// Why.
    pub reason: String,
}

/// All releases: a fold over the desk's journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releases {
    of: HashMap<RecordHash, Release>,
}

impl Releases {
    /// Takes in the next entry of the journal. Returns the record whose release it is.
    pub fn add(&mut self, hash: EntryHash, entry: &DeskEntry) -> Option<RecordHash> {
        let Act::Release { record, relations, reason } = &entry.act else { return None };
        let (relations, reason) = (relations.clone(), reason.clone());
        let release = Release { entry: hash, at_ms: entry.at_ms, by: entry.by, relations, reason };
        self.of.insert(*record, release);
        Some(*record)
    }

    /// The release of a record.
    #[must_use]
    pub fn of(&self, record: RecordHash) -> Option<&Release> {
        self.of.get(&record)
    }
}
