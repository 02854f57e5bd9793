//! What has arrived, counted: per station and form, training apart.

use std::collections::{BTreeMap, BTreeSet};

/// A record that has arrived, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received<'a> {
    /// Order of arrival, from 1.
    pub id: i64,
    /// The station as the record names it.
    pub station: Option<&'a str>,
    /// The form it answers.
    pub form: Option<&'a str>,
    /// Whether it is training.
    pub training: bool,
    /// When it arrived.
    pub received_ms: u64,
}

/// What is counted together: a station as records name it, or none, and whether it is training.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// Whether it is training.
    pub training: bool,
    /// The station.
    pub station: Option<String>,
}

/// How much of one form has arrived, and when the newest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many records.
    pub count: u64,
    /// When the newest of them arrived.
    pub last_ms: u64,
}

impl Count {
    /// Counts these, too.
    pub fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

/// Counts of one row by form; what answers no form is under `None`.
pub type RowCounts = BTreeMap<Option<String>, Count>;

/// The counts of every row.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    rows: BTreeMap<RowKey, RowCounts>,
    /// Everything up to this arrival is counted, so that nothing is counted twice.
    newest: i64,
}

impl Counts {
    /// What is counted so far, row by row.
    #[must_use]
    pub const fn rows(&self) -> &BTreeMap<RowKey, RowCounts> {
        &self.rows
    }

    /// The newest arrival that is counted.
    #[must_use]
    pub const fn newest(&self) -> i64 {
        self.newest
    }

    /// Counts what has arrived, unless it is counted already, and notes the row it changed. Must be told in order of arrival.
    pub fn add(&mut self, received: Received<'_>, changed: &mut BTreeSet<RowKey>) {
        let Received { id, station, form, training, received_ms } = received;
        if id <= self.newest {
            return;
        }
        self.newest = id;
        let key = RowKey { training, station: station.map(str::to_owned) };
        let row = self.rows.entry(key.clone()).or_default();
        row.entry(form.map(str::to_owned)).or_default().add(Count { count: 1, last_ms: received_ms });
        changed.insert(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_twice_is_counted_once() {
        let received = |id, training| Received {
            id,
            station: Some("710000000-99"),
            form: Some("turnout"),
            training,
            received_ms: 1000 + u64::try_from(id).expect("positive"),
        };
        let mut all = Counts::default();
        let mut changed = BTreeSet::new();
        for (id, training) in [(1, false), (2, false), (2, false), (1, false), (3, true)] {
            all.add(received(id, training), &mut changed);
        }
        assert_eq!((changed.len(), all.newest()), (2, 3));
        let counts: Vec<_> = all.rows().values().map(|row| row[&Some("turnout".to_owned())]).collect();
        assert_eq!(counts, [Count { count: 2, last_ms: 1002 }, Count { count: 1, last_ms: 1003 }]);
    }
}
