use fastrand::Rng;
use proptest::prelude::*;

use super::*;

/// Critical values of χ² as they are printed everywhere (Abramowitz and Stegun, table 26.8; NIST handbook 1.3.6.7.4).
#[test]
fn tails_are_those_of_the_tables() {
    for (degrees, tail, value) in [
        (9, 0.995, 1.735),
        (9, 0.99, 2.088),
        (9, 0.975, 2.700),
        (9, 0.95, 3.325),
        (9, 0.90, 4.168),
        (9, 0.10, 14.684),
        (9, 0.05, 16.919),
        (9, 0.025, 19.023),
        (9, 0.01, 21.666),
        (9, 0.005, 23.589),
        (9, 0.001, 27.877),
        (1, 0.05, 3.841),
        (2, 0.01, 9.210),
        (4, 0.001, 18.467),
        (30, 0.05, 43.773),
    ] {
        let found = upper_tail(value, degrees);
        assert!((found / tail - 1.0_f64).abs() < 3e-4, "{degrees} {value}: {found} and not {tail}");
    }
    assert_eq!((upper_tail(0.0, 9), upper_tail(1.0, 0)), (1.0, 1.0));
    let far = upper_tail(1e6, 9);
    assert!((0.0..1e-12).contains(&far), "{far}");
}

/// Numbers that end in each digit as often as is said, far above all that is small.
fn ending(counts: [u64; 10]) -> Vec<i64> {
    let mut numbers = Vec::new();
    for (digit, count) in (0..).zip(counts) {
        numbers.extend((0..count).map(|at| 300 + 10 * i64::try_from(at % 40).unwrap_or(0) + digit));
    }
    numbers
}

#[test]
fn a_test_by_hand() {
    // n = 200, so 20 of each are expected: (400 + 9·…)/20.
    let counts = [40, 18, 18, 18, 18, 18, 18, 18, 17, 17];
    let digits = last_digits(ending(counts));
    assert_eq!((digits.counts, digits.n), (counts, 200));
    let tested = digits.tested.expect("is tested");
    // 20² + 7·2² + 2·3² = 446, over 20.
    assert!((tested.chi_square - 22.3).abs() < 1e-12, "{}", tested.chi_square);
    assert!((0.0075..0.0085).contains(&tested.p), "{}", tested.p);
    let even = last_digits(ending([20; 10])).tested.expect("is tested");
    assert_eq!((even.chi_square, even.p), (0.0, 1.0));
}

#[test]
fn where_honest_numbers_are_not_even_nothing_is_tested() {
    assert_eq!(last_digits(ending([9; 10])).tested, Err(NotTested::TooFew));
    let alike = (0..500).map(|at| 410 + at % 7);
    assert!(matches!(last_digits(alike).tested, Err(NotTested::TooAlike { deviation }) if deviation < 3.0));
    // Villages: a third of all numbers is below twenty.
    let small = (0..3_000).map(|at| if at % 3 == 0 { at % 20 } else { 100 + at });
    assert_eq!(last_digits(small).tested, Err(NotTested::TooSmall { small: 1_000 }));
    assert_eq!(last_digits([]).tested, Err(NotTested::TooFew));
}

/// Results of a party at stations of all sizes, as counting makes them.
fn counted(random: &mut Rng, stations: usize, share: f64) -> Vec<i64> {
    let one = |random: &mut Rng| {
        let size = if random.u8(0..10) < 4 { random.u32(90..500) } else { random.u32(500..2_990) };
        let part = f64::from(size) * share * (0.4 + 1.2 * random.f64());
        #[expect(clippy::cast_possible_truncation, reason = "below three thousand")]
        let votes = part as i64;
        votes
    };
    (0..stations).map(|_| one(random)).collect()
}

/// Of many honest countries as many fall below one in a hundred as chance says.
#[test]
fn honest_numbers_are_told_apart_as_seldom_as_is_said() {
    let mut random = Rng::with_seed(41);
    let (mut tested, mut low) = (0, 0);
    for _ in 0..300 {
        let digits = last_digits(counted(&mut random, 400, 0.3));
        if let Ok(found) = digits.tested {
            tested += 1;
            low += i32::from(found.p < 0.05);
        }
    }
    // 5 % of 300 are 15, give or take 3.8.
    assert!(tested > 280 && (3..=27).contains(&low), "{low} of {tested}");
    let mut made_up = counted(&mut random, 2_000, 0.3);
    // Every fifth is rounded to a nought or a five.
    made_up.iter_mut().step_by(5).for_each(|number| *number -= *number % 5);
    assert!(last_digits(made_up).tested.expect("is tested").p < 1e-6);
}

proptest! {
    #[test]
    fn digits_are_those_of_the_numbers_whatever_they_are(numbers in prop::collection::vec(any::<i64>(), 0..400)) {
        let digits = last_digits(numbers.iter().copied());
        prop_assert_eq!(digits.counts.iter().sum::<u64>(), digits.n);
        prop_assert_eq!(digits.n, numbers.len() as u64);
        if let Ok(tested) = digits.tested {
            prop_assert!((0.0..=1.0).contains(&tested.p) && tested.chi_square >= 0.0);
        }
    }

    #[test]
    fn the_order_of_numbers_changes_nothing(numbers in prop::collection::vec(0_i64..3_000, 100..300), seed in any::<u64>()) {
        let mut other = numbers.clone();
        Rng::with_seed(seed).shuffle(&mut other);
        let (one, other) = (last_digits(numbers), last_digits(other));
        prop_assert_eq!(one.counts, other.counts);
        prop_assert_eq!(one.tested.is_ok(), other.tested.is_ok());
    }

    #[test]
    fn a_larger_chi_square_is_less_likely(value in 0.0_f64..200.0, more in 0.001_f64..50.0, degrees in 1_u8..60) {
        prop_assert!(upper_tail(value + more, degrees) <= upper_tail(value, degrees));
    }
}
