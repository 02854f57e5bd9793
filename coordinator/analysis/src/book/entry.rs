//! What the desk's journal says, as far as numbers follow from it.
//!
//! The journal is signed elsewhere and read elsewhere; whoever folds it says here, in values, what an entry comes to. Entries may be
//! told in any order beside records, before or after the records that they are about.

use std::collections::BTreeMap;

use kuager_wire::ids::RecordHash;

use super::meaning::Column;
use super::step::{DeskStep, DeskSteps};

/// The hash of an entry of the journal.
pub type EntryId = [u8; 32];

/// What an entry comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// What the commissions above say of a station. Of several for one contest the one told last counts; without figures, none does.
    Official(Official),
    /// Somebody responsible has compared a protocol with its photo.
    Verified {
        /// The version of the record that was compared; a later correction is not verified by it.
        record: RecordHash,
    },
    /// Somebody responsible lets a protocol count although relations do not hold. A later word about it takes its place.
    Released {
        /// The version of the record; a later correction is not meant.
        record: RecordHash,
        /// In spite of which relations.
        relations: Vec<String>,
    },
    /// Somebody at the desk says where an incident stands.
    Step {
        /// Any version of its record.
        record: RecordHash,
        /// What they say.
        step: DeskStep,
    },
}

/// Official figures of one contest at one station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    /// The station.
    pub station: String,
    /// The contest.
    pub contest: String,
    /// What it says, by line.
    pub figures: Figures,
}

/// Figures by line.
pub type Figures = Vec<(Column, i64)>;

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// By station and contest.
    pub(super) official: BTreeMap<(String, String), (EntryId, Figures)>,
    pub(super) verified: BTreeMap<RecordHash, EntryId>,
    pub(super) released: BTreeMap<RecordHash, (EntryId, Vec<String>)>,
    pub(super) steps: DeskSteps,
}
