//! Where bytes of files lie: while they arrive, named by the upload; once complete, named by their SHA-256.
//!
//! The trait is small on purpose, so that another place than local files can stand behind it. Its calls wait for the
//! disk; make them from blocking threads.

use std::fmt::Debug;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kuager_wire::ids::MediaHash;
use sha2::{Digest, Sha256};

use crate::ledger::UploadToken;

/// Why the bytes of a file could not be stored or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// The disk is full, or what is left of it is kept for records.
    #[error("the disk has no room for files; make room, what has arrived is kept")]
    Full,
    /// Another process writes to this very upload.
    #[error("another process receives this file; stop one of the two coordinators on this data directory")]
    Busy,
    /// The disk cannot be read or written.
    #[error("the disk fails ({0}); check it, nothing unconfirmed was acknowledged")]
    Disk(String),
}

impl From<io::Error> for ObjectError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Disk(error.to_string()),
        }
    }
}

/// The bytes of a complete file, from any place on.
pub trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// A complete file.
pub struct Object {
    /// Its size.
    pub size: u64,
    /// Its bytes.
    pub bytes: Box<dyn Bytes>,
}

impl Debug for Object {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Object").field("size", &self.size).finish_non_exhaustive()
    }
}

/// A place for files.
pub trait ObjectStore: Debug + Send + Sync {
    /// Opens the file of an upload, making it when there is none.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn incoming(&self, token: UploadToken) -> Result<Box<dyn Incoming>, ObjectError>;

    /// Forgets the file of an upload, if there is one.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn discard(&self, token: UploadToken) -> Result<(), ObjectError>;

    /// How many bytes of an upload are here, durable or not. Does not disturb whoever is sending them.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn arrived(&self, token: UploadToken) -> Result<u64, ObjectError>;

    /// Uploads that have a file.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn waiting(&self) -> Result<Vec<UploadToken>, ObjectError>;

    /// Bytes that files may still take.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn room(&self) -> Result<u64, ObjectError>;

    /// Stores a complete file that was made here. Storing the same again changes nothing.
    ///
    /// # Errors
    /// [`ObjectError`]; then nothing is stored.
    fn put(&self, bytes: &[u8]) -> Result<MediaHash, ObjectError>;

    /// Opens a complete file.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn open(&self, media: MediaHash) -> Result<Option<Object>, ObjectError>;
}

/// A file that is arriving.
pub trait Incoming: Debug + Send {
    /// How many bytes of it would survive a power loss now.
    fn durable(&self) -> u64;

    /// Adds bytes at the end and returns when they are durable.
    ///
    /// # Errors
    /// [`ObjectError`]; then none of them counts.
    fn append(&mut self, bytes: &[u8]) -> Result<(), ObjectError>;

    /// Forgets everything behind the first `size` bytes.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn truncate(&mut self, size: u64) -> Result<(), ObjectError>;

    /// The hash of what is there, read back.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn hash(&mut self) -> Result<MediaHash, ObjectError>;

    /// Makes it a complete file with this name, durably; when there is one already, that one stays. What has arrived also
    /// stays under the upload's name until it is discarded, as far as the place can do that.
    ///
    /// # Errors
    /// [`ObjectError`]; then it is still arriving.
    fn keep(self: Box<Self>, media: MediaHash) -> Result<(), ObjectError>;
}

/// Files in a folder of the data directory.
///
/// ```text
/// incoming/<token>.part     what has arrived of an upload; its length is the upload's offset
/// objects/ab/<sha-256>      complete files, ab being the first two digits
/// ```
#[derive(Debug, Clone)]
pub struct LocalFiles {
    dir: PathBuf,
    reserve: u64,
    /// Bytes that are being written at this moment and that the disk may not count yet.
    claimed: Arc<AtomicU64>,
}

impl LocalFiles {
    /// Files in this folder, which is made when it is not there. While fewer than `reserve` bytes are free on its disk,
    /// no file grows: the last room belongs to records.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub fn open(dir: &Path, reserve: u64) -> Result<Self, ObjectError> {
        for dir in [dir.to_owned(), dir.join("incoming"), dir.join("objects")] {
            make_dir(&dir)?;
        }
        Ok(Self { dir: dir.to_owned(), reserve, claimed: Arc::default() })
    }

    fn part(&self, token: UploadToken) -> PathBuf {
        self.dir.join("incoming").join(format!("{token}.part"))
    }

    /// Claims room without touching the reserve. However many write at a time, together they leave it alone.
    fn claim(&self, bytes: usize) -> Result<Claim, ObjectError> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let before = self.claimed.fetch_add(bytes, Ordering::SeqCst);
        let claim = Claim { bytes, claimed: Arc::clone(&self.claimed) };
        let wanted = self.reserve.saturating_add(before).saturating_add(bytes);
        if self.free()? < wanted { Err(ObjectError::Full) } else { Ok(claim) }
    }

    /// Bytes of the disk that nobody has.
    fn free(&self) -> Result<u64, ObjectError> {
        let disk = rustix::fs::statvfs(&self.dir).map_err(io::Error::from)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn object(&self, media: MediaHash) -> PathBuf {
        let name = media.to_string();
        self.dir.join("objects").join(name.get(..2).unwrap_or_default()).join(name)
    }
}

