//! Writing a backup, while the coordinator serves.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use kuager_wire::ids::{ContentHash, MediaHash};

use super::age::{self, Failed, FileKey, Key, Lock};
use super::archive::{self, Broken, Sums, Writer};
use super::error::BackupError;
use crate::deployment::Deployment;
use crate::ledger::sqlite;

/// Where files of phones are, within the folder of files.
const OBJECTS: &str = "objects";

/// What goes into a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Everything.
    All,
    /// Everything but the files that phones sent: they still have them, and send them again to what is restored from this.
    WithoutFiles,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Files in it, the ledger among them.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of the backup.
    pub size: u64,
    /// Files of phones that are not any more what they were when they arrived. The disk should be looked at; phones send
    /// these again once the backup has been restored.
    pub damaged: Vec<MediaHash>,
}

/// Backs up a deployment into one new file, which has its name once it has been read back and checked. Waits for the disk.
///
/// # Errors
/// [`BackupError`]; then there is no file.
pub fn backup(deployment: &Deployment, to: &Path, lock: &Lock, contents: Contents) -> Result<Backup, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::AlreadyThere(to.to_owned()));
    }
    let error = |action| BackupError::io(action, to);
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner only, and gone unless it gets its name.
    let file = tempfile::Builder::new().prefix(".kuager-backup-").tempfile_in(folder).map_err(error("write"))?;
    let (sealer, file_key) = age::seal(BufWriter::new(file.as_file()), lock).map_err(error("write"))?;
    let (sealer, sums, damaged) = fill(deployment, sealer, contents, to)?;
    sealer.finish().map_err(error("write"))?;
    file.as_file().sync_all().map_err(error("write"))?;
    check(file.path(), to, lock, &file_key, &sums)?;
    let size = file.as_file().metadata().map_err(error("read"))?.len();
    // Sticks have file systems that can rename, and cannot rename without replacing.
    file.persist(to).map_err(|refused| error("write")(refused.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::io("write", folder))?;
    Ok(Backup { entries: sums.entries, bytes: sums.bytes, size, damaged })
}

/// Writes everything into an archive.
pub(super) fn fill<W: Write>(
    deployment: &Deployment,
    out: W,
    contents: Contents,
    to: &Path,
) -> Result<(W, Sums, Vec<MediaHash>), BackupError> {
    let mut archive = Writer::new(out);
    let mut add = |name: &str, path: &Path| add(&mut archive, name, path, to);
    let dir = deployment.dir();
    // The ledger as it is now, beside the ledger: what is readable here stays here.
    let copy = tempfile::Builder::new().prefix(".kuager-backup-").tempfile_in(dir);
    let copy = copy.map_err(BackupError::io("write", dir))?;
    sqlite::copy(&deployment.ledger_path(), copy.path())?;
    let published = sqlite::published_copies(copy.path())?;
    add("ledger.db", copy.path())?;
    drop(copy);
    for (name, path) in configuration(dir)? {
        add(&name, &path)?;
    }
    let mut damaged = Vec::new();
    for (media, path) in objects(&deployment.media_dir())? {
        // What was made here comes back from nowhere.
        if contents == Contents::All || published.contains(&media) {
            let text = media.to_string();
            let name = format!("media/{OBJECTS}/{}/{text}", text.get(..2).unwrap_or_default());
            if add(&name, &path)? != media.into() {
                damaged.push(media);
            }
        }
    }
    let (out, sums) = archive.finish().map_err(BackupError::io("write", to))?;
    Ok((out, sums, damaged))
}

fn add<W: Write>(archive: &mut Writer<W>, name: &str, path: &Path, to: &Path) -> Result<ContentHash, BackupError> {
    if !archive::fits(name) {
        return Err(BackupError::BadName(path.to_owned()));
    }
    let file = File::open(path).map_err(BackupError::io("read", path))?;
    let size = file.metadata().map_err(BackupError::io("read", path))?.len();
    // Which of the two sides failed, the error itself does not say.
    let mut failed = false;
    let reading = Noticing { inner: BufReader::with_capacity(256 * 1024, file), failed: &mut failed };
    let added = archive.add(name, size, reading);
    let (action, side) = if failed { ("read", path) } else { ("write", to) };
    added.map_err(BackupError::io(action, side))
}

/// Notices when reading fails.
struct Noticing<'a, R> {
    inner: R,
    failed: &'a mut bool,
}

impl<R: Read> Read for Noticing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|_| *self.failed = true)
    }
}

/// Everything of a data directory but what was received, by name: keys, certificates, packs, settings.
fn configuration(dir: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), dir.to_owned())];
    while let Some((above, folder)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(BackupError::io("read", &folder))? {
            let path = entry.map_err(BackupError::io("read", &folder))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // What was only rehearsed is not kept.
            let apart = ["media", "lost+found", "rehearsal"].contains(&name.as_str());
            let received = above.is_empty() && (name.starts_with("ledger.db") || apart);
            // Locks belong to who runs now; what begins with a dot is being written.
            if received || name.starts_with('.') || name.ends_with(".lock") {
                continue;
            }
            let name = format!("{above}{name}");
            let metadata = fs::metadata(&path).map_err(BackupError::io("read", &path))?;
            if metadata.is_dir() {
                folders.push((format!("{name}/"), path));
            } else if metadata.is_file() {
                found.push((name, path));
            } else {
                return Err(BackupError::BadName(path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Every complete file of a phone.
fn objects(media: &Path) -> Result<Vec<(MediaHash, PathBuf)>, BackupError> {
    let mut found = Vec::new();
    let list = |folder: &Path| match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(BackupError::io("read", folder)),
        // No file has come yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(BackupError::io("read", folder)(error)),
    };
    for folder in list(&media.join(OBJECTS))? {
        for path in list(&folder)? {
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            found.extend(name.map(|media: MediaHash| (media, path)));
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a backup as somebody who restores it will.
fn check(written: &Path, name: &Path, lock: &Lock, file_key: &FileKey, expected: &Sums) -> Result<(), BackupError> {
    let file = || File::open(written).map(BufReader::new).map_err(BackupError::io("read", name));
    let failed = |failed| match failed {
        Failed::Fault(fault) => BackupError::fault(fault, name),
        Failed::Io(error) => BackupError::io("read", name)(error),
    };
    if let Lock::Passphrase(passphrase) = lock {
        drop(age::open(file()?, &Key::Passphrase(passphrase.clone())).map_err(failed)?);
    }
    let mut opened = age::reopen(file()?, file_key).map_err(failed)?;
    let sums = archive::read(&mut opened, |_, bytes| io::copy(bytes, &mut io::sink()).map(drop));
    match sums {
        Ok(sums) if sums == *expected => Ok(()),
        Ok(_) | Err(Broken::Sums | Broken::Name(_)) => Err(BackupError::Altered(name.to_owned())),
        Err(Broken::Io(error)) => Err(match opened.fault() {
            Some(fault) => BackupError::fault(fault, name),
            None => BackupError::io("read", name)(error),
        }),
    }
}
