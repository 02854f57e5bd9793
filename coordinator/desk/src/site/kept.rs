//! Where publications lie: archives in the data directory, named by the SHA-256 of their lists of files; and how one is checked that somebody
//! else shows.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufReader, Read, Seek};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use kuager_evidence::{
    DeskKeys, Found, PROPOSAL, PublicationFault, PublicationReport, SIGNED, SUMS, VERDICT, is_name, verify_files,
    verify_publication,
};
use kuager_wire::cose::StatementError;
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{ContentHash, DeploymentId};
use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::changes::{Index, read_index};
use super::folder::{SiteError, options};

/// The folder in the data directory.
const FOLDER: &str = "publications";
/// The genesis in a publication.
const GENESIS: &str = "proof/genesis.cbor";
/// What the receipt key says about keys of the desk, in a publication.
const DESK_KEY: &str = "proof/desk-key-";
/// Files of a publication at most: three pages for each of a hundred thousand stations.
const FILES: usize = 1_000_000;
/// Bytes of a list of files at most.
const SUMS_BYTES: u64 = 256 << 20;
/// Bytes of a signed statement that are read at most.
const STATEMENT: u64 = 64 << 10;
/// Bytes of one file at most.
const FILE: u64 = 1 << 30;
/// Bytes of a page that is shown.
const PAGE: u64 = 64 << 20;

/// Why a publication is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// The disk, or a path that leads nowhere.
    #[error("the publication at {path} cannot be read: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The archive.
    #[error("the publication is no whole zip archive: {0}")]
    Zip(#[from] ZipError),
    /// It is larger than any.
    #[error("the publication has more or larger files than any; it is not looked at")]
    TooLarge,
    /// A file whose name leads elsewhere.
    #[error("the publication has a file that is called {0:?}; nothing of it is used")]
    Name(String),
    /// Something does not hold.
    #[error(transparent)]
    Fault(#[from] PublicationFault),
    /// It is of another deployment.
    #[error("this was published by deployment {0}, not by the one that was named")]
    OtherDeployment(DeploymentId),
    /// It has no genesis, or one that does not hold.
    #[error("proof/genesis.cbor does not hold: {0}")]
    Genesis(StatementError),
    /// Nothing was signed about it.
    #[error("{0} is missing: this was proposed, perhaps, and not published")]
    Unsigned(&'static str),
    /// It is not the one it was called.
    #[error("what lies under this name is not what was proposed; it was changed on the disk and cannot be published")]
    Other,
    /// A worker failed; a bug.
    #[error("the publication could not be looked at; it is logged")]
    Worker,
}

/// A publication as it was found.
#[derive(Debug, Default)]
pub struct Unpacked {
    sums: Vec<u8>,
    files: BTreeMap<String, ContentHash>,
    /// Signed statements.
    small: BTreeMap<String, Vec<u8>>,
}

impl Unpacked {
    /// Reads an archive or a folder.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn read(path: &Path) -> Result<Self, KeptError> {
        let failed = |source| KeptError::Io { path: path.to_owned(), source };
        if fs::metadata(path).map_err(failed)?.is_dir() {
            return Self::read_folder(path);
        }
        Self::read_zip(BufReader::new(File::open(path).map_err(failed)?))
    }

    fn read_zip(file: impl Read + Seek) -> Result<Self, KeptError> {
        let mut archive = ZipArchive::new(file)?;
        if archive.len() > FILES {
            return Err(KeptError::TooLarge);
        }
        let mut unpacked = Self::default();
        for at in 0..archive.len() {
            let file = archive.by_index(at)?;
            let name = file.name()?.into_owned();
            unpacked.take(name, file)?;
        }
        Ok(unpacked)
    }

    fn read_folder(root: &Path) -> Result<Self, KeptError> {
        let mut unpacked = Self::default();
        let mut folders = vec![(String::new(), root.to_owned())];
        while let Some((above, folder)) = folders.pop() {
            let failed = |source| KeptError::Io { path: folder.clone(), source };
            for entry in fs::read_dir(&folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let name = format!("{above}{}", entry.file_name().to_string_lossy());
                let kind = entry.file_type().map_err(failed)?;
                if kind.is_dir() {
                    folders.push((format!("{name}/"), entry.path()));
                } else if kind.is_file() {
                    let file = File::open(entry.path()).map_err(failed)?;
                    unpacked.take(name, BufReader::new(file))?;
                } else {
                    return Err(KeptError::Name(name));
                }
            }
        }
        Ok(unpacked)
    }

    fn take(&mut self, name: String, mut bytes: impl Read) -> Result<(), KeptError> {
        if !is_name(&name) || self.files.contains_key(&name) {
            return Err(KeptError::Name(name));
        }
        let failed = |source| KeptError::Io { path: PathBuf::from(&name), source };
        let small = name.starts_with("proof/") || name.starts_with(SIGNED);
        if small || name == SUMS {
            let most = if small { STATEMENT } else { SUMS_BYTES };
            let mut all = Vec::new();
            bytes.take(most.saturating_add(1)).read_to_end(&mut all).map_err(failed)?;
            if u64::try_from(all.len()).unwrap_or(u64::MAX) > most {
                return Err(KeptError::TooLarge);
            }
            if small {
                self.files.insert(name.clone(), ContentHash::of(&all));
                self.small.insert(name, all);
            } else {
                self.sums = all;
            }
            return Ok(());
        }
        if self.files.len() >= FILES {
            return Err(KeptError::TooLarge);
        }
        let (mut hash, mut read) = (Sha256::new(), 0_u64);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let count = bytes.read(&mut piece).map_err(failed)?;
            let Some(piece) = piece.get(..count).filter(|piece| !piece.is_empty()) else { break };
            hash.update(piece);
            read = read.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            if read > FILE {
                return Err(KeptError::TooLarge);
            }
        }
        self.files.insert(name, ContentHash(hash.finalize().into()));
        Ok(())
    }

    const fn found(&self) -> Found<'_> {
        Found { sums: self.sums.as_slice(), files: &self.files }
    }
}

