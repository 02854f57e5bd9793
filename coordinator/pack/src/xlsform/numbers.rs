//! Decimal numbers as packs have them: whole numbers of their smallest unit.

/// The most decimal places a number is kept with.
const MOST: u8 = 6;

/// A number as a whole number of its smallest unit, and how many decimal places that unit is: "1.50" is 15 of one place.
pub(super) fn decimal(text: &str) -> Option<(i64, u8)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let places = u8::try_from(fraction.len()).ok().filter(|places| *places <= MOST)?;
    Some((format!("{whole}{fraction}").parse().ok()?, places))
}

/// A number, perhaps negative, as a whole number of a unit of so many decimal places; `None` if it is finer.
pub(super) fn in_units(text: &str, places: u8) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest.trim_start()));
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let (number, held) = decimal(digits)?;
    let factor = 10_i64.pow(places.checked_sub(held)?.into());
    number.checked_mul(sign * factor)
}

/// As many decimal places as the finest number in an expression has, but no fewer than `least`.
pub(super) fn finest(expression: &str, least: u8) -> u8 {
    let numbers = expression.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    let places = numbers.map(|number| {
        let places = number.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
        u8::try_from(places).unwrap_or(least).min(MOST)
    });
    places.max().unwrap_or(least).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_whole_numbers_of_their_smallest_unit() {
        assert_eq!(decimal("1.50"), Some((15, 1)));
        assert_eq!(decimal("-2"), Some((-2, 0)));
        assert_eq!(decimal(".25"), Some((25, 2)));
        for wrong in ["", "1.2.3", "1.1234567", "a", "99999999999999999999"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
        assert_eq!(in_units("1.5", 2), Some(150));
        assert_eq!(in_units("-1.5", 2), Some(-150));
        assert_eq!(in_units("7", 0), Some(7));
        for wrong in ["1.555", "--1", "+1", "", "1e3"] {
            assert_eq!(in_units(wrong, 2), None, "{wrong}");
        }
        assert_eq!(finest("${a} > 1.125 and ${b} < 2.10", 2), 3);
        assert_eq!(finest("${a} > 1", 2), 2);
    }
}
