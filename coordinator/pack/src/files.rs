//! Writing files people will edit: never over something that is there.

use std::fs;
use std::io;
use std::path::Path;

/// Why files cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something would be overwritten.
    #[error("{0} is there already; name another place, or remove it first")]
    Exists(String),
    /// A file or folder cannot be written.
    #[error("{file} cannot be written: {source}")]
    Failed {
        /// The file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
}

/// A file that is still to be written: its path within a folder, and its text.
pub(crate) type NewFile = (String, String);

/// Writes files into a folder that is empty or does not exist yet; returns their paths within it.
pub(crate) fn write_folder(folder: &Path, files: &[NewFile]) -> Result<Vec<String>, WriteError> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(WriteError::Exists(folder.display().to_string()));
    }
    write(folder, files)
}

/// Writes files beside what a folder holds already, all of them or none; returns their paths within it.
pub(crate) fn write_beside(folder: &Path, files: &[NewFile]) -> Result<Vec<String>, WriteError> {
    if let Some((taken, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        return Err(WriteError::Exists(folder.join(taken).display().to_string()));
    }
    write(folder, files)
}

fn write(folder: &Path, files: &[NewFile]) -> Result<Vec<String>, WriteError> {
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        let failed = |source| WriteError::Failed { file: path.display().to_string(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::write(&path, text).map_err(failed)?;
        written.push(name.clone());
    }
    Ok(written)
}
