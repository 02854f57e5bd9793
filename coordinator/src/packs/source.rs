//! Where a pack's source comes from: a folder, or the rehearsal pack that every binary carries.

use std::borrow::Cow;
use std::path::PathBuf;

use super::error::PackError;

/// The rehearsal pack, so that a first run needs nothing but the binary.
const BUILT_IN: [(&str, &str); 5] = [
    ("pack.toml", include_str!("../../packs/kz-2023-03-19/pack.toml")),
    ("stations.csv", include_str!("../../packs/kz-2023-03-19/stations.csv")),
    ("forms/opening.toml", include_str!("../../packs/kz-2023-03-19/forms/opening.toml")),
    ("forms/turnout.toml", include_str!("../../packs/kz-2023-03-19/forms/turnout.toml")),
    ("forms/protocol.toml", include_str!("../../packs/kz-2023-03-19/forms/protocol.toml")),
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
    pub(crate) fn read(&self, file: &str) -> Result<Cow<'static, str>, PackError> {
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
}
