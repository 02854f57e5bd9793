//! Totals with what they cover, what is unusual, and what has come of a sample.

use kuager_wire::protocol::LineRole;

use super::{DAWN_MS, STATION, Sent, arrive, book, pack, protocol, row, signed};
use crate::book::{Book, Column, Entry, Missing, Official, Query, RowKey, Standing, Status, Total, Unusual};

const HOUR_MS: u64 = 3_600_000;

/// Stations of the pack in one order.
fn stations() -> Vec<String> {
    pack().pack.stations.iter().map(|station| station.key.clone()).collect()
}

fn total(book: &Book) -> Total {
    book.totals(None).into_iter().find(|total| total.contest == "KUR").expect("is a contest")
}

fn votes(option: &str) -> Column {
    Column { role: LineRole::Votes, option: Some(option.to_owned()) }
}

fn at(total: &Total, column: &Column) -> usize {
    total.columns.iter().position(|known| known == column).expect("is a line")
}

fn official(book: &mut Book, station: &str, figures: &[(Column, i64)]) {
    let official = Official { station: station.to_owned(), contest: "KUR".to_owned(), figures: figures.to_vec() };
    book.entry([7; 32], Entry::Official(official));
    book.settle();
}

/// A protocol in which the votes are not those who took part.
fn failing(observer: u8, station: &str) -> Sent {
    protocol(observer, 0, &[("P04", 777)], "posted").at(station)
}

#[test]
fn sums_say_what_they_cover_and_stand_beside_the_official_ones_of_the_same_stations() {
    let all = stations();
    let mut book = book(&pack());
    arrive(
        &mut book,
        &[
            protocol(1, 0, &[], "posted").at(&all[0]),
            failing(2, &all[1]),
            protocol(3, 0, &[], "posted").at(&all[2]),
            protocol(4, 0, &[("P05.sample_1", 391), ("P05.sample_2", 209)], "posted").at(&all[2]),
        ],
    );
    let first = votes("sample_1");
    official(&mut book, &all[0], &[(first.clone(), 450)]);
    // Of a station that nobody observes: in no sum here.
    official(&mut book, &all[3], &[(first.clone(), 9_999)]);
    let total = total(&book);
    let place = at(&total, &first);
    assert_eq!((total.counted, total.failing, total.disputed), (2, 1, 1));
    assert_eq!((total.sums[place], total.holding[place]), (Some(800), Some(400)));
    assert_eq!((total.official[place], total.beside[place], total.both[place]), (Some(450), Some(400), 1));
    assert_eq!(total.both[at(&total, &votes("sample_2"))], 0);
    assert_eq!((total.held, total.stations), (all.len() as u64, all.len() as u64));
    let of = |status| total.statuses.get(&status).copied().unwrap_or(0);
    assert_eq!((of(Status::Disputed), of(Status::Reported), of(Status::OfficialMismatch)), (1, 1, 1));
    assert_eq!(of(Status::None), all.len() as u64 - 3);
    assert_eq!(total.statuses.values().sum::<u64>(), total.held);
    assert_eq!(total.took_part(&total.sums), total.sums[total.place(LineRole::TookPart).expect("has the line")]);

    // Each number leads to its stations, and the board to those of each kind.
    let (addends, found) = book.addends("KUR", None, Some(place), (0, 10));
    assert_eq!((addends.len(), found), (2, 2));
    assert_eq!(addends.iter().filter_map(|addend| addend.values[place]).sum::<i64>(), 800);
    assert_eq!(book.sources("KUR", None).len(), 2);
    for (standing, wanted) in [
        (Standing::Counted, 2),
        (Standing::Failing, 1),
        (Standing::Is(Status::Disputed), 1),
        (Standing::Is(Status::None), all.len() - 3),
    ] {
        let query = Query { contest: Some(("KUR".to_owned(), standing)), ..Query::default() };
        assert_eq!(book.board(&query, 0, 10, DAWN_MS).found, wanted, "{standing:?}");
    }
    // Figures that are taken back are gone.
    official(&mut book, &all[0], &[]);
    assert_eq!(self::total(&book).both[place], 0);
}

