//! What the words of every language come down to.

/// What a word contributes to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Nothing, alone.
    Zero,
    /// 1 to 9.
    Unit(i64),
    /// 10 to 19 in one word: no unit follows.
    Teen(i64),
    /// A ten that a unit may follow.
    Ten(i64),
    /// Hundreds in one word.
    Hundreds(i64),
    /// "Hundred": what stands before it counts hundreds.
    Hundred,
    /// "Thousand".
    Thousand,
    /// "Million".
    Million,
    /// A word without a number of its own ("and").
    Filler,
}

/// Millions, thousands and the rest of a number.
pub(super) const fn groups(number: i64) -> [i64; 3] {
    [number / 1_000_000, number / 1000 % 1000, number % 1000]
}

/// A word of a list by its place; lists cover every digit.
pub(super) fn pick<'a>(list: &'a [&'a str], place: i64) -> &'a str {
    usize::try_from(place).ok().and_then(|place| list.get(place)).copied().unwrap_or_default()
}
