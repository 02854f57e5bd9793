use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn frame(strata: &[(&str, u32)]) -> Frame {
    let mut text = "stratum,station,registered,type\n".to_owned();
    for (stratum, stations) in strata {
        for station in 0..*stations {
            text.push_str(&format!("{stratum},{stratum}-{station},{},ordinary\n", 100 + station * 37 % 900));
        }
    }
    Frame::read("frame.csv", text.as_bytes()).expect("is a frame")
}

fn sizes(sizes: &[(&str, u32)]) -> BTreeMap<String, u32> {
    sizes.iter().map(|(stratum, size)| ((*stratum).to_owned(), *size)).collect()
}

fn seed(byte: u8) -> Seed {
    Seed::from_bytes([byte; 32])
}

fn drawn(sample: &Sample) -> BTreeSet<&str> {
    sample.strata().values().flat_map(|stratum| stratum.drawn.keys().map(String::as_str)).collect()
}

#[test]
fn the_list_is_in_the_order_of_the_hashes() {
    // hashlib.sha256(bytes([1]) * 32 + b"750000000-352") of Python.
    let place = seed(1).place("750000000-352");
    assert_eq!(HEX.encode(&place), "b7ccca630b2930ebd84f227cbe0505441ef11641f2d96fdde6a6f6dfbe829eab");
    let frame = frame(&[("a", 30), ("b", 7)]);
    let commitment =
        Commitment::new(Method::Simple, &frame, &seed(1), sizes(&[("a", 5), ("b", 2)]), None).expect("fits");
    let sample = draw_simple(&frame, &commitment, &seed(1), None).expect("opens");
    assert_eq!(sample.origin(), Origin::Drawn { frame: frame.sha256(), seed: seed(1).sha256().0 });
    for (stratum, part) in sample.strata() {
        let last = part.drawn.keys().map(|key| seed(1).place(key)).max().expect("some");
        let strata = frame.by_stratum();
        let mut left =
            strata[stratum.as_str()].iter().map(|(key, _)| *key).filter(|key| !part.drawn.contains_key(*key));
        assert!(left.all(|key| seed(1).place(key) > last));
        assert_eq!(part.drawn.len(), part.sampled as usize);
    }
    let other = Commitment::new(Method::Simple, &frame, &seed(2), sizes(&[("a", 5), ("b", 2)]), None).expect("fits");
    let other = draw_simple(&frame, &other, &seed(2), None).expect("opens");
    assert_ne!(drawn(&sample), drawn(&other), "another seed, other stations");
}

#[test]
fn nothing_is_drawn_but_what_was_committed_to() {
    let (whole, less) = (frame(&[("a", 30)]), frame(&[("a", 29)]));
    let commitment = Commitment::new(Method::Simple, &whole, &seed(1), sizes(&[("a", 5)]), None).expect("fits");
    let draw = |frame: &Frame, seed: &Seed, value| draw_simple(frame, &commitment, seed, value);
    assert!(matches!(draw(&less, &seed(1), None), Err(DrawError::OtherFrame { .. })));
    assert!(matches!(draw(&whole, &seed(2), None), Err(DrawError::OtherSeed { .. })));
    assert_eq!(draw(&whole, &seed(1), Some("7")).expect_err("none is named"), DrawError::PublicValue(None));
    assert_eq!(draw_by_size(&whole, &commitment, &seed(1), None).expect_err("is simple"), DrawError::OtherMethod);
    for (wanted, wrong) in [
        (sizes(&[]), "the commitment says nothing of stratum `a`"),
        (sizes(&[("a", 31)]), "of stratum `a` 31 stations are to be drawn; at least 2 and at most 30 can be"),
        (sizes(&[("a", 1)]), "of stratum `a` 1 stations are to be drawn; at least 2 and at most 30 can be"),
        (sizes(&[("a", 2), ("b", 2)]), "the frame has no stratum `b`"),
    ] {
        let error = Commitment::new(Method::Simple, &whole, &seed(1), wanted, None).expect_err(wrong);
        assert_eq!(error.to_string(), wrong);
    }
}

#[test]
fn a_public_value_takes_the_choice_from_whoever_made_the_seed() {
    let frame = frame(&[("a", 200)]);
    let of = Some("lottery of 5 December".to_owned());
    let commitment = Commitment::new(Method::Simple, &frame, &seed(1), sizes(&[("a", 20)]), of.clone()).expect("fits");
    assert_eq!(draw_simple(&frame, &commitment, &seed(1), None).expect_err("it is named"), DrawError::PublicValue(of));
    let with = |value| draw_simple(&frame, &commitment, &seed(1), Some(value)).expect("opens");
    assert_eq!(with("4 8 15"), with("4 8 15"));
    assert_ne!(drawn(&with("4 8 15")), drawn(&with("4 8 16")));
}