#[test]
fn what_is_unusual_is_flagged_with_its_arithmetic() {
    let all = stations();
    let mut book = book(&pack());
    let none =
        [("P05.sample_1", 900), ("P05.sample_2", 0), ("P05.sample_3", 0), ("P05.sample_4", 0), ("P06", 0), ("P07", 0)];
    let mut changed = vec![("P01", 900), ("P02", 900), ("P04", 900)];
    changed.extend(none);
    let zeros = pack().pack.contest("KUR").expect("is there").options.len();
    changed.extend((5..zeros).map(|at| (["", "", "", "", "", "P05.sample_5", "P05.sample_6"][at], 0)));
    arrive(&mut book, &[protocol(1, 0, &changed, "posted").at(&all[0]), protocol(2, 0, &[], "posted").at(&all[1])]);
    let found = book.statistics("KUR");
    assert_eq!(found.stations, 2);
    let kinds: Vec<Unusual> = found.flags.iter().map(|flag| flag.unusual).collect();
    assert_eq!(kinds, [Unusual::EverybodyCame, Unusual::OneOption, Unusual::NoneInvalid, Unusual::NoneAgainst]);
    assert!(found.flags.iter().all(|flag| flag.key == row(&all[0]) && flag.records.len() == 1));
    assert_eq!(found.flags[0].numbers.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [900, 900]);
    assert_eq!(found.tests, 0, "of two stations no test is made");
    assert!(found.digits.iter().all(|row| row.digits.tested.is_err() && row.adjusted.is_none()));
    assert_eq!(book.statistics("nothing").stations, 0);
}

#[test]
fn a_station_of_a_sample_has_reported_when_its_protocol_holds_or_somebody_lets_it_count() {
    let all = stations();
    let mut book = book(&pack());
    let wrong = failing(2, &all[1]);
    arrive(
        &mut book,
        &[
            protocol(1, 0, &[], "posted").at(&all[0]),
            wrong.clone(),
            protocol(3, 0, &[], "posted").at(&all[2]),
            protocol(4, 0, &[("P07", 3)], "posted").at(&all[2]),
            super::turnout(5, 0, "10", 100).at(&all[3]),
        ],
    );
    let drawn = |book: &Book| {
        let stations = all.iter().take(5).map(|station| (station.as_str(), None));
        book.drawn(stations, "KUR", DAWN_MS - HOUR_MS)
    };
    let gathered = drawn(&book);
    assert_eq!(gathered.options.first().map(String::as_str), Some("sample_1"));
    assert_eq!(gathered.options.last().map(String::as_str), Some("against_all"));
    assert_eq!(gathered.reports.keys().collect::<Vec<_>>(), [&all[0]]);
    let report = &gathered.reports[&all[0]];
    assert_eq!(report.votes.iter().sum::<u32>(), report.took_part);
    assert!(report.arrived > 60.0 && report.arrived < 61.0, "{}", report.arrived);
    let why: Vec<Missing> = all[1..5].iter().map(|station| gathered.missing[station]).collect();
    assert_eq!(why, [Missing::Fails, Missing::Disputed, Missing::NoProtocol, Missing::Silent]);

    // A release names the relations that are meant, and no others.
    let failing = &book.station(&row(&all[1])).expect("is there").failing[0];
    let ids: Vec<String> =
        failing.fails.iter().filter_map(|fails| Some(book.relation(&failing.form, fails)?.id.clone())).collect();
    assert!(ids.contains(&"K05".to_owned()), "{ids:?}");
    let release = |book: &mut Book, relations: Vec<String>| {
        book.entry([9; 32], Entry::Released { record: wrong.hash, relations });
        book.settle();
    };
    release(&mut book, vec!["K01".to_owned()]);
    assert_eq!(drawn(&book).missing[&all[1]], Missing::Fails);
    release(&mut book, ids);
    let gathered = drawn(&book);
    assert!(gathered.reports.contains_key(&all[1]) && gathered.released.contains(&all[1]));
    assert_eq!((total(&book).failing, total(&book).released), (1, 1));

    // What people read from the photo decides between copies that differ.
    let copies = book.station(&row(&all[2])).expect("is there").contests[0].copies.clone();
    book.entry([8; 32], Entry::Verified { record: copies[0].record });
    book.settle();
    assert_eq!(drawn(&book).reports[&all[2]].invalid, 15);
    assert_eq!(book.drawn([(STATION, None)], "nothing", 0).reports.len(), 0);
}

#[test]
fn a_contest_is_expected_where_it_is_held() {
    let mut held = pack().pack.clone();
    let region = held.stations[0].region.clone();
    held.contests.iter_mut().find(|contest| contest.key == "KUR").expect("is there").regions =
        Some(vec![region.clone()]);
    let there = held.stations.iter().filter(|station| station.region == region).count() as u64;
    let book = book(&signed(held));
    let total = total(&book);
    assert_eq!((total.held, total.statuses.get(&Status::None).copied()), (there, Some(there)));
    let elsewhere = Query { contest: Some(("KUR".to_owned(), Standing::Is(Status::None))), ..Query::default() };
    assert_eq!(book.board(&elsewhere, 0, 1, DAWN_MS).found as u64, there);
    assert!(book.board_row(&RowKey { training: false, station: Some("nowhere".to_owned()) }, DAWN_MS).is_none());
}
