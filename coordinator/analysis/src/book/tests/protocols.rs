//! Copies beside one another, what does not add up, and where a contest stands.

use kuager_wire::ids::ObserverId;
use kuager_wire::protocol::{LineRole, Severity};
use kuager_wire::record::{Answers, FollowUp, IncidentStatus, RecordKind, Value};

use super::{STATION, Sent, arrive, book, orders, pack, protocol, row, turnout};
use crate::book::{Book, Column, Entry, Official, Status, Total};

fn status(book: &Book) -> Status {
    book.station(&row(STATION)).expect("was heard from").contests[0].status
}

fn total(book: &Book, region: Option<&str>) -> Total {
    book.totals(region).into_iter().find(|total| total.contest == "KUR").expect("is a contest")
}

fn sum(total: &Total, role: LineRole, option: Option<&str>) -> Option<i64> {
    let column = total.columns.iter().position(|column| column.role == role && column.option.as_deref() == option);
    total.sums[column.expect("is added up")]
}

#[test]
fn two_observers_who_say_the_same_confirm_and_one_who_does_not_disputes() {
    let pack = pack();
    let mut all = book(&pack);
    arrive(&mut all, &[protocol(1, 0, &[], "posted")]);
    assert_eq!(status(&all), Status::Reported);
    // A second copy of the same observer is no second pair of eyes.
    arrive(&mut all, &[protocol(1, 1, &[], "certified")]);
    assert_eq!(status(&all), Status::Reported);
    arrive(&mut all, &[protocol(2, 0, &[], "posted")]);
    assert_eq!(status(&all), Status::Confirmed);
    let counted = total(&all, None);
    assert_eq!((counted.counted, counted.disputed, counted.failing), (1, 0, 0));
    assert_eq!(
        sum(&counted, LineRole::Votes, Some("sample_1")),
        Some(400),
        "a station counts once, however many copies"
    );
    assert_eq!(all.sources("KUR", Some("710000000")).len(), 3);
    assert_eq!(total(&all, Some("750000000")).counted, 0);

    arrive(&mut all, &[protocol(3, 0, &[("P05.sample_2", 209), ("P05.sample_1", 391)], "certified")]);
    assert_eq!(status(&all), Status::Disputed);
    let view = all.station(&row(STATION)).expect("is there");
    let contest = &view.contests[0];
    let differing: Vec<_> = contest.columns.iter().zip(&contest.differs).filter(|(_, differs)| **differs).collect();
    let options: Vec<_> = differing.iter().map(|(column, _)| column.option.as_deref()).collect();
    assert_eq!(options, [Some("sample_1"), Some("sample_2")]);
    assert_eq!(
        contest.copies.iter().map(|copy| copy.copy.as_deref()).collect::<Vec<_>>(),
        [Some("posted"), Some("certified"), Some("posted"), Some("certified")]
    );
    let disputed = total(&all, None);
    assert_eq!((disputed.counted, disputed.disputed), (0, 1));
    assert!(all.sources("KUR", None).is_empty());
}

#[test]
fn a_correction_settles_what_it_corrects() {
    let pack = pack();
    let wrong = protocol(2, 0, &[("P07", 99)], "posted");
    let right = protocol(2, 1, &[], "posted").correcting(&wrong);
    for order in orders(&[protocol(1, 0, &[], "posted"), wrong, right]) {
        let mut all = book(&pack);
        arrive(&mut all, &order);
        assert_eq!(status(&all), Status::Confirmed);
        assert_eq!(all.station(&row(STATION)).expect("is there").contests[0].copies.len(), 2);
    }
}

#[test]
fn what_does_not_add_up_is_said_in_the_words_of_the_form() {
    let pack = pack();
    let mut all = book(&pack);
    // 300 + 300 + 9 of 500 issued: tried once, and shown nowhere.
    let changed =
        [("P02", 500), ("P05.sample_1", 300), ("P05.sample_2", 300), ("P05.sample_3", 9), ("P05.sample_4", 0)];
    let mut sent = protocol(1, 0, &changed, "posted");
    sent.record.body.answers.as_mut().expect("has").insert("A05.sample_2", Value::Int(280));
    arrive(&mut all, &[sent]);
    let board = all.board_row(&row(STATION), super::DAWN_MS).expect("is there");
    assert!(board.fails[0] >= 2 && board.heaviest.is_some(), "{board:?}");
    let view = all.station(&row(STATION)).expect("is there");
    let failing = &view.failing[0];
    let said = |id: &str, language: &str| {
        let found = failing
            .fails
            .iter()
            .find(|fails| all.relation(&failing.form, fails).is_some_and(|relation| relation.id == id));
        all.sentence(&failing.form, found.expect("fails"), language).expect("is said")
    };
    assert!(said("K04", "ru").contains("а выдано 500"), "{}", said("K04", "ru"));
    assert!(said("K04", "kk").contains("500"));
    for language in ["kk", "ru", "en"] {
        let own = said("K14.sample_2", language);
        assert!(!own.contains("sample_2") && own.contains("300") && own.contains("280"), "{own}");
    }
    assert_eq!(failing.fails[0].severity, Severity::Hard);
}

