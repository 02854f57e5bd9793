//! One writer for every format.

use std::io::Write;

use crate::columnar::Parquet;
use crate::delimited::Csv;
use crate::document::{GeoJson, Json};
use crate::error::WriteError;
use crate::format::Format;
use crate::layout::Layout;
use crate::workbook::Xlsx;
use crate::write::{Options, TableWriter};

/// Begins a table.
///
/// # Errors
/// [`WriteError`]; among them [`WriteError::NoPlaces`] for a map of what has no places.
pub fn writer<W: Write + Send + 'static>(
    format: Format,
    layout: &Layout,
    options: &Options,
    out: W,
) -> Result<Box<dyn TableWriter>, WriteError> {
    Ok(match format {
        Format::Csv => Box::new(Csv::begin(layout, options, out)?),
        Format::Json => Box::new(Json::begin(layout, options, out)?),
        Format::GeoJson => Box::new(GeoJson::begin(layout, options, out)?),
        Format::Xlsx => Box::new(Xlsx::begin(layout, options, out)?),
        Format::Parquet => Box::new(Parquet::begin(layout, options, out)?),
    })
}
