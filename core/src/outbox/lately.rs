//! Records that were queued again lately, so that none is queued twice for one answer to a question asked twice.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

/// For how long a record that was queued again is not queued once more.
const ONCE: Duration = Duration::from_secs(60 * 60);

/// Records that were queued again within the hour.
#[derive(Debug, Default)]
pub(super) struct Lately {
    since: Option<Instant>,
    records: HashSet<i64>,
}

impl Lately {
    /// Forgets all of them once the first one is an hour ago.
    pub(super) fn forget_old(&mut self) {
        if self.since.is_none_or(|since| since.elapsed() >= ONCE) {
            self.since = Some(Instant::now());
            self.records.clear();
        }
    }

    /// Whether a record is among them.
    pub(super) fn has(&self, record: i64) -> bool {
        self.records.contains(&record)
    }

    /// Adds a record.
    pub(super) fn add(&mut self, record: i64) {
        self.records.insert(record);
    }
}
