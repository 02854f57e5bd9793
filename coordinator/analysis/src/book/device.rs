//! What is known of a device: how its chain stands, and what its forms look back at.

use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::record::{SeqRange, Value};
use minicbor::{Decode, Encode};

/// Earlier records that a record is judged after, at most: the newest of its station. No observer files as many there.
pub(super) const EARLIER: usize = 128;

/// An earlier record, as far as forms look back at it.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Note {
    #[n(0)]
    pub(super) seq: u64,
    #[n(1)]
    pub(super) hash: RecordHash,
    #[n(2)]
    pub(super) supersedes: Option<RecordHash>,
    #[n(3)]
    pub(super) station: u32,
    #[n(4)]
    pub(super) training: bool,
    /// The number of the form's name.
    #[n(5)]
    pub(super) form: u32,
    /// Numbers of questions and what they were answered.
    #[n(6)]
    pub(super) answers: Vec<(u32, Value)>,
}

/// A device.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(array)]
pub(super) struct Device {
    #[n(0)]
    pub(super) kid: Kid,
    #[n(1)]
    pub(super) observer: u32,
    /// Records that count.
    #[n(2)]
    pub(super) records: u64,
    /// Its highest number.
    #[n(3)]
    pub(super) head: Option<u64>,
    /// When its last record arrived.
    #[n(4)]
    pub(super) last_ms: u64,
    /// Numbers that are held or said to be lost, as ranges that do not touch.
    #[n(5)]
    pub(super) held: Vec<SeqRange>,
    /// How often a number came twice.
    #[n(6)]
    pub(super) twice: u64,
    /// What its forms look back at, in the order of its chain.
    #[n(7)]
    pub(super) notes: Vec<Note>,
}

impl Device {
    pub(super) const fn new(kid: Kid, observer: u32) -> Self {
        Self { kid, observer, records: 0, head: None, last_ms: 0, held: Vec::new(), twice: 0, notes: Vec::new() }
    }

    /// Notes that a record with this number has come, and what it says is lost.
    pub(super) fn receive(&mut self, seq: u64, received_ms: u64, lost: Option<SeqRange>) {
        self.records = self.records.saturating_add(1);
        self.head = Some(self.head.map_or(seq, |head| head.max(seq)));
        self.last_ms = self.last_ms.max(received_ms);
        if !self.hold(SeqRange { first: seq, last: seq }) {
            self.twice = self.twice.saturating_add(1);
        }
        if let Some(lost) = lost {
            self.hold(lost);
        }
    }

    /// Adds numbers; returns whether any of them is new.
    fn hold(&mut self, range: SeqRange) -> bool {
        let SeqRange { mut first, mut last } = range;
        // Those that overlap it or touch it.
        let from = self.held.partition_point(|held| held.last.saturating_add(1) < first);
        let to = self.held.partition_point(|held| held.first <= last.saturating_add(1));
        let joined = self.held.get(from..to).unwrap_or_default();
        if joined.iter().any(|held| held.first <= first && held.last >= last) {
            return false;
        }
        if let (Some(one), Some(other)) = (joined.first(), joined.last()) {
            first = first.min(one.first);
            last = last.max(other.last);
        }
        self.held.splice(from..to, [SeqRange { first, last }]);
        true
    }

    /// How many numbers below its highest are missing.
    pub(super) fn missing(&self) -> u64 {
        let Some(head) = self.head else { return 0 };
        let held = self.held.iter().map(|held| held.last.saturating_sub(held.first).saturating_add(1));
        head.saturating_add(1).saturating_sub(held.fold(0, u64::saturating_add))
    }

    /// Adds a note in its place. Of two with one number, the one with the smaller hash stands first, whichever came first.
    pub(super) fn note(&mut self, note: Note) {
        let at = self.notes.partition_point(|other| (other.seq, other.hash) < (note.seq, note.hash));
        self.notes.insert(at, note);
    }

    /// What a record with this number looks back at: notes of its station, and corrections, which may have moved a record there
    /// or away. Of a fork, neither record is earlier than the other.
    pub(super) fn earlier(&self, seq: u64, station: u32, training: bool) -> Vec<&Note> {
        let before = self.notes.get(..self.notes.partition_point(|note| note.seq < seq)).unwrap_or_default();
        let concerns =
            |note: &&Note| note.training == training && (note.station == station || note.supersedes.is_some());
        let mut earlier: Vec<&Note> = before.iter().rev().filter(concerns).take(EARLIER).collect();
        earlier.reverse();
        earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_held_in_any_order() {
        let orders = [[0_u64, 1, 2, 5, 9], [9, 5, 2, 1, 0], [5, 0, 9, 2, 1]];
        for order in orders {
            let mut device = Device::new(Kid([1; 16]), 0);
            for seq in order {
                device.receive(seq, seq, None);
            }
            assert_eq!((device.missing(), device.head, device.twice), (5, Some(9), 0), "{order:?}");
            assert_eq!(device.held.len(), 3);
            device.receive(10, 1, Some(SeqRange { first: 3, last: 4 }));
            assert_eq!((device.missing(), device.held.len()), (3, 2));
            device.receive(5, 1, None);
            assert_eq!((device.twice, device.last_ms), (1, 9));
        }
        let mut hostile = Device::new(Kid([1; 16]), 0);
        hostile.receive(1 << 62, 0, Some(SeqRange { first: 0, last: u64::MAX }));
        assert_eq!(hostile.missing(), 0);
    }
}
