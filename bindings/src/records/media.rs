//! Photos, videos and sound.

use kuager_core::media::preview::PreviewError;
use kuager_core::observer::{Attached, PreviewProblem};
use kuager_core::queue::UploadState;
use kuager_core::store::MediaRow;
use kuager_core::wire::record::{Attachment, AttachmentRole, MediaSource};

use super::{FailureReason, HoldReason, signed};

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FileOrigin {
    /// The camera that was opened for this token of `begin_capture`.
    Captured {
        /// The token.
        token: String,
    },
    /// The gallery, or another app.
    Imported,
}

/// How a file is marked in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum FileSource {
    /// Taken in this app.
    Captured,
    /// Brought in.
    Imported,
    /// Made from another file.
    Derived,
}

impl From<MediaSource> for FileSource {
    fn from(source: MediaSource) -> Self {
        match source {
            MediaSource::Captured => Self::Captured,
            MediaSource::Imported => Self::Imported,
            MediaSource::Derived => Self::Derived,
        }
    }
}

/// What a file is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum FileRole {
    /// The evidence, bit for bit.
    Original,
    /// Small and legible, sent ahead.
    Preview,
    /// A copy fit for publication.
    Redacted,
}

/// A file that has been saved and attached.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttachedFile {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its size in bytes.
    pub size: i64,
    /// MIME type by content.
    pub mime: String,
    /// How it is marked.
    pub source: FileSource,
    /// Its preview.
    pub preview: Option<String>,
    /// The platform has to make the preview (HEIC, WebP, video): see `attach_preview`.
    pub preview_needed: bool,
}

impl From<Attached> for AttachedFile {
    fn from(attached: Attached) -> Self {
        Self {
            hash: attached.hash.to_string(),
            size: signed(attached.size),
            mime: attached.mime,
            source: attached.source.into(),
            preview_needed: matches!(attached.preview, Err(PreviewProblem::Made(PreviewError::Format(_)))),
            preview: attached.preview.ok().map(|hash| hash.to_string()),
        }
    }
}

/// A file as a draft or record lists it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttachmentInfo {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its size in bytes.
    pub size: i64,
    /// MIME type by content.
    pub mime: String,
    /// What it is.
    pub role: FileRole,
    /// The original it was made from.
    pub of: Option<String>,
    /// How it is marked.
    pub source: Option<FileSource>,
    /// The question it answers, or the page.
    pub label: Option<String>,
}

pub(crate) fn attachment(file: &Attachment) -> AttachmentInfo {
    AttachmentInfo {
        hash: file.hash.to_string(),
        size: signed(file.size),
        mime: file.mime.clone(),
        role: match file.role {
            AttachmentRole::Original => FileRole::Original,
            AttachmentRole::Preview => FileRole::Preview,
            AttachmentRole::Redacted => FileRole::Redacted,
        },
        of: file.of.map(|hash| hash.to_string()),
        source: file.source.map(FileSource::from),
        label: file.label.clone(),
    }
}

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FileState {
    /// On the phone; no record lists it yet.
    Kept,
    /// To be uploaded.
    Waiting,
    /// An upload has begun.
    Uploading,
    /// Not tried again for now.
    Delayed {
        /// Why.
        reason: FailureReason,
    },
    /// Kept back.
    Held {
        /// Why.
        reason: HoldReason,
    },
    /// A verified receipt is stored.
    Stored,
}

/// A file of this store.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MediaInfo {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its size in bytes.
    pub size: i64,
    /// MIME type by content.
    pub mime: String,
    /// The original it was made from; for previews.
    pub preview_of: Option<String>,
    /// Where it stands.
    pub state: FileState,
    /// Bytes the coordinator is known to hold.
    pub sent: i64,
    /// Attempts so far.
    pub attempts: i64,
}

impl From<MediaRow> for MediaInfo {
    fn from(row: MediaRow) -> Self {
        Self {
            hash: row.hash.to_string(),
            size: signed(row.size),
            mime: row.mime,
            preview_of: row.preview_of.map(|hash| hash.to_string()),
            state: match row.state {
                UploadState::Kept => FileState::Kept,
                UploadState::Waiting => FileState::Waiting,
                UploadState::Uploading => FileState::Uploading,
                UploadState::Delayed { class, .. } => FileState::Delayed { reason: class.into() },
                UploadState::Held { reason } => FileState::Held { reason: reason.into() },
                UploadState::Stored => FileState::Stored,
            },
            sent: signed(row.sent),
            attempts: row.attempts.into(),
        }
    }
}
