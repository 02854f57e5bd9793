//! Tables from outside, as people and their programs write them: CSV with a header, each complaint with file, line and column.
//!
//! Commas, semicolons and tabs separate; the header says which, or a first line `sep=;` as spreadsheet programs write it. Where it is not
//! the comma, a number may have a decimal comma. Text is UTF-8, UTF-16 with a byte order mark, or Windows-1251 where that is all that the bytes
//! can be; thousands may be apart by blanks of any width. A byte order mark is skipped, blanks around a field do not count, and what R (`1e+05`, `NA`) or pandas (`812.0`) make of a whole number is
//! read as that number. What is read has bounds: of bytes, rows, columns and the length of a field.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1251};

/// Bytes of one file.
pub const MOST_BYTES: usize = 64 << 20;
/// Rows of one file.
pub const MOST_ROWS: usize = 1_000_000;
/// Columns of one file.
pub const MOST_COLUMNS: usize = 256;
/// Strata of one frame or sample.
pub const MOST_STRATA: usize = 2_000;
/// Bytes of one field.
pub const LONGEST: usize = 200;
/// The largest count that a field may hold: more than a country has voters.
pub const MOST: u32 = 1_000_000_000;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; the header is line 1.
    pub line: Option<u64>,
    /// The column by its name.
    pub column: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// What is wrong in a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {wrong}")]
pub struct TableError {
    /// Where.
    pub place: Place,
    /// What.
    pub wrong: Box<Wrong>,
}

/// What can be wrong in a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// More than [`MOST_BYTES`].
    #[error("is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// Text in another encoding.
    #[error("is neither UTF-8, nor UTF-16 with a byte order mark, nor Russian in Windows-1251; save it as CSV UTF-8")]
    NotUtf8,
    /// No header or no rows.
    #[error("has no rows")]
    Empty,
    /// More than [`MOST_ROWS`].
    #[error("has more than {MOST_ROWS} rows")]
    TooManyRows,
    /// More than [`MOST_COLUMNS`].
    #[error("has more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    /// More than [`MOST_STRATA`].
    #[error("is one stratum too many: {MOST_STRATA} are the most")]
    TooManyStrata,
    /// No table.
    #[error("is not a table: {0}")]
    NotATable(String),
    /// A column that is needed.
    #[error("there is no column `{0}`")]
    NoColumn(&'static str),
    /// A header without a name.
    #[error("column number {0} has no name")]
    Unnamed(usize),
    /// Two columns or two rows with one name.
    #[error("`{0}` stands there twice")]
    Twice(String),
    /// A cell beside the table.
    #[error("`{0}` stands in a column without a name")]
    Stray(String),
    /// Longer than [`LONGEST`].
    #[error("is longer than {LONGEST} bytes")]
    TooLong,
    /// Control characters, or what a spreadsheet would calculate.
    #[error("`{0}` is no name: control characters, and `= + - @` at its beginning, are not taken")]
    NotAName(String),
    /// Nothing where something is needed.
    #[error("is empty")]
    Blank,
    /// Not what is wanted.
    #[error("`{found}` is not {wanted}")]
    Not {
        /// What stands there.
        found: String,
        /// What should.
        wanted: &'static str,
    },
    /// Rows of one stratum that disagree about it.
    #[error("`{found}`, but another row of stratum `{stratum}` says `{before}`")]
    Contradicts {
        /// The stratum.
        stratum: String,
        /// What another row says.
        before: String,
        /// What this row says.
        found: String,
    },
    /// More of something than there can be.
    #[error("{found} is more than the {most} {of}")]
    MoreThan {
        /// What stands there.
        found: u64,
        /// How many there are.
        most: u64,
        /// Of what.
        of: &'static str,
    },
    /// A name that another file does not have.
    #[error("there is no {what} `{name}` in {file}")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// Where it should be.
        file: String,
    },
}

/// A table that was read.
#[derive(Debug)]
pub struct Table {
    file: String,
    header: Vec<String>,
    at: HashMap<String, usize>,
    /// Whether a comma may stand before decimals: it does not separate fields.
    decimal_comma: bool,
    rows: Vec<(u64, StringRecord)>,
}

/// One row of it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    line: u64,
    fields: &'a StringRecord,
}

