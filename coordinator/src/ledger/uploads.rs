//! Files that records list, and how far each device's upload of them has come.
//!
//! Each device delivers each of its files itself, also one that is held because another device sent it, and gets a
//! receipt for that: listing a hash proves nothing, having the bytes does. The receipt is signed before it is stored;
//! whatever was answered first stays, so there is one receipt per device and file.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use kuager_wire::ids::{Kid, MediaHash, NotAnId, RecordHash};
use kuager_wire::record::Attachment;

use super::error::LedgerError;

/// Wrong files remembered per upload: enough to see a pattern, too few to fill a disk with.
pub const MISMATCHES: usize = 16;

/// The unguessable part of an upload's address. Whoever knows it may upload that one file and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UploadToken(pub [u8; 16]);

impl fmt::Display for UploadToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// A capability does not belong into logs.
impl fmt::Debug for UploadToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UploadToken(..)")
    }
}

impl FromStr for UploadToken {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotAnId { expected: 32 })
    }
}

/// A file that a new record lists, and where it is to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What the record says of it.
    pub attachment: Attachment,
    /// Where it goes.
    pub token: UploadToken,
}

/// A file that a device has delivered, whole and right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// The file.
    pub media: MediaHash,
    /// Its size.
    pub size: u64,
    /// When its last byte arrived.
    pub received_ms: u64,
}

/// One device's upload of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its address.
    pub token: UploadToken,
    /// The device.
    pub kid: Kid,
    /// The file.
    pub media: MediaHash,
    /// Size as signed.
    pub size: u64,
    /// When bytes last came.
    pub touched_ms: u64,
    /// Whether it lay still for too long and what had come was thrown away.
    pub expired: bool,
    /// The device's receipt, once it has delivered the file.
    pub receipt: Option<Vec<u8>>,
}

/// Uploads that came to an end wrongly: how many, and the newest of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatches {
    /// How often something else was uploaded than this device signed.
    pub count: u64,
    /// The newest wrong files with their sizes, the newest first.
    pub newest: Vec<(MediaHash, u64)>,
}

/// How files arrive.
#[async_trait]
pub trait Uploads {
    /// The upload with this address.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn upload(&self, token: UploadToken) -> Result<Option<UploadRow>, LedgerError>;

    /// The uploads of each of these records: one entry per file it lists, in its order.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn uploads_of(&self, records: Vec<RecordHash>) -> Result<Vec<Vec<UploadRow>>, LedgerError>;

    /// Notes that bytes are coming, and brings an expired upload back.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn touch_upload(&self, token: UploadToken, now_ms: u64) -> Result<(), LedgerError>;

    /// Notes that a device has delivered a file, and that the file is held, unless it was before. Returns the device's
    /// receipt: the one it was given before, or this one.
    ///
    /// # Errors
    /// [`LedgerError`], also for an address that was never handed out.
    async fn finish_upload(
        &self,
        token: UploadToken,
        delivered: Delivered,
        receipt: Vec<u8>,
    ) -> Result<Vec<u8>, LedgerError>;

    /// Every file that is held.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn held_files(&self) -> Result<Vec<MediaHash>, LedgerError>;

    /// These files are lost: they are not held any more, and no device has a receipt for them here, so that each is asked to
    /// deliver them again. What was said of them to the devices stays true of its time.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn forget_files(&self, lost: Vec<MediaHash>) -> Result<(), LedgerError>;

    /// How many files a device has a receipt for.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn receipts_for(&self, kid: Kid) -> Result<u64, LedgerError>;

    /// Keeps the evidence that something else was uploaded than was signed.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_mismatch(
        &self,
        token: UploadToken,
        found: MediaHash,
        size: u64,
        now_ms: u64,
    ) -> Result<(), LedgerError>;

    /// What was uploaded and not signed; at most [`MISMATCHES`] files are remembered.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn mismatches(&self, token: UploadToken) -> Result<Mismatches, LedgerError>;

    /// Unfinished uploads that have lain still since before `before_ms`, the oldest first, some at a time.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn stale_uploads(&self, before_ms: u64) -> Result<Vec<UploadToken>, LedgerError>;

    /// Marks an upload as expired, unless it has moved since `before_ms` or is finished. Returns whether it did.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn expire_upload(&self, token: UploadToken, before_ms: u64) -> Result<bool, LedgerError>;
}
