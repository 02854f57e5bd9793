//! Photos, videos and sound: from the camera into a draft, and on their way.

use std::fs::File;
use std::path;
use std::sync::Arc;

use kuager_forms::{self as forms, Path};
use kuager_wire::form::FenceError;
use kuager_wire::ids::{MediaHash, Nonce, NotAnId};
use kuager_wire::limits;
use kuager_wire::record::{Attachment, AttachmentRole, MediaClaims, MediaSource};

use super::device::Observer;
use crate::clock::Due;
use crate::draft::{Draft, DraftId};
use crate::error::ObserverError;
use crate::keys;
use crate::media::preview::{self, PreviewError};
use crate::media::{self, MediaError, StoredFile};
use crate::store::MediaRow;

/// A permission to mark one file as taken in this app; see [`Observer::begin_capture`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureToken(Nonce);

impl std::fmt::Display for CaptureToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::str::FromStr for CaptureToken {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.parse().map(Self)
    }
}

/// How long a capture token serves.
const CAPTURE_MS: u64 = 60_000;

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The camera that was opened for this token.
    Captured(CaptureToken),
    /// The gallery, or another app.
    Imported,
}

/// Why there is no preview of a file. The file itself is saved.
#[derive(Debug, thiserror::Error)]
pub enum PreviewProblem {
    /// None can be made here; see [`Observer::attach_preview`].
    #[error(transparent)]
    Made(PreviewError),
    /// It could not be kept.
    #[error("the preview could not be kept: {0}")]
    Kept(String),
}

/// A file that has been saved and attached.
#[derive(Debug)]
pub struct Attached {
    /// SHA-256 of its bytes.
    pub hash: MediaHash,
    /// Its size in bytes.
    pub size: u64,
    /// MIME type by content.
    pub mime: String,
    /// How it is marked.
    pub source: MediaSource,
    /// What it says about itself.
    pub claims: MediaClaims,
    /// Its preview, or why there is none.
    pub preview: Result<MediaHash, PreviewProblem>,
    /// Whether handwriting can be read in the preview and its pieces. If not, the page is better taken in parts.
    pub legible: bool,
}

impl Observer {
    /// Says that the camera is about to open. A file attached with the token within a minute is marked as taken in this
    /// app; each token serves once.
    ///
    /// # Errors
    /// [`ObserverError::Io`] when the system has no randomness.
    pub fn begin_capture(&self) -> Result<CaptureToken, ObserverError> {
        let token = Nonce(keys::random()?);
        let now = self.clock.now();
        let mut captures = self.captures.lock();
        captures.retain(|_, due| due.remaining_ms(&now) > 0);
        captures.insert(token, Due::after(&now, CAPTURE_MS));
        Ok(CaptureToken(token))
    }