#[test]
fn what_arrives_late_changes_what_is_compared_with_it() {
    let pack = pack();
    // Told at 20 h: 600. The protocol says 800: a late jump, which only who knows the figure can see.
    let figures = [turnout(1, 0, "18", 500), turnout(1, 1, "20", 600)];
    let records = [figures[0].clone(), figures[1].clone(), protocol(1, 2, &[], "posted")];
    let failing = |book: &Book| {
        let view = book.station(&row(STATION)).expect("is there");
        let ids = view.failing.iter().flat_map(|failing| failing.fails.iter().map(|fails| (&failing.form, fails)));
        let mut ids: Vec<String> =
            ids.filter_map(|(form, fails)| Some(book.relation(form, fails)?.id.clone())).collect();
        ids.sort();
        ids
    };
    for order in orders(&records) {
        let mut all = book(&pack);
        arrive(&mut all, &order);
        assert_eq!(failing(&all), ["K12.jump"], "{:?}", order.iter().map(|sent| sent.record.seq).collect::<Vec<_>>());
    }
    // Corrected to 790, it was none.
    let corrected = turnout(1, 3, "20", 790).correcting(&figures[1]);
    let mut all = book(&pack);
    arrive(&mut all, &records);
    arrive(&mut all, &[corrected]);
    assert_eq!(failing(&all), ["K12.jump"], "the protocol was sealed before the correction");
}

#[test]
fn the_desks_journal_says_what_is_official() {
    let pack = pack();
    let official = |votes: i64| {
        Entry::Official(Official {
            station: STATION.to_owned(),
            contest: "KUR".to_owned(),
            figures: vec![(Column { role: LineRole::Votes, option: Some("sample_1".to_owned()) }, votes)],
        })
    };
    let copies = [protocol(1, 0, &[], "posted"), protocol(2, 0, &[], "certified")];
    for (votes, stands) in [(400, Status::OfficialMatch), (433, Status::OfficialMismatch)] {
        let (mut before, mut after) = (book(&pack), book(&pack));
        before.entry([7; 32], official(votes));
        arrive(&mut before, &copies);
        arrive(&mut after, &copies);
        after.entry([7; 32], official(votes));
        after.settle();
        assert_eq!((status(&before), status(&after)), (stands, stands));
        let view = after.station(&row(STATION)).expect("is there");
        assert_eq!(view.contests[0].official.as_ref().map(|(entry, _)| *entry), Some([7; 32]));
    }
    let mut one = book(&pack);
    arrive(&mut one, &copies[..1]);
    one.entry([8; 32], Entry::Verified { record: copies[0].hash });
    one.settle();
    assert_eq!(status(&one), Status::Confirmed);
}

#[test]
fn incidents_stand_where_others_put_them() {
    let pack = pack();
    let answers = [("codes", Value::List(vec!["V01".into(), "B01".into()]))].into_iter().collect();
    let incident = Sent::new(1, 0, RecordKind::Incident, "incident", answers);
    let word = |observer: u8, status: IncidentStatus| {
        let mut word = Sent::new(observer, 7, RecordKind::Note, "", Answers::default());
        word.record.body.follows = Some(FollowUp { record: incident.hash, status });
        word.record.station = None;
        word
    };
    let corroborated = word(2, IncidentStatus::Corroborated);
    for order in orders(&[incident.clone(), corroborated]) {
        let mut all = book(&pack);
        arrive(&mut all, &order);
        let view = all.station(&row(STATION)).expect("is there");
        let [shown] = view.incidents.as_slice() else { panic!("one incident: {view:?}") };
        assert_eq!((shown.status, shown.observer), (IncidentStatus::Corroborated, ObserverId([1; 16])));
        assert_eq!(shown.codes, ["V01", "B01"]);
        assert_eq!(all.board_row(&row(STATION), 0).expect("is there").incidents, 1);
        // Only its author takes it back.
        arrive(&mut all, &[word(3, IncidentStatus::Withdrawn)]);
        assert_eq!(all.board_row(&row(STATION), 0).expect("is there").incidents, 1);
        arrive(&mut all, &[word(1, IncidentStatus::Withdrawn)]);
        assert_eq!(all.board_row(&row(STATION), 0).expect("is there").incidents, 0);
    }
}
