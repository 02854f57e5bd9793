//! Why a table was not written.

use std::io;

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk or the network.
    #[error("the table cannot be written: {0}")]
    Io(#[from] io::Error),
    /// A map of something that has no places.
    #[error("this table has no places, so there is no GeoJSON of it; take another format")]
    NoPlaces,
    /// The workbook.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The Parquet file.
    #[error("the Parquet file cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A row that does not fit its table: a mistake of this program.
    #[error("a row of this table has {found} fields in place of {wanted}")]
    Width {
        /// Fields of the row.
        found: usize,
        /// Columns of the table.
        wanted: usize,
    },
}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> Self {
        Self::Io(error.into())
    }
}

impl From<serde_json::Error> for WriteError {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}
