use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::table::TableError;
use super::*;

const STATIONS: &str = "stratum,station,registered,stratum_registered,stations_drawn,pi,interval\n";
const WAVES: &str = "station,wave,interval,start,passed,selected\n";
const CONTACTS: &str = "station,wave,disposition,sex,age\n";
const CARDS: &str = "station,wave,vote,sex,age\n";

/// A poll as text, a table each.
#[derive(Clone, Default)]
struct Texts {
    stations: String,
    waves: String,
    contacts: String,
    cards: String,
    turnout: Option<String>,
}

impl Texts {
    fn read(&self) -> Result<Input, TableError> {
        let with = |head: &str, rows: &str| format!("{head}{rows}").into_bytes();
        let (stations, waves) = (with(STATIONS, &self.stations), with(WAVES, &self.waves));
        let (contacts, cards) = (with(CONTACTS, &self.contacts), with(CARDS, &self.cards));
        let turnout = self.turnout.as_ref().map(|rows| with("stratum,took_part\n", rows));
        read(&Files {
            stations: ("S.csv", &stations),
            waves: ("W.csv", &waves),
            contacts: ("C.csv", &contacts),
            cards: ("K.csv", &cards),
            turnout: turnout.as_deref().map(|bytes| ("T.csv", bytes)),
        })
    }

    fn polled(&self) -> ExitPoll {
        exit_poll(&self.read().expect("is a poll"))
    }
}

/// One stratum, two stations: of `x` every fourth voter is asked, of `y` every second.
fn small() -> Texts {
    let cards = |station: &str, vote: &str, sex: &str, age: &str, times: usize| {
        format!("{station},1,{vote},{sex},{age}\n").repeat(times)
    };
    let contact = |station: &str, disposition: &str, sex: &str, age: &str, times: usize| {
        format!("{station},1,{disposition},{sex},{age}\n").repeat(times)
    };
    Texts {
        stations: "s,x,1000,10000,2,0.2,4\ns,y,2000,10000,2,0.4,2\n".to_owned(),
        waves: "x,1,4,2,90,23\ny,1,2,1,60,30\n".to_owned(),
        contacts: [
            contact("x", "1.0", "", "", 18),
            contact("y", "1.0", "", "", 20),
            contact("y", "1.2", "", "", 1),
            contact("x", "2.1", "f", "18-29", 5),
            contact("y", "2.2", "m", "60+", 6),
            contact("y", "2.3", "m", "45-59", 1),
            contact("y", "4.1", "", "", 2),
        ]
        .concat(),
        cards: [
            cards("x", "a", "f", "30-44", 6),
            cards("x", "b", "f", "45-59", 5),
            cards("x", "a", "m", "45-59", 7),
            cards("y", "a", "f", "18-29", 4),
            cards("y", "b", "m", "18-29", 10),
            cards("y", "b", "m", "60+", 6),
            cards("y", "", "m", "60+", 1),
        ]
        .concat(),
        turnout: Some("s,6000\n".to_owned()),
    }
}

fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("there is one");
    assert!((found - wanted).abs() < 1e-12, "{found} and not {wanted}");
}

fn share(polled: &ExitPoll, stage: Stage, option: &str) -> Share {
    let at = polled.options.iter().position(|name| name == option).expect("is an option");
    polled.estimates[&stage][at]
}

#[test]
fn rates_are_those_of_aapor() {
    let rates = small().polled().rates;
    assert_eq!(
        rates,
        Rates { complete: 38, partial: 1, refused: 5, missed: 6, language: 1, unknown: 0, not_eligible: 2 }
    );
    near(rates.rr1(), 38.0 / 51.0);
    near(rates.rr2(), 39.0 / 51.0);
    near(rates.rr3(), 38.0 / 51.0);
    near(rates.coop1(), 38.0 / 45.0);
    near(rates.ref1(), 5.0 / 51.0);
    near(rates.contact(), 45.0 / 51.0);
    near(rates.ineligible_share(), 2.0 / 53.0);
    let unknown = Rates { unknown: 10, ..rates };
    near(unknown.rr3(), 38.0 / (51.0 + 10.0 * 51.0 / 53.0));
    let nobody = Rates::default();
    assert_eq!((nobody.rr1(), nobody.rr3(), nobody.coop1(), nobody.ineligible_share()), (None, None, None, None));

    let unlisted = Texts {
        contacts: small().contacts.replace("x,1,1.0,,\n", "").replace("y,1,1.0,,\n", "").replace("y,1,1.2,,\n", ""),
        ..small()
    };
    let found = unlisted.polled();
    assert_eq!(found.rates, rates, "where contacts leave out cards, cards say how many there are");
    assert_eq!(found.contacts_off, []);
}

