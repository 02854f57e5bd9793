//! Where a command gets a pack from.

use std::fs;
use std::path::Path;

use kuager_pack::{Built, PackError, PackSource};

/// A pack from its source folder or from a built file.
pub(crate) fn load(path: &Path) -> Result<Built, PackError> {
    if path.is_dir() {
        return kuager_pack::compile(&PackSource::Folder(path.to_owned()));
    }
    Built::from_bytes(&path.display().to_string(), &read_file(path)?)
}

/// A pack from where it was given, or the built-in one.
pub(crate) fn load_or_built_in(path: Option<&Path>) -> Result<Built, PackError> {
    path.map_or_else(|| kuager_pack::compile(&PackSource::BuiltIn), load)
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, PackError> {
    fs::read(path).map_err(|source| PackError::Read { file: path.display().to_string(), source })
}
