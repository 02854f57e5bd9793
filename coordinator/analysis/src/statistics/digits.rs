//! Last digits. Numbers that come from counting many things end in each digit about as often; numbers that people make up do not.
//!
//! B. Beber, A. Scacco, "What the Numbers Say: A Digit-Based Test for Election Fraud", *Political Analysis* 20 (2012) 211–234. The test
//! is Pearson's: of n numbers `χ² = Σ (o − n/10)² / (n/10)`, with nine degrees of freedom. It says nothing where honest numbers would not be
//! even: where they are few, all alike, or many of them so small that the lowest digits come first. Those it leaves alone
//! ([`NotTested`]), so that a village is not taken for a forger.

use special::Gamma;

/// Numbers that are needed: ten of each digit.
pub const FEWEST: u64 = 100;
/// How far apart they must lie, as a standard deviation. Last digits of a bell of this width are even to one part in a billion.
pub const NARROWEST: f64 = 20.0;
/// Numbers below this are small.
pub const SMALL: i64 = 20;
/// By how much χ² may be too large because of small numbers. Nine is what chance makes of it.
pub const TOO_LARGE_BY: f64 = 0.5;
/// Degrees of freedom.
pub const DEGREES: u8 = 9;

/// Last digits of some numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Digits {
    /// How many end in each.
    pub counts: [u64; 10],
    /// How many numbers there are.
    pub n: u64,
    /// What the test says, or why none was made.
    pub tested: Result<Tested, NotTested>,
}

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Pearson's χ².
    pub chi_square: f64,
    /// The chance of one as large, or larger, where every digit is as likely.
    pub p: f64,
}

/// Why no test was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NotTested {
    /// There are too few numbers.
    TooFew,
    /// They lie too close together.
    TooAlike {
        /// Their standard deviation.
        deviation: f64,
    },
    /// Too many are small.
    TooSmall {
        /// How many.
        small: u64,
    },
}

/// Counts last digits, and tests them where that says something.
#[must_use]
pub fn last_digits(numbers: impl IntoIterator<Item = i64>) -> Digits {
    let (mut counts, mut n, mut small) = ([0_u64; 10], 0_u64, 0_u64);
    // Welford's: sums of squares of large numbers would lose what is looked for.
    let (mut mean, mut squares) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let digit = usize::try_from(number.unsigned_abs() % 10).unwrap_or(0);
        if let Some(count) = counts.get_mut(digit) {
            *count += 1;
        }
        n += 1;
        small += u64::from(number < SMALL);
        let number = real(number.unsigned_abs());
        let before = number - mean;
        mean += before / real(n);
        squares += before * (number - mean);
    }
    let tested = if n < FEWEST {
        Err(NotTested::TooFew)
    } else {
        let deviation = (squares / (real(n) - 1.0)).sqrt();
        match () {
            () if deviation < NARROWEST => Err(NotTested::TooAlike { deviation }),
            () if excess(n, small) > TOO_LARGE_BY => Err(NotTested::TooSmall { small }),
            () => Ok(pearson(&counts, n)),
        }
    };
    Digits { counts, n, tested }
}

/// By how much χ² is larger, in the mean, because the numbers do not begin smoothly at nothing. Where their density there is f, digit d
/// comes with the chance `(1 + (4.5 − d) f) / 10` (Euler and Maclaurin, first term), so χ² is `8.25 n f²` above nine; f is taken from how many are
/// below [`SMALL`].
fn excess(n: u64, small: u64) -> f64 {
    let density = real(small) / real(n) / real(SMALL.unsigned_abs());
    8.25 * real(n) * density * density
}

fn pearson(counts: &[u64; 10], n: u64) -> Tested {
    let expected = real(n) / 10.0;
    let chi_square = counts.iter().map(|count| (real(*count) - expected).powi(2) / expected).sum();
    Tested { chi_square, p: upper_tail(chi_square, DEGREES) }
}

/// The chance that χ² with these degrees of freedom is as large or larger: 1 − P(k/2, x/2), the incomplete gamma function.
#[must_use]
pub fn upper_tail(chi_square: f64, degrees: u8) -> f64 {
    if degrees == 0 || chi_square <= 0.0 {
        return 1.0;
    }
    (1.0 - (chi_square / 2.0).inc_gamma(f64::from(degrees) / 2.0)).clamp(0.0, 1.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "votes of a station, and how many stations there are, are far below 2^52"
)]
fn real(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
