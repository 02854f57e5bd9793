//! In which forms a table is written.

use std::fmt;
use std::str::FromStr;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values (RFC 4180), with a byte order mark.
    Csv,
    /// A workbook of a spreadsheet program (ISO/IEC 29500).
    Xlsx,
    /// JSON (RFC 8259): an object for each row.
    Json,
    /// Features on a map (RFC 7946).
    GeoJson,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Csv, Self::Xlsx, Self::Json, Self::GeoJson, Self::Parquet];

    /// How files of it end, and its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::GeoJson => "geojson",
            Self::Parquet => "parquet",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| format!("`{text}` is no format; there are csv, xlsx, json, geojson and parquet"))
    }
}

/// What separates the fields of CSV.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Separator {
    /// `,` as RFC 4180 has it, and a point before decimals.
    #[default]
    Comma,
    /// `;` and a comma before decimals, as spreadsheet programs expect it that are set to Kazakh or Russian.
    Semicolon,
    /// A tabulator, and a point before decimals.
    Tab,
}

impl Separator {
    /// The one that spreadsheet programs of people expect who read this language (BCP 47).
    #[must_use]
    pub fn of_language(code: &str) -> Self {
        let language = code.split('-').next().unwrap_or_default();
        if matches!(language, "kk" | "ru") { Self::Semicolon } else { Self::Comma }
    }

    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

impl FromStr for Separator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "comma" => Ok(Self::Comma),
            "semicolon" => Ok(Self::Semicolon),
            "tab" => Ok(Self::Tab),
            other => Err(format!("`{other}` is no separator; there are comma, semicolon and tab")),
        }
    }
}
