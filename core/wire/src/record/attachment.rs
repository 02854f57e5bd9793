//! Files that belong to a record: named and signed in it, carried beside it.

use minicbor::{Decode, Encode};

use crate::ids::MediaHash;

/// What an attachment is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum AttachmentRole {
    /// Bit for bit what the camera or the file gave.
    #[n(1)]
    Original,
    /// A smaller picture of the original.
    #[n(2)]
    Preview,
    /// A copy with parts made unreadable, for publication.
    #[n(3)]
    Redacted,
}

/// How the app came by a file. What it says is the app's word, signed by the device, and no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum MediaSource {
    /// Taken in this app: the file appeared within a minute after the app had opened the camera.
    #[n(1)]
    Captured,
    /// Chosen from the device's gallery or files.
    #[n(2)]
    Imported,
    /// Made by this app from another attachment.
    #[n(3)]
    Derived,
}

/// What a file says about itself (EXIF). Claims, not facts: anybody can write anything there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct MediaClaims {
    /// EXIF orientation, 1 to 8.
    #[n(1)]
    pub orientation: Option<u8>,
    /// EXIF time of capture as written there, `YYYY:MM:DD hh:mm:ss`.
    #[n(2)]
    pub taken: Option<String>,
}

/// A file that belongs to a record, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attachment {
    /// SHA-256 of the bytes.
    #[n(1)]
    pub hash: MediaHash,
    /// Size in bytes.
    #[n(2)]
    pub size: u64,
    /// MIME type by content.
    #[n(3)]
    pub mime: String,
    /// What it is to the record.
    #[n(4)]
    pub role: AttachmentRole,
    /// The original it was made from; for previews and redacted copies.
    #[n(5)]
    pub of: Option<MediaHash>,
    /// How the app came by it.
    #[n(6)]
    pub source: Option<MediaSource>,
    /// What the file says about itself.
    #[n(7)]
    pub claims: Option<MediaClaims>,
    /// The page or question it answers, where the form asks for several.
    #[n(8)]
    pub label: Option<String>,
}
