//! Small files that are wholly there or not at all, and randomness to fill them with.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// Writes a file that is either wholly there or not at all, readable by its owner only, and on disk when this returns.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or_else(|| io::Error::other("a file has a folder"))?;
    create_dir(dir)?;
    let temporary = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_dir(dir)
}

/// Makes a folder and whatever leads to it, durably: what is written into a folder whose own name is not on disk yet
/// disappears with it when the power fails.
pub(crate) fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(Path::new(""));
    create_dir(parent)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    sync_dir(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}

/// Makes renames and removals in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

/// Overwrites a file with zeros and removes it, durably; nothing to do when there is none. What the medium keeps of the old bytes
/// below the file system is the medium's business, so nothing may rest on this alone.
pub(crate) fn erase(path: &Path) -> io::Result<()> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let zeros =
        usize::try_from(file.metadata()?.len()).map_or_else(|_| Vec::new(), |length| vec![0; length.min(ERASED)]);
    // A full disk, or one that fails, must not keep the file from being removed.
    let overwritten = file.write_all(&zeros).and_then(|()| file.sync_all());
    drop(file);
    fs::remove_file(path)?;
    sync_dir(path.parent().ok_or_else(|| io::Error::other("a file has a folder"))?)?;
    overwritten
}

/// Bytes of a file that are overwritten at most; files of keys are far smaller.
const ERASED: usize = 1 << 20;
