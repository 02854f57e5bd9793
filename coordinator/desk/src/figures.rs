//! Numbers as people read them: thousands apart, decimals as the language writes them.

use crate::language::Language;

/// Stands between thousands: a narrow space at which no line breaks.
const THIN: char = '\u{202f}';
/// What stands where a number is not known.
const NOTHING: &str = "–";

/// A whole number.
pub(crate) fn whole(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    if number < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(at);
        if at > 0 && left.is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// A whole number, or a dash.
pub(crate) fn maybe(number: Option<i64>) -> String {
    number.map_or_else(|| NOTHING.to_owned(), whole)
}

/// A number with so many decimals, or a dash where there is none.
pub(crate) fn decimal(number: Option<f64>, decimals: usize, language: &Language) -> String {
    let Some(number) = number.filter(|number| number.is_finite()) else { return NOTHING.to_owned() };
    let text = format!("{number:.decimals$}").replacen('-', "−", 1);
    if language.point() == ',' { text.replacen('.', ",", 1) } else { text }
}

/// A part of a whole, in percent.
pub(crate) fn percent(part: Option<f64>, decimals: usize, language: &Language) -> String {
    match part.filter(|part| part.is_finite()) {
        Some(part) => format!("{}{THIN}%", decimal(Some(part * 100.0), decimals, language)),
        None => NOTHING.to_owned(),
    }
}

/// From one number to another, on one line.
pub(crate) fn span(from: &str, to: &str) -> String {
    format!("{from}\u{a0}…\u{a0}{to}")
}

/// One number over another, as far as both are known and the other is not nothing.
#[expect(clippy::cast_precision_loss, reason = "voters of a country are far below 2^52")]
pub(crate) fn over(part: Option<i64>, all: Option<i64>) -> Option<f64> {
    let (part, all) = (part?, all?);
    (all > 0).then(|| part as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1\u{202f}000"),
            (12_345_678, "12\u{202f}345\u{202f}678"),
            (-1_234, "−1\u{202f}234"),
        ] {
            assert_eq!(whole(number), text);
        }
        assert_eq!(maybe(None), "–");
        assert_eq!(over(Some(1), Some(0)), None);
    }
}