/// Checks that every file is there and is what the list says; nothing of who published it.
///
/// # Errors
/// [`KeptError`]: the first thing that does not hold.
fn check_files(unpacked: &Unpacked) -> Result<ContentHash, KeptError> {
    Ok(verify_files(unpacked.found())?)
}

/// Checks a publication as a stranger does who knows the deployment's id, or believes the one that is in it.
///
/// # Errors
/// [`KeptError`]: the first thing that does not hold.
pub fn check(unpacked: &Unpacked, deployment: Option<DeploymentId>) -> Result<PublicationReport, KeptError> {
    let small = |name: &str| unpacked.small.get(name).map(Vec::as_slice);
    let genesis = small(GENESIS).ok_or_else(|| PublicationFault::Missing(GENESIS.to_owned()))?;
    let born = Deployment::open(genesis).map_err(KeptError::Genesis)?;
    if deployment.is_some_and(|named| named != born.id) {
        return Err(KeptError::OtherDeployment(born.id));
    }
    let mut keys = DeskKeys::default();
    for (_, statement) in unpacked.small.iter().filter(|(name, _)| name.starts_with(DESK_KEY)) {
        // Entries of a key that nobody vouches for are told by their signatures.
        let _ = keys.add(statement, born.id, &born.genesis.receipt_key);
    }
    let proposal = small(PROPOSAL).ok_or(KeptError::Unsigned(PROPOSAL))?;
    let verdict = small(VERDICT).ok_or(KeptError::Unsigned(VERDICT))?;
    Ok(verify_publication(unpacked.found(), proposal, verdict, born.id, &keys)?)
}

/// Unpacks an archive into a new folder. Returns how many files it has.
///
/// # Errors
/// [`KeptError`]; what was written until then stays.
pub fn unpack(archive: File, folder: &Path) -> Result<usize, KeptError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| KeptError::Io { path, source }
    };
    let mut archive = ZipArchive::new(BufReader::new(archive))?;
    fs::create_dir(folder).map_err(failed(folder))?;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        let name = file.name()?.into_owned();
        if !is_name(&name) {
            return Err(KeptError::Name(name));
        }
        let path = folder.join(name);
        let above = path.parent().unwrap_or(folder);
        fs::create_dir_all(above).map_err(failed(above))?;
        let mut written = File::create_new(&path).map_err(failed(&path))?;
        io::copy(&mut file, &mut written).map_err(failed(&path))?;
    }
    Ok(archive.len())
}

