//! What has arrived, counted: per station and form, training apart.

use std::collections::{BTreeMap, BTreeSet};

use kuager_coordinator::ledger::Arrival;

/// One row of the desk: a station as records name it, or none, and whether it is training.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    pub(crate) training: bool,
    pub(crate) station: Option<String>,
}

/// How much of one form has arrived, and when the newest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) count: u64,
    pub(crate) last_ms: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

/// Counts of one row by form; what answers no form is under `None`.
pub(crate) type RowCounts = BTreeMap<Option<String>, Count>;

/// The counts of every row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) rows: BTreeMap<RowKey, RowCounts>,
    /// Everything up to this arrival is counted, so that nothing is counted twice.
    last_id: i64,
}

impl Counts {
    /// The newest arrival that is counted.
    pub(crate) fn newest(&self) -> i64 {
        self.last_id
    }

    /// Counts an arrival, unless it is counted already, and notes the row it changed.
    pub(crate) fn add(&mut self, arrival: &Arrival, changed: &mut BTreeSet<RowKey>) {
        if arrival.id <= self.last_id {
            return;
        }
        self.last_id = arrival.id;
        let key = RowKey { training: arrival.training, station: arrival.station.clone() };
        changed.insert(key.clone());
        let count = self.rows.entry(key).or_default().entry(arrival.form.clone()).or_default();
        count.add(Count { count: 1, last_ms: arrival.received_ms });
    }
}

#[cfg(test)]
mod tests {
    use kuager_wire::record::RecordKind;

    use super::*;

    #[test]
    fn what_is_heard_twice_is_counted_once() {
        let arrival = |id, training| Arrival {
            id,
            station: Some("710000000-99".to_owned()),
            form: Some("turnout".to_owned()),
            kind: RecordKind::Turnout,
            training,
            received_ms: 1000 + u64::try_from(id).expect("positive"),
        };
        let mut all = Counts::default();
        let mut changed = BTreeSet::new();
        for (id, training) in [(1, false), (2, false), (2, false), (1, false), (3, true)] {
            all.add(&arrival(id, training), &mut changed);
        }
        assert_eq!(changed.len(), 2);
        let counts: Vec<_> = all.rows.values().map(|row| row[&Some("turnout".to_owned())]).collect();
        assert_eq!(counts, [Count { count: 2, last_ms: 1002 }, Count { count: 1, last_ms: 1003 }]);
    }
}
