//! A worksheet as rows of text under headings.

use super::fault::{Cell, ImportError};
use crate::workbook::{self, Bounds};

/// Those of large surveys have some hundred thousand bytes, and the choices of a whole country.
const BOUNDS: Bounds = Bounds { bytes: 8 << 20, unpacked: 256 << 20, rows: 50_000, columns: 512, cells: 1 << 20 };

/// A sheet with its headings.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A row that is not empty.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: usize,
    cells: Vec<String>,
}

impl Sheet {
    /// The text of a cell; empty when there is no such column.
    pub(super) fn text<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let at = self.header.iter().position(|heading| heading == column);
        at.and_then(|at| row.cells.get(at)).map_or("", String::as_str)
    }

    pub(super) fn cell(&self, row: &Row, column: &str) -> Cell {
        Cell { sheet: self.name.clone(), row: Some(row.number), column: column.to_owned() }
    }

    pub(super) fn heading(&self, column: &str) -> Cell {
        Cell { sheet: self.name.clone(), row: None, column: column.to_owned() }
    }
}

/// The sheets of a workbook that make a form: survey, choices, settings.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<[Sheet; 3], ImportError> {
    const WANTED: [&str; 3] = ["survey", "choices", "settings"];
    let is = |name: &str, wanted: &str| name.trim().eq_ignore_ascii_case(wanted);
    let found = workbook::read(bytes, BOUNDS, |name| WANTED.iter().any(|wanted| is(name, wanted)));
    let found = found.map_err(|reason| ImportError::Workbook { file: file.to_owned(), reason })?;
    let sheet = |wanted: &str| -> Option<Sheet> {
        let mut rows = found.iter().find(|sheet| is(&sheet.name, wanted))?.rows.clone().into_iter();
        let header = rows.next().map(|(_, cells)| cells.iter().map(|heading| heading.trim().to_owned()).collect());
        let rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        let rows = rows.map(|(number, cells)| Row { number, cells }).collect();
        Some(Sheet { name: wanted.to_owned(), header: header.unwrap_or_default(), rows })
    };
    let survey = sheet("survey").ok_or(ImportError::NoSheet { file: file.to_owned(), sheet: "survey" })?;
    Ok([survey, sheet("choices").unwrap_or_default(), sheet("settings").unwrap_or_default()])
}
