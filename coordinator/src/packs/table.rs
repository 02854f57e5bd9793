//! Reading TOML tables so that every complaint knows its line and column.

use std::collections::BTreeMap;
use std::ops::Range;

use kuager_wire::canonical::nfc;
use kuager_wire::form::Texts;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{PackError, Place, Problem};

/// A file with its text, to turn offsets into lines.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl<'a> File<'a> {
    pub(super) fn error(&self, offset: usize, problem: Problem) -> PackError {
        PackError::new(Place::at(self.name, self.text, offset), problem)
    }

    /// Parses the whole file.
    pub(super) fn table(self) -> Result<Table<'a>, PackError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let problem = Problem::Toml(error.message().to_owned());
            match error.span() {
                Some(span) => self.error(span.start, problem),
                None => PackError::new(Place::file(self.name), problem),
            }
        })?;
        let span = table.span();
        Ok(Table::new(self, span, table.into_inner()))
    }
}

type Value<'a> = Spanned<DeValue<'a>>;

/// A value with the place it was found at.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// A table of which fields are taken one by one; what is left at the end is a mistake.
pub(super) struct Table<'a> {
    pub(super) file: File<'a>,
    /// Where the table starts, the place of what is missing from it.
    pub(super) at: usize,
    fields: BTreeMap<String, (usize, Value<'a>)>,
}

impl<'a> Table<'a> {
    fn new(file: File<'a>, span: Range<usize>, table: DeTable<'a>) -> Self {
        let fields = table
            .into_iter()
            .map(|(key, value)| (key.get_ref().clone().into_owned(), (key.span().start, value)))
            .collect();
        Self { file, at: span.start, fields }
    }

    /// The complaint about something that is missing from this table as a whole.
    pub(super) fn error(&self, problem: Problem) -> PackError {
        self.file.error(self.at, problem)
    }

    fn wrong(&self, at: usize, field: &str, expected: &'static str) -> PackError {
        self.file.error(at, Problem::Type { field: field.to_owned(), expected })
    }

    fn take<T>(
        &mut self,
        field: &str,
        expected: &'static str,
        read: impl FnOnce(&Value<'a>) -> Option<T>,
    ) -> Result<Option<Found<T>>, PackError> {
        let Some((at, value)) = self.fields.remove(field) else { return Ok(None) };
        match read(&value) {
            Some(value) => Ok(Some(Found { value, at })),
            None => Err(self.wrong(value.span().start, field, expected)),
        }
    }

    fn need<T>(&self, field: &str, found: Option<T>) -> Result<T, PackError> {
        found.ok_or_else(|| self.error(Problem::Missing(field.to_owned())))
    }

    /// Text, in NFC, neither empty nor with white space around it.
    pub(super) fn text(&mut self, field: &str) -> Result<Option<Found<String>>, PackError> {
        let found = self.take(field, "text in quotation marks", |value| value.get_ref().as_str().map(nfc))?;
        if let Some(Found { value, at }) = &found
            && (value.is_empty() || value.trim() != value)
        {
            return Err(self.file.error(*at, Problem::Untrimmed(field.to_owned())));
        }
        Ok(found)
    }

    /// Text that must be there.
    pub(super) fn need_text(&mut self, field: &str) -> Result<Found<String>, PackError> {
        let found = self.text(field)?;
        self.need(field, found)
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, field: &str) -> Result<Option<Found<Vec<Found<String>>>>, PackError> {
        self.take(field, "a list of texts", |value| {
            let entries = value.get_ref().as_array()?.iter();
            entries.map(|entry| Some(Found { value: nfc(entry.get_ref().as_str()?), at: entry.span().start })).collect()
        })
    }

    /// A list of texts that must be there and hold something.
    pub(super) fn need_texts(&mut self, field: &'static str) -> Result<Found<Vec<Found<String>>>, PackError> {
        let found = self.texts(field)?;
        let found = self.need(field, found)?;
        if found.value.is_empty() { Err(self.file.error(found.at, Problem::Empty(field))) } else { Ok(found) }
    }

    /// A whole number.
    pub(super) fn integer(&mut self, field: &str) -> Result<Option<Found<i64>>, PackError> {
        self.take(field, "a whole number", |value| {
            let number = value.get_ref().as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// `true` or `false`; absent means `false`.
    pub(super) fn flag(&mut self, field: &str) -> Result<bool, PackError> {
        let found = self.take(field, "true or false", |value| value.get_ref().as_bool())?;
        Ok(found.is_some_and(|found| found.value))
    }

    /// The tables of an array of tables; none when absent.
    pub(super) fn tables(&mut self, field: &str) -> Result<Vec<Table<'a>>, PackError> {
        let Some((at, value)) = self.fields.remove(field) else { return Ok(Vec::new()) };
        let DeValue::Array(entries) = value.into_inner() else {
            return Err(self.wrong(at, field, "a list of tables, each under [[...]]"));
        };
        entries
            .into_iter()
            .map(|entry| {
                let span = entry.span();
                match entry.into_inner() {
                    DeValue::Table(table) => Ok(Table::new(self.file, span, table)),
                    _ => Err(self.wrong(span.start, field, "a list of tables, each under [[...]]")),
                }
            })
            .collect()
    }

    /// A table that must be there.
    pub(super) fn need_table(&mut self, field: &str) -> Result<Table<'a>, PackError> {
        let found = self.fields.remove(field);
        let (at, value) = self.need(field, found)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Ok(Table::new(self.file, span, table)),
            _ => Err(self.wrong(at, field, "a table")),
        }
    }

    /// The text in every language of the pack.
    pub(super) fn languages(&mut self, languages: &[String]) -> Result<Texts, PackError> {
        let mut texts = Texts::default();
        for language in languages {
            let found = self.text(language)?;
            let found = found.ok_or_else(|| self.error(Problem::MissingLanguage(language.clone())))?;
            texts.insert(language.clone(), found.value);
        }
        Ok(texts)
    }

    /// Refuses fields nobody asked for.
    pub(super) fn finish(self) -> Result<(), PackError> {
        match self.fields.into_iter().min_by_key(|(_, (at, _))| *at) {
            Some((field, (at, _))) => Err(self.file.error(at, Problem::UnknownField(field))),
            None => Ok(()),
        }
    }
}
