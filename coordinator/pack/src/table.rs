//! Reading TOML tables so that every complaint knows its line and column, and reading goes on after it.

use std::collections::BTreeMap;
use std::ops::Range;

use kuager_wire::canonical::nfc;
use kuager_wire::form::Texts;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Log, Position, Problem};
use crate::suggest::nearest;

/// A file with its text, to turn offsets into lines.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) log: &'a Log,
}

impl<'a> File<'a> {
    pub(super) fn position(&self, offset: usize) -> Position {
        Position::at(self.name, self.text, offset)
    }

    pub(super) fn error(&self, offset: usize, problem: Problem) {
        self.log.error(self.position(offset), problem);
    }

    pub(super) fn warn(&self, offset: usize, problem: Problem) {
        self.log.warn(self.position(offset), problem);
    }

    /// Parses the whole file; a file that is not TOML is an empty table.
    pub(super) fn table(self) -> Table<'a> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let problem = Problem::Toml(error.message().to_owned());
            match error.span() {
                Some(span) => self.error(span.start, problem),
                None => self.log.error(Position::file(self.name), problem),
            }
        }
        let span = table.span();
        let mut table = Table::new(self, span, table.into_inner());
        // What the parser guessed behind an error would only lead to complaints about the guesses.
        table.broken = !errors.is_empty();
        table
    }
}

type Value<'a> = Spanned<DeValue<'a>>;

/// A value with the offset it was found at.
#[derive(Debug, Clone, Default)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// A table of which fields are taken one by one; what is left at the end is a mistake.
pub(super) struct Table<'a> {
    pub(super) file: File<'a>,
    /// Where the table starts, for what is missing from it.
    pub(super) at: usize,
    fields: BTreeMap<String, (usize, Value<'a>)>,
    asked: Vec<String>,
    broken: bool,
}

impl<'a> Table<'a> {
    fn new(file: File<'a>, span: Range<usize>, table: DeTable<'a>) -> Self {
        let fields = table
            .into_iter()
            .map(|(key, value)| (key.get_ref().clone().into_owned(), (key.span().start, value)))
            .collect();
        Self { file, at: span.start, fields, asked: Vec::new(), broken: false }
    }

    /// Whether the file could not be read to its end, so that nothing can be said about what is missing.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// A complaint about this table as a whole.
    pub(super) fn error(&self, problem: Problem) {
        if !self.broken {
            self.file.error(self.at, problem);
        }
    }

    fn wrong(&self, at: usize, field: &str, expected: &str) {
        self.file.error(at, Problem::kind(field, expected));
    }

    fn remove(&mut self, field: &str) -> Option<(usize, Value<'a>)> {
        self.asked.push(field.to_owned());
        self.fields.remove(field)
    }

