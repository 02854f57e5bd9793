//! What a table is: its columns, and what stands in them.

use std::borrow::Cow;

/// The column that has how far north a place is, in degrees (WGS 84).
pub const LATITUDE: &str = "latitude";
/// The column that has how far east a place is, in degrees (WGS 84).
pub const LONGITUDE: &str = "longitude";

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number with decimals.
    Decimal,
    /// Yes or no.
    Flag,
    /// A moment, in milliseconds since 1970.
    Moment,
}

impl Kind {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "whole number",
            Self::Decimal => "decimal number",
            Self::Flag => "yes or no",
            Self::Moment => "moment",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name: what stands above it, and for ever.
    pub name: Cow<'static, str>,
    /// What stands in it.
    pub kind: Kind,
    /// In what numbers are counted; empty where that goes without saying.
    pub unit: &'static str,
    /// What it means.
    pub about: Cow<'static, str>,
}

impl Column {
    /// A column without a unit.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), kind, unit: "", about: Cow::Borrowed(about) }
    }

    /// A column whose name and meaning follow from something that was published.
    #[must_use]
    pub fn of(name: impl Into<String>, kind: Kind, about: impl Into<String>) -> Self {
        Self { name: Cow::Owned(name.into()), kind, unit: "", about: Cow::Owned(about.into()) }
    }

    /// The same with a unit.
    #[must_use]
    pub const fn in_unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
}

/// What a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Its name: letters, digits and hyphens.
    pub name: Cow<'static, str>,
    /// What a row of it is.
    pub about: Cow<'static, str>,
    /// Its columns.
    pub columns: Cow<'static, [Column]>,
}

impl Layout {
    /// The place of a column.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Whether rows have places on a map.
    #[must_use]
    pub fn has_places(&self) -> bool {
        self.place(LATITUDE).is_some() && self.place(LONGITUDE).is_some()
    }
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing is known, or nothing applies.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with decimals, and how many of them are shown.
    Decimal(f64, u8),
    /// Yes or no.
    Flag(bool),
    /// A moment, in milliseconds since 1970.
    Moment(u64),
}

/// A row: a cell for each column.
pub type Row = Vec<Cell>;

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        // No count of anything here comes near; a number that does is text, whole.
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string()), Self::Whole)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u16> for Cell {
    fn from(number: u16) -> Self {
        Self::Whole(number.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        u64::try_from(number).map_or(Self::Empty, Self::from)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl Cell {
    /// A moment; zero stands for never.
    #[must_use]
    pub const fn moment(ms: u64) -> Self {
        if ms == 0 { Self::Empty } else { Self::Moment(ms) }
    }

    /// What something is called by.
    #[must_use]
    pub fn id(id: &impl ToString) -> Self {
        Self::Text(id.to_string())
    }
}
