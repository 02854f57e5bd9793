//! What is known of files, for people: which records list them, what a look at them found, what looks like them.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, MediaHash, ObserverId, RecordHash};
use kuager_wire::record::AttachmentRole;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::error::LedgerError;
use super::redactions::RedactionRow;
use super::uploads::UploadToken;

/// A record with what the desk shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordView {
    /// Its hash.
    pub hash: RecordHash,
    /// The key that signed it.
    pub kid: Kid,
    /// Whose device that is.
    pub observer: ObserverId,
    /// Where.
    pub station: Option<String>,
    /// When it arrived.
    pub received_ms: u64,
    /// Whether another record of the same observer corrects it, or is a later correction of the same record.
    pub corrected: bool,
    /// Whether it is kept apart, because its device is revoked: it counts nowhere.
    pub apart: bool,
    /// The exact signed record.
    pub bytes: Vec<u8>,
    /// The files it lists, in its order.
    pub files: Vec<FileView>,
}

/// A file as one record lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Its hash.
    pub media: MediaHash,
    /// Its size as signed.
    pub size: u64,
    /// Its MIME type as signed.
    pub mime: String,
    /// What it is to the record.
    pub role: AttachmentRole,
    /// The original it was made from.
    pub of: Option<MediaHash>,
    /// The page or question it answers.
    pub label: Option<String>,
    /// Where the record's device uploads it.
    pub token: UploadToken,
    /// Whether the record's device has delivered it. What another device has delivered says nothing of this one.
    pub delivered: bool,
}

/// A file that is here, and what a look at it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaView {
    /// Its size.
    pub size: u64,
    /// When its last byte arrived first.
    pub received_ms: u64,
    /// Whether it has been looked at.
    pub examined: bool,
    /// What was found.
    pub findings: Findings,
}

/// Why a picture could not be looked at. It is kept and receipted all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PictureProblem {
    /// It is larger than is decoded.
    TooLarge,
    /// It claims more than its bytes can hold.
    Impossible,
    /// It is not the format it is said to be, or damaged.
    Unreadable,
    /// It took more time or memory than one picture may.
    GaveUp,
}

impl PictureProblem {
    /// All problems.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// A stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a look at a picture found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Width and height in pixels, upright.
    pub size: Option<(u32, u32)>,
    /// Close for pictures that look alike.
    pub likeness: Option<[u8; 32]>,
    /// What the file says about itself, name and value.
    pub claims: Vec<(String, String)>,
    /// Why there is no more to say.
    pub problem: Option<PictureProblem>,
}

/// A picture that looks like another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The other picture.
    pub media: MediaHash,
    /// Where a record was made whose device has delivered it.
    pub station: Option<String>,
    /// In how many of 256 places they differ; 0 for the same file.
    pub distance: u32,
}

/// A file nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexamined {
    /// Its hash.
    pub media: MediaHash,
    /// Its size.
    pub size: u64,
    /// Its MIME type as signed; empty when no record lists it.
    pub mime: String,
}

/// How much is wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportLimits {
    /// Records that list it.
    pub records: u32,
    /// In how many of 256 places pictures may differ and still count as alike.
    pub reach: u32,
    /// Pictures that look like it.
    pub alike: usize,
}

/// Everything that is known of a file, of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// The records that list it, the oldest first.
    pub records: Vec<RecordView>,
    /// The file, if it is here.
    pub held: Option<MediaView>,
    /// A preview of it, delivered by the device that listed it first.
    pub preview: Option<MediaHash>,
    /// Pictures of other stations that are this very file or look like it, the closest first. Only what was delivered
    /// counts: whoever knows a hash can list it.
    pub alike: Vec<Alike>,
    /// Its redacted copies, the newest first.
    pub redactions: Vec<RedactionRow>,
}

/// What people see of records and their files.
#[async_trait]
pub trait Files {
    /// The newest records of a station (`None`: records that name none), the newest first, and among them the newest words about
    /// them, whatever station those name. A word is not among the records without a station when what it is about is here.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn station_records(&self, station: Option<&str>, limit: u32) -> Result<Vec<RecordView>, LedgerError> {
        self.station_records_behind(station, 0, limit).await
    }

    /// As [`Files::station_records`], behind so many newer ones.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn station_records_behind(
        &self,
        station: Option<&str>,
        newer: u32,
        limit: u32,
    ) -> Result<Vec<RecordView>, LedgerError>;

    /// These records, as far as they are here, and among them the newest words about them, the newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn records_named(&self, records: Vec<RecordHash>) -> Result<Vec<RecordView>, LedgerError>;

    /// The records that list a file, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn records_listing(&self, media: MediaHash, limit: u32) -> Result<Vec<RecordView>, LedgerError>;

    /// A record with its files, by its hash.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn record_view(&self, record: RecordHash) -> Result<Option<RecordView>, LedgerError>;

    /// A file that is here.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn media(&self, media: MediaHash) -> Result<Option<MediaView>, LedgerError>;

    /// Everything that is known of a file.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn report(&self, media: MediaHash, limits: ReportLimits) -> Result<FileReport, LedgerError>;

    /// The next file nobody has looked at. It counts as looked at from now on, so that a file that brings the program down
    /// does so once.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn next_unexamined(&self) -> Result<Option<Unexamined>, LedgerError>;

    /// Keeps what a look at a file found.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn set_findings(&self, media: MediaHash, findings: Findings) -> Result<(), LedgerError>;
}
