//! Where the log's files lie. Each is written once under its name and never changes, but for `checkpoint`.

use std::fmt::Debug;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Bytes that a file of the log has at the most: a bundle of 256 entries of the longest kind would be 16 MiB, ours have 34 bytes each.
const LONGEST: u64 = 1 << 20;

/// Why a file of the log could not be stored or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the log's files cannot be written or read ({0}); check the disk, they are written again")]
pub struct LogFilesError(pub String);

impl From<io::Error> for LogFilesError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A place for the log's files, by the paths of C2SP `tlog-tiles`. It need not be trusted: whoever reads verifies. Calls wait for the
/// disk; make them from blocking threads.
pub trait LogFiles: Debug + Send + Sync {
    /// Stores a file durably, in place of what was there.
    ///
    /// # Errors
    /// [`LogFilesError`]; what was there is still there, or the new file is.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), LogFilesError>;

    /// Reads a file.
    ///
    /// # Errors
    /// [`LogFilesError`].
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, LogFilesError>;
}

/// Files in a folder, which any web server can serve as it is.
#[derive(Debug)]
pub struct LocalLog {
    dir: PathBuf,
}

impl LocalLog {
    /// The files of this folder, which is made when something is written.
    #[must_use]
    pub const fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.dir.join(path);
        let folder = path.parent().unwrap_or(&self.dir);
        DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        // Its name, and those of the folders above it, which may be new.
        for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.dir)) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl LogFiles for LocalLog {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), LogFilesError> {
        Ok(self.write(path, bytes)?)
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, LogFilesError> {
        match read(&self.dir.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let size = fs::metadata(path)?.len();
    if size > LONGEST {
        return Err(io::Error::new(ErrorKind::InvalidData, "a file of the log is larger than any can be"));
    }
    fs::read(path)
}
