//! Importing `XLSForm` workbooks, the convention of ODK, Kobo and others for forms in a spreadsheet.
//!
//! People have forms already, and somebody's form must not change its meaning on the way in. So a workbook is taken over
//! whole or not at all: whatever is not supported is listed with sheet, row and column ([`ImportError::Unsupported`]),
//! what makes no difference to answers is left out with a [`Remark`], and nothing is silent. The result is a pack source
//! to read and to go on with: a form in TOML and a CSV file per list of choices.
//!
//! The path of a workbook: [`sheet`](self) reads cells, `survey` makes a tree of rows, `xpath` and `translate` turn
//! conditions into the language of packs, `convert` writes the source.

mod convert;
mod fault;
mod languages;
mod lists;
mod names;
mod sheet;
mod survey;
mod translate;
mod xpath;

use std::fs;
use std::path::Path;

pub use self::fault::{Cell, ImportError, Remark};
use super::error::PackError;
use super::scaffold::write_files;

/// A workbook taken over.
#[derive(Debug)]
pub struct Imported {
    /// What was left out, and what is worth knowing.
    pub remarks: Vec<Remark>,
    /// The form's id.
    pub form: String,
    /// Languages of its texts, the preferred first.
    pub languages: Vec<String>,
    /// `pack.toml` of a pack around the form.
    pack: String,
    /// The form and its lists, by their paths in a source folder.
    files: Vec<(String, String)>,
}

/// Reads a workbook.
///
/// # Errors
/// [`PackError::Import`] with everything that is not supported, or what the system says.
pub fn import(path: &Path) -> Result<Imported, PackError> {
    let file = path.display().to_string();
    let bytes = fs::read(path).map_err(|source| PackError::Read { file: file.clone(), source })?;
    let stem = path.file_stem().map_or_else(|| "form".to_owned(), |stem| stem.to_string_lossy().into_owned());
    Ok(from_bytes(&file, &stem, &bytes)?)
}

/// Reads a workbook from memory; `stem` names the form when its settings do not.
///
/// # Errors
/// [`ImportError`].
pub fn from_bytes(file: &str, stem: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let [survey, choices, settings] = sheet::read(file, bytes)?;
    convert::convert(&survey, &choices, &settings, stem)
}

impl Imported {
    /// Writes the form into a pack's source folder, or a new pack around it; returns the files written.
    ///
    /// # Errors
    /// [`PackError::Exists`] when something would be overwritten, or what the system says.
    pub fn write(&self, folder: &Path) -> Result<Vec<String>, PackError> {
        if !folder.join("pack.toml").exists() {
            let pack = std::iter::once(("pack.toml".to_owned(), self.pack.clone()));
            return write_files(folder, pack.chain(self.files.iter().cloned()).collect());
        }
        if let Some((taken, _)) = self.files.iter().find(|(name, _)| folder.join(name).exists()) {
            return Err(PackError::Exists(folder.join(taken).display().to_string()));
        }
        let mut written = Vec::new();
        for (name, text) in &self.files {
            let path = folder.join(name);
            let failed = |source| PackError::Write { file: path.display().to_string(), source };
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(failed)?;
            }
            fs::write(&path, text).map_err(failed)?;
            written.push(name.clone());
        }
        Ok(written)
    }

    /// What is left to do by hand when the folder was a pack before.
    #[must_use]
    pub fn next_step(&self, folder: &Path) -> Option<String> {
        let pack = fs::read_to_string(folder.join("pack.toml")).ok()?;
        let form = self.files.first().map(|(name, _)| name)?;
        (!pack.contains(form.as_str()))
            .then(|| format!("Add \"{form}\" to `forms` in {}", folder.join("pack.toml").display()))
    }
}

#[cfg(test)]
mod tests;
