use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::draw::{Commitment, Method, Seed, draw_simple};
use super::super::frame::Frame;
use super::super::sample::Origin;
use super::super::table::Wrong;
use super::reports as read_reports;
use super::*;

const HEAD: &str =
    "stratum,stratum_stations,sampled,station,registered,reported,arrived,issued,took_part,invalid,votes_a,votes_b\n";

/// Two strata of which all but one station has reported.
const DAY: &str = "\
north,40,4,n1,1000,1,35,620,600,20,360,240
north,40,4,n2,800,1,62,410,400,10,200,200
north,40,4,n3,1200,1,95,710,700,10,490,210
north,40,4,n4,900,0,,,,,,
south,10,3,s1,500,1,20,310,300,10,90,210
south,10,3,s2,700,1,50,320,300,20,120,180
south,10,3,s3,400,1,130,205,200,5,60,140
";

fn input(rows: &str) -> Input {
    one_table("count.csv", format!("{HEAD}{rows}").as_bytes()).expect("is a table")
}

fn counted(rows: &str) -> QuickCount {
    let input = input(rows);
    quick_count(&input.sample, &input.options, &input.reports, &Settings::default()).expect("belongs together")
}

fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("there is one");
    assert!((found - wanted).abs() < 1e-12, "{found} and not {wanted}");
}

#[test]
fn a_day_by_hand() {
    let found = counted(DAY);
    assert_eq!(found.origin, Origin::Stated);
    assert_eq!((found.response["north"].reported, found.response["north"].sampled), (3, 4));
    assert_eq!((found.response["north"].rate, found.response["south"].rate), (Some(0.75), Some(1.0)));
    near(Some(found.response_rate), 6.0 / 7.0);
    assert_eq!(found.df, 4);
    let (north, south) = (40.0 / 3.0, 10.0 / 3.0);
    let (a, took_part) = (north * 1050.0 + south * 270.0, north * 1700.0 + south * 800.0);
    let (_, share) = &found.estimates.shares[0];
    near(share.estimate, a / took_part);
    near(found.estimates.turnout.estimate, took_part / (north * 3000.0 + south * 1600.0));
    let issued = north * 1740.0 + south * 835.0;
    near(found.estimates.turnout_ballots_received.estimate, issued / (north * 3000.0 + south * 1600.0));
    near(found.estimates.invalid_of_issued.estimate, (north * 40.0 + south * 35.0) / issued);
    let lead = found.estimates.lead.as_ref().expect("two options");
    assert_eq!((lead.first.as_str(), lead.second.as_str()), ("votes_a", "votes_b"));
    near(lead.estimate.estimate, (2.0 * a - took_part) / took_part);
    // With two options the lead is 2p − 1, so its error is twice that of a share, and not √2 times.
    near(lead.estimate.se, 2.0 * share.se.expect("has one"));
    assert_eq!(
        found.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "85.7 % of the stations drawn have reported, 90 % are needed",
            "75.0 % of the stations drawn of stratum north have reported, 80 % are needed"
        ]
    );
    assert!(!found.publishable());
}

#[test]
fn nonresponse_bounds_votes_a() {
    let found = counted(DAY);
    // The missing one of the north has 1700 / 3 voters, with 200/400 or 490/700 of them for a.
    let (north, south) = (10.0, 10.0 / 3.0);
    let all = north * (1700.0 + 1700.0 / 3.0) + south * 800.0;
    let with = |share: f64| (north * (1050.0 + 1700.0 / 3.0 * share) + south * 270.0) / all;
    let (_, bounds) = &found.bounds[0];
    let (low, high) = bounds.expect("every stratum has reported");
    near(Some(low), with(0.5));
    near(Some(high), with(0.7));
    let complete = counted(&DAY.replace("n4,900,0,,,,,,", "n4,900,1,140,510,500,10,300,200"));
    let (_, bounds) = &complete.bounds[0];
    let (low, high) = bounds.expect("every stratum has reported");
    near(complete.estimates.shares[0].1.estimate, low);
    near(Some(high), low);
    assert!(complete.publishable() && complete.comparison.is_empty());
}