/// Makes a folder so that it is still there after a power loss.
fn make_dir(dir: &Path) -> Result<(), ObjectError> {
    if dir.is_dir() {
        return Ok(());
    }
    DirBuilder::new().mode(0o700).recursive(true).create(dir)?;
    sync_dir(dir.parent())
}

fn sync_dir(dir: Option<&Path>) -> Result<(), ObjectError> {
    Ok(File::open(dir.unwrap_or(Path::new(".")))?.sync_all()?)
}

impl ObjectStore for LocalFiles {
    fn incoming(&self, token: UploadToken) -> Result<Box<dyn Incoming>, ObjectError> {
        let path = self.part(token);
        let new = !path.exists();
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ObjectError::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        if new {
            sync_dir(path.parent())?;
        }
        // What a killed process wrote and did not sync is there and is not durable yet.
        file.sync_data()?;
        let durable = file.metadata()?.len();
        Ok(Box::new(Part { file, path, durable, store: self.clone() }))
    }

    fn discard(&self, token: UploadToken) -> Result<(), ObjectError> {
        match fs::remove_file(self.part(token)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn arrived(&self, token: UploadToken) -> Result<u64, ObjectError> {
        match fs::metadata(self.part(token)) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    fn waiting(&self) -> Result<Vec<UploadToken>, ObjectError> {
        let mut tokens = Vec::new();
        for entry in fs::read_dir(self.dir.join("incoming"))? {
            let name = entry?.file_name();
            let token = name.to_str().and_then(|name| name.strip_suffix(".part"));
            tokens.extend(token.and_then(|token| token.parse::<UploadToken>().ok()));
        }
        Ok(tokens)
    }

    fn room(&self) -> Result<u64, ObjectError> {
        Ok(self.free()?.saturating_sub(self.reserve).saturating_sub(self.claimed.load(Ordering::SeqCst)))
    }

    fn put(&self, bytes: &[u8]) -> Result<MediaHash, ObjectError> {
        let media = MediaHash::of(bytes);
        let path = self.object(media);
        if path.exists() {
            return Ok(media);
        }
        let _claim = self.claim(bytes.len())?;
        let dir = path.parent().unwrap_or(&self.dir);
        make_dir(dir)?;
        let mut file = tempfile::NamedTempFile::new_in(self.dir.join("incoming"))?;
        io::Write::write_all(&mut file, bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|refused| refused.error)?;
        sync_dir(Some(dir))?;
        Ok(media)
    }

    fn open(&self, media: MediaHash) -> Result<Option<Object>, ObjectError> {
        match File::open(self.object(media)) {
            Ok(file) => Ok(Some(Object { size: file.metadata()?.len(), bytes: Box::new(file) })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Room that somebody is writing into.
#[derive(Debug)]
struct Claim {
    bytes: u64,
    claimed: Arc<AtomicU64>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claimed.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

#[derive(Debug)]
struct Part {
    /// Locked, so that two processes never write to one upload.
    file: File,
    path: PathBuf,
    durable: u64,
    store: LocalFiles,
}

impl Incoming for Part {
    fn durable(&self) -> u64 {
        self.durable
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        let _claim = self.store.claim(bytes.len())?;
        let written = self.file.write_all_at(bytes, self.durable).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // After a failed write nobody knows which of these bytes reached the disk.
            if let Err(error) = self.file.set_len(self.durable) {
                tracing::warn!(%error, "a partly written file cannot be cut back; its hash will tell");
            }
            return Err(error.into());
        }
        self.durable = self.durable.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> Result<(), ObjectError> {
        if size < self.durable {
            self.file.set_len(size)?;
            self.durable = size;
            self.file.sync_data()?;
        }
        Ok(())
    }

    fn hash(&mut self) -> Result<MediaHash, ObjectError> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut at = 0;
        loop {
            let read = self.file.read_at(&mut buffer, at)?;
            if read == 0 {
                return Ok(MediaHash(hasher.finalize().into()));
            }
            hasher.update(buffer.get(..read).unwrap_or(&buffer));
            at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
    }

    fn keep(self: Box<Self>, media: MediaHash) -> Result<(), ObjectError> {
        let path = self.store.object(media);
        let dir = path.parent().unwrap_or(&self.store.dir);
        self.file.sync_all()?;
        make_dir(dir)?;
        match fs::hard_link(&self.path, &path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::metadata(&path)?.len() == self.durable {
                    return Ok(());
                }
                // The one that is there is damaged.
                fs::rename(&self.path, &path)?;
            }
            // A file system without a second name for a file. A crash before the receipt then costs another upload.
            Err(_) => fs::rename(&self.path, &path)?,
        }
        sync_dir(Some(dir))
    }
}
