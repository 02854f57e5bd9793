//! Photos, videos and sound: taken into the encrypted store bit for bit, before anything is said about them.
//!
//! [`import`] streams a file into pieces of 64 KiB, hashes it on the way, finds out by content what it is, and only then
//! says "saved". A photo of the usual size and the draft it belongs to are saved in one transaction; a long video takes
//! several, and what did not get to its end is removed. Nothing of the original is ever changed: EXIF stays, and what it
//! says is copied as a claim.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod exif;
mod kind;
pub mod preview;

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::SystemTime;

use kuager_wire::ids::MediaHash;
use kuager_wire::limits;
use sha2::{Digest, Sha256};

use crate::store::{CHUNK, FinishedMedia, MayBeStore, MediaRow, Store, StoreError, Tx};

/// Pieces written in one transaction: enough for any photo, and a bound for how long a video keeps others waiting.
const SLICE: u32 = 128;
/// Bytes from the start of a file in which its type and EXIF are looked for.
const HEAD: usize = 512 * 1024;

/// Why a file was not taken in. Nothing of it is kept, and the draft is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The file cannot be opened or read.
    #[error("the file cannot be read ({0}); take the photo again")]
    Unreadable(#[from] io::Error),
    /// The file has no bytes.
    #[error("the file is empty; take the photo again")]
    Empty,
    /// Larger than the pack allows.
    #[error("the file has {size} bytes, {limit} are allowed; record a shorter video")]
    TooLarge {
        /// Its size.
        size: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Something wrote to the file while it was being read.
    #[error("the file changed while it was being saved; try again")]
    Changed,
    /// A text, a program or an archive: what could run, or be shown as a page.
    #[error(
        "this could be a program or a page, which is never kept; attach a photo, a video, a sound recording or a PDF"
    )]
    UnsupportedType,
    /// The store failed; [`StoreError::DiskFull`] when there is no room.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MayBeStore for MediaError {
    fn as_store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// A file that is being read, watched for changes.
struct Source<'a> {
    file: &'a mut File,
    before: (u64, Option<SystemTime>),
    hasher: Sha256,
    read: u64,
    head: Vec<u8>,
    limit: u64,
}

fn stamp(metadata: &Metadata) -> (u64, Option<SystemTime>) {
    (metadata.len(), metadata.modified().ok())
}

impl<'a> Source<'a> {
    fn new(file: &'a mut File, limit: u64) -> Result<Self, MediaError> {
        file.seek(SeekFrom::Start(0))?;
        let before = stamp(&file.metadata()?);
        match before.0 {
            0 => Err(MediaError::Empty),
            size if size > limit => Err(MediaError::TooLarge { size, limit }),
            _ => Ok(Self { file, before, hasher: Sha256::new(), read: 0, head: Vec::new(), limit }),
        }
    }

    /// The next piece; empty at the end.
    fn piece(&mut self) -> Result<Vec<u8>, MediaError> {
        let mut piece = Vec::with_capacity(CHUNK);
        self.file.take(CHUNK as u64).read_to_end(&mut piece)?;
        self.read = self.read.saturating_add(piece.len() as u64);
        if self.read > self.limit {
            return Err(MediaError::TooLarge { size: self.read, limit: self.limit });
        }
        self.hasher.update(&piece);
        let wanted = HEAD.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(piece.get(..wanted).unwrap_or_default());
        Ok(piece)
    }

    /// Everything was read, and nothing changed meanwhile.
    fn finish(self) -> Result<(MediaHash, u64, Vec<u8>, &'static str), MediaError> {
        let kind = kind::of(&self.head, self.file)?;
        if stamp(&self.file.metadata()?) != self.before || self.read != self.before.0 {
            return Err(MediaError::Changed);
        }
        let kind = kind.ok_or(MediaError::UnsupportedType)?;
        Ok((MediaHash(self.hasher.finalize().into()), self.read, self.head, kind))
    }
}

/// The media type of a file by its content; `None` for what is never kept. Reads bounded parts of it, and decodes nothing.
///
/// # Errors
/// Those of reading the file.
pub fn kind_of(file: &mut (impl Read + Seek)) -> io::Result<Option<&'static str>> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    kind::of(&head, file)
}

