//! Forms as data: what is asked, in every language, and which answers fit.

use minicbor::{Decode, Encode};

use crate::canonical::TextMap;
use crate::record::{RecordKind, Value};

/// The same text in several languages, by BCP 47 tag.
pub type Texts = TextMap<String>;

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
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
}

/// Answers to a [`QuestionKind::YesNo`] question: yes, no, not seen, not applicable (ODIHR usage).
pub const YES_NO: [&str; 4] = ["yes", "no", "not_seen", "not_applicable"];

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Choice {
    /// What is signed when it is chosen.
    #[n(1)]
    pub key: String,
    /// What the observer reads.
    #[n(2)]
    pub text: Texts,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Question {
    /// Unique within the form.
    #[n(1)]
    pub id: String,
    /// What kind of answer it takes.
    #[n(2)]
    pub kind: QuestionKind,
    /// What is asked.
    #[n(3)]
    pub text: Texts,
    /// The norm it rests on.
    #[n(4)]
    pub law: Option<String>,
    /// Incident codes that a "no" opens.
    #[n(5)]
    pub opens: Option<Vec<String>>,
    /// Whether the observer is reminded when it is left out. Never blocks sealing.
    #[n(6)]
    pub required: Option<bool>,
    /// Smallest number accepted.
    #[n(7)]
    pub min: Option<i64>,
    /// Largest number accepted.
    #[n(8)]
    pub max: Option<i64>,
    /// Characters of text accepted.
    #[n(9)]
    pub max_length: Option<u32>,
    /// The choices.
    #[n(10)]
    pub choices: Option<Vec<Choice>>,
    /// The question whose detail this is (a time, a number beside a yes).
    #[n(11)]
    pub of: Option<String>,
}

/// Why an answer does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The answer is of another type.
    #[error("expected {expected}")]
    Type {
        /// What would fit.
        expected: &'static str,
    },
    /// A number outside the bounds.
    #[error("must be between {min} and {max}")]
    Range {
        /// Smallest number accepted.
        min: i64,
        /// Largest number accepted.
        max: i64,
    },
    /// Text longer than accepted.
    #[error("must have at most {max} characters")]
    Length {
        /// Characters accepted.
        max: u32,
    },
    /// Not one of the choices.
    #[error("is not one of the choices")]
    NotAChoice,
}

/// Characters of text accepted where the form sets no bound.
pub const DEFAULT_TEXT_LENGTH: u32 = 4000;

impl Question {
    /// Checks that an answer fits.
    ///
    /// # Errors
    /// [`AnswerFault`] with what would fit.
    pub fn check(&self, value: &Value) -> Result<(), AnswerFault> {
        match self.kind {
            QuestionKind::YesNo => {
                let key =
                    value.as_text().ok_or(AnswerFault::Type { expected: "yes, no, not_seen or not_applicable" })?;
                YES_NO.contains(&key).then_some(()).ok_or(AnswerFault::NotAChoice)
            }
            QuestionKind::Choice => {
                let key = value.as_text().ok_or(AnswerFault::Type { expected: "the key of a choice" })?;
                let known = self.choices.iter().flatten().any(|choice| choice.key == key);
                known.then_some(()).ok_or(AnswerFault::NotAChoice)
            }
            QuestionKind::Integer => self.check_range(value, i64::MIN, i64::MAX),
            QuestionKind::Time => self.check_range(value, 0, 24 * 60 - 1),
            QuestionKind::Text => {
                let text = value.as_text().ok_or(AnswerFault::Type { expected: "text" })?;
                let max = self.max_length.unwrap_or(DEFAULT_TEXT_LENGTH);
                let fits = text.chars().count() <= usize::try_from(max).unwrap_or(usize::MAX);
                fits.then_some(()).ok_or(AnswerFault::Length { max })
            }
        }
    }

    fn check_range(&self, value: &Value, min: i64, max: i64) -> Result<(), AnswerFault> {
        let number = value.as_int().ok_or(AnswerFault::Type { expected: "a whole number" })?;
        let (min, max) = (self.min.unwrap_or(min), self.max.unwrap_or(max));
        (min..=max).contains(&number).then_some(()).ok_or(AnswerFault::Range { min, max })
    }
}

/// A question paper.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Form {
    /// Unique within the pack.
    #[n(1)]
    pub id: String,
    /// What kind of record its answers become.
    #[n(2)]
    pub kind: RecordKind,
    /// Its name.
    #[n(3)]
    pub title: Texts,
    /// The questions in the order they are asked.
    #[n(4)]
    pub questions: Vec<Question>,
    /// The contest it is about.
    #[n(5)]
    pub contest: Option<String>,
}

impl Form {
    /// The question with this id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}