#[test]
fn converged_at_minute_has_three_settings() {
    let rows = DAY.replace("n4,900,0,,,,,,", "n4,900,1,140,510,500,10,300,200");
    let input = input(&rows);
    let with = |response, stratum, within| {
        let settings = Settings { response, stratum, within, ..Settings::default() };
        quick_count(&input.sample, &input.options, &input.reports, &settings).expect("belongs together")
    };
    let found = with(0.9, 0.8, 0.005);
    let moments = &found.convergence[0].moments;
    assert_eq!(
        moments.iter().map(|moment| moment.minute).collect::<Vec<_>>(),
        (1..=10).map(|n| n * 15).collect::<Vec<_>>()
    );
    assert_eq!(moments.iter().map(|moment| moment.reported).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 4, 5, 5, 6, 7]);
    let first = moments.iter().find(|moment| moment.estimate.is_some()).expect("there is one");
    assert_eq!((first.minute, first.reported), (75, 4), "nothing before each stratum has two");
    let (last, whole) = (moments.last().expect("there is one"), found.estimates.shares[0].1);
    assert_eq!((last.estimate, last.se), (whole.estimate, whole.se));
    // The estimates at 75, 105, 135 and 150 minutes are 53.3, 58.6, 58.8 and 58.4 %.
    assert_eq!(found.converged_at_minute, Some(150));
    assert_eq!(with(0.9, 0.8, 0.003).converged_at_minute, None, "what arrives last still moves it");
    assert_eq!(with(0.7, 0.5, 0.05).converged_at_minute, Some(135));
    assert_eq!(with(0.7, 0.5, 0.06).converged_at_minute, Some(105));
    assert_eq!(with(0.7, 0.7, 0.06).converged_at_minute, Some(135), "two of three of the south are too few");
}

#[test]
fn missing_stations_are_compared_by_what_was_known_before() {
    let found = counted(DAY);
    let [registered] = &found.comparison[..] else { panic!("one fact") };
    assert_eq!((registered.fact.as_str(), registered.word.as_ref()), ("registered", None));
    near(Some(registered.missing), 900.0);
    near(Some(registered.reported), (10.0 * 3000.0 + 10.0 / 3.0 * 1600.0) / 40.0);
    // Of 1000, 800, 1200, 900 one is drawn to be missing: mean 975, s² 29166.7, 1 · (1 − 1/4) · s².
    near(registered.standard_errors, -75.0 / (0.75 * 87_500.0_f64 / 3.0).sqrt());

    let frame = "stratum,stratum_stations,sampled,station,registered,type\nn,9,4,a,10,town\nn,9,4,b,12,village\nn,9,4,c,9,town\nn,9,4,d,30,village\n";
    let sample = listed_sample("sample.csv", frame.as_bytes()).expect("is a sample");
    let reports = "station,reported,arrived,issued,took_part,invalid,x,reason\na,1,1,5,5,0,5,\nb,0,,,,,,removed\nc,1,1,5,5,0,5,\nd,0,,,,,,no network\n";
    let reports = read_reports("reports.csv", reports.as_bytes(), &|_| Some(10)).expect("are reports");
    assert_eq!(reports.missing_by_reason(), BTreeMap::from([("no network".to_owned(), 1), ("removed".to_owned(), 1)]));
    let found =
        quick_count(&sample, &reports.options, &reports.reports, &Settings::default()).expect("belongs together");
    let village = found.comparison.iter().find(|fact| fact.word.as_deref() == Some("village")).expect("is compared");
    assert_eq!((village.reported, village.missing), (0.0, 1.0));
    assert!(village.standard_errors.expect("differs") > 1.7);
}

