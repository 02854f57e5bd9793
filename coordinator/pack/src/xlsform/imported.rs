//! A workbook taken over: the files it became, and how they get into a pack's source.

use std::fs;
use std::path::Path;

use super::fault::Remark;
use crate::files::{NewFile, WriteError, write_beside, write_folder};

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
    pub(super) pack: String,
    /// The form and its lists, by their paths in a source folder.
    pub(super) files: Vec<NewFile>,
}

impl Imported {
    /// Writes the form into a pack's source folder, or a new pack around it; returns the files written.
    ///
    /// # Errors
    /// [`WriteError::Exists`] when something would be overwritten, or what the system says.
    pub fn write(&self, folder: &Path) -> Result<Vec<String>, WriteError> {
        if folder.join("pack.toml").exists() {
            return write_beside(folder, &self.files);
        }
        let pack = ("pack.toml".to_owned(), self.pack.clone());
        write_folder(folder, &[&[pack], self.files.as_slice()].concat())
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
