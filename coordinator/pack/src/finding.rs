//! What can be wrong with a pack's source, always with the position and with what to do.
//!
//! Nobody corrects thirty forms one error at a time, so reading goes on after a mistake: every complaint goes into a
//! [`Log`], and what could not be read is replaced by something harmless that never leaves this module.

use std::cell::RefCell;
use std::fmt;

use crate::suggest::nearest;

/// A position in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file, as named in the source folder.
    pub file: String,
    /// Line, from 1, where it is known.
    pub line: Option<usize>,
    /// Column in characters, from 1, where it is known; in a table of rows the number of the field.
    pub column: Option<usize>,
}

impl Position {
    /// A file as a whole.
    pub(crate) fn file(file: &str) -> Self {
        Self { file: file.to_owned(), line: None, column: None }
    }

    /// The position of a byte offset in the text of a file.
    pub(crate) fn at(file: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { file: file.to_owned(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(formatter, ":{number}")?;
        }
        Ok(())
    }
}

/// What is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("this is not valid TOML: {0}")]
    Toml(String),
    /// Not CSV.
    #[error("this is not a valid CSV row: {0}")]
    Csv(String),
    /// A field that must be there is not.
    #[error("`{0}` is missing; add it")]
    Missing(String),
    /// A field of another type.
    #[error("`{field}` must be {expected}")]
    Type {
        /// The field.
        field: String,
        /// What it must be.
        expected: String,
    },
    /// A field nobody knows; most likely a typing error.
    #[error("`{name}` is not a field here; {}", meant(.near, "correct its name or remove it"))]
    UnknownField {
        /// The field.
        name: String,
        /// A field that may have been meant.
        near: Option<String>,
    },
    /// A text that is missing in one language.
    #[error("the text in language `{0}` is missing; every text is needed in every language of the pack")]
    MissingLanguage(String),
    /// A text that is empty or has white space around it.
    #[error("`{0}` is empty or has white space around it; write the text without it")]
    Untrimmed(String),
    /// A name given twice.
    #[error("{what} `{name}` is there twice; names must be unique")]
    Twice {
        /// What kind of thing it names.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name that is not one of the possible ones.
    #[error("`{name}` is not a known {what}; {}", meant(.near, .instead))]
    Unknown {
        /// What kind of thing it should name.
        what: &'static str,
        /// The name given.
        name: String,
        /// A name that may have been meant.
        near: Option<String>,
        /// What to do when nothing is near.
        instead: String,
    },
    /// A day that is not an ISO date.
    #[error("`{0}` is not a date; write it as 2023-03-19")]
    Date(String),
    /// Bounds the wrong way round.
    #[error("`{low}` is larger than `{high}`; swap them")]
    Bounds {
        /// The lower bound's field.
        low: &'static str,
        /// The upper bound's field.
        high: &'static str,
    },
    /// A question that offers choices without having any, or the other way round.
    #[error(
        "a question of kind `choice` or `choices` needs [[question.choice]] or `choices_from`, no other kind may have them"
    )]
    Choices,
    /// Lines of the ballot in a form without contest.
    #[error("lines of the ballot are asked for, so `contest` is needed at the top of the form")]
    OptionsWithoutContest,
    /// `against_all = true` without such an option at the end.
    #[error("with `against_all = true` the last option must have the key `against_all`")]
    AgainstAll,
    /// A station key that is not made of its region and number.
    #[error("the key of this station must be `{0}`, its region and its number")]
    StationKey(String),
    /// A list that must not be empty.
    #[error("`{0}` is empty; add at least one entry")]
    Empty(&'static str),
    /// An expression that cannot be read or does not fit.
    #[error("`{field}`: {error}")]
    Expression {
        /// The field it stands in.
        field: String,
        /// What is wrong with it.
        error: String,
    },
    /// A question that is never asked.
    #[error("question `{question}` is never asked: {reason}; change `relevant` or remove the question")]
    Unreachable {
        /// The question.
        question: String,
        /// Why.
        reason: String,
    },
    /// A relation that cannot hold whatever the numbers.
    #[error("relation `{relation}` can never hold: {reason}; every protocol would be reported")]
    Contradiction {
        /// The relation.
        relation: String,
        /// Why.
        reason: String,
    },
    /// A relation or constraint that says nothing.
    #[error("`{field}` always holds, so it checks nothing; correct or remove it")]
    AlwaysHolds {
        /// The field it stands in.
        field: String,
    },
    /// Files may not be asked for here.
    #[error("{0}; remove the question or ask for something else")]
    Fence(String),
    /// Something that does not fit together, in words.
    #[error("{0}")]
    Unfit(String),
}

fn meant(near: &Option<String>, instead: &str) -> String {
    near.as_ref().map_or_else(|| instead.to_owned(), |near| format!("did you mean `{near}`?"))
}

impl Problem {
    /// A name that is not among the known ones.
    pub(crate) fn unknown<'a>(what: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known: Vec<&str> = known.into_iter().collect();
        known.dedup();
        let near = nearest(name, known.iter().copied()).map(str::to_owned);
        let instead = match known.len() {
            0 => "there is none to name".to_owned(),
            1..=24 => format!("use one of: {}", known.join(", ")),
            many => format!("there are {many}, and none is spelled alike"),
        };
        Self::Unknown { what, name: name.to_owned(), near, instead }
    }

    pub(crate) fn kind(field: &str, expected: &str) -> Self {
        Self::Type { field: field.to_owned(), expected: expected.to_owned() }
    }
}

/// Whether a pack can be built in spite of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// No pack is built.
    Error,
    /// It is built; somebody should look.
    Warning,
}

/// Something that was found in a pack's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub position: Position,
    /// Whether it stands in the way.
    pub weight: Weight,
    /// What.
    pub problem: Problem,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warning = if self.weight == Weight::Warning { "warning: " } else { "" };
        write!(formatter, "{}: {warning}{}", self.position, self.problem)
    }
}

/// Collects what is found while a source is read.
#[derive(Debug, Default)]
pub(crate) struct Log(RefCell<Vec<Finding>>);

impl Log {
    pub(crate) fn error(&self, position: Position, problem: Problem) {
        self.0.borrow_mut().push(Finding { position, weight: Weight::Error, problem });
    }

    pub(crate) fn warn(&self, position: Position, problem: Problem) {
        self.0.borrow_mut().push(Finding { position, weight: Weight::Warning, problem });
    }

    /// Everything found, by file and line, each thing once.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.0.into_inner();
        findings.sort_by(|left, right| (&left.position, left.weight).cmp(&(&right.position, right.weight)));
        findings.dedup();
        findings
    }
}
