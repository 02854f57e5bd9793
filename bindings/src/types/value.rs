//! The values of answers.

use std::collections::HashMap;

use kuager_core::wire::canonical::TextMap;
use kuager_core::wire::record;

/// The value of an answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Value {
    /// A number: an integer, a decimal scaled by the question, a time in minutes after local midnight.
    Int {
        /// The number.
        value: i64,
    },
    /// A choice's key, or free text.
    Text {
        /// The text.
        value: String,
    },
    /// Several choices, or the entries of a repeat group. (Generated Kotlin names it otherwise: a list is a `List` there.)
    List {
        /// Each of them.
        values: Vec<Value>,
    },
    /// The answers of a group, by question.
    Group {
        /// Each of them.
        answers: HashMap<String, Value>,
    },
}

impl From<Value> for record::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Int { value } => Self::Int(value),
            Value::Text { value } => Self::Text(value),
            Value::List { values } => Self::List(values.into_iter().map(Self::from).collect()),
            Value::Group { answers } => Self::Group(answers_to(answers)),
        }
    }
}

impl From<&record::Value> for Value {
    fn from(value: &record::Value) -> Self {
        match value {
            record::Value::Int(value) => Self::Int { value: *value },
            record::Value::Text(value) => Self::Text { value: value.clone() },
            record::Value::List(values) => Self::List { values: values.iter().map(Self::from).collect() },
            record::Value::Group(answers) => Self::Group { answers: answers_from(answers) },
        }
    }
}

/// Answers by question, for the other side.
pub(crate) fn answers_from(answers: &TextMap<record::Value>) -> HashMap<String, Value> {
    answers.iter().map(|(question, value)| (question.to_owned(), Value::from(value))).collect()
}

/// Answers by question, for the core.
pub(crate) fn answers_to(answers: HashMap<String, Value>) -> record::Answers {
    answers.into_iter().map(|(question, value)| (question, record::Value::from(value))).collect()
}
