//! What is kept of a record besides where it counts: the numbers of a protocol, of turnout, the codes of an incident, and what
//! does not add up. All of it is small, whatever a device files.

use kuager_wire::pack::Gravity;
use kuager_wire::record::IncidentStatus;
use minicbor::{Decode, Encode};

/// Failures kept of one record; a form has fewer relations.
pub(super) const FAILURES: usize = 128;
/// Characters kept of one value that a failure's sentence shows.
pub(super) const SHOWN: usize = 200;
/// Codes kept of one incident.
pub(super) const CODES: usize = 16;
/// Characters kept of what the observer wrote about it.
pub(super) const GIST: usize = 160;
/// Questions of a form of which it is kept whether norms were kept.
pub(super) const NORMS: usize = 256;

/// What is kept of one record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(array)]
pub(super) struct Content {
    #[n(0)]
    pub(super) part: Option<Part>,
    /// Relations that fail.
    #[n(1)]
    pub(super) fails: Vec<Fails>,
    /// How many relations cannot be decided.
    #[n(2)]
    pub(super) undecided: u16,
    /// Which earlier records it was judged after.
    #[n(3)]
    pub(super) after: u64,
    /// Originals it lists.
    #[n(4)]
    pub(super) files: u16,
    /// Answers that do not fit their questions, and count as not given.
    #[n(5)]
    pub(super) unfit: u16,
    /// Whether norms were kept, by the questions of its form that say so; empty where nobody said anything.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub(super) norms: Vec<u8>,
}

/// A relation that fails: its place in the form, and what its sentence shows.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Fails {
    #[n(0)]
    pub(super) relation: u16,
    #[n(1)]
    pub(super) shown: Vec<String>,
}

/// What a record is about, as numbers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) enum Part {
    /// A protocol: which copy, by the number of its name, and a value for each line of the form's paper.
    #[n(0)]
    Protocol {
        #[n(0)]
        copy: Option<u32>,
        #[n(1)]
        values: Vec<Option<i64>>,
    },
    /// Turnout for an hour, in minutes after midnight.
    #[n(1)]
    Turnout {
        #[n(0)]
        at: u16,
        #[n(1)]
        told: Option<i64>,
        #[n(2)]
        own: Option<i64>,
        #[n(3)]
        whole: bool,
    },
    /// An incident: codes by the numbers of their names, and the heaviest gravity among them.
    #[n(2)]
    Incident {
        #[n(0)]
        codes: Vec<u32>,
        #[n(1)]
        gravity: Option<Gravity>,
        /// The beginning of what the observer wrote, of what may stand in an act.
        #[n(2)]
        gist: Option<String>,
    },
    /// A word about another record.
    #[n(3)]
    Word {
        #[n(0)]
        status: IncidentStatus,
    },
}
