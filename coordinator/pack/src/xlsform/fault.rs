//! What an import could not take over, with sheet, row and column as a spreadsheet program shows them.

use std::collections::BTreeSet;
use std::fmt;
use std::io;

use crate::files::WriteError;

/// A cell of a workbook, or a whole sheet or column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The sheet.
    pub sheet: String,
    /// The row, from 1; `None` for a sheet as a whole.
    pub row: Option<usize>,
    /// The heading of the column.
    pub column: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sheet {}", self.sheet)?;
        if let Some(row) = self.row {
            write!(formatter, ", row {row}")?;
        }
        if !self.column.is_empty() {
            write!(formatter, ", column {}", self.column)?;
        }
        Ok(())
    }
}

/// Something that was found in a workbook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Where.
    pub cell: Cell,
    /// What, and what to do about it.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.cell, self.text)
    }
}

/// Collects what stands in the way of an import, and what is only worth knowing.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) faults: BTreeSet<Remark>,
    pub(super) remarks: BTreeSet<Remark>,
}

impl Findings {
    pub(super) fn fault(&mut self, cell: Cell, text: impl Into<String>) {
        self.faults.insert(Remark { cell, text: text.into() });
    }

    pub(super) fn remark(&mut self, cell: Cell, text: impl Into<String>) {
        self.remarks.insert(Remark { cell, text: text.into() });
    }
}

/// Why a workbook cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{file} cannot be read ({source}); check that it exists")]
    Read {
        /// The file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
    /// It cannot be opened as a workbook.
    #[error("{file} is not a workbook that can be read ({reason}); save it as .xlsx")]
    Workbook {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A sheet without which there is no form.
    #[error("{file} has no sheet `{sheet}`; an XLSForm needs the sheets survey and, for selects, choices")]
    NoSheet {
        /// The file.
        file: String,
        /// The sheet.
        sheet: &'static str,
    },
    /// It asks for what cannot be taken over.
    #[error("{}", listed(.0))]
    Unsupported(Vec<Remark>),
    /// What was made of it cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn listed(faults: &[Remark]) -> String {
    let mut lines: Vec<String> = faults.iter().map(Remark::to_string).collect();
    lines.push(format!("{} findings; nothing was written", faults.len()));
    lines.join("\n")
}
