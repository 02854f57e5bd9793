//! Words about records: who says what about which, and where an incident stands by them.
//!
//! A word that names any version of a record is about the record. What counts as a step is decided by
//! [`kuager_forms::incident`], as everywhere.

use std::collections::HashMap;

use kuager_forms::incident::{Spoken, history};
use kuager_wire::ids::{ObserverId, RecordHash};
use kuager_wire::record::{FollowUp, IncidentStatus, Record};

/// A record and who signed it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Its id.
    pub hash: RecordHash,
    /// Whose device signed it.
    pub observer: ObserverId,
    /// The record.
    pub record: &'a Record,
}

/// What some records say about one another.
#[derive(Debug, Default)]
pub struct Words {
    /// The first version of every record.
    first: HashMap<RecordHash, RecordHash>,
    /// Where records stand of which something is said, by their first versions.
    stands: HashMap<RecordHash, IncidentStatus>,
}

impl Words {
    /// Of these records, in the order of their arrival.
    #[must_use]
    pub fn of(records: &[Signed<'_>]) -> Self {
        let by_hash: HashMap<RecordHash, &Signed<'_>> = records.iter().map(|signed| (signed.hash, signed)).collect();
        let mut words = Self::default();
        for signed in records {
            words.first.insert(signed.hash, first(signed, &by_hash));
        }
        // Words with the first version in the place of the one that they name.
        let mut said: HashMap<RecordHash, Vec<(RecordHash, ObserverId, Record)>> = HashMap::new();
        for signed in records {
            let Some(follows) = signed.record.body.follows else { continue };
            let Some(about) = words.first.get(&follows.record).copied() else { continue };
            let mut word = signed.record.clone();
            word.body.follows = Some(FollowUp { record: about, ..follows });
            said.entry(about).or_default().push((signed.hash, signed.observer, word));
        }
        for (about, said) in said {
            let Some(author) = by_hash.get(&about).map(|signed| signed.observer) else { continue };
            // Nobody can verify yet: no credential makes anybody responsible.
            let spoken: Vec<Spoken<'_>> = said
                .iter()
                .map(|(hash, observer, record)| Spoken { hash: *hash, observer: *observer, responsible: false, record })
                .collect();
            if let Some(step) = history(about, author, &spoken).last() {
                words.stands.insert(about, step.status);
            }
        }
        words
    }

    /// Where a record stands by what others of them say; reported where nobody says anything that counts.
    #[must_use]
    pub fn standing(&self, record: RecordHash) -> IncidentStatus {
        let first = self.first.get(&record).unwrap_or(&record);
        self.stands.get(first).copied().unwrap_or(IncidentStatus::Reported)
    }

    /// Whether something is said about a record.
    #[must_use]
    pub fn is_spoken_of(&self, record: RecordHash) -> bool {
        self.stands.contains_key(self.first.get(&record).unwrap_or(&record))
    }
}

/// The first version of a record, as far as they are here. Versions are of one observer.
fn first(of: &Signed<'_>, records: &HashMap<RecordHash, &Signed<'_>>) -> RecordHash {
    let mut first = of;
    // A hash cannot be in what it is the hash of, so this ends; nobody gets the chance to find out otherwise.
    for _ in 0..records.len() {
        let before = first.record.supersedes.and_then(|before| records.get(&before).copied());
        match before.filter(|before| before.observer == first.observer) {
            Some(before) => first = before,
            None => break,
        }
    }
    first.hash
}

#[cfg(test)]
mod tests {
    use kuager_wire::ids::BootId;
    use kuager_wire::record::{Body, ClockReading, RecordKind};

    use super::*;

    fn record(supersedes: Option<u8>, follows: Option<(u8, IncidentStatus)>) -> Record {
        let follows = follows.map(|(about, status)| FollowUp { record: RecordHash([about; 32]), status });
        Record {
            version: 1,
            kind: RecordKind::Note,
            seq: 1,
            prev: RecordHash([0; 32]),
            clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([3; 16]), flags: 0 },
            checkpoint: None,
            form: None,
            station: None,
            body: Body { text: Some("why".to_owned()), follows, ..Body::default() },
            attachments: None,
            supersedes: supersedes.map(|before| RecordHash([before; 32])),
            location: None,
            training: None,
        }
    }

    #[test]
    fn a_word_about_any_version_is_about_the_record() {
        use IncidentStatus::{Corroborated, Disputed, Reported, Withdrawn};
        let (author, other) = (ObserverId([1; 16]), ObserverId([2; 16]));
        // 1 is corrected by 2; 9 is another observer's and says that it corrects 1.
        let records = [
            (1, author, record(None, None)),
            (2, author, record(Some(1), None)),
            (3, other, record(None, Some((1, Corroborated)))),
            (9, other, record(Some(1), None)),
            (4, other, record(None, Some((9, Disputed)))),
            (5, other, record(None, Some((2, Withdrawn)))),
            (6, other, record(None, Some((77, Disputed)))),
        ];
        let signed: Vec<Signed<'_>> = records
            .iter()
            .map(|(number, observer, record)| Signed { hash: RecordHash([*number; 32]), observer: *observer, record })
            .collect();
        let words = Words::of(&signed);
        let stands = |number: u8| words.standing(RecordHash([number; 32]));
        assert_eq!((stands(1), stands(2)), (Corroborated, Corroborated), "only the author withdraws");
        assert_eq!((stands(9), stands(3), stands(77)), (Disputed, Reported, Reported));
        assert!(words.is_spoken_of(RecordHash([2; 32])) && !words.is_spoken_of(RecordHash([3; 32])));
    }
}
