//! Answers.

use std::collections::HashMap;

use kuager_core::wire::canonical::TextMap;
use kuager_core::wire::record::{Answers, Value};

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Answer {
    /// A number: an integer, a decimal scaled by the question, a time in minutes after local midnight.
    Number {
        /// The number.
        value: i64,
    },
    /// A choice's key, or free text.
    Text {
        /// The text.
        value: String,
    },
    /// Several choices, or the entries of a repeat group.
    Several {
        /// Each of them.
        values: Vec<Answer>,
    },
    /// The answers of a group, by question.
    Group {
        /// Each of them.
        answers: HashMap<String, Answer>,
    },
}

impl From<Answer> for Value {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Number { value } => Self::Int(value),
            Answer::Text { value } => Self::Text(value),
            Answer::Several { values } => Self::List(values.into_iter().map(Self::from).collect()),
            Answer::Group { answers } => Self::Group(answers_to(answers)),
        }
    }
}

impl From<&Value> for Answer {
    fn from(value: &Value) -> Self {
        match value {
            Value::Int(value) => Self::Number { value: *value },
            Value::Text(value) => Self::Text { value: value.clone() },
            Value::List(values) => Self::Several { values: values.iter().map(Self::from).collect() },
            Value::Group(answers) => Self::Group { answers: answers_from(answers) },
        }
    }
}

/// Answers by question, for the other side.
pub(crate) fn answers_from(answers: &TextMap<Value>) -> HashMap<String, Answer> {
    answers.iter().map(|(question, value)| (question.to_owned(), Answer::from(value))).collect()
}

/// Answers by question, for the core.
pub(crate) fn answers_to(answers: HashMap<String, Answer>) -> Answers {
    answers.into_iter().map(|(question, answer)| (question, Value::from(answer))).collect()
}
