//! A worksheet as rows of text under headings.
//!
//! Workbooks come from somebody. A sheet is read cell by cell and not as the rectangle around its cells: one cell in the
//! last row and column would make that seventeen thousand million of them.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::catch_unwind;

use calamine::{Data, Reader, Xlsx, XlsxError};

use super::fault::{Cell, ImportError};

/// Bytes of a workbook. Those of large surveys have some hundred thousand.
const WORKBOOK: usize = 8 << 20;
/// Rows of a sheet; the choices of a whole country fit.
const ROWS: u32 = 50_000;
/// Columns of a sheet.
const COLUMNS: u32 = 512;
/// Cells of a sheet.
const CELLS: usize = 1 << 20;

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

impl Row {
    fn new(row: u32, mut cells: BTreeMap<u32, String>) -> Self {
        let width = cells.keys().next_back().map_or(0, |last| last.saturating_add(1));
        let cells = (0..width).map(|column| cells.remove(&column).unwrap_or_default()).collect();
        Self { number: usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1), cells }
    }
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

/// The sheets of a workbook that make a form: survey, choices, settings. What the reader of workbooks cannot cope with is a
/// fault of the workbook, also where it panics: it does for cells beyond any sheet.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<[Sheet; 3], ImportError> {
    catch_unwind(|| sheets(file, bytes)).unwrap_or_else(|_| {
        let reason = "a part of it makes no sense".to_owned();
        Err(ImportError::Workbook { file: file.to_owned(), reason })
    })
}

fn sheets(file: &str, bytes: &[u8]) -> Result<[Sheet; 3], ImportError> {
    let broken = |reason: String| ImportError::Workbook { file: file.to_owned(), reason };
    if bytes.len() > WORKBOOK {
        return Err(broken(format!("a workbook may have at most {} MiB", WORKBOOK >> 20)));
    }
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let names = workbook.sheet_names();
    let mut sheet = |wanted: &str| -> Result<Option<Sheet>, ImportError> {
        let Some(name) = names.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted)) else { return Ok(None) };
        let mut rows =
            cells(&mut workbook, name).map_err(|reason| broken(format!("sheet {wanted}: {reason}")))?.into_iter();
        let header = rows.next().map(|row| row.cells.iter().map(|heading| heading.trim().to_owned()).collect());
        let rows = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect();
        Ok(Some(Sheet { name: wanted.to_owned(), header: header.unwrap_or_default(), rows }))
    };
    let survey = sheet("survey")?.ok_or(ImportError::NoSheet { file: file.to_owned(), sheet: "survey" })?;
    Ok([survey, sheet("choices")?.unwrap_or_default(), sheet("settings")?.unwrap_or_default()])
}

/// The rows of a sheet that have cells, or what stands in the way.
fn cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Row>, String> {
    let said = |error: XlsxError| error.to_string();
    let mut reader = workbook.worksheet_cells_reader(name).map_err(said)?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let mut read = 0_usize;
    while let Some(cell) = reader.next_cell().map_err(said)? {
        let (row, column) = cell.get_position();
        read = read.saturating_add(1);
        if row >= ROWS || column >= COLUMNS || read > CELLS {
            return Err(format!(
                "it is too large; at most {ROWS} rows and {COLUMNS} columns are read, remove what is not needed"
            ));
        }
        let text = text(&Data::from(cell.get_value().clone()));
        if !text.is_empty() {
            rows.entry(row).or_default().insert(column, text);
        }
    }
    Ok(rows.into_iter().map(|(row, cells)| Row::new(row, cells)).collect())
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
