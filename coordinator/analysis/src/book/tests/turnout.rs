//! Turnout: curves add up over stations whose list is known, and flags show their arithmetic and accuse no honest station.

use kuager_wire::record::{Answers, RecordKind, Value};
use proptest::prelude::*;

use super::{STATION, Sent, arrive, book, orders, pack, protocol, row, signed, turnout};
use crate::book::{Book, Flag, FlagKind, FlagQuery};

fn figure(observer: u8, seq: u64, hour: &str, told: Option<i64>, own: Option<(i64, bool)>) -> Sent {
    let mut answers: Answers = [("hour", Value::from(hour))].into_iter().collect();
    if let Some(told) = told {
        answers.insert("told", Value::Int(told));
    }
    if let Some((own, whole)) = own {
        answers.insert("own", Value::Int(own));
        answers.insert("own_whole", Value::from(if whole { "yes" } else { "no" }));
    }
    Sent::new(observer, seq, RecordKind::Turnout, "turnout", answers)
}

fn flags(book: &Book) -> Vec<Flag> {
    book.turnout_summary(&row(STATION)).expect("is there").flags
}

fn kinds(sent: &[Sent]) -> Vec<FlagKind> {
    let mut all = book(&pack());
    arrive(&mut all, sent);
    flags(&all).into_iter().map(|flag| flag.kind).collect()
}

/// 1,200 voters are in the list, 800 received a ballot, 30 of them outside, 4 with certificates.
fn honest(hours: &[(&str, i64)]) -> Vec<Sent> {
    let told = hours.iter().zip(0..).map(|((hour, told), seq)| turnout(1, seq, hour, *told));
    told.chain([protocol(1, 50, &[], "posted")]).collect()
}

#[test]
fn an_honest_day_has_no_flags_and_a_late_jump_shows_its_numbers() {
    let day = [("10", 140), ("12", 290), ("14", 430), ("16", 560), ("18", 690), ("20", 785)];
    assert_eq!(kinds(&honest(&day)), []);
    let mut all = book(&pack());
    let late: Vec<(&str, i64)> = day.iter().map(|(hour, told)| (*hour, told / 3)).collect();
    arrive(&mut all, &honest(&late));
    let jump = flags(&all);
    let expected =
        Flag { kind: FlagKind::Jump, at: None, from: Some(1200), number: 800, with: 261, difference: 539, limit: 100 };
    assert_eq!(jump, [expected]);
    // What was told at 20:00, and the protocol.
    assert_eq!(all.flag_sources(&row(STATION), &expected).len(), 2);
    let (found, count) = all.flagged(&FlagQuery { kind: Some(FlagKind::Jump), ..FlagQuery::default() }, 0, 10);
    assert_eq!((count, found[0].flags.len(), found[0].region.as_deref()), (1, 1, Some("710000000")));
    let elsewhere = FlagQuery { region: Some("750000000".to_owned()), ..FlagQuery::default() };
    assert_eq!(all.flagged(&elsewhere, 0, 10).1, 0);
    // A figure of the afternoon says nothing of the evening.
    assert_eq!(kinds(&honest(&[("10", 140), ("16", 300)])), []);
}

#[test]
fn each_flag_is_found_where_it_is_planted() {
    use FlagKind::*;
    let told = |hours: &[(&str, i64)]| honest(hours);
    assert_eq!(kinds(&told(&[("10", 140), ("12", 290), ("14", 250), ("20", 790)])), [Falls]);
    assert_eq!(kinds(&told(&[("18", 1_300), ("20", 790)])), [AboveList, Falls]);
    assert_eq!(kinds(&told(&[("18", 700), ("20", 840)])), [BelowTold]);
    // 100 an hour, then 230 between six and eight.
    let rising = [("10", 100), ("12", 180), ("14", 260), ("16", 340), ("18", 420), ("20", 790)];
    assert_eq!(kinds(&told(&rising)), [Rise]);
    // Five members serve 300 voters an hour.
    assert_eq!(kinds(&told(&[("10", 50), ("12", 700), ("20", 790)])), [Throughput]);
    let two = |other: i64| {
        let mut day = honest(&[("10", 140), ("20", 790)]);
        day.push(turnout(2, 0, "10", other));
        kinds(&day)
    };
    assert_eq!((two(160), two(161)), (vec![], vec![ToldDiffers]));
    let own = |told: i64, own: i64, whole: bool| {
        let mut day = honest(&[("20", 790)]);
        day.push(figure(2, 0, "12", Some(told), Some((own, whole))));
        kinds(&day)
    };
    assert_eq!(own(300, 280, true), []);
    assert_eq!((own(300, 270, true), own(300, 270, false)), (vec![OwnDiffers], vec![]));
    let mut day = honest(&[("20", 790)]);
    day.push(figure(2, 0, "20", None, Some((700, true))));
    assert_eq!(kinds(&day), [OwnDiffers, OwnDiffers], "against what was told, and against the protocol");
    let paper = |changed: &[(&str, i64)]| kinds(&[turnout(1, 0, "20", 790), protocol(1, 50, changed, "posted")]);
    assert_eq!((paper(&[("P10", 80)]), paper(&[("P10", 81)])), (vec![], vec![Outside]));
    assert_eq!((paper(&[("P11", 40)]), paper(&[("P11", 41)])), (vec![], vec![Absentee]));
}

