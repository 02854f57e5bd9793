//! Valid devices that mean harm: nothing they file makes a number wrong, or the book large.

use kuager_wire::protocol::LineRole;
use kuager_wire::record::{FormRef, Value};

use super::{PACK, STATION, arrive, book, hash, pack, protocol, row, signed, turnout};
use crate::book::parts::SHOWN;
use crate::book::{Query, Status};

#[test]
fn numbers_that_no_paper_has_are_in_no_sum() {
    let pack = pack();
    let mut all = book(&pack);
    let mut absurd = protocol(1, 0, &[], "posted");
    let answers = absurd.record.body.answers.as_mut().expect("has answers");
    answers.insert("P05.sample_1", Value::Int(i64::MAX));
    answers.insert("P05.sample_2", Value::Int(-5));
    answers.insert("P07", Value::from("many"));
    answers.insert("copy", Value::from("<b>none of them</b>"));
    arrive(&mut all, &[absurd, protocol(2, 0, &[], "posted")]);
    let view = all.station(&row(STATION)).expect("is there");
    let copy = view.contests[0].copies.iter().find(|copy| copy.unfit > 0).expect("is told");
    assert_eq!((copy.unfit, copy.copy.as_deref()), (3, None));
    // Without its lines it is no second copy of the ballot, and disputes nothing.
    assert_eq!(view.contests[0].status, Status::Reported);
    let total = all.totals(None).into_iter().find(|total| total.contest == "KUR").expect("is added up");
    let first = total.columns.iter().position(|column| column.option.as_deref() == Some("sample_1")).expect("is there");
    assert_eq!(total.sums[first], Some(400));
}

#[test]
fn a_sum_that_has_no_room_is_none() {
    let mut open = pack().pack.clone();
    for question in open.forms.iter_mut().flat_map(|form| &mut form.questions) {
        question.max = None;
    }
    let pack = signed(open);
    let mut all = book(&pack);
    let stations: Vec<&str> = pack.pack.stations.iter().map(|station| station.key.as_str()).take(3).collect();
    for (number, station) in (1..).zip(&stations) {
        let mut large = protocol(number, 0, &[], "posted").at(station);
        large.record.body.answers.as_mut().expect("has answers").insert("P01", Value::Int(i64::MAX));
        arrive(&mut all, &[large]);
    }
    let total = all.totals(None).into_iter().find(|total| total.contest == "KUR").expect("is added up");
    let registered = total.columns.iter().position(|column| column.role == LineRole::Registered).expect("is there");
    assert_eq!((total.sums[registered], total.counted), (None, 3));
}

#[test]
fn thousands_of_corrections_and_of_stations_stay_small() {
    let pack = pack();
    let mut all = book(&pack);
    let mut before = protocol(1, 0, &[], "posted");
    arrive(&mut all, std::slice::from_ref(&before));
    let mut sent = Vec::new();
    for seq in 1..1_000 {
        let next = turnout(1, seq, "10", 5).correcting(&before);
        sent.push(next.clone());
        before = next;
    }
    arrive(&mut all, &sent);
    assert_eq!((all.records(), all.lines.lines.len()), (1, 1));
    let elsewhere: Vec<_> = (1_000..2_000).map(|seq| turnout(1, seq, "12", 7).at(&format!("typed {seq}"))).collect();
    arrive(&mut all, &elsewhere);
    assert_eq!(all.aside().0, 1_000);
    let unlisted = Query { unlisted: true, words: "typed 1711".to_owned(), ..Query::default() };
    assert_eq!(all.board(&unlisted, 0, 100, 0).found, 1);
}

#[test]
fn forms_nobody_has_are_counted_and_mean_nothing() {
    let pack = pack();
    let mut all = book(&pack);
    let mut unknown = protocol(1, 0, &[("P02", 9_000)], "posted");
    unknown.record.form = Some(FormRef { pack: PACK, form: "no-such-form".to_owned() });
    let mut unread = protocol(1, 1, &[], "posted");
    unread.hash = hash(77);
    arrive(&mut all, &[unknown]);
    let bare = crate::book::Received { record: None, ..unread.received(9) };
    all.add(bare);
    all.settle();
    let board = all.board_row(&row(STATION), 0).expect("is there");
    assert_eq!((board.fails, board.contests.len(), board.forms.len()), ([0; 3], 0, 2));
}

#[test]
fn what_a_sentence_shows_is_cut() {
    let pack = pack();
    let mut annex = pack.pack.clone();
    let form = annex.forms.iter_mut().find(|form| form.id == "protocol-list").expect("is there");
    form.parameters.as_mut().expect("has").insert("annex", kuager_wire::form::Parameter::Text("18/672, 20".to_owned()));
    let pack = signed(annex);
    let mut all = book(&pack);
    let mut long = protocol(1, 0, &[], "posted");
    long.record.body.answers.as_mut().expect("has answers").insert("form_code", Value::Text("я".repeat(20_000)));
    arrive(&mut all, &[long]);
    let view = all.station(&row(STATION)).expect("is there");
    let shown = view.failing[0].fails.iter().flat_map(|fails| &fails.shown);
    assert!(shown.clone().any(|shown| shown.starts_with('я')));
    assert!(shown.clone().all(|shown| shown.chars().count() <= SHOWN + 1));
}