impl Table {
    /// Reads a file that must have these columns.
    ///
    /// # Errors
    /// [`TableError`] at the first thing that is wrong.
    pub fn read(file: &str, bytes: &[u8], needed: &[&'static str]) -> Result<Self, TableError> {
        let place = |line, column| Place { file: file.to_owned(), line, column };
        let whole = |wrong| TableError { place: place(None, None), wrong: Box::new(wrong) };
        if bytes.len() > MOST_BYTES {
            return Err(whole(Wrong::TooLarge));
        }
        let text = decoded(bytes).ok_or_else(|| whole(Wrong::NotUtf8))?;
        let (text, said) = without_separator_line(&text);
        // Lines are counted as the file has them.
        let before = u64::from(said.is_some());
        let separator = said.unwrap_or_else(|| separator(text));
        let mut reader = ReaderBuilder::new().delimiter(separator).trim(Trim::All).from_reader(text.as_bytes());
        let malformed = |error: &csv::Error| TableError {
            place: place(error.position().map(|at| at.line().saturating_add(before)), None),
            wrong: Box::new(Wrong::NotATable(described(error))),
        };
        let header: Vec<String> =
            reader.headers().map_err(|error| malformed(&error))?.iter().map(str::to_owned).collect();
        let mut table = Self::begin(file, header, needed)?;
        table.decimal_comma = separator != b',';
        for row in reader.records() {
            let row = row.map_err(|error| malformed(&error))?;
            let line = row.position().map_or(0, |at| at.line().saturating_add(before));
            table.push(line, row)?;
        }
        Ok(table)
    }

    /// Makes a table of cells that were read from a workbook: the first row is the header.
    ///
    /// # Errors
    /// [`TableError`] at the first thing that is wrong.
    pub fn of_cells(file: &str, rows: &[(usize, Vec<String>)], needed: &[&'static str]) -> Result<Self, TableError> {
        let empty = || TableError {
            place: Place { file: file.to_owned(), line: None, column: None },
            wrong: Box::new(Wrong::Empty),
        };
        let ((_, header), rows) = rows.split_first().ok_or_else(empty)?;
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let width = header.len();
        let mut table = Self::begin(file, header, needed)?;
        for (number, cells) in rows {
            let line = u64::try_from(*number).unwrap_or(u64::MAX);
            if let Some(stray) = cells.iter().skip(width).find(|cell| !cell.trim().is_empty()) {
                let wrong = Wrong::Stray(stray.chars().take(40).collect());
                let place = Place { file: file.to_owned(), line: Some(line), column: None };
                return Err(TableError { place, wrong: Box::new(wrong) });
            }
            let cells = cells.iter().map(|cell| cell.trim()).chain(std::iter::repeat("")).take(width);
            table.push(line, cells.collect())?;
        }
        Ok(table)
    }

    fn begin(file: &str, header: Vec<String>, needed: &[&'static str]) -> Result<Self, TableError> {
        let place = |line| Place { file: file.to_owned(), line, column: None };
        let whole = |wrong| TableError { place: place(None), wrong: Box::new(wrong) };
        let head = |wrong| TableError { place: place(Some(1)), wrong: Box::new(wrong) };
        if header.iter().all(String::is_empty) {
            return Err(whole(Wrong::Empty));
        }
        if header.len() > MOST_COLUMNS {
            return Err(head(Wrong::TooManyColumns));
        }
        let mut at = HashMap::new();
        for (index, name) in header.iter().enumerate() {
            if name.is_empty() {
                return Err(head(Wrong::Unnamed(index + 1)));
            }
            check_name(name).map_err(head)?;
            if at.insert(name.clone(), index).is_some() {
                return Err(head(Wrong::Twice(name.clone())));
            }
        }
        if let Some(missing) = needed.iter().find(|name| !at.contains_key(**name)) {
            return Err(head(Wrong::NoColumn(missing)));
        }
        Ok(Self { file: file.to_owned(), header, at, decimal_comma: false, rows: Vec::new() })
    }

    fn push(&mut self, line: u64, row: StringRecord) -> Result<(), TableError> {
        // A line of separators only, as spreadsheets leave them at the end.
        if row.iter().all(str::is_empty) {
            return Ok(());
        }
        let wrong = |column, wrong| {
            let place = Place { file: self.file.clone(), line: Some(line), column };
            TableError { place, wrong: Box::new(wrong) }
        };
        if self.rows.len() == MOST_ROWS {
            return Err(wrong(None, Wrong::TooManyRows));
        }
        if let Some((_, column)) = row.iter().zip(&self.header).find(|(field, _)| field.len() > LONGEST) {
            return Err(wrong(Some(column.clone()), Wrong::TooLong));
        }
        self.rows.push((line, row));
        Ok(())
    }

    /// The file, as it was named.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The columns in their order.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The columns besides these, in their order.
    #[must_use]
    pub fn others(&self, known: &[&str]) -> Vec<String> {
        self.header.iter().filter(|name| !known.contains(&name.as_str())).cloned().collect()
    }

    /// Whether there is such a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.at.contains_key(column)
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }

    /// A complaint about the file as a whole.
    #[must_use]
    pub fn error(&self, wrong: Wrong) -> TableError {
        TableError { place: Place { file: self.file.clone(), line: None, column: None }, wrong: Box::new(wrong) }
    }
}

impl<'a> Row<'a> {
    /// A complaint about a field.
    #[must_use]
    pub fn error(self, column: &str, wrong: Wrong) -> TableError {
        let place = Place { file: self.table.file.clone(), line: Some(self.line), column: Some(column.to_owned()) };
        TableError { place, wrong: Box::new(wrong) }
    }

    fn not(self, column: &str, wanted: &'static str) -> TableError {
        self.error(column, Wrong::Not { found: self.text(column).to_owned(), wanted })
    }

    /// What stands there, empty where the column is missing.
    #[must_use]
    pub fn text(self, column: &str) -> &'a str {
        self.table.at.get(column).and_then(|at| self.fields.get(*at)).unwrap_or_default()
    }

    /// A name: of a station, a stratum, an option.
    ///
    /// # Errors
    /// [`Wrong::Blank`], [`Wrong::NotAName`].
    pub fn name(self, column: &str) -> Result<&'a str, TableError> {
        let name = self.text(column);
        if name.is_empty() {
            return Err(self.error(column, Wrong::Blank));
        }
        check_name(name).map_err(|wrong| self.error(column, wrong))?;
        Ok(name)
    }