    /// Whether files may be taken for a question of a draft; ask before the camera opens. The label is the question's
    /// [`Path`] as text: its id, or `group[entry].question`. A label that is no question belongs to the record as a whole,
    /// and nothing speaks against it.
    ///
    /// # Errors
    /// [`ObserverError::Fence`] with the reason to show, [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn capture_allowed(&self, draft: DraftId, label: Option<&str>) -> Result<(), ObserverError> {
        let view = self.view(draft)?;
        let (Some(label), Some(form)) = (label.map(kuager_wire::canonical::nfc), view.form()) else {
            return Ok(());
        };
        match form.question(&Path::read(&label).question).map_or(Ok(()), forms::capture_allowed) {
            // A file beside a number is fine: a page for a line of the protocol.
            Ok(()) | Err(FenceError::NotAnAttachment { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a file into the store and attaches it to a draft. When this returns, the file is in the encrypted store bit
    /// for bit and survives a kill; the caller may delete it. A preview is made as well where that is possible.
    ///
    /// A capture token that is too old or was used makes the file an imported one; nothing is refused for that.
    ///
    /// # Errors
    /// [`ObserverError::Fence`] for what is never recorded, [`ObserverError::Media`] with what is wrong with the file,
    /// [`ObserverError::Journal`], [`ObserverError::Store`]; nothing is kept then and the draft is as it was.
    pub fn attach(
        &self,
        draft: DraftId,
        file: &mut File,
        origin: Origin,
        label: Option<&str>,
    ) -> Result<Attached, ObserverError> {
        self.capture_allowed(draft, label)?;
        let source = self.source_of(origin);
        let label = self.label_in(draft, label)?;
        let limit = self.media_limit(draft)?;
        let now_ms = self.clock.now().wall_ms;
        let row = media::import(&self.store, file, limit, now_ms, |tx, row| {
            let attachment = Attachment {
                hash: row.hash,
                size: row.size,
                mime: row.mime.clone(),
                role: AttachmentRole::Original,
                of: None,
                source: Some(source),
                claims: (row.claims != MediaClaims::default()).then(|| row.claims.clone()),
                label: label.clone(),
            };
            Ok::<_, ObserverError>(self.journal.attach_in(tx, draft, attachment)?)
        })?;
        let (preview, legible) = match self.preview_for(draft, &row, label.as_deref()) {
            Ok((preview, legible)) => (Ok(preview), legible),
            Err(problem) => (Err(problem), false),
        };
        Ok(Attached { hash: row.hash, size: row.size, mime: row.mime, source, claims: row.claims, preview, legible })
    }

    /// As [`Observer::attach`], with a path.
    ///
    /// # Errors
    /// As [`Observer::attach`].
    pub fn attach_path(
        &self,
        draft: DraftId,
        path: &path::Path,
        origin: Origin,
        label: Option<&str>,
    ) -> Result<Attached, ObserverError> {
        let mut file = File::open(path).map_err(MediaError::from)?;
        self.attach(draft, &mut file, origin, label)
    }

    /// Attaches a preview that the platform made, for formats the core cannot decode. A JPEG of at most
    /// [`limits::PREVIEW`] bytes.
    ///
    /// # Errors
    /// [`ObserverError::Media`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn attach_preview(&self, draft: DraftId, of: MediaHash, jpeg: &[u8]) -> Result<MediaHash, ObserverError> {
        let size = jpeg.len() as u64;
        if size > limits::PREVIEW {
            return Err(MediaError::TooLarge { size, limit: limits::PREVIEW }.into());
        }
        if !jpeg.starts_with(&[0xff, 0xd8, 0xff]) {
            return Err(MediaError::UnsupportedType.into());
        }
        self.keep_preview(draft, of, jpeg, None)
    }

    /// A label as it is kept; see [`forms::files::label_of`].
    fn label_in(&self, draft: DraftId, label: Option<&str>) -> Result<Option<String>, ObserverError> {
        let Some(label) = label.map(kuager_wire::canonical::nfc) else { return Ok(None) };
        let view = self.view(draft)?;
        let within = view.form().map(|form| forms::files::label_of(form, &view.draft().answers, &label));
        Ok(Some(within.unwrap_or(label)))
    }

    fn source_of(&self, origin: Origin) -> MediaSource {
        let Origin::Captured(CaptureToken(token)) = origin else { return MediaSource::Imported };
        let now = self.clock.now();
        let due = self.captures.lock().remove(&token);
        match due {
            Some(due) if due.remaining_ms(&now) > 0 => MediaSource::Captured,
            _ => MediaSource::Imported,
        }
    }

    fn media_limit(&self, draft: DraftId) -> Result<u64, ObserverError> {
        let form = self.form_of(draft)?;
        Ok(form.and_then(|form| form.pack.pack.media_limit).unwrap_or(limits::MEDIA_DEFAULT))
    }

    /// Makes the preview of a file, once; gives its name and whether it can be read.
    fn preview_for(
        &self,
        draft: DraftId,
        row: &MediaRow,
        label: Option<&str>,
    ) -> Result<(MediaHash, bool), PreviewProblem> {
        let listed = self.draft(draft).ok().and_then(|draft| draft.attachments).unwrap_or_default();
        if let Some(made) = listed.iter().find(|file| file.of == Some(row.hash)) {
            // What was to be said about it was said when the file was attached first.
            return Ok((made.hash, true));
        }
        let file = StoredFile::new(Arc::clone(&self.store), row);
        let made = preview::make(&row.mime, row.claims.orientation, file).map_err(PreviewProblem::Made)?;
        let keep = |jpeg: &[u8]| self.keep_preview(draft, row.hash, jpeg, label);
        let whole = keep(&made.whole).map_err(|error| PreviewProblem::Kept(error.to_string()))?;
        // A record that has no room for all pieces has the whole, and says that it is not enough.
        let all = made.pieces.iter().all(|piece| keep(piece).is_ok());
        Ok((whole, made.legible && all))
    }

    fn keep_preview(
        &self,
        draft: DraftId,
        of: MediaHash,
        jpeg: &[u8],
        label: Option<&str>,
    ) -> Result<MediaHash, ObserverError> {
        let now_ms = self.clock.now().wall_ms;
        let row = media::keep_preview(&self.store, jpeg, of, now_ms, |tx, row| {
            let attachment = Attachment {
                hash: row.hash,
                size: row.size,
                mime: row.mime.clone(),
                role: AttachmentRole::Preview,
                of: Some(of),
                source: Some(MediaSource::Derived),
                claims: None,
                label: label.map(str::to_owned),
            };
            Ok::<_, ObserverError>(self.journal.attach_in(tx, draft, attachment)?)
        })?;
        Ok(row.hash)
    }

    /// Makes previews that a kill kept from being made. A preview is a convenience: what cannot be made is left out.
    pub(super) fn complete_previews(&self, draft: &Draft) -> Result<(), ObserverError> {
        let files = draft.attachments.iter().flatten();
        let has_preview = |hash| draft.attachments.iter().flatten().any(|file| file.of == Some(hash));
        for file in files.filter(|file| file.role == AttachmentRole::Original && !has_preview(file.hash)) {
            if let Some(row) = self.store.read(|tx| tx.media(file.hash))? {
                drop(self.preview_for(draft.id, &row, file.label.as_deref()));
            }
        }
        Ok(())
    }

    /// Takes a file out of a draft; its preview goes with it. With a label, only from the question that the label names: a
    /// file that answers another one stays for that.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn detach(&self, draft: DraftId, file: MediaHash, label: Option<&str>) -> Result<(), ObserverError> {
        let label = label.map(kuager_wire::canonical::nfc);
        Ok(self.journal.detach(draft, file, label.as_deref())?)
    }

    /// Every file of this store and where it stands, in the order they came.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn media(&self) -> Result<Vec<MediaRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.all_media())?)
    }

