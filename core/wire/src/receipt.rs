//! The coordinator's signed answers: acceptance, refusal, and evidence of a fork.

use minicbor::{Decode, Encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::canonical::Malformed;
use crate::cose::{Purpose, Statement, check_version};
use crate::ids::{Kid, MediaHash, RecordHash, SubjectHash};
use crate::limits;

/// Receipt A: this record is held durably. Whoever holds the receipt can prove that it was delivered.
///
/// The same record always gets the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The record.
    #[n(2)]
    pub record: RecordHash,
    /// The key that signed it.
    #[n(3)]
    pub kid: Kid,
    /// Its number in that key's chain.
    #[n(4)]
    pub seq: u64,
    /// When it first arrived, milliseconds since 1970, by the coordinator's clock.
    #[n(5)]
    pub received_ms: u64,
    /// The log that will hold it.
    #[n(6)]
    pub log_origin: String,
    /// By when the log must hold it, milliseconds since 1970.
    #[n(7)]
    pub merge_deadline_ms: u64,
}

impl Statement for Receipt {
    const PURPOSE: Purpose = Purpose::Receipt;
    const LIMIT: usize = limits::RECEIPT;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}

/// Receipt for a file: this device has sent these exact bytes, and they are held durably.
///
/// The same file of the same device always gets the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MediaReceipt {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The file.
    #[n(2)]
    pub media: MediaHash,
    /// Its size in bytes.
    #[n(3)]
    pub size: u64,
    /// The key whose record lists it.
    #[n(4)]
    pub kid: Kid,
    /// When its last byte arrived from this device, milliseconds since 1970, by the coordinator's clock.
    #[n(5)]
    pub received_ms: u64,
}

impl Statement for MediaReceipt {
    const PURPOSE: Purpose = Purpose::MediaReceipt;
    const LIMIT: usize = limits::RECEIPT;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}

/// The coordinator's word that one file is a redacted copy of another: parts made unreadable, metadata removed. The
/// original is never published; whoever holds it can check what was changed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Redaction {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The original.
    #[n(2)]
    pub of: MediaHash,
    /// The copy that may be published.
    #[n(3)]
    pub media: MediaHash,
    /// Its size in bytes.
    #[n(4)]
    pub size: u64,
    /// When it was made, milliseconds since 1970, by the coordinator's clock.
    #[n(5)]
    pub made_ms: u64,
    /// Rectangles made unreadable: left, top, width, height in pixels of the copy.
    #[n(6)]
    pub regions: Vec<[u32; 4]>,
}

impl Statement for Redaction {
    const PURPOSE: Purpose = Purpose::Redaction;
    const LIMIT: usize = limits::RECEIPT;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}

/// Why something was not accepted. Numbers are signed and stay.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum RefusalCode {
    /// Not a statement in the accepted form.
    #[n(1)]
    Malformed,
    /// Larger than its kind may be.
    #[n(2)]
    TooLarge,
    /// Of a format version this coordinator cannot read; it will after an update.
    #[n(3)]
    UnsupportedVersion,
    /// Signed by a key that is not enrolled here; enrol, then send again.
    #[n(4)]
    UnknownDevice,
    /// The signature does not match.
    #[n(5)]
    BadSignature,
    /// Made for another deployment.
    #[n(6)]
    WrongDeployment,
    /// Answers a pack this coordinator never published.
    #[n(7)]
    UnknownPack,
    /// The device's credential was revoked.
    #[n(8)]
    RevokedDevice,
    /// No such invite.
    #[n(9)]
    InviteUnknown,
    /// The invite has been used by another device.
    #[n(10)]
    InviteUsed,
    /// The invite was withdrawn.
    #[n(11)]
    InviteRevoked,
    /// The invite is past its date.
    #[n(12)]
    InviteExpired,
    /// This very request has been answered before.
    #[n(13)]
    Replayed,
    /// The coordinator cannot store it now; send again later.
    #[n(14)]
    Busy,
    /// The uploaded bytes are not the ones whose hash was signed; upload them again from the start.
    #[n(15)]
    MediaMismatch,
    /// Another record of this key has this number, or a number before it: the device's store was put back from a copy. Only to
    /// devices that ask for it ([`crate::sync::FORKS_HEADER`]), which seal the same anew under another key.
    #[n(16)]
    NumberUsed,
}

crate::named!(RefusalCode: "A stable name for logs, statistics and the app.");

impl RefusalCode {
    /// Whether sending the same bytes again can succeed without anybody changing them.
    #[must_use]
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::UnsupportedVersion | Self::UnknownDevice | Self::UnknownPack | Self::Busy | Self::MediaMismatch
        )
    }
}

/// A signed refusal. The phone keeps what was refused and this word with it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refusal {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// SHA-256 of the bytes that were refused.
    #[n(2)]
    pub subject: SubjectHash,
    /// Why.
    #[n(3)]
    pub code: RefusalCode,
    /// Why, in English, with the place where it was found. Never holds anything from the record itself.
    #[n(4)]
    pub reason: String,
    /// Whether sending the same bytes again may succeed.
    #[n(5)]
    pub retryable: bool,
    /// When, milliseconds since 1970, by the coordinator's clock.
    #[n(6)]
    pub refused_ms: u64,
}

impl Statement for Refusal {
    const PURPOSE: Purpose = Purpose::Refusal;
    const LIMIT: usize = limits::RECEIPT;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}

/// Two different records under one number of one key. Both are kept; which is true is for people to find out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fork {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// The key that signed both.
    #[n(2)]
    pub kid: Kid,
    /// The number both carry.
    #[n(3)]
    pub seq: u64,
    /// The one that arrived first.
    #[n(4)]
    pub first: RecordHash,
    /// The one that arrived later.
    #[n(5)]
    pub second: RecordHash,
    /// When the later one arrived, milliseconds since 1970, by the coordinator's clock.
    #[n(6)]
    pub seen_ms: u64,
}

impl Statement for Fork {
    const PURPOSE: Purpose = Purpose::Fork;
    const LIMIT: usize = limits::RECEIPT;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}
