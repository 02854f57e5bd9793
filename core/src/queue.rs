//! Where an item stands on its way to the coordinator: records and files, the lane they travel in, and who goes first.
//!
//! Data only. How an item comes from one state to the next is decided by [`crate::outbox`]; the store keeps it, the
//! journal says how urgent it is, the transport says what kind of failure it met. All of them speak of it in the words of
//! this file, and none of them needs another for that.

use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::{AttachmentRole, RecordKind};
use minicbor::{Decode, Encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::clock::{ClockSample, Due};

/// Why the network did not deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum FailureClass {
    /// No connection: no network, nothing listening, no route.
    #[n(1)]
    Offline,
    /// The server's name could not be resolved.
    #[n(2)]
    Dns,
    /// The connection broke in the middle.
    #[n(3)]
    Reset,
    /// No answer in time.
    #[n(4)]
    Timeout,
    /// The server did not prove to belong to this deployment. Somebody may be listening in.
    #[n(5)]
    Tls,
    /// Something else answered in the server's place, such as a Wi-Fi sign-in page.
    #[n(6)]
    CaptivePortal,
    /// The server asks to come back later.
    #[n(7)]
    ServerBusy,
    /// The answer came from the right place and does not verify.
    #[n(8)]
    BadAnswer,
    /// The server belongs to another deployment.
    #[n(9)]
    WrongServer,
    /// The server rejects the call without a signed reason.
    #[n(10)]
    Rejected,
}

kuager_wire::named!(FailureClass: "A stable name for the store, for logs and the app.");

impl FailureClass {
    /// Whether a smaller batch may do better.
    pub(crate) const fn may_be_the_batch(self) -> bool {
        matches!(self, Self::Reset | Self::Timeout | Self::ServerBusy | Self::BadAnswer | Self::Rejected)
    }
}

/// Why an item is kept back although the network is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum HeldReason {
    /// The coordinator does not know this device, or not any more.
    #[n(1)]
    Auth,
    /// An original waits for a network where bytes are free.
    #[n(2)]
    Metered,
    /// The observer does not want it sent for now.
    #[n(3)]
    Policy,
    /// The record that lists the file has no receipt yet.
    #[n(4)]
    Record,
}

kuager_wire::named!(HeldReason: "A stable name for the store, for logs and the app.");

/// Where a record stands on its way to the coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Signed, durable, not sent yet.
    Sealed,
    /// An attempt has begun and its end is not known.
    Sending,
    /// Not sent again before this time, for a reason of its own.
    Waiting {
        /// When it is due.
        until: Due,
        /// Why.
        class: FailureClass,
    },
    /// Kept back.
    Held {
        /// When it is tried again all the same.
        until: Due,
        /// Why.
        reason: HeldReason,
    },
    /// Refused for good by a signed statement. The record stays.
    Refused {
        /// Why.
        code: RefusalCode,
    },
    /// A verified receipt is stored.
    Accepted,
    /// A verified receipt is stored, and so is the evidence that another record has the same number.
    Forked,
}

impl State {
    /// Whether it still has to be sent.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Sealed | Self::Sending | Self::Waiting { .. } | Self::Held { .. })
    }

    /// Milliseconds until it may be sent; 0 for now.
    pub(crate) fn wait_ms(&self, now: &ClockSample) -> u64 {
        match self {
            Self::Waiting { until, .. } | Self::Held { until, .. } => until.remaining_ms(now),
            _ => 0,
        }
    }
}

/// A record of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Row of the record.
    pub record: i64,
    /// Lower goes first.
    pub priority: u32,
    /// Bytes of the record.
    pub size: usize,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
}

/// Why the lane is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Gate {
    /// When it opens.
    #[n(0)]
    pub until: Due,
    /// Why it closed.
    #[n(1)]
    pub class: FailureClass,
    /// Set when the server named the time: then not even "send now" opens it earlier.
    #[n(2)]
    pub server_asked: bool,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// Stored on the phone; no record lists it yet.
    Kept,
    /// To be uploaded.
    Waiting,
    /// An upload has begun and its end is not known.
    Uploading,
    /// Not tried again before this time.
    Delayed {
        /// When it is due.
        until: Due,
        /// Why.
        class: FailureClass,
    },
    /// Kept back until the observer says otherwise.
    Held {
        /// Why.
        reason: HeldReason,
    },
    /// A verified receipt is stored.
    Stored,
}

/// What kind of network there is, as the app says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// Every byte costs money: previews go, originals wait for Wi-Fi unless the observer says "send now".
    Metered,
    /// Bytes are free.
    #[default]
    Unmetered,
}

/// A file of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadItem {
    /// Row of the file.
    pub media: i64,
    /// Lower goes first.
    pub priority: u32,
    /// Whether it is an original rather than a preview.
    pub original: bool,
    /// The observer wants it sent on any network.
    pub send_now: bool,
    /// Whether the coordinator has said where to; it does with the receipt of the record.
    pub has_path: bool,
    /// Attempts so far.
    pub attempts: u32,
    /// Where it stands.
    pub state: UploadState,
}

/// Why nothing is sent now, in the one word the observer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The network.
    Network(FailureClass),
    /// The device is not known to the coordinator yet.
    Held(HeldReason),
    /// Enrolment was refused; the observer needs another invite.
    Enrolment(RefusalCode),
    /// No invite was accepted yet.
    NotInvited,
}

/// What all items share: the state of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lane {
    /// Failures in a row.
    #[n(1)]
    pub failures: u32,
    /// Closed until.
    #[n(2)]
    pub gate: Option<Gate>,
    /// Records in a batch at most; halves when a batch fails and doubles when one arrives.
    #[n(3)]
    pub batch: u32,
}

/// Records in a batch when nothing has failed.
pub(crate) const FULL_BATCH: u32 = 256;

impl Default for Lane {
    fn default() -> Self {
        Self { failures: 0, gate: None, batch: FULL_BATCH }
    }
}

impl Lane {
    /// Milliseconds until the lane opens; 0 for now.
    #[must_use]
    pub fn wait_ms(&self, now: &ClockSample) -> u64 {
        self.gate.map_or(0, |gate| gate.until.remaining_ms(now))
    }
}

/// Whether somebody needs help now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    Usual,
    Urgent,
}

/// The order in which records are sent: lower goes first. Protocols, then incidents where help is needed, then the rest.
pub(crate) const fn priority(kind: RecordKind, urgency: Urgency) -> u32 {
    match (kind, urgency) {
        (RecordKind::Protocol, _) => 0,
        (_, Urgency::Urgent) => 1,
        _ => 2,
    }
}

/// The urgency with which a file is uploaded: previews of protocols, other previews, protocol originals, the rest.
pub(crate) const fn media_priority(kind: RecordKind, role: AttachmentRole) -> u32 {
    match (kind, role) {
        (RecordKind::Protocol, AttachmentRole::Preview) => 0,
        (_, AttachmentRole::Preview) => 1,
        (RecordKind::Protocol, _) => 2,
        _ => 3,
    }
}
