//! A worksheet as rows of text under headings.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::fault::{Cell, ImportError};

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
    let broken = |reason: String| ImportError::Workbook { file: file.to_owned(), reason };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let names = workbook.sheet_names();
    let mut sheet = |wanted: &str| -> Result<Option<Sheet>, ImportError> {
        let Some(name) = names.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted)) else { return Ok(None) };
        let range = workbook.worksheet_range(name).map_err(|error| broken(error.to_string()))?;
        let first = range.start().map_or(0, |(row, _)| usize::try_from(row).unwrap_or(0)) + 1;
        let mut rows =
            range.rows().zip(first..).map(|(cells, number)| Row { number, cells: cells.iter().map(text).collect() });
        let header = rows.next().map(|row| row.cells.iter().map(|heading| heading.trim().to_owned()).collect());
        let rows = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect();
        Ok(Some(Sheet { name: wanted.to_owned(), header: header.unwrap_or_default(), rows }))
    };
    let survey = sheet("survey")?.ok_or(ImportError::NoSheet { file: file.to_owned(), sheet: "survey" })?;
    Ok([survey, sheet("choices")?.unwrap_or_default(), sheet("settings")?.unwrap_or_default()])
}

/// Numbers as people see them: 5 and not 5.0.
fn text(cell: &Data) -> String {
    let text = match cell {
        Data::Bool(true) => "true".to_owned(),
        Data::Bool(false) => "false".to_owned(),
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => other.to_string(),
    };
    kuager_wire::canonical::nfc(text.trim())
}