    fn take<T>(&mut self, field: &str, expected: &str, read: impl FnOnce(&Value<'a>) -> Option<T>) -> Option<Found<T>> {
        let (at, value) = self.remove(field)?;
        match read(&value) {
            Some(value) => Some(Found { value, at }),
            None => {
                self.wrong(value.span().start, field, expected);
                None
            }
        }
    }

    fn need<T: Default>(&self, field: &str, found: Option<Found<T>>, was_there: bool) -> Found<T> {
        if found.is_none() && !was_there {
            self.error(Problem::Missing(field.to_owned()));
        }
        found.unwrap_or(Found { value: T::default(), at: self.at })
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Text, in NFC, neither empty nor with white space around it.
    pub(super) fn text(&mut self, field: &str) -> Option<Found<String>> {
        let found = self.take(field, "text in quotation marks", |value| value.get_ref().as_str().map(nfc))?;
        if found.value.is_empty() || found.value.trim() != found.value {
            self.file.error(found.at, Problem::Untrimmed(field.to_owned()));
            return None;
        }
        Some(found)
    }

    /// Text whose own offsets matter: with the offset of its first character.
    pub(super) fn expression(&mut self, field: &str) -> Option<Found<String>> {
        let (at, value) = self.remove(field)?;
        let span = value.span();
        let Some(text) = value.get_ref().as_str().map(nfc) else {
            self.wrong(at, field, "an expression in quotation marks");
            return None;
        };
        let raw = self.file.text.get(span.clone()).unwrap_or_default();
        // Escapes make it unfindable; then the complaint points to the start of the text.
        let inside = raw.find(&text).unwrap_or_default();
        Some(Found { value: text, at: span.start + inside })
    }

    /// Text that must be there.
    pub(super) fn need_text(&mut self, field: &str) -> Found<String> {
        let was_there = self.has(field);
        let found = self.text(field);
        self.need(field, found, was_there)
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, field: &str) -> Option<Found<Vec<Found<String>>>> {
        self.take(field, "a list of texts", |value| {
            let entries = value.get_ref().as_array()?.iter();
            entries.map(|entry| Some(Found { value: nfc(entry.get_ref().as_str()?), at: entry.span().start })).collect()
        })
    }

    /// A list of texts that must be there and hold something.
    pub(super) fn need_texts(&mut self, field: &'static str) -> Found<Vec<Found<String>>> {
        let was_there = self.has(field);
        let found = self.texts(field);
        if let Some(found) = &found
            && found.value.is_empty()
        {
            self.file.error(found.at, Problem::Empty(field));
        }
        self.need(field, found, was_there)
    }

    /// A whole number.
    pub(super) fn integer(&mut self, field: &str) -> Option<Found<i64>> {
        self.take(field, "a whole number", |value| {
            let number = value.get_ref().as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// A whole number within the bounds of its type.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, field: &str, expected: &str) -> Option<Found<T>> {
        let Found { value, at } = self.integer(field)?;
        match T::try_from(value) {
            Ok(value) => Some(Found { value, at }),
            Err(_) => {
                self.wrong(at, field, expected);
                None
            }
        }
    }

    /// A time of day as "07:00", in minutes after midnight; 24:00 is the end of the day.
    pub(super) fn time(&mut self, field: &str) -> Option<Found<u16>> {
        let found = self.text(field)?;
        match minutes(&found.value) {
            Some(value) => Some(Found { value, at: found.at }),
            None => {
                self.wrong(found.at, field, "a time of day as \"07:00\"");
                None
            }
        }
    }

    /// `true` or `false`; absent means `false`.
    pub(super) fn flag(&mut self, field: &str) -> bool {
        self.switch(field).is_some_and(|found| found.value)
    }

    /// `true` or `false`.
    pub(super) fn switch(&mut self, field: &str) -> Option<Found<bool>> {
        self.take(field, "true or false", |value| value.get_ref().as_bool())
    }

    /// The tables of an array of tables; none when absent.
    pub(super) fn tables(&mut self, field: &str) -> Vec<Table<'a>> {
        const EXPECTED: &str = "a list of tables, each under [[...]]";
        let Some((at, value)) = self.remove(field) else { return Vec::new() };
        let DeValue::Array(entries) = value.into_inner() else {
            self.wrong(at, field, EXPECTED);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for entry in entries {
            let span = entry.span();
            match entry.into_inner() {
                DeValue::Table(table) => tables.push(Self::new(self.file, span, table)),
                _ => self.wrong(span.start, field, EXPECTED),
            }
        }
        tables
    }

    /// A table, where there is one.
    pub(super) fn table(&mut self, field: &str) -> Option<Table<'a>> {
        let (at, value) = self.remove(field)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some(Self::new(self.file, span, table)),
            _ => {
                self.wrong(at, field, "a table");
                None
            }
        }
    }

    /// A table that must be there.
    pub(super) fn need_table(&mut self, field: &str) -> Option<Table<'a>> {
        if !self.has(field) {
            self.error(Problem::Missing(field.to_owned()));
        }
        self.table(field)
    }

    /// Takes every field that is left, for a table whose names are the author's own.
    pub(super) fn rest(&mut self) -> Vec<(String, usize, Value<'a>)> {
        std::mem::take(&mut self.fields).into_iter().map(|(name, (at, value))| (name, at, value)).collect()
    }

    /// The text in every language of the pack.
    pub(super) fn languages(&mut self, languages: &[String]) -> Texts {
        let mut texts = Texts::default();
        for language in languages {
            let was_there = self.has(language);
            match self.text(language) {
                Some(found) => {
                    texts.insert(language.clone(), found.value);
                }
                None if was_there => {}
                None => self.error(Problem::MissingLanguage(language.clone())),
            }
        }
        texts
    }

    /// A sub-table that is nothing but the text in every language.
    pub(super) fn localized(&mut self, field: &str, languages: &[String]) -> Option<Texts> {
        let mut table = self.table(field)?;
        let texts = table.languages(languages);
        table.finish();
        Some(texts)
    }

    /// As [`Table::localized`], where it must be there.
    pub(super) fn need_localized(&mut self, field: &str, languages: &[String]) -> Texts {
        if !self.has(field) {
            self.error(Problem::Missing(field.to_owned()));
        }
        self.localized(field, languages).unwrap_or_default()
    }

    /// Complains about fields nobody asked for.
    pub(super) fn finish(self) {
        if self.broken {
            return;
        }
        for (name, (at, _)) in self.fields {
            let near = nearest(&name, self.asked.iter().map(String::as_str)).map(str::to_owned);
            self.file.error(at, Problem::UnknownField { name, near });
        }
    }
}

/// Minutes after midnight of a time such as 07:00.
pub(super) fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| if part.len() == 2 { part.parse::<u16>().ok() } else { None };
    let at = two(hours)? * 60 + two(minutes).filter(|minutes| *minutes < 60)?;
    (at <= 24 * 60).then_some(at)
}