/// The publications of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    folder: PathBuf,
}

impl Kept {
    pub(crate) fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    fn path(&self, site: ContentHash) -> PathBuf {
        self.folder.join(format!("{site}.zip"))
    }

    fn failed(&self, source: io::Error) -> KeptError {
        KeptError::Io { path: self.folder.clone(), source }
    }

    /// A file to write a publication into. It is gone unless it is kept.
    pub(crate) fn begin(&self) -> io::Result<NamedTempFile> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        Builder::new().prefix(".publication-").tempfile_in(&self.folder)
    }

    /// Keeps a publication, durably.
    pub(crate) fn keep(&self, file: NamedTempFile, site: ContentHash) -> io::Result<()> {
        file.as_file().sync_all()?;
        file.persist(self.path(site)).map_err(|refused| refused.error)?;
        File::open(&self.folder)?.sync_all()
    }

    /// Forgets one that nobody wants to publish.
    pub(crate) fn forget(&self, site: ContentHash) {
        // What cannot be removed takes room and does no other harm.
        if let Err(error) = fs::remove_file(self.path(site)) {
            tracing::warn!(%error, "a publication that was rejected is not removed");
        }
    }

    /// Whether what lies there is still exactly what was proposed.
    ///
    /// # Errors
    /// [`KeptError`].
    pub(crate) fn is_whole(&self, site: ContentHash) -> Result<(), KeptError> {
        let unpacked = Unpacked::read(&self.path(site))?;
        if check_files(&unpacked)? == site { Ok(()) } else { Err(KeptError::Other) }
    }

    /// A file of a publication; nothing where it has none of this name.
    ///
    /// # Errors
    /// [`KeptError`].
    pub(crate) fn file(&self, site: ContentHash, name: &str) -> Result<Option<Vec<u8>>, KeptError> {
        let file = File::open(self.path(site)).map_err(|source| self.failed(source))?;
        let mut archive = ZipArchive::new(BufReader::new(file))?;
        let file = match archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.take(PAGE).read_to_end(&mut bytes).map_err(|source| self.failed(source))?;
        Ok(Some(bytes))
    }

    /// What is public in a publication.
    ///
    /// # Errors
    /// [`SiteError::Before`].
    pub(crate) fn index(&self, site: ContentHash) -> Result<Index, SiteError> {
        let table = self.file(site, "data/index.csv").map_err(|error| SiteError::Before(error.to_string()))?;
        let table = table.ok_or_else(|| SiteError::Before("it has no index".to_owned()))?;
        read_index(table.as_slice())
    }

    /// The archive as it lies there.
    ///
    /// # Errors
    /// [`KeptError`].
    pub(crate) fn open(&self, site: ContentHash) -> Result<File, KeptError> {
        File::open(self.path(site)).map_err(|source| self.failed(source))
    }

    /// The archive with what was signed about it, as it is given to everybody.
    ///
    /// # Errors
    /// [`KeptError`].
    pub(crate) fn signed(&self, site: ContentHash, proposal: &[u8], verdict: &[u8]) -> Result<File, KeptError> {
        let failed = |source| self.failed(source);
        let path = self.folder.join(format!("{site}.published.zip"));
        match File::open(&path) {
            Ok(file) => return Ok(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        self.is_whole(site)?;
        let mut file = self.begin().map_err(failed)?;
        io::copy(&mut self.open(site)?, file.as_file_mut()).map_err(failed)?;
        let mut archive = ZipWriter::new_append(file.as_file_mut())?;
        for (name, bytes) in [(PROPOSAL, proposal), (VERDICT, verdict)] {
            archive.start_file(name, options(CompressionMethod::Stored))?;
            io::Write::write_all(&mut archive, bytes).map_err(failed)?;
        }
        archive.finish()?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|refused| failed(refused.error))?;
        File::open(&path).map_err(failed)
    }
}
