//! What kinds of answers there are.

use minicbor::{Decode, Encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum QuestionKind {
    /// One of [`YES_NO`].
    #[n(1)]
    YesNo,
    /// A whole number.
    #[n(2)]
    Integer,
    /// Minutes after local midnight, 0 to 1439.
    #[n(3)]
    Time,
    /// Free text.
    #[n(4)]
    Text,
    /// One of the question's own choices.
    #[n(5)]
    Choice,
    /// Any number of the question's own choices, each once, in the order of the form.
    #[n(6)]
    Choices,
    /// A decimal number as a whole number of the unit [`super::Question::scale`] names: 12.5 with scale 1 is 125.
    #[n(7)]
    Decimal,
    /// A day of the Gregorian calendar, `YYYY-MM-DD`.
    #[n(8)]
    Date,
    /// Latitude and longitude in 1e-7 degrees (WGS 84) and the radius in metres: a list of three numbers.
    #[n(9)]
    Location,
    /// Photos, videos, sound: a list of media hashes in hexadecimal. The files themselves are attachments of the
    /// record, with the question's id as their label.
    #[n(10)]
    Attachment,
    /// Questions that belong together; asked once, or as often as [`super::Question::repeat`] allows.
    #[n(11)]
    Group,
    /// Text to read; takes no answer.
    #[n(12)]
    Note,
    /// Not asked: [`super::Question::calculate`] gives its value, which is sealed with the answers.
    #[n(13)]
    Calculate,
    /// The number of the question named in [`super::Question::of`] as the paper writes it in words.
    #[n(14)]
    Words,
}

crate::named!(QuestionKind: "The name pack sources use.");

impl QuestionKind {
    /// Whether `prefix.*` in an expression gathers answers of this kind: values as they were given, not groups, not what
    /// is computed, and not a number a second time in words.
    #[must_use]
    pub const fn is_gathered(self) -> bool {
        !matches!(self, Self::Group | Self::Note | Self::Calculate | Self::Words)
    }
}

/// Answers to a [`QuestionKind::YesNo`] question: yes, no, not seen, not applicable (ODIHR usage).
pub const YES_NO: [&str; 4] = ["yes", "no", "not_seen", "not_applicable"];