#[test]
fn weights_by_hand() {
    let found = small().polled();
    assert_eq!(found.weights_base, BTreeMap::from([("x".to_owned(), 20.0), ("y".to_owned(), 5.0)]));
    // Women: 6 · 20 + 4 · 5 of votes below 45 with 5 · 20 refused, 5 · 20 above. Men: 10 · 5 below; above 7 · 20 + 6 · 5 of votes, a
    // card without, six missed, one without the language.
    let cell = |sex: &str, age| found.adjustment[&("s".to_owned(), sex.to_owned(), age)];
    near(Some(cell("f", Age::Younger)), 240.0 / 140.0);
    near(Some(cell("f", Age::Older)), 1.0);
    near(Some(cell("m", Age::Younger)), 1.0);
    near(Some(cell("m", Age::Older)), (170.0 + 5.0 + 30.0 + 5.0) / 170.0);
    assert_eq!(found.collapsed, BTreeSet::new());
    near(share(&found, Stage::Unweighted, "a").estimate.estimate, 17.0 / 38.0);
    near(share(&found, Stage::Base, "a").estimate.estimate, (13.0 * 20.0 + 4.0 * 5.0) / (18.0 * 20.0 + 20.0 * 5.0));
    let a = 240.0 + 7.0 * 20.0 * (210.0 / 170.0);
    let all = a + 5.0 * 20.0 + 10.0 * 5.0 + 6.0 * 5.0 * (210.0 / 170.0);
    near(share(&found, Stage::Nonresponse, "a").estimate.estimate, a / all);
    // With one stratum the last stage multiplies all weights alike.
    near(share(&found, Stage::Final, "a").estimate.estimate, a / all);
    assert!(
        (found.kish[&Stage::Final].expect("has cards") - found.kish[&Stage::Nonresponse].expect("has cards")).abs()
            < 1e-12
    );
    assert!(found.publishable(), "{:?}", found.reasons);
}

#[test]
fn variance_by_hand() {
    let found = share(&small().polled(), Stage::Base, "a");
    let p = 280.0 / 460.0;
    let (x, y) = ((13.0 * 20.0 - p * 360.0) / 460.0, (4.0 * 5.0 - p * 100.0) / 460.0);
    let mean: f64 = f64::midpoint(x, y);
    let variance = 2.0 * ((x - mean).powi(2) + (y - mean).powi(2));
    near(found.estimate.se, variance.sqrt());
    near(found.estimate.moe95, 12.706_204_736_174_694 * variance.sqrt());
    near(found.deff_replace, variance / (p * (1.0 - p) / 37.0));
    near(found.deff, variance / (p * (1.0 - p) / 37.0 * (1.0 - 38.0 / 460.0)));
    assert_eq!(
        share(&small().polled(), Stage::Unweighted, "a").deff,
        None,
        "cards that stand for themselves alone are all there are"
    );

    // A third station that was reached and where nobody answered says something, too; one that was not says nothing.
    let silent = |waves: &str| {
        let stations = small().stations.replace(",2,0.", ",3,0.") + "s,z,500,10000,3,0.15,2\n";
        let waves = small().waves + waves;
        share(&Texts { stations, waves, ..small() }.polled(), Stage::Base, "a").estimate.se.expect("has one")
    };
    let third = x + y;
    let squares = (x - third / 3.0).powi(2) + (y - third / 3.0).powi(2) + (third / 3.0).powi(2);
    near(Some(silent("z,1,2,1,0,0\n")), (1.5 * squares).sqrt());
    near(Some(silent("")), variance.sqrt());
}