    /// A reader over a stored file, for showing it. It decrypts piece by piece; do not write it to a disk.
    ///
    /// # Errors
    /// [`ObserverError::NoSuchMedia`], [`ObserverError::Store`].
    pub fn open_media(&self, file: MediaHash) -> Result<StoredFile, ObserverError> {
        let row = self.store.read(|tx| tx.media(file))?.ok_or(ObserverError::NoSuchMedia(file))?;
        Ok(StoredFile::new(Arc::clone(&self.store), &row))
    }

    /// The coordinator's signed receipt for a file, once there is one.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn media_receipt(&self, file: MediaHash) -> Result<Option<Vec<u8>>, ObserverError> {
        Ok(self.store.read(|tx| tx.media_receipt(file))?)
    }

    /// Sends a file on any network, even where bytes cost money. Returns whether there was anything to send.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn send_media_now(&self, file: MediaHash) -> Result<bool, ObserverError> {
        let changed = self.store.write(|tx| tx.set_media_wish(file, true))?;
        self.outbox.wake();
        Ok(changed)
    }

    /// Holds a file back, also in the middle of its upload, until [`Observer::send_media_now`].
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn hold_media(&self, file: MediaHash) -> Result<bool, ObserverError> {
        Ok(self.store.write(|tx| tx.set_media_wish(file, false))?)
    }
}
