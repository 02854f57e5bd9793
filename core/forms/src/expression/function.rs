//! The functions of the language. What each does is in `docs/expressions.md`; what it takes, in the type checker.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Function {
    /// The sum of numbers and lists of numbers; missing when one is missing.
    Sum,
    /// The sum of those numbers that are there.
    SumKnown,
    /// How many elements of a list, or of several values, are there.
    Count,
    /// How many elements of a list equal a value.
    CountOf,
    /// The smallest of numbers, times or dates.
    Min,
    /// The largest of numbers, times or dates.
    Max,
    /// A number without its sign.
    Abs,
    /// A quotient rounded up.
    CeilDiv,
    /// One of two values, by a condition.
    If,
    /// The first value that is not missing.
    Coalesce,
    /// Whether a value is there. Never missing.
    Answered,
    /// Whether a choice is among those chosen.
    Selected,
    /// Characters of a text.
    Length,
    /// Whether a text holds another, case and blanks aside.
    Contains,
    /// The number a text writes in words; missing when it cannot be read.
    Words,
    /// A day, from its text.
    Date,
    /// The first element of a list.
    First,
    /// The last element of a list.
    Last,
    /// Whether no element of a list of numbers is smaller than the one before.
    Rising,
    /// Whether all elements are equal.
    Same,
}

kuager_wire::named!(Function: "The name in expressions.");

impl Function {
    /// How it is called, for messages.
    #[must_use]
    pub const fn signature(self) -> &'static str {
        match self {
            Self::Sum => "sum(numbers or lists of numbers, ...)",
            Self::SumKnown => "sum_known(numbers or lists of numbers, ...)",
            Self::Count => "count(values or lists, ...)",
            Self::CountOf => "count_of(list, value)",
            Self::Min => "min(numbers or lists of numbers, ...)",
            Self::Max => "max(numbers or lists of numbers, ...)",
            Self::Abs => "abs(number)",
            Self::CeilDiv => "ceil_div(number, number)",
            Self::If => "if(condition, value, value)",
            Self::Coalesce => "coalesce(value, value, ...)",
            Self::Answered => "answered(value)",
            Self::Selected => "selected(choices, text)",
            Self::Length => "length(text)",
            Self::Contains => "contains(text, text)",
            Self::Words => "words(text) or words(text, 'language')",
            Self::Date => "date('YYYY-MM-DD')",
            Self::First => "first(list)",
            Self::Last => "last(list)",
            Self::Rising => "rising(list of numbers)",
            Self::Same => "same(values or lists, ...)",
        }
    }
}
