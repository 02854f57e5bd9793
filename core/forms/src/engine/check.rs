//! Which answers fit their questions, and which say nothing.

use kuager_wire::form::{AnswerFault, FenceError, Form, Question, QuestionKind};
use kuager_wire::record::{Answers, Value};

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
