//! Where a pack's source comes from: a folder, or the rehearsal pack that every binary carries.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::error::PackError;

/// The rehearsal pack, so that a first run needs nothing but the binary.
pub(super) const BUILT_IN: [(&str, &str); 5] = [
    ("pack.toml", include_str!("../sources/kz-2023-03-19/pack.toml")),
    ("stations.csv", include_str!("../sources/kz-2023-03-19/stations.csv")),
    ("forms/opening.toml", include_str!("../sources/kz-2023-03-19/forms/opening.toml")),
    ("forms/turnout.toml", include_str!("../sources/kz-2023-03-19/forms/turnout.toml")),
    ("forms/protocol.toml", include_str!("../sources/kz-2023-03-19/forms/protocol.toml")),
];

/// The source of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PackSource {
    /// The rehearsal pack `kz-2023-03-19` that is compiled into the program.
    #[default]
    BuiltIn,
    /// A folder with `pack.toml` in it.
    Folder(PathBuf),
}

impl PackSource {
    /// Reads a file of the source by its path relative to `pack.toml`.
    ///
    /// # Errors
    /// [`PackError::Read`].
    pub fn read(&self, file: &str) -> Result<Cow<'static, str>, PackError> {
        let read = match self {
            Self::BuiltIn => BUILT_IN
                .iter()
                .find(|(name, _)| *name == file)
                .map(|(_, text)| Cow::Borrowed(*text))
                .ok_or_else(|| std::io::ErrorKind::NotFound.into()),
            Self::Folder(folder) => std::fs::read_to_string(folder.join(file)).map(Cow::Owned),
        };
        read.map_err(|source| PackError::Read { file: file.to_owned(), source })
    }

    /// The files there are, by their paths relative to `pack.toml`, two folders deep, to guess which one was meant.
    pub(super) fn files(&self) -> Vec<String> {
        match self {
            Self::BuiltIn => BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect(),
            Self::Folder(folder) => {
                let mut files = Vec::new();
                list(folder, "", 2, &mut files);
                files.sort_unstable();
                files
            }
        }
    }
}

fn list(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            if depth > 0 {
                list(&entry.path(), &format!("{name}/"), depth - 1, files);
            }
        } else {
            files.push(name);
        }
    }
}
