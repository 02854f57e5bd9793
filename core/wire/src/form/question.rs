//! A question: what is asked, which answers fit, and when.

use minicbor::{Decode, Encode};

use super::kind::QuestionKind;
use crate::text::{Choice, Texts};

/// How often a group may be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Repeat {
    /// Entries the observer is reminded of when there are fewer.
    #[n(1)]
    pub min: Option<u32>,
    /// Entries at most; [`MAX_REPEAT`] when absent.
    #[n(2)]
    pub max: Option<u32>,
}

/// Entries of a repeat group where the form sets no bound.
pub const MAX_REPEAT: u32 = 1000;

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
    /// Incident codes that the answer opens: a "no", or whatever [`Question::opens_when`] says.
    #[n(5)]
    pub opens: Option<Vec<String>>,
    /// Whether the observer is reminded when it is left out. Never blocks sealing.
    #[n(6)]
    pub required: Option<bool>,
    /// Smallest number accepted; for files and choices the fewest expected.
    #[n(7)]
    pub min: Option<i64>,
    /// Largest number accepted; for files and choices the most.
    #[n(8)]
    pub max: Option<i64>,
    /// Characters of text accepted.
    #[n(9)]
    pub max_length: Option<u32>,
    /// The choices.
    #[n(10)]
    pub choices: Option<Vec<Choice>>,
    /// The question whose detail this is: a time, a number beside a yes, the digits of a number in words.
    #[n(11)]
    pub of: Option<String>,
    /// Help beside the question.
    #[n(12)]
    pub hint: Option<Texts>,
    /// Expression: asked only when it holds. While it cannot be decided the question is hidden.
    #[n(13)]
    pub relevant: Option<String>,
    /// Expression over the answer `this`: a reminder when it does not hold.
    #[n(14)]
    pub constraint: Option<String>,
    /// What the observer reads when the constraint does not hold.
    #[n(15)]
    pub constraint_text: Option<Texts>,
    /// Expression: required when it holds.
    #[n(16)]
    pub required_if: Option<String>,
    /// Expression: the answer the question begins with.
    #[n(17)]
    pub default: Option<String>,
    /// Expression: the value of a [`QuestionKind::Calculate`] question.
    #[n(18)]
    pub calculate: Option<String>,
    /// Decimal places of a [`QuestionKind::Decimal`] question.
    #[n(19)]
    pub scale: Option<u8>,
    /// The questions of a [`QuestionKind::Group`].
    #[n(20)]
    pub questions: Option<Vec<Question>>,
    /// How often a group may be filled in; absent: exactly once.
    #[n(21)]
    pub repeat: Option<Repeat>,
    /// Expression over the attributes `@name` of a choice: it is offered when this holds.
    #[n(22)]
    pub choice_filter: Option<String>,
    /// Expression: when the answer opens the incidents of [`Question::opens`]; absent: when it is "no".
    #[n(23)]
    pub opens_when: Option<String>,
    /// What a file shows, one of [`super::SUBJECTS`].
    #[n(24)]
    pub subject: Option<String>,
    /// Kinds of files accepted, the first part of their media type: `image`, `video`, `audio`, `application`.
    #[n(25)]
    pub accept: Option<Vec<String>>,
    /// The line of the paper form it is read from.
    #[n(26)]
    pub line: Option<String>,
    /// The language a number in words is written in; absent: any that can be read.
    #[n(27)]
    pub language: Option<String>,
}

impl Question {
    /// A question with nothing but a name and a kind.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: QuestionKind) -> Self {
        Self {
            id: id.into(),
            kind,
            text: Texts::default(),
            law: None,
            opens: None,
            required: None,
            min: None,
            max: None,
            max_length: None,
            choices: None,
            of: None,
            hint: None,
            relevant: None,
            constraint: None,
            constraint_text: None,
            required_if: None,
            default: None,
            calculate: None,
            scale: None,
            questions: None,
            repeat: None,
            choice_filter: None,
            opens_when: None,
            subject: None,
            accept: None,
            line: None,
            language: None,
        }
    }
}
