//! Photos, videos and sound.

use kuager_core::media::preview::PreviewError;
use kuager_core::observer::{self, PreviewProblem};
use kuager_core::queue;
use kuager_core::store::MediaRow;
use kuager_core::wire::record;

use super::numbers::signed;
use super::sync::{FailureClass, HeldReason};

/// Where a file comes from: the core's `Origin`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum MediaOrigin {
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
pub enum MediaSource {
    /// Taken in this app.
    Captured,
    /// Brought in.
    Imported,
    /// Made from another file.
    Derived,
}

impl From<record::MediaSource> for MediaSource {
    fn from(source: record::MediaSource) -> Self {
        match source {
            record::MediaSource::Captured => Self::Captured,
            record::MediaSource::Imported => Self::Imported,
            record::MediaSource::Derived => Self::Derived,
        }
    }
}

/// What a file is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum AttachmentRole {
    /// The evidence, bit for bit.
    Original,
    /// Small and legible, sent ahead.
    Preview,
    /// A copy fit for publication.
    Redacted,
}

/// A file that has been saved and attached.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Attached {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its size in bytes.
    pub size: i64,
    /// MIME type by content.
    pub mime: String,
    /// How it is marked.
    pub source: MediaSource,
    /// Its preview.
    pub preview: Option<String>,
    /// The platform has to make the preview (HEIC, WebP, video, what is too large for the core): see `attach_preview`.
    pub preview_needed: bool,
    /// Handwriting can be read in the preview. Where not, say so: the page is better taken again in parts.
    pub preview_legible: bool,
}

impl From<observer::Attached> for Attached {
    fn from(attached: observer::Attached) -> Self {
        Self {
            hash: attached.hash.to_string(),
            size: signed(attached.size),
            mime: attached.mime,
            source: attached.source.into(),
            preview_needed: matches!(
                attached.preview,
                Err(PreviewProblem::Made(PreviewError::Format(_) | PreviewError::TooLarge))
            ),
            preview_legible: attached.legible,
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
    pub role: AttachmentRole,
    /// The original it was made from.
    pub of: Option<String>,
    /// How it is marked.
    pub source: Option<MediaSource>,
    /// The question it answers, or the page.
    pub label: Option<String>,
}

pub(crate) fn attachment(file: &record::Attachment) -> AttachmentInfo {
    AttachmentInfo {
        hash: file.hash.to_string(),
        size: signed(file.size),
        mime: file.mime.clone(),
        role: match file.role {
            record::AttachmentRole::Original => AttachmentRole::Original,
            record::AttachmentRole::Preview => AttachmentRole::Preview,
            record::AttachmentRole::Redacted => AttachmentRole::Redacted,
        },
        of: file.of.map(|hash| hash.to_string()),
        source: file.source.map(MediaSource::from),
        label: file.label.clone(),
    }
}

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum UploadState {
    /// On the phone; no record lists it yet.
    Kept,
    /// To be uploaded.
    Waiting,
    /// An upload has begun.
    Uploading,
    /// Not tried again for now.
    Delayed {
        /// Why: the core's `class`, a keyword in both languages.
        failure: FailureClass,
    },
    /// Kept back.
    Held {
        /// Why.
        reason: HeldReason,
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
    pub state: UploadState,
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
                queue::UploadState::Kept => UploadState::Kept,
                queue::UploadState::Waiting => UploadState::Waiting,
                queue::UploadState::Uploading => UploadState::Uploading,
                queue::UploadState::Delayed { class, .. } => UploadState::Delayed { failure: class.into() },
                queue::UploadState::Held { reason } => UploadState::Held { reason: reason.into() },
                queue::UploadState::Stored => UploadState::Stored,
            },
            sent: signed(row.sent),
            attempts: row.attempts.into(),
        }
    }
}