#[test]
fn a_stratum_without_variance_gives_no_margin() {
    let rows = "a,5,2,x,100,1,1,60,60,0,30,30\na,5,2,y,100,1,1,50,50,0,20,30\nb,5,2,z,100,1,1,60,60,0,30,30\nb,5,2,w,100,0,,,,,,\n";
    let found = counted(rows);
    let share = found.estimates.shares[0].1;
    assert!(share.estimate.is_some() && share.se.is_none());
    assert!(found.reasons.contains(&Reason::TooFew { stratum: "b".to_owned(), reported: 1 }));
    let none = counted(&rows.replace("z,100,1,1,60,60,0,30,30", "z,100,0,,,,,,"));
    assert_eq!(none.estimates.shares[0].1.estimate, None);
    assert_eq!(none.bounds[0].1, None);
    assert!(none.convergence[0].moments.iter().all(|moment| moment.estimate.is_none()));
    let lone = counted("a,5,2,x,100,1,1,60,60,0,30,30\na,5,2,y,100,1,1,50,50,0,20,30\nb,1,1,z,100,1,1,60,60,0,30,30\n");
    assert!(lone.publishable() && lone.estimates.shares[0].1.se.is_some());
    let nobody = counted("a,5,2,x,100,1,1,0,0,0,0,0\na,5,2,y,100,1,1,0,0,0,0,0\n");
    assert_eq!(nobody.reasons, [Reason::NobodyTookPart]);
}

#[test]
fn protocols_that_contradict_themselves_are_counted_and_said() {
    let rows = DAY.replace("n4,900,0,,,,,,", "n4,900,1,140,910,500,450,300,190");
    let found = counted(&rows);
    let relations = vec![Relation::K01, Relation::K04, Relation::K05];
    assert_eq!(found.failed, [Failed { station: "n4".to_owned(), relations }]);
    let without = found.without_failed.expect("there are some");
    assert_eq!(without, counted(DAY).estimates);
    assert_ne!(found.estimates, without);
    let report =
        |took_part| Report { arrived: 0.0, registered: 9, issued: 9, took_part, invalid: 1, votes: vec![3, 4] };
    assert_eq!(report(7).failed(), [], "an election's protocol leaves invalid ballots out");
    assert_eq!(report(8).failed(), [], "a referendum's does not");
    assert_eq!(report(9).failed(), [Relation::K05]);
}

#[test]
fn what_is_wrong_in_a_table_says_where() {
    let error = |rows: &str| one_table("q.csv", format!("{HEAD}{rows}").as_bytes()).expect_err("is wrong").to_string();
    let row = "a,5,2,x,100,1,1,60,60,0,30,30\n";
    for (rows, said) in [
        (format!("{row}{row}"), "q.csv:3, column station: `x` stands there twice"),
        (format!("{row}b,5,2,x,100,0,,,,,,\n"), "q.csv:3, column station: `x` stands there twice"),
        (row.replace("a,5,2", "a,2,5"), "q.csv:2, column sampled: 5 is more than the 2 stations of the stratum"),
        (
            format!("{row}a,6,2,y,100,0,,,,,,\n"),
            "q.csv:3, column stratum_stations: `6`, but another row of stratum `a` says `5`",
        ),
        (
            format!("{row}a,5,3,y,100,0,,,,,,\n"),
            "q.csv:3, column sampled: `3`, but another row of stratum `a` says `2`",
        ),
        (
            format!("{}{}", row.replace("5,2", "5,1"), row.replace("5,2,x", "5,1,y")),
            "q.csv:3, column station: 2 is more than the 1 stations that were drawn",
        ),
        (row.replace(",30,30", ",30,"), "q.csv:2, column votes_b: is empty"),
        (row.replace(",30,30", ",-30,90"), "q.csv:2, column votes_a: `-30` is not a whole number from 0 to 1000000000"),
        (row.replace(",1,1,", ",yes,1,"), "q.csv:2, column reported: `yes` is not 1 or 0"),
        (row.replace(",1,1,", ",1,NaN,"), "q.csv:2, column arrived: `NaN` is not a number"),
        (row.replace("a,5,2", "a,0,0"), "q.csv:2, column stratum_stations: `0` is not a whole number above 0"),
        (row.replace(",x,", ",,"), "q.csv:2, column station: is empty"),
        (String::new(), "q.csv: has no rows"),
    ] {
        assert_eq!(error(&rows), said);
    }
    let wrong =
        |head: &str| one_table("q.csv", format!("{head}\n").as_bytes()).expect_err("is wrong").wrong.as_ref().clone();
    assert_eq!(wrong(&HEAD.trim().replace(",issued", "")), Wrong::NoColumn("issued"));
    assert_eq!(wrong(&HEAD.trim().replace(",votes_a,votes_b", "")), Wrong::NoColumn("<option>"));
    assert_eq!(wrong(&HEAD.trim().replace("votes_b", "votes_a")), Wrong::Twice("votes_a".to_owned()));
    let many: String = (0..=2_000).map(|n| format!("s{n},1,1,k{n},9,0,,,,,,\n")).collect();
    assert_eq!(error(&many), "q.csv:2002, column stratum: is one stratum too many: 2000 are the most");
}