#[test]
fn where_copies_differ_nobody_is_accused_by_them() {
    let mut day = honest(&[("20", 300)]);
    day.push(protocol(2, 0, &[("P02", 320)], "posted"));
    assert_eq!(kinds(&day), []);
}

#[test]
fn sums_say_of_how_many_voters_they_are_and_corrections_count_once() {
    let mut directory = pack().pack.clone();
    for station in &mut directory.stations {
        station.registered = (station.key == STATION).then_some(1_000);
    }
    let pack = signed(directory);
    let wrong = turnout(1, 0, "10", 999);
    let day = [
        wrong.clone(),
        turnout(1, 1, "10", 100).correcting(&wrong),
        figure(1, 2, "12", Some(200), Some((190, true))),
        turnout(2, 0, "10", 400).at("750000000-352"),
    ];
    for order in orders(&day) {
        let mut all = book(&pack);
        arrive(&mut all, &order);
        let total = all.turnout(None);
        assert_eq!((total.stations, total.protocols), (20, 0));
        let hours: Vec<_> =
            total.hours.iter().map(|hour| (hour.at, hour.told, hour.told_registered, hour.own)).collect();
        // The list of the other station is not known, and its figure is in no share.
        assert_eq!(hours, [(600, 100, 1_000, 0), (720, 200, 1_000, 190)]);
        let regions = all.turnout_by_region();
        assert_eq!(regions.iter().map(|(_, total)| total.stations).sum::<u64>(), 20);
        let astana = regions.iter().find(|(region, _)| region == "710000000").expect("is there");
        assert_eq!(astana.1.hours, all.turnout(Some("710000000")).hours);
    }
    let mut all = book(&pack);
    arrive(&mut all, &[protocol(1, 0, &[], "posted")]);
    let total = all.turnout(None);
    assert_eq!(
        (total.protocols, total.issued, total.registered, total.outside, total.absentee),
        (1, 800, 1_200, 30, 4)
    );
    assert_eq!(all.turnout(Some("nowhere")).stations, 0);
}

proptest! {
    /// Whatever valid devices say, sums do not overflow, and every flag's numbers are its arithmetic.
    #[test]
    fn flags_can_be_checked_by_hand(figures in prop::collection::vec((0_usize..6, 0_i64..100_000, any::<bool>()), 0..12)) {
        let hours = ["10", "12", "14", "16", "18", "20"];
        let mut sent: Vec<Sent> = figures
            .iter()
            .zip(0..)
            .map(|((hour, told, own), seq)| {
                figure(1 + u8::from(*own), seq, hours[*hour], Some(*told), own.then_some((*told / 2, true)))
            })
            .collect();
        sent.push(protocol(1, 50, &[], "posted"));
        let mut all = book(&pack());
        arrive(&mut all, &sent);
        for flag in flags(&all) {
            prop_assert!(flag.difference > 0);
            let far = match flag.kind {
                FlagKind::Outside | FlagKind::Absentee => flag.number - flag.limit,
                _ => (flag.number - flag.with).abs(),
            };
            prop_assert_eq!(far, flag.difference);
            if !matches!(flag.kind, FlagKind::Outside | FlagKind::Absentee) {
                prop_assert!(flag.difference > flag.limit);
            }
        }
        prop_assert!(all.turnout(None).hours.is_sorted_by_key(|hour| hour.at));
    }
}
