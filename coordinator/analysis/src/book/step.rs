//! What the desk says about incidents.

use std::collections::BTreeMap;

use kuager_wire::ids::{PersonId, RecordHash};
use kuager_wire::record::IncidentStatus;

/// A word of the desk about an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskStep {
    /// The number of its entry.
    pub seq: u64,
    /// When.
    pub at_ms: u64,
    /// Who.
    pub by: Option<PersonId>,
    /// Where it stands from now on.
    pub status: IncidentStatus,
    /// Why.
    pub note: Option<String>,
}

/// Words of the desk, by the record that they name.
pub(super) type DeskSteps = BTreeMap<RecordHash, Vec<([u8; 32], DeskStep)>>;
