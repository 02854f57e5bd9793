//! Destroying an observer's folder: keys first, and to the end.

use std::fs;
use std::path::Path;

use crate::error::ObserverError;
use crate::keys::{self, Attempts, Identity, KeyVault};
use crate::store;

/// Left in the folder while it is being destroyed, so that what a kill cuts off is finished before anything is opened.
const MARK: &str = "wipe.kuager";

/// Destroys an observer's folder that is not open, or cannot be opened: first the keys, then the files.
///
/// # Errors
/// [`ObserverError::Vault`], [`ObserverError::Io`]: the first step that failed. Call it again.
pub fn wipe(dir: &Path, vault: &dyn KeyVault) -> Result<(), ObserverError> {
    let mark = dir.join(MARK);
    if dir.exists() {
        // Without room for the mark, what is to be destroyed is destroyed all the same.
        let _ = keys::write_private(&mark, &[]);
        for sealed in [Identity::FILE, Identity::UNFINISHED] {
            keys::erase(&dir.join(sealed))?;
        }
    }
    vault.destroy()?;
    if dir.exists() {
        store::remove_files(dir)?;
        for left in [Attempts::FILE, Attempts::UNFINISHED, MARK_UNFINISHED] {
            remove_if_there(&dir.join(left))?;
        }
        keys::sync_dir(dir)?;
        remove_if_there(&mark)?;
        keys::sync_dir(dir)?;
    }
    Ok(())
}

/// As a kill leaves the mark.
const MARK_UNFINISHED: &str = "wipe.new";

/// Finishes what was cut off, if something was.
pub(super) fn finish(dir: &Path, vault: &dyn KeyVault) -> Result<(), ObserverError> {
    if dir.join(MARK).exists() { wipe(dir, vault) } else { Ok(()) }
}

pub(super) fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
