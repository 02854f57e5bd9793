//! What a sync tells: how it goes while it goes, what it did, what is left.

use kuager_wire::ids::{MediaHash, PackHash, RecordHash};
use kuager_wire::receipt::RefusalCode;

use crate::queue::Obstacle;

/// What a sync did and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncSummary {
    /// Whether nothing is left to send, and no part of a pack to fetch: stations of the chosen regions.
    pub completed: bool,
    /// Records that got a verified receipt, forked ones included.
    pub accepted: u64,
    /// Records that were refused by signed statement.
    pub refused: u64,
    /// Records that share their number with another record, by the coordinator's signed word.
    pub forked: u64,
    /// Records still to be sent.
    pub left: u64,
    /// Messages that arrived.
    pub messages: u64,
    /// Files that got a verified receipt.
    pub media_stored: u64,
    /// Files that records list and that have no receipt yet, whatever they wait for.
    pub media_left: u64,
    /// Calls made.
    pub attempts: u64,
    /// Bytes of bodies sent.
    pub bytes_out: u64,
    /// Bytes of bodies received.
    pub bytes_in: u64,
    /// Why something is left, or why messages and a newer pack could not be asked for.
    pub obstacle: Option<Obstacle>,
    /// Milliseconds until the next attempt is due; `None` when nothing is left or only a person can help.
    pub next_attempt_ms: Option<u64>,
}

/// What is left to send, and what the next attempt waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outlook {
    /// Whether nothing is left to send, and no part of a pack to fetch: stations of the chosen regions.
    pub completed: bool,
    /// Records still to be sent.
    pub left: u64,
    /// Files that records list and that have no receipt yet, whatever they wait for.
    pub media_left: u64,
    /// Why something is left; `None` when an attempt may be made at once.
    pub obstacle: Option<Obstacle>,
    /// Milliseconds until the next attempt is due; `None` when nothing is left or only a person can help.
    pub next_attempt_ms: Option<u64>,
}

/// What happens while syncing. A hint to look again: whatever matters is in the store and survives a kill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncEvent {
    /// A call begins.
    AttemptStarted {
        /// Which call.
        purpose: &'static str,
        /// Records in it.
        records: usize,
    },
    /// A record has a verified receipt.
    Accepted(RecordHash),
    /// A record has a verified receipt and shares its number with another.
    Forked(RecordHash),
    /// A record was refused.
    Refused(RecordHash, RefusalCode),
    /// Nothing can be sent for so many milliseconds, or until a person helps.
    Waiting(Obstacle, Option<u64>),
    /// The device has a credential.
    Enrolled,
    /// Enrolment was refused; another invite is needed.
    EnrolmentRefused(RefusalCode),
    /// The invite that is followed does not agree with the genesis of its deployment: it was forged, and nothing of it is
    /// believed any more. Says what did not agree; another invite is needed.
    InviteForged(&'static str),
    /// A new pack is current.
    PackArrived(PackHash),
    /// The stations of a chosen region arrived.
    StationsArrived(String),
    /// A message arrived.
    MessageArrived(u64),
    /// An upload of a file begins or goes on.
    UploadStarted(MediaHash),
    /// So many bytes of a file are on their way or there; at most ten a second.
    UploadProgress {
        /// The file.
        media: MediaHash,
        /// Bytes so far.
        sent: u64,
        /// Bytes in all.
        size: u64,
    },
    /// A file has a verified receipt.
    MediaStored(MediaHash),
    /// The coordinator holds records of this key that this store lacks: it was restored from an older copy.
    StoreIsBehind {
        /// Highest number the coordinator holds.
        coordinator: u64,
    },
    /// Because of that another key signs from now on, and its chain goes on for the old one.
    ChainBegun {
        /// Records that were sealed anew, since others have their numbers.
        resealed: usize,
    },
    /// The deployment does not trust this device any more, or trusts it again.
    TrustChanged,
}
