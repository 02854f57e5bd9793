//! What there is to say about an arrival: what it is found by, and why somebody may want to look. Nothing of what was answered, so that
//! no message says anything of a poll.

use kuager_analysis::book::{Book, RowKey, Status};
use kuager_coordinator::ledger::Arrival;
use kuager_coordinator::shelf::Published;
use kuager_tables::moment;
use kuager_wire::pack::Gravity;
use kuager_wire::protocol::Severity;
use serde_json::{Value, json};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What somebody can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
pub enum Event {
    /// A record has arrived.
    #[strum(serialize = "record.received")]
    RecordReceived,
    /// Something that must or should hold in it does not.
    #[strum(serialize = "relation.failed")]
    RelationFailed,
    /// It is a protocol, and copies of its contest differ.
    #[strum(serialize = "protocol.disputed")]
    ProtocolDisputed,
    /// It is an incident of the heaviest kind.
    #[strum(serialize = "incident.urgent")]
    IncidentUrgent,
}

impl Event {
    /// All of them, in the order in which they are told.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// A stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Its place in a set; never given to another one.
    pub(super) const fn bit(self) -> u32 {
        match self {
            Self::RecordReceived => 1,
            Self::RelationFailed => 1 << 1,
            Self::ProtocolDisputed => 1 << 2,
            Self::IncidentUrgent => 1 << 3,
        }
    }
}

/// What there is to say of this kind about an arrival, as the book has it now.
pub(super) fn data(event: Event, arrival: &Arrival, book: &Book, published: &Published) -> Option<Value> {
    let offset = published.latest.pack.utc_offset.unwrap_or(0);
    // What was typed in the place of a station may be anything, also a name.
    let listed = arrival.station.as_deref().filter(|station| published.stations.contains_key(*station));
    let mut said = json!({
        "record": arrival.hash.to_string(),
        "arrival": arrival.id,
        "station": listed,
        "form": arrival.form.as_deref().filter(|form| published.latest.pack.form(form).is_some()),
        "kind": arrival.kind.name(),
        "training": arrival.training,
        "received_at": moment(arrival.received_ms, offset),
    });
    let key = RowKey { training: arrival.training, station: arrival.station.clone() };
    let more = match event {
        Event::RecordReceived => json!({
            "observer": arrival.observer.to_string(),
            "device": arrival.kid.to_string(),
            "seq": arrival.seq,
            "supersedes": arrival.supersedes.map(|hash| hash.to_string()),
            "follows": arrival.follows.map(|hash| hash.to_string()),
            "files": arrival.record.as_ref().map_or(0, |record| record.attachments.as_ref().map_or(0, Vec::len)),
        }),
        Event::RelationFailed => {
            let view = book.station(&key)?;
            let failing = view.failing.iter().find(|failing| failing.record == arrival.hash)?;
            let weighs = |severity| matches!(severity, Severity::Hard | Severity::Soft);
            let fails = failing.fails.iter().filter(|fails| weighs(fails.severity));
            let relations: Vec<Value> = fails
                .filter_map(|fails| {
                    let relation = book.relation(&failing.form, fails)?;
                    Some(json!({ "relation": relation.id, "severity": fails.severity.name() }))
                })
                .collect();
            if relations.is_empty() {
                return None;
            }
            json!({ "relations": relations })
        }
        Event::ProtocolDisputed => {
            let view = book.station(&key)?;
            let disputed = view.contests.iter().find(|contest| {
                contest.status == Status::Disputed && contest.copies.iter().any(|copy| copy.record == arrival.hash)
            })?;
            let records: Vec<String> = disputed.copies.iter().map(|copy| copy.record.to_string()).collect();
            json!({ "contest": disputed.contest, "records": records })
        }
        Event::IncidentUrgent => {
            let view = book.station(&key)?;
            let incident = view.incidents.iter().find(|incident| incident.record == arrival.hash)?;
            if incident.gravity != Some(Gravity::Critical) {
                return None;
            }
            json!({ "codes": incident.codes, "status": incident.status.name() })
        }
    };
    if let (Some(said), Value::Object(more)) = (said.as_object_mut(), more) {
        said.extend(more);
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bits_are_each_their_own() {
        let bits = Event::ALL.iter().fold(0, |all, event| {
            assert_eq!(all & event.bit(), 0);
            assert_eq!(Event::from_name(event.name()), Some(*event));
            all | event.bit()
        });
        assert_eq!((bits.count_ones(), Event::from_name("*")), (4, None));
    }
}
