//! What it takes to write a table, in whatever format.

use std::path::PathBuf;

use crate::error::WriteError;
use crate::format::Separator;
use crate::layout::Row;

/// What is the same for all rows of a table.
#[derive(Debug, Clone)]
pub struct Options {
    /// Minutes by which the clocks of the stations are ahead of UTC; moments are written so.
    pub utc_offset: i16,
    /// When the table was made, milliseconds since 1970.
    pub made_ms: u64,
    /// What separates the fields of CSV.
    pub separator: Separator,
    /// A folder for what a workbook needs to be kept somewhere until it is whole; nobody else should be able to read there.
    pub scratch: PathBuf,
}

/// Something that a table is being written into.
pub trait TableWriter: Send {
    /// Writes rows, each with a cell for every column.
    ///
    /// # Errors
    /// [`WriteError`]; the table is of no use then.
    fn rows(&mut self, rows: &[Row]) -> Result<(), WriteError>;

    /// Writes what comes after the last row.
    ///
    /// # Errors
    /// [`WriteError`]; the table is of no use then.
    fn end(self: Box<Self>) -> Result<(), WriteError>;
}
