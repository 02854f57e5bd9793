//! Photos, videos and sound.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use kuager_core::{CaptureToken, Origin};

use super::{ObserverHandle, draft_id, read};
use crate::callbacks::Change;
use crate::error::KuagerError;
use crate::types::{Attached, MediaInfo, MediaOrigin, parse_id};

/// Bytes of a stored file handed out in one piece at most.
const PIECE: usize = 1 << 20;

#[uniffi::export]
impl ObserverHandle {
    /// Whether files may be taken for a question of a draft; ask before the camera opens.
    ///
    /// # Errors
    /// `capture_forbidden` with the reason to show, `no_such_draft`, and those of the store.
    pub fn capture_allowed(&self, draft: String, label: Option<String>) -> Result<(), KuagerError> {
        self.call(|core| Ok(core.capture_allowed(draft_id(&draft)?, label.as_deref())?))
    }

    /// Says that the camera is about to open. A file attached with the token within a minute is marked as taken in this app.
    ///
    /// # Errors
    /// `file` when the system has no randomness.
    pub fn begin_capture(&self) -> Result<String, KuagerError> {
        self.call(|core| Ok(core.begin_capture()?.to_string()))
    }

    /// Takes a file into the store, bit for bit, and attaches it to a draft. When this returns, it survives a kill; the
    /// caller may delete it. A photo takes some tenths of a second, a long video longer.
    ///
    /// # Errors
    /// `capture_forbidden`, `media_unreadable`, `media_empty`, `media_too_large`, `media_changed`, `media_type`, `too_many_files`,
    /// `no_such_draft`, `disk_full` and others of the store; nothing is kept then and the draft is as it was.
    pub fn attach(
        &self,
        draft: String,
        path: String,
        origin: MediaOrigin,
        label: Option<String>,
    ) -> Result<Attached, KuagerError> {
        let attached = self.change(Change::Drafts, |core| {
            let origin = match origin {
                // A token that is none makes the file an imported one, as an old token does: nothing is refused for it.
                MediaOrigin::Captured { token } => match token.parse::<CaptureToken>() {
                    Ok(token) => Origin::Captured(token),
                    Err(_) => Origin::Imported,
                },
                MediaOrigin::Imported => Origin::Imported,
            };
            Ok(core.attach_path(draft_id(&draft)?, Path::new(&path), origin, label.as_deref())?)
        })?;
        self.notify(&[Change::Media]);
        Ok(attached.into())
    }

    /// Attaches a preview that the platform made: a JPEG of at most 153,600 bytes. Gives its name.
    ///
    /// # Errors
    /// `media_too_large`, `media_type`, `no_such_draft`, `file`, and those of the store.
    pub fn attach_preview(&self, draft: String, of: String, path: String) -> Result<String, KuagerError> {
        self.change(Change::Drafts, |core| {
            Ok(core.attach_preview(draft_id(&draft)?, parse_id(&of)?, &read(&path)?)?.to_string())
        })
    }

    /// Takes a file out of a draft; its preview goes with it. With a label, only from the question that the label names.
    ///
    /// # Errors
    /// `no_such_draft`, and those of the store.
    #[uniffi::method(default(label = None))]
    pub fn detach(&self, draft: String, media: String, label: Option<String>) -> Result<(), KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.detach(draft_id(&draft)?, parse_id(&media)?, label.as_deref())?))
    }

    /// Every file of this store and where it stands, in the order they came.
    ///
    /// # Errors
    /// Those of the store.
    pub fn media(&self) -> Result<Vec<MediaInfo>, KuagerError> {
        self.call(|core| Ok(core.media()?.into_iter().map(MediaInfo::from).collect()))
    }

    /// A piece of a stored file, for showing it: at most a mebibyte from `offset`, empty at the end. Do not write it to a disk.
    ///
    /// # Errors
    /// `no_such_media`, and those of the store.
    pub fn read_media(&self, media: String, offset: i64, length: i64) -> Result<Vec<u8>, KuagerError> {
        self.call(|core| {
            let mut stored = core.open_media(parse_id(&media)?)?;
            let failed = |error: std::io::Error| KuagerError::new("store_failed", error.to_string());
            stored.seek(SeekFrom::Start(u64::try_from(offset).unwrap_or(0))).map_err(failed)?;
            let length = usize::try_from(length).unwrap_or(0).min(PIECE);
            let mut piece = Vec::with_capacity(length);
            stored.take(length as u64).read_to_end(&mut piece).map_err(failed)?;
            Ok(piece)
        })
    }

    /// The coordinator's signed receipt for a file, once there is one.
    ///
    /// # Errors
    /// Those of the store.
    pub fn media_receipt(&self, media: String) -> Result<Option<Vec<u8>>, KuagerError> {
        self.call(|core| Ok(core.media_receipt(parse_id(&media)?)?))
    }

    /// Sends a file on any network, even where bytes cost money. Says whether there was anything to send.
    ///
    /// # Errors
    /// Those of the store.
    pub fn send_media_now(&self, media: String) -> Result<bool, KuagerError> {
        self.change(Change::Media, |core| Ok(core.send_media_now(parse_id(&media)?)?))
    }

    /// Holds a file back, also in the middle of its upload. Says whether there was anything to hold.
    ///
    /// # Errors
    /// Those of the store.
    pub fn hold_media(&self, media: String) -> Result<bool, KuagerError> {
        self.change(Change::Media, |core| Ok(core.hold_media(parse_id(&media)?)?))
    }
}
