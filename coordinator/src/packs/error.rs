//! What can be wrong with a pack's source, always with the place.

use std::fmt;
use std::io;

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as named in the source folder.
    pub file: String,
    /// Line, from 1, where it is known.
    pub line: Option<usize>,
    /// Column in characters, from 1, where it is known.
    pub column: Option<usize>,
}

impl Place {
    /// A file as a whole.
    pub(crate) fn file(file: &str) -> Self {
        Self { file: file.to_owned(), line: None, column: None }
    }

    /// The place of a byte offset in the text of a file.
    pub(crate) fn at(file: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { file: file.to_owned(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for Place {
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
        expected: &'static str,
    },
    /// A field nobody knows; most likely a typing error.
    #[error("`{0}` is not a field here; correct its name or remove it")]
    UnknownField(String),
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
    #[error("`{name}` is not a known {what}; use one of: {known}")]
    Unknown {
        /// What kind of thing it should name.
        what: &'static str,
        /// The name given.
        name: String,
        /// The possible names.
        known: String,
    },
    /// A day that is not an ISO date.
    #[error("`{0}` is not a date; write it as 2023-03-19")]
    Date(String),
    /// Bounds the wrong way round.
    #[error("`min` is larger than `max`; swap them")]
    Bounds,
    /// A choice question without choices, or choices on another question.
    #[error("a question of kind `choice` needs [[question.choice]] entries, and no other kind may have them")]
    Choices,
    /// `for_each_option` on a form without contest.
    #[error("`for_each_option` needs `contest` at the top of the form")]
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
}

/// Why a pack cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Something in the source is wrong.
    #[error("{place}: {problem}")]
    Source {
        /// Where.
        place: Place,
        /// What.
        problem: Problem,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read ({source}); check that it exists in the pack's folder and is UTF-8 text")]
    Read {
        /// The file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Too few forms or stations for a dictionary.
    #[error("the {samples} answers simulated from this pack are too few to train a dictionary; add forms or stations")]
    TooLittleToLearn {
        /// How many there were.
        samples: usize,
    },
}

impl PackError {
    pub(crate) const fn new(place: Place, problem: Problem) -> Self {
        Self::Source { place, problem }
    }
}