#[test]
fn small_cells_are_put_together_by_age_and_then_by_sex() {
    // 4 votes of women above 45: with those below. Men keep their cells.
    let of_age = Texts { cards: small().cards.replacen("x,1,b,f,45-59\n", "", 1), ..small() }.polled();
    let cell = |found: &ExitPoll, sex: &str, age| found.adjustment[&("s".to_owned(), sex.to_owned(), age)];
    near(Some(cell(&of_age, "f", Age::Younger)), (240.0 + 80.0) / (140.0 + 80.0));
    near(Some(cell(&of_age, "f", Age::Older)), (240.0 + 80.0) / (140.0 + 80.0));
    near(Some(cell(&of_age, "m", Age::Younger)), 1.0);
    assert_eq!(of_age.collapsed.len(), 2);
    // 4 votes of women in all: the whole stratum.
    let cards = small().cards.replace("x,1,a,f,30-44\n", "").replace("x,1,b,f,45-59\n", "");
    let of_sex = Texts { cards, ..small() }.polled();
    let all = (4.0 * 5.0 + 100.0 + 50.0 + 210.0) / (4.0 * 5.0 + 50.0 + 170.0);
    for (sex, age) in [("f", Age::Younger), ("m", Age::Younger), ("m", Age::Older)] {
        near(Some(cell(&of_sex, sex, age)), all);
    }
}

#[test]
fn who_is_not_known_by_sex_and_age_raises_all_alike() {
    let known = small().polled();
    let more = Texts { contacts: small().contacts + &"x,1,2.2,,\n".repeat(4), ..small() }.polled();
    // 80 more of 575 in the stratum.
    let raised = 1.0 + 80.0 / 600.0;
    for (cell, a) in &known.adjustment {
        near(Some(more.adjustment[cell]), a * raised);
    }
    near(
        share(&more, Stage::Nonresponse, "a").estimate.estimate,
        share(&known, Stage::Nonresponse, "a").estimate.estimate.expect("has one"),
    );
    let unmarked = Texts { cards: small().cards + "x,1,a,,\n", ..small() }.polled();
    let sum: f64 = 240.0 + 100.0 + 50.0 + 210.0 + 20.0;
    let shares = &unmarked.estimates[&Stage::Nonresponse];
    assert_eq!(shares.len(), 2);
    let voted: f64 = 140.0 + 100.0 + 50.0 + 170.0 + 20.0;
    let raised = (sum - 20.0 * sum / voted) / 600.0;
    near(Some(unmarked.adjustment[&("s".to_owned(), "f".to_owned(), Age::Older)]), raised);
}

#[test]
fn strata_count_as_they_voted() {
    let other =
        |text: &str| text.replace("\nx", "\nv").replace("\ny", "\nw").replace("s,x", "t,v").replace("s,y", "t,w");
    let rename = |text: &str| {
        other(&format!("\n{text}")).trim_start().replace(",a,", ",c,").replace(",b,", ",a,").replace(",c,", ",b,")
    };
    let two = Texts {
        stations: small().stations.clone() + &rename(&small().stations),
        waves: small().waves.clone() + &rename(&small().waves),
        contacts: small().contacts.clone() + &rename(&small().contacts),
        cards: small().cards.clone() + &rename(&small().cards),
        turnout: Some("s,3000\nt,1000\n".to_owned()),
    };
    let found = two.polled();
    let p = share(&small().polled(), Stage::Final, "a").estimate.estimate.expect("has one");
    near(share(&found, Stage::Final, "a").estimate.estimate, 0.75 * p + 0.25 * (1.0 - p));
    assert!(found.by_turnout);
    let before = Texts { turnout: None, ..two.clone() }.polled();
    near(share(&before, Stage::Final, "a").estimate.estimate, 0.5);
    assert!(!before.by_turnout);
    let missing = Texts { turnout: Some("s,3000\n".to_owned()), ..two.clone() }.read().expect_err("is not said");
    assert_eq!(missing.to_string(), "T.csv: there is no stratum `t` in T.csv");
    let more = Texts { turnout: Some("s,3000\nt,1000\nu,5\n".to_owned()), ..two }.polled();
    assert_eq!(more.reasons, [Reason::NotSampled { stratum: "u".to_owned() }]);
}

#[test]
fn the_counter_chooses() {
    for (passed, start, interval, chosen) in
        [(0, 1, 5, 0), (2, 3, 5, 0), (3, 3, 5, 1), (7, 3, 5, 1), (8, 3, 5, 2), (100, 1, 1, 100), (9, 0, 0, 0)]
    {
        assert_eq!(expected(passed, start, interval), chosen, "{passed} {start} {interval}");
    }
    assert_eq!(small().polled().deviations, []);
    let off = Texts { waves: small().waves.replace("x,1,4,2,90,23", "x,1,4,2,90,24"), ..small() }.polled();
    let deviation =
        |selected, expected| Deviation { station: "x".to_owned(), wave: "1".to_owned(), selected, expected };
    assert_eq!((off.deviations, off.contacts_off), (vec![deviation(24, 23)], vec![deviation(24, 23)]));
    for wave in ["x,1,5,2,90,18", "x,1,4,5,90,22", "x,1,4,0,88,23"] {
        let off = Texts { waves: small().waves.replace("x,1,4,2,90,23", wave), ..small() }.polled();
        assert_eq!((off.deviations, off.plan_off), (vec![], vec![("x".to_owned(), "1".to_owned())]), "{wave}");
    }
}

