//! The form engine: what is asked, which answers fit, what is missing, and what does not add up. Pure: no I/O, no clock.
//!
//! Forms are data. Nothing in this module knows a question, a law or a country: it interprets the forms of a pack over
//! the answers of a draft, again after every change, and keeps nothing between two calls.
//!
//! - [`CompiledForm`] is a form with its expressions read; [`CompiledForm::state`] says how the form stands;
//! - [`exit_poll`], [`incident`], [`tally`] and [`act`] are what an election day needs beside questions;
//! - [`changes`] says what another version of the pack asks that this one does not;
//! - [`carried`] finds the answers of earlier records that a form compares with.
//!
//! An answer that does not fit its question is refused. Everything else only reminds: an observer who was thrown out
//! before the last question has still seen what the first ones ask, and a protocol whose sums fail is evidence.

pub mod act;
pub mod carried;
pub mod changes;
mod compiled;
pub mod exit_poll;
pub mod incident;
pub mod places;
mod run;
mod state;
pub mod tally;

use kuager_wire::form::{AnswerFault, FenceError, Form, Question, QuestionKind};
use kuager_wire::record::{Answers, Attachment, AttachmentRole, Value};

pub use self::compiled::{CompiledForm, FormError};
pub use self::state::{Asked, FormState, Path, RelationState, Reminder, ReminderKind, Standing};

/// Why an answer cannot be kept under a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The form has no such question.
    #[error("form {form} has no question {question}")]
    UnknownQuestion {
        /// The form.
        form: String,
        /// What was asked for.
        question: String,
    },
    /// The answer does not fit.
    #[error("the answer to {question} {fault}")]
    DoesNotFit {
        /// The question.
        question: String,
        /// What would fit.
        fault: AnswerFault,
    },
}

/// Checks one answer.
///
/// # Errors
/// [`AnswerError`], naming the question.
pub fn check_answer(form: &Form, question: &str, value: &Value) -> Result<(), AnswerError> {
    let Some(asked) = form.outer_question(question) else {
        return Err(AnswerError::UnknownQuestion { form: form.id.clone(), question: question.to_owned() });
    };
    let checked = match asked.kind {
        QuestionKind::Calculate => Err(AnswerFault::NoAnswer),
        _ => asked.check(value),
    };
    checked.map_err(|fault| AnswerError::DoesNotFit { question: question.to_owned(), fault })
}

/// Checks all answers of a draft; the first that does not fit is named. What is computed is computed again at sealing, so
/// values that a correction brought along are let pass.
///
/// # Errors
/// [`AnswerError`].
pub fn check(form: &Form, answers: &Answers) -> Result<(), AnswerError> {
    let computed = |id: &str| form.outer_question(id).is_some_and(|asked| asked.kind == QuestionKind::Calculate);
    let mut given = answers.iter().filter(|(question, _)| !computed(question));
    given.try_for_each(|(question, value)| check_answer(form, question, value))
}

/// Whether files may be taken for a question; ask before the camera opens.
///
/// # Errors
/// [`FenceError`] with the reason to show.
pub fn capture_allowed(question: &Question) -> Result<(), FenceError> {
    question.capture_allowed()
}

/// The answers with the files of a draft as the answers to the questions they are labelled with, which is what the logic of
/// a form sees. A record does not repeat them: its attachments carry the labels.
#[must_use]
pub fn with_files(form: &Form, answers: &Answers, files: &[Attachment]) -> Answers {
    let mut seen = answers.clone();
    for question in form.questions.iter().filter(|question| question.kind == QuestionKind::Attachment) {
        let asked = |file: &&Attachment| {
            file.role == AttachmentRole::Original && file.label.as_deref() == Some(question.id.as_str())
        };
        let hashes: Vec<Value> = files.iter().filter(asked).map(|file| Value::Text(file.hash.to_string())).collect();
        if !hashes.is_empty() && seen.get(&question.id).is_none() {
            seen.insert(question.id.clone(), Value::List(hashes));
        }
    }
    seen
}

/// Whether an answer says nothing: blank text, an empty list. Treated as no answer at all.
#[must_use]
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.trim().is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Int(_) | Value::Group(_) => false,
    }
}

/// How people write the answer to a question whose value is a number in another unit: a time, a decimal.
pub(crate) fn written(question: &Question, number: i64) -> Option<String> {
    match question.kind {
        QuestionKind::Time => Some(format!("{:02}:{:02}", number.div_euclid(60), number.rem_euclid(60))),
        QuestionKind::Decimal => Some(decimal(number, question.scale.unwrap_or(0))),
        _ => None,
    }
}

/// A number of the smallest unit with its decimal point.
fn decimal(number: i64, scale: u8) -> String {
    let digits = format!("{:0width$}", number.unsigned_abs(), width = usize::from(scale) + 1);
    let sign = if number < 0 { "-" } else { "" };
    match digits.split_at_checked(digits.len() - usize::from(scale)) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests;
