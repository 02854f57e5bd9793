//! The form engine: which answers fit a form of the pack, and what is still missing. Pure: no I/O, no clock.
//!
//! Forms are data. Nothing in this module knows a question, a law or a country.

use kuager_wire::form::{AnswerFault, Form};
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
    let Some(asked) = form.question(question) else {
        return Err(AnswerError::UnknownQuestion { form: form.id.clone(), question: question.to_owned() });
    };
    asked.check(value).map_err(|fault| AnswerError::DoesNotFit { question: question.to_owned(), fault })
}

/// Checks all answers; the first that does not fit is named.
///
/// # Errors
/// [`AnswerError`].
pub fn check(form: &Form, answers: &Answers) -> Result<(), AnswerError> {
    answers.iter().try_for_each(|(question, value)| check_answer(form, question, value))
}

/// Required questions without an answer, in the order they are asked. A reminder, never a reason not to seal: an
/// observer who was thrown out before the last question has still seen what the first ones ask.
#[must_use]
pub fn missing(form: &Form, answers: &Answers) -> Vec<String> {
    let required = form.questions.iter().filter(|question| question.required == Some(true));
    required.filter(|question| answers.get(&question.id).is_none()).map(|question| question.id.clone()).collect()
}

/// Incident codes that the answers given so far suggest to report, in the order of their questions, each once.
#[must_use]
pub fn suggested_incidents(form: &Form, answers: &Answers) -> Vec<String> {
    let mut codes = Vec::new();
    for question in &form.questions {
        if answers.get(&question.id).and_then(Value::as_text) == Some("no") {
            for code in question.opens.iter().flatten() {
                if !codes.contains(code) {
                    codes.push(code.clone());
                }
            }
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use kuager_wire::form::{Choice, Question, QuestionKind};
    use kuager_wire::record::RecordKind;

    use super::*;

    fn question(id: &str, kind: QuestionKind) -> Question {
        Question::new(id, kind)
    }

    fn form() -> Form {
        let choice = |key: &str| Choice { key: key.to_owned(), ..Choice::default() };
        Form {
            questions: vec![
                Question {
                    required: Some(true),
                    opens: Some(vec!["A01".to_owned(), "B01".to_owned()]),
                    ..question("O01", QuestionKind::YesNo)
                },
                Question {
                    required: Some(true),
                    opens: Some(vec!["B01".to_owned()]),
                    ..question("O02", QuestionKind::YesNo)
                },
                question("O02.time", QuestionKind::Time),
                Question { min: Some(0), max: Some(3000), ..question("O11", QuestionKind::Integer) },
                Question { max_length: Some(3), ..question("O08.seals", QuestionKind::Text) },
                Question { choices: Some(vec![choice("10"), choice("12")]), ..question("hour", QuestionKind::Choice) },
            ],
            ..Form::new("opening", RecordKind::Checklist)
        }
    }

    #[test]
    fn answers_that_fit_and_answers_that_do_not() {
        let fits = |question: &str, value: Value| check_answer(&form(), question, &value);
        assert_eq!(fits("O01", "not_seen".into()), Ok(()));
        assert_eq!(fits("O02.time", 1439.into()), Ok(()));
        assert_eq!(fits("O08.seals", "әіқ".into()), Ok(()));
        assert_eq!(fits("hour", "12".into()), Ok(()));
        let fault = |question: &str, value: Value| match fits(question, value) {
            Err(AnswerError::DoesNotFit { fault, .. }) => fault,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault("O01", "maybe".into()), AnswerFault::NotAChoice);
        assert!(matches!(fault("O01", 1.into()), AnswerFault::Type { .. }));
        assert_eq!(fault("O02.time", 1440.into()), AnswerFault::Range { min: 0, max: 1439 });
        assert_eq!(fault("O11", 3001.into()), AnswerFault::Range { min: 0, max: 3000 });
        assert_eq!(fault("O08.seals", "1234".into()), AnswerFault::Length { max: 3 });
        assert_eq!(fault("hour", "11".into()), AnswerFault::NotAChoice);
        assert!(matches!(fits("O99", 1.into()), Err(AnswerError::UnknownQuestion { .. })));
    }

    #[test]
    fn what_is_missing_and_what_it_suggests() {
        let mut answers = Answers::default();
        assert_eq!(missing(&form(), &answers), ["O01", "O02"]);
        answers.insert("O02", "no".into());
        assert_eq!(missing(&form(), &answers), ["O01"]);
        answers.insert("O01", "no".into());
        assert_eq!(suggested_incidents(&form(), &answers), ["A01", "B01"]);
    }
}
