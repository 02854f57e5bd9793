//! Importing `XLSForm` workbooks, the convention of ODK, Kobo and others for forms in a spreadsheet.
//!
//! People have forms already, and somebody's form must not change its meaning on the way in. So a workbook is taken over
//! whole or not at all: whatever is not supported is listed with sheet, row and column ([`ImportError::Unsupported`]),
//! what makes no difference to answers is left out with a [`Remark`], and nothing is silent. The result is a pack source
//! to read and to go on with: a form in TOML and a CSV file per list of choices.
//!
//! The path of a workbook: [`sheet`](self) reads cells, `survey` makes a tree of rows, `xpath` and `translate` turn
//! conditions into the language of packs, `questions` and `convert` write the source.

mod convert;
mod fault;
mod imported;
mod languages;
mod lists;
mod names;
mod numbers;
mod questions;
mod sheet;
mod survey;
mod translate;
mod types;
mod xpath;

use std::fs;
use std::path::Path;

pub use self::fault::{Cell, ImportError, Remark};
pub use self::imported::Imported;

/// Reads a workbook.
///
/// # Errors
/// [`ImportError::Unsupported`] with everything that is not supported, or what the system says.
pub fn import(path: &Path) -> Result<Imported, ImportError> {
    let file = path.display().to_string();
    let bytes = fs::read(path).map_err(|source| ImportError::Read { file: file.clone(), source })?;
    let stem = path.file_stem().map_or_else(|| "form".to_owned(), |stem| stem.to_string_lossy().into_owned());
    from_bytes(&file, &stem, &bytes)
}

/// Reads a workbook from memory; `stem` names the form when its settings do not.
///
/// # Errors
/// [`ImportError`].
pub fn from_bytes(file: &str, stem: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let [survey, choices, settings] = sheet::read(file, bytes)?;
    convert::convert(&survey, &choices, &settings, stem)
}

#[cfg(test)]
mod tests;