#[test]
fn few_cards_are_not_shown_and_cannot_be_worked_out() {
    let wave = |wave: u32, cards: usize| {
        (format!("x,{wave},4,1,{},{cards}\n", cards * 4), format!("x,{wave},a,f,30\n").repeat(cards))
    };
    let shown = |sizes: &[usize]| -> Vec<Option<u32>> {
        let waves: Vec<_> = (1..).zip(sizes).map(|(number, cards)| wave(number, *cards)).collect();
        let texts = Texts {
            waves: waves.iter().map(|(wave, _)| wave.as_str()).collect(),
            cards: waves.iter().map(|(_, cards)| cards.as_str()).collect(),
            contacts: String::new(),
            ..small()
        };
        let totals = texts.polled().waves;
        assert!(totals.iter().all(|total| total.n.is_none() == (total.votes == Shown::Suppressed)));
        totals.into_iter().map(|total| total.n).collect()
    };
    assert_eq!(shown(&[12, 10, 30]), [Some(12), Some(10), Some(30)]);
    assert_eq!(shown(&[12, 9, 9, 30]), [Some(12), None, None, Some(30)]);
    assert_eq!(shown(&[12, 9, 30]), [None, None, Some(30)], "the sum of all would give the nine away");
    assert_eq!(shown(&[12, 0, 30]), [Some(12), None, Some(30)]);
    assert_eq!(shown(&[4]), [None]);
}

#[test]
fn a_poll_that_cannot_be_published_says_why() {
    let lone = Texts { stations: small().stations.lines().next().expect("a row").to_owned() + "\n", ..small() };
    let only_x =
        |text: &str| text.lines().filter(|line| line.starts_with('x')).map(|line| format!("{line}\n")).collect();
    let lone =
        Texts { waves: only_x(&lone.waves), contacts: only_x(&lone.contacts), cards: only_x(&lone.cards), ..lone }
            .polled();
    assert_eq!(lone.reasons, [Reason::TooFew { stratum: "s".to_owned(), reached: 1 }]);
    assert!(
        share(&lone, Stage::Base, "a").estimate.estimate.is_some()
            && share(&lone, Stage::Base, "a").estimate.se.is_none()
    );
    let unmarked = Texts { cards: String::new(), ..small() }.polled();
    assert_eq!(unmarked.reasons, [Reason::NoVotes]);
    let unnoted =
        Texts { contacts: String::new(), cards: small().cards.replace("y,1,,m,60+\n", ""), ..small() }.polled();
    assert_eq!(unnoted.reasons, [Reason::NoContacts]);
    let chance = Texts { stations: small().stations.replace("2,0.2,4", "2,0.3,4"), ..small() }.polled();
    assert_eq!(chance.chance_off, ["x"]);
}

