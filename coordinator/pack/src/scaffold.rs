//! `kuager pack new`: a small, complete pack to change, instead of an empty folder to fill.

use std::path::Path;

use crate::files::{WriteError, write_folder};

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
/// [`WriteError::Exists`] when something is there already, or what the system says.
pub fn scaffold(folder: &Path) -> Result<Vec<String>, WriteError> {
    write_folder(folder, &FILES.map(|(name, text)| (name.to_owned(), text.to_owned())))
}
