//! The catalogue of incidents, and the words an act about one is printed in.

use minicbor::{Decode, Encode};

use crate::canonical::TextMap;
use crate::text::Texts;

/// How much an incident weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Gravity {
    /// A rule of procedure was not kept.
    #[n(1)]
    Procedural,
    /// Serious.
    #[n(2)]
    Serious,
    /// The result or the safety of people may be affected.
    #[n(3)]
    Critical,
}

impl Gravity {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Procedural => "procedural",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }

    /// The gravity with this number, 1 to 3.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Procedural),
            2 => Some(Self::Serious),
            3 => Some(Self::Critical),
            _ => None,
        }
    }
}

/// One kind of incident.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Incident {
    /// What is signed.
    #[n(1)]
    pub code: String,
    /// How much it weighs.
    #[n(2)]
    pub gravity: Gravity,
    /// Its name.
    #[n(3)]
    pub title: Texts,
    /// The norm that is violated.
    #[n(4)]
    pub law: Option<String>,
    /// What the observer should note down and take pictures of.
    #[n(5)]
    pub record: Option<Texts>,
    /// Help is needed now: it is sent before everything but protocols.
    #[n(6)]
    pub urgent: Option<bool>,
    /// Key of its group.
    #[n(7)]
    pub group: Option<String>,
}

/// The act (акт) about an incident: which form reports one, and the fixed words of the printed page.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ActTemplate {
    /// The form whose records an act is printed from.
    #[n(1)]
    pub form: String,
    /// The question of it that holds the incident codes.
    #[n(2)]
    pub codes: String,
    /// The words of the page by their key, see [`ACT_TEXTS`].
    #[n(3)]
    pub texts: TextMap<Texts>,
    /// Answers that are left out of the printed page: what endangers people.
    #[n(4)]
    pub omit: Option<Vec<String>>,
}

/// The keys of [`ActTemplate::texts`]; a page without one of them leaves the line out.
pub const ACT_TEXTS: [&str; 19] = [
    "title",
    "intro",
    "station",
    "time",
    "violations",
    "law",
    "facts",
    "attachments",
    "observer",
    "witnesses",
    "signature",
    "receipt_mark",
    "receipt_name",
    "receipt_time",
    "record",
    "yes",
    "no",
    "not_seen",
    "not_applicable",
];