    /// A whole number from 0 to [`MOST`].
    ///
    /// # Errors
    /// [`Wrong::Blank`], [`Wrong::Not`].
    pub fn count(self, column: &str) -> Result<u32, TableError> {
        const WANTED: &str = "a whole number from 0 to 1000000000";
        let number = self.decimal(column)?.ok_or_else(|| self.error(column, Wrong::Blank))?;
        if number.fract() != 0.0 || !(0.0..=f64::from(MOST)).contains(&number) {
            return Err(self.not(column, WANTED));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within its bounds")]
        Ok(number as u32)
    }

    /// A whole number from 1 to [`MOST`].
    ///
    /// # Errors
    /// [`Wrong::Blank`], [`Wrong::Not`].
    pub fn positive(self, column: &str) -> Result<u32, TableError> {
        match self.count(column)? {
            0 => Err(self.not(column, "a whole number above 0")),
            number => Ok(number),
        }
    }

    /// A number between these two, both included.
    ///
    /// # Errors
    /// [`Wrong::Blank`], [`Wrong::Not`].
    pub fn between(self, column: &str, low: f64, high: f64, wanted: &'static str) -> Result<f64, TableError> {
        let number = self.decimal(column)?.ok_or_else(|| self.error(column, Wrong::Blank))?;
        if (low..=high).contains(&number) { Ok(number) } else { Err(self.not(column, wanted)) }
    }

    /// 1 or 0, yes or no.
    ///
    /// # Errors
    /// [`Wrong::Blank`], [`Wrong::Not`].
    pub fn flag(self, column: &str) -> Result<bool, TableError> {
        match self.text(column) {
            "" => Err(self.error(column, Wrong::Blank)),
            "1" | "1.0" => Ok(true),
            "0" | "0.0" => Ok(false),
            other if other.eq_ignore_ascii_case("true") => Ok(true),
            other if other.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(self.not(column, "1 or 0")),
        }
    }

    /// A number, or nothing where the field is empty or `NA`.
    fn decimal(self, column: &str) -> Result<Option<f64>, TableError> {
        let text = self.text(column);
        if text.is_empty() || text == "NA" {
            return Ok(None);
        }
        number(text, self.table.decimal_comma).map(Some).ok_or_else(|| self.not(column, "a number"))
    }
}

/// A number as programs write it; `NaN` and infinities are none.
#[must_use]
pub fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    let joined = joined(text)?;
    let text = joined.as_str();
    // 1.234 beside a decimal comma: whether that is a thousand and more, or one and less than a quarter, nobody can say.
    if decimal_comma
        && text.split_once('.').is_some_and(|(_, behind)| behind.len() == 3 && !behind.contains(['e', 'E']))
    {
        return None;
    }
    if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    let number: f64 = match (decimal_comma, text.contains(',')) {
        (_, false) => text.parse().ok()?,
        (true, true) => text.replacen(',', ".", 1).parse().ok()?,
        (false, true) => return None,
    };
    number.is_finite().then_some(number)
}