/// Takes a file into the store. `attach` runs in the transaction that completes it, so that whoever refers to the file
/// is saved together with it. The same bytes are stored once, whatever how often they come.
///
/// # Errors
/// [`MediaError`], or what `attach` says; nothing is kept then.
pub fn import<E>(
    store: &Store,
    file: &mut File,
    limit: u64,
    now_ms: i64,
    attach: impl FnOnce(&Tx<'_>, &MediaRow) -> Result<(), E>,
) -> Result<MediaRow, E>
where
    E: MayBeStore + From<MediaError>,
{
    let mut source = Some(Source::new(file, limit.min(limits::MEDIA))?);
    let mut attach = Some(attach);
    let mut begun = None;
    let mut index = 0;
    loop {
        let slice = store.write(|tx| {
            let id = match begun {
                Some(id) => id,
                None => tx.begin_media(now_ms)?,
            };
            for _ in 0..SLICE {
                let piece = match source.as_mut() {
                    Some(source) => source.piece()?,
                    None => Vec::new(),
                };
                if !piece.is_empty() {
                    tx.add_chunk(id, index, &piece).map_err(E::from)?;
                    index = index.saturating_add(1);
                    continue;
                }
                let (Some(source), Some(attach)) = (source.take(), attach.take()) else { break };
                let row = complete(tx, id, source)?;
                attach(tx, &row)?;
                return Ok((id, Some(row)));
            }
            Ok((id, None))
        });
        match slice {
            Ok((_, Some(row))) => return Ok(row),
            Ok((id, None)) => begun = Some(id),
            Err(error) => {
                if let Some(id) = begun {
                    // What cannot be removed now is removed when the store is opened next.
                    let _ = store.write(|tx| tx.remove_media(id));
                }
                return Err(error);
            }
        }
    }
}

fn complete(tx: &Tx<'_>, id: i64, source: Source<'_>) -> Result<MediaRow, MediaError> {
    let (hash, size, head, mime) = source.finish()?;
    let claims = exif::claims(&head);
    let finished = FinishedMedia { hash, size, mime, preview_of: None, claims: &claims };
    let id = tx.finish_media(id, &finished)?;
    Ok(tx.media_by_id(id)?.ok_or_else(|| StoreError::Other("a file that was just saved is gone".to_owned()))?)
}

/// Keeps a preview that was made from an original.
///
/// # Errors
/// [`StoreError`], or what `attach` says.
pub(crate) fn keep_preview<E: MayBeStore>(
    store: &Store,
    jpeg: &[u8],
    of: MediaHash,
    now_ms: i64,
    attach: impl FnOnce(&Tx<'_>, &MediaRow) -> Result<(), E>,
) -> Result<MediaRow, E> {
    store.write(|tx| {
        let id = tx.begin_media(now_ms)?;
        for (index, piece) in (0..).zip(jpeg.chunks(CHUNK)) {
            tx.add_chunk(id, index, piece)?;
        }
        let finished = FinishedMedia {
            hash: MediaHash::of(jpeg),
            size: jpeg.len() as u64,
            mime: "image/jpeg",
            preview_of: Some(of),
            claims: &kuager_wire::record::MediaClaims::default(),
        };
        let id = tx.finish_media(id, &finished)?;
        let row = tx.media_by_id(id)?.ok_or_else(|| StoreError::Other("a preview is gone".to_owned()))?;
        attach(tx, &row)?;
        Ok(row)
    })
}

/// Reads a stored file from the store, piece by piece.
#[derive(Debug)]
pub struct StoredFile {
    store: Arc<Store>,
    id: i64,
    size: u64,
    position: u64,
    piece: Vec<u8>,
    /// Where `piece` starts.
    piece_at: u64,
}

impl StoredFile {
    /// A reader over a file of the store.
    #[must_use]
    pub fn new(store: Arc<Store>, row: &MediaRow) -> Self {
        Self { store, id: row.id, size: row.size, position: 0, piece: Vec::new(), piece_at: 0 }
    }
}

impl Read for StoredFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let end = self.piece_at.saturating_add(self.piece.len() as u64);
        if !(self.piece_at..end).contains(&self.position) {
            let at = self.position;
            let piece = self.store.read(|tx| tx.chunk_from(self.id, at)).map_err(io::Error::other)?;
            self.piece = piece.ok_or(io::ErrorKind::UnexpectedEof)?;
            self.piece_at = at;
        }
        let from = usize::try_from(self.position.saturating_sub(self.piece_at)).map_err(io::Error::other)?;
        let length = self.piece.get(from..).unwrap_or_default().read(buffer)?;
        self.position = self.position.saturating_add(length as u64);
        Ok(length)
    }
}

impl Seek for StoredFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests;
