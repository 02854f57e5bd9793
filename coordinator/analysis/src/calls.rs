//! Calls from the desk to observers: who was called, how it ended, and who is to be called again.

use std::collections::HashMap;

use kuager_wire::desk::{Act, CallOutcome, DeskEntry};
use kuager_wire::ids::{EntryHash, ObserverId, PersonId};

/// Calls kept of one observer; earlier ones are in the journal.
pub const KEPT: usize = 16;

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The entry of the journal.
    pub entry: EntryHash,
    /// When.
    pub at_ms: u64,
    /// Who called.
    pub by: Option<PersonId>,
    /// How it ended.
    pub outcome: CallOutcome,
    /// When to call again.
    pub next_ms: Option<u64>,
    /// In words.
    pub note: Option<String>,
}

/// All calls: a fold over the desk's journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    by_observer: HashMap<ObserverId, Vec<Call>>,
}

impl Calls {
    /// Takes in the next entry of the journal.
    pub fn add(&mut self, hash: EntryHash, entry: &DeskEntry) {
        let Act::Call { observer, outcome, next_ms, note } = &entry.act else { return };
        let calls = self.by_observer.entry(*observer).or_default();
        if calls.len() == KEPT {
            calls.remove(0);
        }
        calls.push(Call {
            entry: hash,
            at_ms: entry.at_ms,
            by: entry.by,
            outcome: *outcome,
            next_ms: *next_ms,
            note: note.clone(),
        });
    }

    /// The last calls to an observer, the oldest first.
    #[must_use]
    pub fn of(&self, observer: ObserverId) -> &[Call] {
        self.by_observer.get(&observer).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who is to be called now, those that wait longest first. Only the last call to somebody says when.
    #[must_use]
    pub fn due(&self, now_ms: u64) -> Vec<(ObserverId, u64)> {
        let next = self.by_observer.iter().filter_map(|(observer, calls)| Some((*observer, calls.last()?.next_ms?)));
        let mut due: Vec<(ObserverId, u64)> = next.filter(|(_, next_ms)| *next_ms <= now_ms).collect();
        due.sort_by_key(|(observer, next_ms)| (*next_ms, *observer));
        due
    }
}

#[cfg(test)]
mod tests {
    use kuager_wire::VERSION;

    use super::*;

    fn called(calls: &mut Calls, seq: u64, observer: u8, next_ms: Option<u64>) {
        let act =
            Act::Call { observer: ObserverId([observer; 16]), outcome: CallOutcome::NoAnswer, next_ms, note: None };
        let entry = DeskEntry { version: VERSION, seq, prev: EntryHash([0; 32]), at_ms: seq, by: None, act };
        calls.add(EntryHash::of(&seq.to_be_bytes()), &entry);
    }

    #[test]
    fn who_is_due_is_said_by_the_last_call() {
        let mut calls = Calls::default();
        called(&mut calls, 1, 1, Some(100));
        called(&mut calls, 2, 2, Some(50));
        called(&mut calls, 3, 3, None);
        let of = |byte: u8| ObserverId([byte; 16]);
        assert_eq!(calls.due(49), []);
        assert_eq!(calls.due(100), [(of(2), 50), (of(1), 100)]);
        called(&mut calls, 4, 2, None);
        assert_eq!(calls.due(100), [(of(1), 100)], "who was reached is not due");
        for seq in 5..100 {
            called(&mut calls, seq, 3, None);
        }
        let kept = calls.of(of(3));
        assert_eq!((kept.len(), kept.last().map(|call| call.at_ms)), (KEPT, Some(99)));
        assert_eq!(calls.of(of(9)), []);
    }
}