/// A number without the blanks between its thousands; nothing where blanks are anywhere else.
fn joined(text: &str) -> Option<String> {
    let is_blank = |character: char| matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}');
    if !text.contains(is_blank) {
        return Some(text.to_owned());
    }
    let mut groups = text.split(is_blank);
    let first = groups.next()?.trim_start_matches(['+', '-']);
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let whole = |group: &str| group.split([',', '.']).next().is_some_and(|whole| whole.len() == 3 && digits(whole));
    let good = (1..=3).contains(&first.len()) && digits(first) && groups.all(whole);
    good.then(|| text.chars().filter(|character| !is_blank(*character)).collect())
}

/// The text of a file: UTF-8, UTF-16 that says so, or Windows-1251 where nothing else fits and everything is what Russian is written with.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let utf_16 =
        |encoding: &'static Encoding, bytes| encoding.decode_without_bom_handling_and_without_replacement(bytes);
    match bytes {
        [0xff, 0xfe, rest @ ..] => return utf_16(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => return utf_16(UTF_16BE, rest),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)));
    }
    let text = WINDOWS_1251.decode_without_bom_handling_and_without_replacement(bytes)?;
    let russian = |character: char| {
        character.is_ascii()
            || matches!(
                character,
                '\u{410}'
                    ..='\u{44f}'
                        | 'Ё'
                        | 'ё'
                        | 'І'
                        | 'і'
                        | '\u{a0}'
                        | '«'
                        | '»'
                        | '№'
                        | '–'
                        | '—'
                        | '“'
                        | '”'
                        | '„'
                        | '’'
                        | '‘'
                        | '…'
                        | '§'
                        | '°'
            )
    };
    text.chars().all(russian).then_some(text)
}

/// What spreadsheet programs write into a first line to say what separates.
fn without_separator_line(text: &str) -> (&str, Option<u8>) {
    let Some((first, rest)) = text.split_once('\n') else { return (text, None) };
    match first.trim_end_matches('\r').trim_matches('"').to_ascii_lowercase().strip_prefix("sep=") {
        Some(";") => (rest, Some(b';')),
        Some(",") => (rest, Some(b',')),
        Some("\t") => (rest, Some(b'\t')),
        _ => (text, None),
    }
}

/// What separates the fields: of the three that are in use, the one that the header has most of.
fn separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    let most = [b';', b'\t'].into_iter().filter(|other| count(*other) > count(b',')).max_by_key(|other| count(*other));
    most.unwrap_or(b',')
}

/// Names go back out into tables that people open, and into messages: nothing that such a program would take for more than text.
fn check_name(name: &str) -> Result<(), Wrong> {
    if name.len() > LONGEST {
        return Err(Wrong::TooLong);
    }
    if name.chars().any(char::is_control) || name.starts_with(['=', '+', '-', '@']) {
        return Err(Wrong::NotAName(name.chars().filter(|char| !char.is_control()).collect()));
    }
    Ok(())
}

/// What the reader says, without the position, which stands before it already.
fn described(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("a row has {len} fields, the header {expected_len}")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
