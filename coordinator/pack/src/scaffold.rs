//! `kuager pack new`: a small, complete pack to change, instead of an empty folder to fill.

use std::fs;
use std::path::Path;

use super::error::PackError;

/// The files of a new pack: two languages, one contest, one checklist, two stations; it passes every check as it is.
const FILES: [(&str, &str); 5] = [
    ("pack.toml", include_str!("../sources/template/pack.toml")),
    ("incidents.csv", include_str!("../sources/template/incidents.csv")),
    ("stations.csv", include_str!("../sources/template/stations.csv")),
    ("forms/opening.toml", include_str!("../sources/template/forms/opening.toml")),
    ("forms/protocol.toml", include_str!("../sources/template/forms/protocol.toml")),
];

/// Writes a new pack's source into a folder that is empty or does not exist; returns the files written.
///
/// # Errors
/// [`PackError::Exists`] when something is there already, or what the system says.
pub fn scaffold(folder: &Path) -> Result<Vec<String>, PackError> {
    write_files(folder, FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// Writes files into a folder that is empty or does not exist yet.
pub(super) fn write_files(folder: &Path, files: Vec<(String, String)>) -> Result<Vec<String>, PackError> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(PackError::Exists(folder.display().to_string()));
    }
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(&name);
        let failed = |source| PackError::Write { file: path.display().to_string(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::write(&path, text).map_err(failed)?;
        written.push(name);
    }
    Ok(written)
}
