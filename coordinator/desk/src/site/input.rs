//! What a publication is made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use kuager_analysis::book::Book;
use kuager_coordinator::ledger::RedactionRow;
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::{DeploymentId, EntryHash, MediaHash, RecordHash};

use super::changes::Index;

/// What is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Contests, by their keys.
    pub(crate) contests: Vec<String>,
    /// What else.
    pub(crate) parts: Vec<Part>,
}

/// A part that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Turnout by hour.
    Turnout,
    /// Incidents that two sources or somebody responsible have confirmed.
    Incidents,
    /// Redacted copies of photos.
    Pictures,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Turnout, Self::Incidents, Self::Pictures];

    /// Its name in the journal, for ever.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Turnout => "turnout",
            Self::Incidents => "incidents",
            Self::Pictures => "pictures",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// The text that names it.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Turnout => "site-turnout",
            Self::Incidents => "site-incidents",
            Self::Pictures => "site-pictures",
        }
    }
}

impl Choice {
    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

/// The state that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AsOf {
    /// Entries of the journal before this number.
    pub(crate) entries: u64,
    /// Records up to this arrival.
    pub(crate) arrival: u64,
    /// The moment, by the coordinator's clock: what it says of the time is of then.
    pub(crate) at_ms: u64,
}

/// A redacted copy of a photo.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// A record that lists the original.
    pub(crate) record: RecordHash,
    /// The copy.
    pub(crate) row: RedactionRow,
}

/// A record that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hashed {
    pub(crate) record: RecordHash,
    /// Its station, if that is in the list.
    pub(crate) station: Option<Arc<str>>,
    /// The form it answers.
    pub(crate) form: Option<Arc<str>>,
}

/// The publication before.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    pub(crate) entry: EntryHash,
    pub(crate) index: Index,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) deployment: DeploymentId,
    pub(crate) genesis: Vec<u8>,
    pub(crate) receipt_key: String,
    /// What the receipt key says about keys of the desk.
    pub(crate) desk_keys: Vec<Vec<u8>>,
    pub(crate) published: Arc<Published>,
    pub(crate) book: Book,
    pub(crate) as_of: AsOf,
    pub(crate) choice: Choice,
    /// By station.
    pub(crate) pictures: BTreeMap<String, Vec<Picture>>,
    /// In the order of their hashes.
    pub(crate) records: Vec<Hashed>,
    /// Records that count and are not listed, because an embargo lies on them.
    pub(crate) withheld: u64,
    pub(crate) before: Option<Before>,
}

impl Input {
    /// Copies of pictures, each once.
    pub(crate) fn copies(&self) -> BTreeMap<MediaHash, &RedactionRow> {
        self.pictures.values().flatten().map(|picture| (picture.row.media, &picture.row)).collect()
    }
}