#[test]
fn every_way_of_giving_the_same_gives_the_same() {
    let frame: String = ["north", "south"]
        .iter()
        .flat_map(|stratum| {
            (0..if *stratum == "north" { 40 } else { 10 })
                .map(move |at| format!("{stratum},{stratum}{at:02},{}\n", 300 + at * 10))
        })
        .collect();
    let frame =
        Frame::read("frame.csv", format!("stratum,station,registered\n{frame}").as_bytes()).expect("is a frame");
    let seed = Seed::from_bytes([7; 32]);
    let sizes = BTreeMap::from([("north".to_owned(), 4), ("south".to_owned(), 3)]);
    let commitment = Commitment::new(Method::Simple, &frame, &seed, sizes, None).expect("fits");
    let sample = draw_simple(&frame, &commitment, &seed, None).expect("opens");
    let keys = |stratum: &str| sample.strata()[stratum].drawn.keys().cloned().collect::<Vec<_>>();
    let (north, south) = (keys("north"), keys("south"));
    let rows = |head: bool| -> String {
        let part = |stratum: &str, stations, keys: &[String]| -> String {
            let row = |(key, at): (&String, u32)| {
                let registered = frame.stations()[key].registered;
                let sample = if head { format!("{stratum},{stations},{},", keys.len()) } else { String::new() };
                let reported = if at == 0 {
                    "0,,,,,,".to_owned()
                } else {
                    format!("1,{},{},{},0,{},{}", at * 20, 100 + at, 100 + at, 50 + at * 7, 50 - at * 6)
                };
                if head { format!("{sample}{key},{registered},{reported}\n") } else { format!("{key},{reported}\n") }
            };
            keys.iter().zip(0..).map(row).collect()
        };
        part("north", 40, &north) + &part("south", 10, &south)
    };
    let one = input(&rows(true));
    let reports_text = format!("station,reported,arrived,issued,took_part,invalid,votes_a,votes_b\n{}", rows(false));
    let registered = |station: &str| frame.stations().get(station).map(|station| station.registered);
    let reports = read_reports("reports.csv", reports_text.as_bytes(), &registered).expect("are reports");
    let count = |sample| {
        quick_count(sample, &reports.options, &reports.reports, &Settings::default()).expect("belongs together")
    };
    let stated = stated_of_frame("frame.csv", &frame, &reports).expect("are of the frame");
    let (drawn, stated) = (count(&sample), count(&stated));
    let single = quick_count(&one.sample, &one.options, &one.reports, &Settings::default()).expect("belongs together");
    assert_eq!(stated, single);
    assert!(matches!(drawn.origin, Origin::Drawn { .. }));
    assert_eq!(QuickCount { origin: Origin::Stated, ..drawn }, single);

    // A station that was not drawn is no part of it, however well it was observed.
    let elsewhere = frame.stations().keys().find(|key| !north.contains(key) && !south.contains(key)).expect("some");
    let more = format!("{reports_text}{elsewhere},1,5,9,9,0,9,0\n");
    let reports = read_reports("reports.csv", more.as_bytes(), &registered).expect("are reports");
    let refused = quick_count(&sample, &reports.options, &reports.reports, &Settings::default());
    assert_eq!(refused.expect_err("was not drawn"), NotCounted::NotSampled(elsewhere.clone()));
    let unknown = format!("{reports_text}nowhere,1,5,9,9,0,9,0\n");
    let reports = read_reports("reports.csv", unknown.as_bytes(), &|_| Some(9)).expect("are reports");
    let error = read_reports("reports.csv", unknown.as_bytes(), &|_| None).expect_err("nobody knows its list");
    assert_eq!(error.place.line, Some(3), "{error}");
    let error = stated_of_frame("frame.csv", &frame, &reports).expect_err("is nowhere");
    assert_eq!(error.to_string(), "reports.csv:9, column station: there is no station `nowhere` in frame.csv");
    let uncovered = stated_of_frame(
        "frame.csv",
        &frame,
        &read_reports(
            "r",
            b"station,arrived,issued,took_part,invalid,a\nnorth00,1,5,5,0,5\nnorth01,1,6,6,0,5\n",
            &registered,
        )
        .expect("are reports"),
    );
    let uncovered = uncovered.expect("is stated");
    let found =
        quick_count(&uncovered, &["a".to_owned()], &BTreeMap::new(), &Settings::default()).expect("belongs together");
    assert!(found.reasons.contains(&Reason::NotSampled { stratum: "south".to_owned() }));
}

