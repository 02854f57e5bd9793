//! A publication as it is written: a zip archive whose last entry lists all others with their SHA-256.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use kuager_coordinator::journal::JournalError;
use kuager_coordinator::ledger::LedgerError;
use kuager_coordinator::media::MediaError;
use kuager_evidence::{SUMS, is_name};
use kuager_wire::ids::ContentHash;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Bytes copied at once.
const PIECE: usize = 64 * 1024;

/// Why no publication was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteError {
    /// Somebody has changed their mind.
    #[error("it was stopped; nothing was written")]
    Stopped,
    /// The disk.
    #[error("the publication cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The archive.
    #[error("the publication cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A page. A bug.
    #[error("a page cannot be rendered: {0}")]
    Page(#[from] askama::Error),
    /// A table.
    #[error("a table cannot be written: {0}")]
    Table(#[from] csv::Error),
    /// A table for programs.
    #[error("a table cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Files.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// A file under a name that another has, or that leads elsewhere. A bug.
    #[error("a file of the publication cannot be called {0}")]
    Name(String),
    /// What is in the publication before.
    #[error("the publication before cannot be read ({0}); without it nobody can say what has changed")]
    Before(String),
    /// A worker failed; a bug.
    #[error("the desk failed to make the publication; it is logged")]
    Worker,
}

/// A publication that is being written.
pub(super) struct Folder<W: Write + Seek> {
    zip: ZipWriter<W>,
    sums: BTreeMap<String, ContentHash>,
    bytes: u64,
}

/// A publication that was written.
pub(super) struct Written<W> {
    pub(super) out: W,
    /// SHA-256 of the list of files.
    pub(super) site: ContentHash,
    pub(super) files: usize,
    /// Bytes of all files, unpacked.
    pub(super) bytes: u64,
}

/// Every entry is as any other: no moment and no machine is in the archive.
pub(crate) fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(method)
        .compression_level((method == CompressionMethod::Deflated).then_some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

impl<W: Write + Seek> Folder<W> {
    pub(super) fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out), sums: BTreeMap::new(), bytes: 0 }
    }

    /// Adds a file of text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<(), SiteError> {
        self.add(name, CompressionMethod::Deflated, text.as_bytes())
    }

    /// Adds a file whose bytes are small already.
    pub(super) fn bytes(&mut self, name: &str, bytes: impl Read) -> Result<(), SiteError> {
        self.add(name, CompressionMethod::Stored, bytes)
    }

    fn add(&mut self, name: &str, method: CompressionMethod, mut bytes: impl Read) -> Result<(), SiteError> {
        if !is_name(name) || self.sums.contains_key(name) {
            return Err(SiteError::Name(name.to_owned()));
        }
        self.zip.start_file(name, options(method))?;
        let mut hash = Sha256::new();
        let mut piece = vec![0; PIECE];
        loop {
            let read = bytes.read(&mut piece)?;
            let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else { break };
            hash.update(piece);
            self.zip.write_all(piece)?;
            self.bytes = self.bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
        self.sums.insert(name.to_owned(), ContentHash(hash.finalize().into()));
        Ok(())
    }

    /// Adds the list of files, and is done.
    pub(super) fn finish(mut self) -> Result<Written<W>, SiteError> {
        let sums: String = self.sums.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        self.zip.start_file(SUMS, options(CompressionMethod::Deflated))?;
        self.zip.write_all(sums.as_bytes())?;
        let (files, bytes) = (self.sums.len(), self.bytes);
        Ok(Written { out: self.zip.finish()?, site: ContentHash::of(sums.as_bytes()), files, bytes })
    }
}