#[test]
fn a_commitment_is_read_as_it_was_written_and_not_otherwise() {
    let frame = frame(&[("a", 30)]);
    for value in [None, Some("lottery".to_owned())] {
        let commitment = Commitment::new(Method::BySize, &frame, &seed(9), sizes(&[("a", 3)]), value).expect("fits");
        let text = commitment.to_json();
        assert_eq!(Commitment::from_json(text.as_bytes()).expect("is one"), commitment);
        assert!(!text.contains(&seed(9).to_hex()));
        for (old, new) in [
            ("\"version\": 1", "\"version\": 2"),
            ("\"version\": 1", "\"version\": 1, \"more\": 1"),
            ("by_size", "by_taste"),
            (": 3", ": -3"),
            ("\"frame_sha256\": \"", "\"frame_sha256\": \"0"),
        ] {
            assert!(text.contains(old));
            Commitment::from_json(text.replacen(old, new, 1).as_bytes()).expect_err(new);
        }
    }
    Commitment::from_json(&vec![b' '; MOST_BYTES + 1]).expect_err("is large");
    assert!(Seed::from_hex(&format!(" {}\n", seed(3).to_hex())).is_some_and(|found| found.0 == [3; 32]));
    for wrong in ["", "00", &"0".repeat(63), &"g".repeat(64)] {
        assert!(Seed::from_hex(wrong).is_none());
    }
}

#[test]
fn stations_are_shared_out_as_strata_are_large() {
    let frame = frame(&[("a", 600), ("b", 300), ("c", 99), ("d", 1)]);
    for (wanted, shared) in [
        (100, [60, 30, 9, 1]),
        (7, [2, 2, 2, 1]),
        (9, [4, 2, 2, 1]),
        (1_000, [600, 300, 99, 1]),
        (5_000, [600, 300, 99, 1]),
    ] {
        let found = allocate(&frame, wanted).expect("enough");
        assert_eq!(found.values().copied().collect::<Vec<_>>(), shared, "{wanted}");
    }
    assert_eq!(allocate(&frame, 6).expect_err("too few"), DrawError::TooFew { wanted: 6, needed: 7 });
}

#[test]
fn every_chance_by_size_is_the_one_that_is_said() {
    // Every possible start, once.
    for (sizes, wanted) in [
        (vec![5, 1, 3, 3, 4, 2], 3),
        (vec![10, 1, 1, 1, 1, 1], 3),
        (vec![7, 7, 7], 3),
        (vec![20, 9, 1, 1, 1, 1, 1], 4),
        (vec![1; 10], 2),
    ] {
        let mut end = 1;
        walk(&sizes, wanted, |left| {
            end = left;
            0
        });
        let mut times = vec![0_u32; sizes.len()];
        let mut chances = vec![0.0; sizes.len()];
        for start in 0..end {
            let drawn = walk(&sizes, wanted, |_| start);
            assert_eq!(drawn.len(), wanted as usize, "{sizes:?} from {start}");
            for (at, pi) in drawn {
                times[at] += 1;
                chances[at] = pi;
            }
        }
        for (at, size) in sizes.iter().enumerate() {
            let often = f64::from(times[at]) / part(end, 1);
            assert!(
                (often - chances[at]).abs() < 1e-12,
                "{sizes:?}: {size} was drawn in {often}, said {}",
                chances[at]
            );
        }
        let sum: f64 = chances.iter().sum();
        assert!((sum - f64::from(wanted)).abs() < 1e-9, "{sizes:?}: {chances:?}");
    }
}

#[test]
fn stations_by_size() {
    let frame = frame(&[("a", 40), ("b", 12)]);
    let commitment =
        Commitment::new(Method::BySize, &frame, &seed(5), sizes(&[("a", 6), ("b", 3)]), None).expect("fits");
    let drawn = draw_by_size(&frame, &commitment, &seed(5), None).expect("opens");
    assert_eq!(drawn.iter().filter(|station| station.stratum == "a").count(), 6);
    for station in &drawn {
        let planned = f64::from(station.stations_drawn) * f64::from(station.registered);
        let chance = planned / part(u128::from(station.stratum_registered), 1);
        assert!((station.pi - chance).abs() < 1e-12);
    }
    let none = Frame::read("f", b"stratum,station,registered\na,x,0\na,y,9\n").expect("is a frame");
    let commitment = Commitment::new(Method::BySize, &none, &seed(5), sizes(&[("a", 2)]), None).expect("fits");
    let error = draw_by_size(&none, &commitment, &seed(5), None).expect_err("x has no chance");
    assert_eq!(error, DrawError::NoVoters("x".to_owned()));
}

proptest! {
    #[test]
    fn a_walk_draws_as_many_as_are_wanted_each_once(
        sizes in prop::collection::vec(1_u32..=3_000, 1..60), wanted in 0_u32..60, start in any::<u64>(),
    ) {
        let wanted = wanted.min(u32::try_from(sizes.len()).expect("few"));
        let drawn = walk(&sizes, wanted, |end| u128::from(start) % end);
        prop_assert_eq!(drawn.len(), wanted as usize);
        prop_assert!(drawn.windows(2).all(|two| two[0].0 < two[1].0));
        prop_assert!(drawn.iter().all(|(_, pi)| (0.0..=1.0).contains(pi)));
    }
}