#[test]
fn what_is_wrong_in_a_table_says_where() {
    let wrong = |texts: Texts| texts.read().expect_err("is wrong").to_string();
    let of = |stations: &str| Texts { stations: stations.to_owned(), ..small() };
    for (texts, said) in [
        (of(""), "S.csv: has no rows"),
        (of("s,x,1000,10000,2,0,4\n"), "S.csv:2, column pi: `0` is not a chance above 0 and up to 1"),
        (of("s,x,1000,10000,2,1.01,4\n"), "S.csv:2, column pi: `1.01` is not a chance above 0 and up to 1"),
        (of("s,x,1000,10000,2,0.2,0\n"), "S.csv:2, column interval: `0` is not a whole number above 0"),
        (
            of("s,x,1000,999,2,0.2,4\n"),
            "S.csv:2, column registered: 1000 is more than the 999 registered voters of the stratum",
        ),
        (of("s,x,9,99,2,0.2,4\ns,x,9,99,2,0.2,4\n"), "S.csv:3, column station: `x` stands there twice"),
        (
            of("s,x,9,99,1,0.2,4\ns,y,9,99,1,0.2,4\n"),
            "S.csv:3, column station: 2 is more than the 1 stations that were drawn",
        ),
        (
            of("s,x,9,99,2,0.2,4\ns,y,9,98,2,0.2,4\n"),
            "S.csv:3, column stratum_registered: `98`, but another row of stratum `s` says `99`",
        ),
        (
            Texts { waves: "q,1,4,1,9,3\n".to_owned(), ..small() },
            "W.csv:2, column station: there is no station `q` in S.csv",
        ),
        (
            Texts { waves: "x,1,4,1,9,3\nx,1,4,1,9,3\n".to_owned(), ..small() },
            "W.csv:3, column wave: `1` stands there twice",
        ),
        (
            Texts { contacts: "x,2,2.1,,\n".to_owned(), ..small() },
            "C.csv:2, column wave: there is no wave `2 at x` in W.csv",
        ),
        (
            Texts { contacts: "x,1,5.0,,\n".to_owned(), ..small() },
            "C.csv:2, column disposition: `5.0` is not 1.0, 1.2, 2.1, 2.2, 2.3, 3.x or 4.x",
        ),
        (
            Texts { cards: "x,1,a,f,40-49\n".to_owned(), ..small() },
            "K.csv:2, column age: `40-49` is not an age, or a band of ages on one side of 45",
        ),
        (
            Texts { turnout: Some("s,5\ns,5\n".to_owned()), ..small() },
            "T.csv:3, column stratum: `s` stands there twice",
        ),
    ] {
        assert_eq!(wrong(texts), said);
    }
    let many: String = (0..=200).map(|n| format!("x,1,o{n},f,30\n")).collect();
    assert!(wrong(Texts { cards: many, ..small() }).contains("201 is more than the 200 options"));
    let semicolons = small().stations.replace(',', ";").replace("0.", "0,");
    let read = read(&Files {
        stations: ("S.csv", format!("{}{semicolons}", STATIONS.replace(',', ";")).as_bytes()),
        waves: ("W.csv", format!("{WAVES}{}", small().waves).as_bytes()),
        contacts: ("C.csv", format!("{}x;1;2,1;;\n", CONTACTS.replace(',', ";")).as_bytes()),
        cards: ("K.csv", CARDS.as_bytes()),
        turnout: None,
    });
    let read = read.expect("is a poll");
    assert_eq!((read.stations["x"].pi, read.contacts[0].disposition), (0.2, Disposition::Refused));
}

proptest! {
    #[test]
    fn whatever_the_cards_say_every_number_is_one(
        cards in prop::collection::vec((any::<bool>(), 0_u8..4, prop::option::of(0_u8..2), prop::option::of(18_u8..90)), 0..60),
        contacts in prop::collection::vec((any::<bool>(), 0_usize..7, prop::option::of(0_u8..2), prop::option::of(18_u8..90)), 0..60),
        turnout in prop::option::of(0_u32..100_000),
    ) {
        let station = |first: bool| if first { "x" } else { "y" };
        let text = |value: Option<u8>| value.map_or_else(String::new, |value| value.to_string());
        let cards: String = cards
            .iter()
            .map(|(first, vote, sex, age)| {
                let vote = if *vote == 0 { String::new() } else { format!("o{vote}") };
                format!("{},1,{vote},{},{}\n", station(*first), text(*sex), text(*age))
            })
            .collect();
        let codes = ["1.0", "1.2", "2.1", "2.2", "2.3", "3.1", "4.2"];
        let contacts: String = contacts
            .iter()
            .map(|(first, code, sex, age)| format!("{},1,{},{},{}\n", station(*first), codes[*code], text(*sex), text(*age)))
            .collect();
        let turnout = turnout.map(|turnout| format!("s,{turnout}\n"));
        let turned = |rows: &str| rows.lines().rev().map(|row| format!("{row}\n")).collect();
        let other = Texts { cards: turned(&cards), contacts: turned(&contacts), turnout: turnout.clone(), ..small() }.polled();
        let found = Texts { cards, contacts, turnout, ..small() }.polled();
        prop_assert_eq!(&found, &other, "in whatever order rows stand");
        for shares in found.estimates.values() {
            let sum: f64 = shares.iter().filter_map(|share| share.estimate.estimate).sum();
            prop_assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-9);
            for share in shares {
                let numbers = [share.estimate.estimate, share.estimate.se, share.estimate.moe95, share.deff, share.deff_replace];
                prop_assert!(numbers.iter().all(|number| number.is_none_or(|number| number.is_finite() && number >= 0.0)));
            }
        }
        prop_assert!(found.adjustment.values().all(|a| a.is_finite() && *a > 0.0));
    }
}