fn any_day() -> impl Strategy<Value = String> {
    let station = (0_u32..3, 0_u32..2_000, any::<bool>(), 0_u32..4_000, 0.0..1.0_f64);
    prop::collection::vec(station, 1..30).prop_map(|stations| {
        let row = |(at, (stratum, took_part, reported, arrived, share)): (usize, &(u32, u32, bool, u32, f64))| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a count")]
            let a = (f64::from(*took_part) * share) as u32;
            let sampled = stations.iter().filter(|(other, ..)| other == stratum).count();
            let numbers = format!("1,{arrived},{took_part},{took_part},0,{a},{}", took_part - a);
            let numbers = if *reported { numbers } else { "0,,,,,,".to_owned() };
            format!("s{stratum},{},{sampled},k{at},{},{numbers}\n", sampled + 7 * *stratum as usize, took_part + 3)
        };
        stations.iter().enumerate().map(row).collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing(rows in any_day(), by in 0_usize..30) {
        let mut other: Vec<&str> = rows.lines().collect();
        let middle = by % other.len();
        other.rotate_left(middle);
        other.reverse();
        prop_assert_eq!(counted(&rows), counted(&(other.join("\n") + "\n")));
    }

    #[test]
    fn bounds_hold_what_they_bound(rows in any_day()) {
        let found = counted(&rows);
        for (_, bounds) in &found.bounds {
            if let Some((low, high)) = bounds {
                prop_assert!(*low <= *high + 1e-12 && (-1e-12..=1.0 + 1e-12).contains(low) && *high <= 1.0 + 1e-12);
            }
        }
        if found.publishable() {
            prop_assert!(found.estimates.shares.iter().all(|(_, share)| share.low.is_some()) || found.df == 0);
        }
    }

    #[test]
    fn any_rows_are_a_count_or_an_error(rows in "[a-c0-9,.;\\-\n]{0,200}") {
        let read = one_table("q.csv", format!("{HEAD}{rows}").as_bytes());
        if let Ok(input) = read {
            quick_count(&input.sample, &input.options, &input.reports, &Settings::default()).expect("belongs together");
        }
    }
}
