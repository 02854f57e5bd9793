//! Official figures of stations, as they were taken over, and what another import would change.
//!
//! What is held is a fold over the desk's journal ([`Officials`]). They come as a table with a row for each station. Which column is which question of the protocol's form is said once and
//! remembered by whoever imports; a column that has the question's own id needs no saying. Nothing is taken over half: the first
//! field that is wrong is named with its file, line and column.

mod held;

use std::collections::{BTreeMap, HashSet};

use kuager_wire::desk::{Act, Figures};
use kuager_wire::form::Form;
use kuager_wire::ids::{ContentHash, PackHash};

pub use self::held::{Held, Officials};
use crate::estimate::table::{Table, TableError, Wrong};

/// Which column of a table is which question.
pub type Mapping = BTreeMap<String, String>;

impl Officials {
    /// What a table says otherwise than what is held of the same stage and form.
    #[must_use]
    pub fn changes(&self, stage: &str, form: &str, rows: &[(String, Figures)]) -> Changes {
        let mut changes = Changes::default();
        let named: HashSet<&str> = rows.iter().map(|(station, _)| station.as_str()).collect();
        for (station, figures) in rows {
            match self.of(stage, form, station) {
                None => changes.new.push(station.clone()),
                Some(held) if held.figures == *figures => changes.same = changes.same.saturating_add(1),
                Some(Held { figures: before, .. }) => {
                    let questions: std::collections::BTreeSet<&str> =
                        before.iter().chain(figures.iter()).map(|(question, _)| question).collect();
                    let differing =
                        questions.into_iter().filter(|question| before.get(question) != figures.get(question));
                    changes.changed.extend(differing.map(|question| Changed {
                        station: station.clone(),
                        question: question.to_owned(),
                        before: before.get(question).copied(),
                        after: figures.get(question).copied(),
                    }));
                }
            }
        }
        let gone = self.stations(stage, form).filter(|station| !named.contains(station));
        changes.gone = gone.map(str::to_owned).collect();
        changes
    }
}

/// What an import would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Stations of which nothing was known.
    pub new: Vec<String>,
    /// Figures that are others now.
    pub changed: Vec<Changed>,
    /// Stations of which the table says what is held.
    pub same: u64,
    /// Stations of which figures are held and the table says nothing. They stay.
    pub gone: Vec<String>,
}

/// A figure that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The station.
    pub station: String,
    /// The question.
    pub question: String,
    /// What was held.
    pub before: Option<i64>,
    /// What the table says.
    pub after: Option<i64>,
}

/// Why a table cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficialError {
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A question that the form's paper does not have.
    #[error("column {column} is to be {question}, which is no line of the form's paper")]
    NoLine {
        /// The column.
        column: String,
        /// The question.
        question: String,
    },
    /// Two columns for one question.
    #[error("two columns are {0}")]
    Twice(String),
    /// No column is a line of the paper.
    #[error("no column is a line of the form's paper; say which is which, as --map COLUMN=QUESTION")]
    NoFigures,
}

/// Reads a table: the station of each row, and its figures by question. Fields that are empty are not there.
///
/// # Errors
/// [`OfficialError`] at the first thing that is wrong.
pub fn read(
    table: &Table,
    station: &str,
    mapping: &Mapping,
    form: &Form,
) -> Result<Vec<(String, Figures)>, OfficialError> {
    let lines: HashSet<&str> =
        form.template.iter().flat_map(|template| &template.lines).map(|line| line.question.as_str()).collect();
    if !table.has(station) {
        return Err(table.error(Wrong::Not { found: station.to_owned(), wanted: "a column of this file" }).into());
    }
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for column in table.header() {
        let question = mapping.get(column).map_or(column.as_str(), String::as_str);
        if lines.contains(question) {
            if columns.iter().any(|(_, known)| *known == question) {
                return Err(OfficialError::Twice(question.to_owned()));
            }
            columns.push((column, question));
        } else if mapping.contains_key(column) {
            return Err(OfficialError::NoLine { column: column.clone(), question: question.to_owned() });
        }
    }
    if let Some(column) = mapping.keys().find(|column| !table.has(column)) {
        return Err(table.error(Wrong::Not { found: column.clone(), wanted: "a column of this file" }).into());
    }
    if columns.is_empty() {
        return Err(OfficialError::NoFigures);
    }
    let (mut rows, mut known) = (Vec::new(), HashSet::new());
    for row in table.rows() {
        let name = row.name(station)?;
        if !known.insert(name) {
            return Err(row.error(station, Wrong::Twice(name.to_owned())).into());
        }
        let mut figures = Figures::default();
        for (column, question) in &columns {
            if !row.text(column).is_empty() {
                figures.insert((*question).to_owned(), i64::from(row.count(column)?));
            }
        }
        rows.push((name.to_owned(), figures));
    }
    Ok(rows)
}

/// What is written down for a table: an act for each station whose figures are new or others now.
#[must_use]
pub fn acts(
    officials: &Officials,
    source: ContentHash,
    stage: &str,
    form: &str,
    pack: PackHash,
    rows: &[(String, Figures)],
) -> Vec<Act> {
    let other = |(station, figures): &&(String, Figures)| {
        !figures.is_empty() && officials.of(stage, form, station).is_none_or(|held| held.figures != *figures)
    };
    let act = |(station, figures): &(String, Figures)| Act::Official {
        source,
        stage: stage.to_owned(),
        form: form.to_owned(),
        station: station.clone(),
        figures: figures.clone(),
        pack: Some(pack),
    };
    rows.iter().filter(other).map(act).collect()
}

/// What is written down to take figures back, as they were never said: an act for each of these stations of which any are held.
#[must_use]
pub fn taken_back(
    officials: &Officials,
    source: ContentHash,
    stage: &str,
    form: &str,
    stations: &[String],
) -> Vec<Act> {
    let held = stations.iter().filter(|station| officials.of(stage, form, station).is_some());
    let act = |station: &String| Act::Official {
        source,
        stage: stage.to_owned(),
        form: form.to_owned(),
        station: station.clone(),
        figures: Figures::default(),
        pack: None,
    };
    held.map(act).collect()
}

#[cfg(test)]
mod tests;
