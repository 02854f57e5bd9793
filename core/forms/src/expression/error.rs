//! Why a text is not an expression.

use super::limits::{MAX_BYTES, MAX_DEPTH};

/// Text that is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {offset}")]
pub struct SyntaxError {
    /// Offset of the first byte that does not fit.
    pub offset: usize,
    /// What does not fit.
    pub fault: SyntaxFault,
}

/// What does not fit the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxFault {
    /// The text ends where something is still needed.
    #[error("the expression ends too early; {expected} is missing")]
    End {
        /// What is needed.
        expected: &'static str,
    },
    /// A token in the wrong place.
    #[error("unexpected \"{found}\"; expected {expected}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What would fit.
        expected: &'static str,
    },
    /// A character no token begins with.
    #[error("unexpected character {0:?}")]
    Character(char),
    /// `$` or `@` without a name.
    #[error("a name must follow $ or @")]
    NameExpected,
    /// A text without its closing quote.
    #[error("a text that begins here is not closed")]
    OpenText,
    /// A time that is not between 00:00 and 23:59.
    #[error("a time is written as HH:MM, between 00:00 and 23:59")]
    Time,
    /// A decimal fraction.
    #[error("numbers are whole; a decimal question is compared as a multiple of its smallest unit")]
    Fraction,
    /// A number beyond 64 bits.
    #[error("the number is too large")]
    NumberTooLarge,
    /// A function that does not exist.
    #[error("there is no function {0}")]
    UnknownFunction(String),
    /// A chain of comparisons.
    #[error("comparisons cannot be chained; write a < b and b < c")]
    ChainedComparison,
    /// Too many levels.
    #[error("nested deeper than {MAX_DEPTH} levels; use sum(), min() or max() for long chains")]
    TooDeep,
    /// Too long.
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
}

impl SyntaxFault {
    pub(super) const fn at(self, offset: usize) -> SyntaxError {
        SyntaxError { offset, fault: self }
    }
}
