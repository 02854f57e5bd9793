use kuager_wire::VERSION;
use proptest::prelude::*;

use super::*;

const RECORD: RecordHash = RecordHash([1; 32]);

fn person(number: u8) -> Option<PersonId> {
    Some(PersonId([number; 16]))
}

fn hash(seq: u64) -> EntryHash {
    EntryHash::of(&seq.to_be_bytes())
}

/// A desk that writes entries one after another.
#[derive(Default)]
struct Desk {
    readings: Readings,
    seq: u64,
}

impl Desk {
    fn does(&mut self, by: Option<PersonId>, act: Act) -> EntryHash {
        let seq = self.seq;
        let entry = DeskEntry { version: VERSION, seq, prev: hash(seq.wrapping_sub(1)), at_ms: seq, by, act };
        self.readings.add(hash(seq), &entry);
        self.seq += 1;
        hash(seq)
    }

    /// Reads P01 and P02; nothing is what cannot be read.
    fn reads(&mut self, by: u8, first: Option<i64>, second: Option<i64>) -> EntryHash {
        let both = [("P01", first), ("P02", second)];
        let answers = both.iter().filter_map(|(question, read)| Some((*question, Value::Int((*read)?)))).collect();
        let unreadable: Vec<String> =
            both.iter().filter(|(_, read)| read.is_none()).map(|(question, _)| (*question).to_owned()).collect();
        let unreadable = (!unreadable.is_empty()).then_some(unreadable);
        let pages = vec![MediaHash([9; 32])];
        self.does(person(by), Act::Transcription { record: RECORD, pages, answers, unreadable })
    }

    fn settles(&mut self, by: u8, finding: FieldFinding, value: Option<i64>) -> EntryHash {
        let (question, value) = ("P02".to_owned(), value.map(Value::Int));
        self.does(person(by), Act::Settlement { record: RECORD, question, finding, value, note: None })
    }

    fn stage(&self) -> Stage {
        self.readings.stage(RECORD, ["P01", "P02"])
    }

    /// What this person reads next of these.
    fn next<const N: usize>(&self, by: u8, records: [RecordHash; N]) -> Option<RecordHash> {
        let staged = records.map(|record| (record, self.readings.stage(record, ["P01", "P02"])));
        next(&self.readings, person(by), staged)
    }

    fn findings(&self) -> [Finding; 2] {
        let fields = self.readings.fields(RECORD, ["P01", "P02"]);
        [fields[0].finding.clone(), fields[1].finding.clone()]
    }
}

fn agreed(value: i64) -> Finding {
    Finding::Agreed(Some(Value::Int(value)))
}

#[test]
fn what_two_read_alike_is_agreed_and_compared_with_what_was_signed() {
    let mut desk = Desk::default();
    assert_eq!((desk.stage(), desk.findings()), (Stage::Unread, [Finding::Open, Finding::Open]));
    desk.reads(1, Some(500), Some(300));
    assert_eq!(desk.stage(), Stage::Once);
    desk.reads(2, Some(500), Some(300));
    assert_eq!((desk.stage(), desk.findings()), (Stage::Done, [agreed(500), agreed(300)]));
    let signed: Answers = [("P01", Value::Int(500)), ("P02", Value::Int(309))].into_iter().collect();
    let fields = desk.readings.fields(RECORD, ["P01", "P02"]);
    assert_eq!(differences(&fields, &signed), [("P02", Some(&Value::Int(300)), Some(&Value::Int(309)))]);
}

#[test]
fn of_two_that_differ_a_third_decides_and_else_somebody_who_has_not_read_it() {
    let mut desk = Desk::default();
    desk.reads(1, Some(500), Some(300));
    desk.reads(2, Some(500), Some(800));
    assert_eq!((desk.stage(), desk.findings()), (Stage::Third, [agreed(500), Finding::Disputed]));
    let mut other = Desk { readings: desk.readings.clone(), seq: desk.seq };
    other.reads(3, Some(500), Some(800));
    assert_eq!((other.stage(), other.findings()), (Stage::Done, [agreed(500), agreed(800)]));

    desk.reads(3, Some(501), None);
    assert_eq!((desk.stage(), desk.findings()), (Stage::Unsettled, [agreed(500), Finding::Disputed]));
    desk.reads(4, Some(1), Some(1));
    assert_eq!(desk.readings.entries(RECORD).len(), READERS, "a fourth is not asked");
    assert!(!desk.readings.may_settle(RECORD, person(2)) && desk.readings.may_settle(RECORD, person(5)));
    desk.settles(2, FieldFinding::Agreed, Some(800));
    assert_eq!(desk.stage(), Stage::Unsettled, "who has read it does not settle it");
    let entry = desk.settles(5, FieldFinding::Unreadable, None);
    assert_eq!((desk.stage(), desk.findings()), (Stage::Done, [agreed(500), Finding::Unreadable]));
    assert_eq!(desk.readings.fields(RECORD, ["P02"])[0].settled, Some(entry));
    desk.settles(6, FieldFinding::Agreed, Some(300));
    assert_eq!(desk.findings(), [agreed(500), agreed(300)], "the last word counts");
    desk.settles(6, FieldFinding::Disputed, None);
    assert_eq!(desk.stage(), Stage::Unsettled);
}

