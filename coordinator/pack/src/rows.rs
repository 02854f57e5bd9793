//! Reading CSV so that every complaint knows its line and the number of the field, which is what a spreadsheet shows.

use csv::{ReaderBuilder, StringRecord};
use kuager_wire::canonical::nfc;
use kuager_wire::form::Texts;

use crate::finding::{Log, Position, Problem};
use crate::suggest::nearest;

/// A table of rows under a header.
pub(super) struct Rows<'a> {
    file: &'a str,
    log: &'a Log,
    header: Vec<String>,
    rows: Vec<(Option<usize>, StringRecord)>,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Rows<'a>,
    line: Option<usize>,
    fields: &'a StringRecord,
}

impl<'a> Rows<'a> {
    /// Reads the whole file. `required` columns must be there; of `optional` ones only their spelling is checked,
    /// unless `open` allows any others.
    pub(super) fn read(
        file: &'a str,
        text: &str,
        log: &'a Log,
        required: &[&str],
        optional: &[&str],
        open: bool,
    ) -> Self {
        let mut reader = ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let line_of = |position: Option<&csv::Position>| position.and_then(|at| usize::try_from(at.line()).ok());
        let mut rows = Self { file, log, header: Vec::new(), rows: Vec::new() };
        let complain = |error: &csv::Error| {
            let position = Position { file: file.to_owned(), line: line_of(error.position()), column: None };
            log.error(position, Problem::Csv(error.to_string()));
        };
        match reader.headers() {
            Ok(header) => rows.header = header.iter().map(nfc).collect(),
            Err(error) => {
                complain(&error);
                return rows;
            }
        }
        let header = |column: Option<usize>| Position { file: file.to_owned(), line: Some(1), column };
        let missing: Vec<&&str> =
            required.iter().filter(|name| !rows.header.iter().any(|column| column == **name)).collect();
        for name in &missing {
            log.error(header(None), Problem::Missing(format!("column {name}")));
        }
        for (name, at) in rows.header.iter().zip(1..) {
            let known = || required.iter().chain(optional).copied();
            if !open && !known().any(|column| column == name) {
                let near = nearest(name, known()).map(str::to_owned);
                log.error(header(Some(at)), Problem::UnknownField { name: name.clone(), near });
            }
            if rows.header.iter().take(at - 1).any(|before| before == name) {
                log.error(header(Some(at)), Problem::Twice { what: "column", name: name.clone() });
            }
        }
        if !missing.is_empty() {
            return rows;
        }
        for row in reader.records() {
            match row {
                Ok(row) => rows.rows.push((line_of(row.position()), row)),
                Err(error) => complain(&error),
            }
        }
        rows
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.column(column).is_some()
    }

    /// The columns, in their order.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// A complaint about the file as a whole.
    pub(super) fn error(&self, problem: Problem) {
        self.log.error(Position { file: self.file.to_owned(), line: Some(1), column: None }, problem);
    }
}

impl<'a> Row<'a> {
    /// The position of a field.
    pub(super) fn position(&self, column: &str) -> Position {
        let column = self.table.column(column).map(|at| at + 1);
        Position { file: self.table.file.to_owned(), line: self.line, column }
    }

    pub(super) fn error(&self, column: &str, problem: Problem) {
        self.table.log.error(self.position(column), problem);
    }

    /// The text of a field, `None` when it is empty or the column is not there.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        let text = nfc(self.fields.get(self.table.column(column)?)?);
        if text.trim() != text {
            self.error(column, Problem::Untrimmed(column.to_owned()));
        }
        (!text.is_empty()).then_some(text)
    }

    /// Texts with semicolons between them; nothing when there is none.
    pub(super) fn several(&self, column: &str) -> Option<Vec<String>> {
        let text = self.text(column)?;
        Some(text.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())
    }

    /// Text that must be there.
    pub(super) fn need(&self, column: &str) -> String {
        self.text(column).unwrap_or_else(|| {
            self.error(column, Problem::Untrimmed(column.to_owned()));
            String::new()
        })
    }

    /// A number that must be there.
    pub(super) fn number<T: std::str::FromStr>(&self, column: &str) -> Option<T> {
        let number = self.text(column)?.parse().ok();
        if number.is_none() {
            self.error(column, Problem::kind(column, "a whole number"));
        }
        number
    }

    /// The text in every language, from columns named like the languages, with something before them.
    pub(super) fn languages(&self, prefix: &str, languages: &[String]) -> Texts {
        let column = |language: &String| format!("{prefix}{language}");
        languages
            .iter()
            .filter_map(|language| {
                let text = self.text(&column(language));
                if text.is_none() {
                    self.error(&column(language), Problem::MissingLanguage(language.clone()));
                }
                Some((language.clone(), text?))
            })
            .collect()
    }

    /// As [`Row::languages`], `None` when no language has anything.
    pub(super) fn some_languages(&self, prefix: &str, languages: &[String]) -> Option<Texts> {
        let any = languages.iter().any(|language| self.text(&format!("{prefix}{language}")).is_some());
        any.then(|| self.languages(prefix, languages))
    }
}
