//! Which answers fit a question.

use super::kind::{QuestionKind, YES_NO};
use super::question::{MAX_REPEAT, Question};
use crate::record::Value;

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
    /// More entries, choices or files than accepted.
    #[error("must have at most {max} entries")]
    TooMany {
        /// Entries accepted.
        max: u32,
    },
    /// The same choice or file twice.
    #[error("names {key} twice")]
    Twice {
        /// What is there twice.
        key: String,
    },
    /// Something in an entry of a group does not fit.
    #[error("entry {entry}, {question}: {fault}")]
    Entry {
        /// Which entry, from 1.
        entry: usize,
        /// The question within the group.
        question: String,
        /// What is wrong there.
        fault: Box<AnswerFault>,
    },
    /// The group has no such question.
    #[error("has no question {question}")]
    NoSuchQuestion {
        /// What was named.
        question: String,
    },
    /// The question takes no answer: a note, or from an observer a value that is computed.
    #[error("takes no answer")]
    NoAnswer,
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
                self.check_choice(value.as_text().ok_or(AnswerFault::Type { expected: "the key of a choice" })?)
            }
            QuestionKind::Choices => self.check_list(value, "a list of choices", |key| self.check_choice(key)),
            QuestionKind::Integer | QuestionKind::Decimal => self.check_range(value, i64::MIN, i64::MAX),
            QuestionKind::Time => self.check_range(value, 0, 24 * 60 - 1),
            QuestionKind::Text | QuestionKind::Words => {
                let text = value.as_text().ok_or(AnswerFault::Type { expected: "text" })?;
                let max = self.max_length.unwrap_or(DEFAULT_TEXT_LENGTH);
                let fits = text.chars().count() <= usize::try_from(max).unwrap_or(usize::MAX);
                fits.then_some(()).ok_or(AnswerFault::Length { max })
            }
            QuestionKind::Date => {
                let date = value.as_text().filter(|text| is_date(text));
                date.map(drop).ok_or(AnswerFault::Type { expected: "a date as YYYY-MM-DD" })
            }
            QuestionKind::Location => {
                let Value::List(parts) = value else {
                    return Err(AnswerFault::Type { expected: LOCATION });
                };
                let numbers: Option<Vec<i64>> = parts.iter().map(Value::as_int).collect();
                match numbers.as_deref() {
                    Some([lat, lon, radius]) => {
                        within(*lat, -LATITUDE, LATITUDE)?;
                        within(*lon, -2 * LATITUDE, 2 * LATITUDE)?;
                        within(*radius, 0, i64::from(u32::MAX))
                    }
                    _ => Err(AnswerFault::Type { expected: LOCATION }),
                }
            }
            QuestionKind::Attachment => self.check_list(value, "a list of media hashes", |key| {
                let is_hash = key.len() == 64 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                is_hash.then_some(()).ok_or(AnswerFault::Type { expected: "the SHA-256 of a file in hexadecimal" })
            }),
            QuestionKind::Group => self.check_group(value),
            QuestionKind::Calculate => {
                let single = matches!(value, Value::Int(_) | Value::Text(_));
                single.then_some(()).ok_or(AnswerFault::Type { expected: "a computed number or text" })
            }
            QuestionKind::Note => Err(AnswerFault::NoAnswer),
        }
    }

    fn check_choice(&self, key: &str) -> Result<(), AnswerFault> {
        let known = self.choices.iter().flatten().any(|choice| choice.key == key);
        known.then_some(()).ok_or(AnswerFault::NotAChoice)
    }

    fn check_list(
        &self,
        value: &Value,
        expected: &'static str,
        check: impl Fn(&str) -> Result<(), AnswerFault>,
    ) -> Result<(), AnswerFault> {
        let Value::List(values) = value else { return Err(AnswerFault::Type { expected }) };
        let mut keys = Vec::with_capacity(values.len());
        for value in values {
            let key = value.as_text().ok_or(AnswerFault::Type { expected })?;
            check(key)?;
            if keys.contains(&key) {
                return Err(AnswerFault::Twice { key: key.to_owned() });
            }
            keys.push(key);
        }
        let max = self.max.and_then(|max| u32::try_from(max).ok()).unwrap_or(u32::MAX);
        at_most(keys.len(), max)
    }

    fn check_group(&self, value: &Value) -> Result<(), AnswerFault> {
        match (&self.repeat, value) {
            (None, Value::Group(_)) => self.check_entry(1, value),
            (None, _) => Err(AnswerFault::Type { expected: "the answers of a group" }),
            (Some(repeat), Value::List(entries)) => {
                at_most(entries.len(), repeat.max.unwrap_or(MAX_REPEAT))?;
                entries.iter().zip(1..).try_for_each(|(entry, number)| self.check_entry(number, entry))
            }
            (Some(_), _) => Err(AnswerFault::Type { expected: "a list of entries" }),
        }
    }

    fn check_entry(&self, number: usize, entry: &Value) -> Result<(), AnswerFault> {
        let Value::Group(answers) = entry else {
            return Err(AnswerFault::Type { expected: "the answers of a group" });
        };
        answers.iter().try_for_each(|(id, value)| {
            let asked = self.questions.iter().flatten().find(|question| question.id == id);
            let asked = asked.ok_or_else(|| AnswerFault::NoSuchQuestion { question: id.to_owned() })?;
            asked.check(value).map_err(|fault| AnswerFault::Entry {
                entry: number,
                question: id.to_owned(),
                fault: Box::new(fault),
            })
        })
    }

    fn check_range(&self, value: &Value, min: i64, max: i64) -> Result<(), AnswerFault> {
        let number = value.as_int().ok_or(AnswerFault::Type { expected: "a whole number" })?;
        within(number, self.min.unwrap_or(min), self.max.unwrap_or(max))
    }
}

const LOCATION: &str = "latitude and longitude in 1e-7 degrees and the radius in metres";
const LATITUDE: i64 = 900_000_000;

fn within(number: i64, min: i64, max: i64) -> Result<(), AnswerFault> {
    (min..=max).contains(&number).then_some(()).ok_or(AnswerFault::Range { min, max })
}

fn at_most(count: usize, max: u32) -> Result<(), AnswerFault> {
    (count <= usize::try_from(max).unwrap_or(usize::MAX)).then_some(()).ok_or(AnswerFault::TooMany { max })
}

/// Whether a text is a day of the Gregorian calendar in the form `YYYY-MM-DD`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |part: &str, width: usize| {
        let digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<u32>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}