#[test]
fn nobody_is_a_second_reader_of_what_they_have_read() {
    let mut desk = Desk::default();
    desk.reads(1, Some(500), Some(300));
    assert!(!desk.readings.may_read(RECORD, person(1)) && desk.readings.may_read(RECORD, person(2)));
    desk.reads(1, Some(7), Some(7));
    assert_eq!(desk.stage(), Stage::Once);
    assert_eq!(desk.readings.fields(RECORD, ["P01"])[0].reads, [Read::Value(Some(Value::Int(500)))]);
    // Who settled knows what was read.
    desk.settles(2, FieldFinding::Agreed, Some(300));
    assert!(!desk.readings.may_read(RECORD, person(2)));
    // Those who do not sign in are one person.
    let mut desk = Desk::default();
    for _ in 0..2 {
        let act = Act::Transcription {
            record: RECORD,
            pages: vec![MediaHash([9; 32])],
            answers: Answers::default(),
            unreadable: None,
        };
        desk.does(None, act);
    }
    assert_eq!(desk.stage(), Stage::Once);
}

#[test]
fn an_empty_field_that_both_see_empty_is_agreed_to_be_empty() {
    let mut desk = Desk::default();
    for reader in [1, 2] {
        let answers = [("P01", Value::Int(1))].into_iter().collect();
        let act = Act::Transcription { record: RECORD, pages: vec![MediaHash([9; 32])], answers, unreadable: None };
        desk.does(person(reader), act);
    }
    assert_eq!(desk.findings(), [agreed(1), Finding::Agreed(None)]);
}

#[test]
fn what_is_next_is_what_is_nearest_to_being_done() {
    let mut desk = Desk::default();
    desk.reads(1, Some(500), Some(300));
    let (unread, later) = (RecordHash([2; 32]), RecordHash([3; 32]));
    assert_eq!(desk.next(1, [unread, later, RECORD]), Some(unread), "not what one has read oneself");
    assert_eq!(desk.next(2, [unread, later, RECORD]), Some(RECORD));
    desk.reads(2, Some(1), Some(2));
    assert_eq!(desk.next(3, [unread, later, RECORD]), Some(RECORD));
    desk.reads(3, Some(1), Some(2));
    assert_eq!(desk.next(4, [unread, later, RECORD]), Some(unread), "what is done is not read again");
    assert_eq!(desk.next(4, [RECORD]), None);
}

#[test]
fn a_picture_that_was_asked_for_again_is_remembered() {
    let mut desk = Desk::default();
    let (page, other) = (MediaHash([9; 32]), MediaHash([8; 32]));
    desk.does(person(1), Act::Retake { record: RECORD, media: page, message: 7 });
    assert!(desk.readings.was_asked_again(RECORD, page) && !desk.readings.was_asked_again(RECORD, other));
    assert_eq!(desk.stage(), Stage::Unread);
}

proptest! {
    /// Whatever people do in whatever order, an agreed value is one that two people read, or that was settled by somebody who
    /// had not read it; and nobody counts twice.
    #[test]
    fn no_single_reader_agrees_with_themselves(acts in prop::collection::vec((0..4_u8, any::<bool>(), 0..3_i64), 0..24)) {
        let mut desk = Desk::default();
        let mut settled = false;
        for (by, reads, value) in acts {
            if reads {
                desk.reads(by, Some(value), Some(value));
            } else {
                desk.settles(by, FieldFinding::Agreed, Some(value));
                settled = true;
            }
        }
        prop_assert!(desk.readings.entries(RECORD).len() <= READERS);
        for field in desk.readings.fields(RECORD, ["P01", "P02"]) {
            if let Finding::Agreed(value) = &field.finding {
                let readers = field.reads.iter().filter(|read| **read == Read::Value(value.clone())).count();
                prop_assert!(readers >= 2 || (settled && field.settled.is_some()));
            }
        }
    }
}
