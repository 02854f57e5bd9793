use kuager_pack::testing::{KAZAKHSTAN, compiled};
use kuager_wire::VERSION;

use super::*;

/// 00:00 in Astana (UTC+5) on voting day, 23 August 2026.
const DAY_BEGINS_MS: u64 = 1_787_425_200_000;
const HOUR_MS: u64 = 3_600_000;

#[test]
fn deadlines_are_those_of_article_49() {
    let pack = compiled(KAZAKHSTAN);
    let noon = DAY_BEGINS_MS + 12 * HOUR_MS;
    let by = |to, ms| answer_by(to, ms, &pack).0;
    // A day of five begins on the day after and the fifth is over with 28 August.
    assert_eq!(by(Addressee::Commission, noon), DAY_BEGINS_MS + 6 * DAY_MS);
    assert_eq!(by(Addressee::HigherCommission, noon), DAY_BEGINS_MS + 4 * DAY_MS);
    for to in [Addressee::Court, Addressee::Prosecutor] {
        assert_eq!(by(to, noon), noon, "on voting day at once");
        assert_eq!(by(to, DAY_BEGINS_MS - 4 * DAY_MS), DAY_BEGINS_MS - 4 * DAY_MS, "and less than five days before");
        let early = DAY_BEGINS_MS - 5 * DAY_MS - 1;
        assert_eq!(by(to, early), DAY_BEGINS_MS, "and else within five days");
        assert_eq!(by(to, DAY_BEGINS_MS + DAY_MS), DAY_BEGINS_MS + 7 * DAY_MS);
    }
    // Ten days to complain, whatever hour it was.
    for ms in [DAY_BEGINS_MS, DAY_BEGINS_MS + DAY_MS - 1] {
        assert_eq!(appeal_by(ms, &pack), DAY_BEGINS_MS + 11 * DAY_MS);
    }
    assert!(appeal_by(u64::MAX, &pack) > u64::MAX / 2, "no moment is too late to be added to");
}

#[test]
fn days_are_those_of_the_stations() {
    let mut pack = compiled(KAZAKHSTAN);
    // 22:00 UTC is the next day in Astana, and the same in Greenwich.
    let late = 1_787_436_000_000;
    let astana = appeal_by(late, &pack);
    pack.utc_offset = Some(0);
    assert_eq!(
        astana,
        appeal_by(late, &pack).saturating_sub(5 * HOUR_MS) + DAY_MS * u64::from(late % DAY_MS > 19 * HOUR_MS)
    );
    pack.utc_offset = Some(-210);
    assert!(appeal_by(0, &pack) > 0);
}

fn said(complaints: &mut Complaints, seq: u64, record: u8, step: ComplaintStep, due_ms: Option<u64>) {
    let record = RecordHash([record; 32]);
    let act = Act::Complaint { record, step, due_ms, note: None, to: Some(Addressee::Commission) };
    let entry = DeskEntry { version: VERSION, seq, prev: EntryHash([0; 32]), at_ms: seq, by: None, act };
    complaints.add(EntryHash::of(&seq.to_be_bytes()), &entry);
}

#[test]
fn overdue_ones_stand_on_top_and_the_last_word_counts() {
    use ComplaintStep::{Appealed, Filed, Granted, NotAccepted, Rejected};
    let pack = compiled(KAZAKHSTAN);
    let mut all = Complaints::default();
    said(&mut all, 1, 1, Filed, Some(500));
    said(&mut all, 2, 2, Filed, Some(100));
    said(&mut all, 3, 3, Filed, Some(50));
    said(&mut all, 4, 3, Granted, None);
    said(&mut all, 5, 4, Filed, None);
    said(&mut all, 6, 5, Filed, Some(10));
    said(&mut all, 7, 5, Rejected, None);
    said(&mut all, 8, 6, NotAccepted, None);
    said(&mut all, 9, 6, Appealed, Some(90));
    let places = |now_ms| -> Vec<(Place, u8)> {
        all.register(&pack, now_ms).into_iter().map(|(place, record, _)| (place, record.0[0])).collect()
    };
    use Place::{Appealable, Over, Overdue, Waiting};
    assert_eq!(places(100), [(Overdue, 6), (Overdue, 2), (Waiting, 1), (Waiting, 4), (Appealable, 5), (Over, 3)]);
    let late = 40 * DAY_MS;
    assert_eq!(places(late), [(Overdue, 6), (Overdue, 2), (Overdue, 1), (Waiting, 4), (Over, 5), (Over, 3)]);
    let complaint = all.of(RecordHash([6; 32])).expect("is there");
    assert_eq!((complaint.said(), complaint.to(), complaint.due_ms()), (2, Some(Addressee::Commission), Some(90)));
    for seq in 10..200 {
        said(&mut all, seq, 6, Filed, Some(seq));
    }
    let complaint = all.of(RecordHash([6; 32])).expect("is there");
    assert_eq!((complaint.steps.len(), complaint.said()), (KEPT, 192));
}
