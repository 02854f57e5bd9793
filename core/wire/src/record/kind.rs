//! What a record can be about.

use minicbor::{Decode, Encode};
use strum::{EnumString, FromRepr, IntoStaticStr, VariantArray};

/// What a record is about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    EnumString,
    FromRepr,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
#[repr(u8)]
pub enum RecordKind {
    /// A filled checklist.
    #[n(1)]
    Checklist = 1,
    /// Turnout: told by the commission, counted by the observer.
    #[n(2)]
    Turnout = 2,
    /// An incident.
    #[n(3)]
    Incident = 3,
    /// The numbers of a result protocol.
    #[n(4)]
    Protocol = 4,
    /// One wave of an exit poll.
    #[n(5)]
    ExitPollWave = 5,
    /// Free text.
    #[n(6)]
    Note = 6,
    /// A device key takes over from another.
    #[n(7)]
    KeyEvent = 7,
    /// A signed statement that records with these numbers are lost.
    #[n(8)]
    GapStatement = 8,
    /// Numbers typed from a photo by somebody else.
    #[n(9)]
    Transcription = 9,
}

crate::named!(RecordKind: "The field's standard word for it.");

impl RecordKind {
    /// The number that is signed.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Self::from_repr(number)
    }

    /// Whether the body answers a form of the pack.
    #[must_use]
    pub const fn has_form(self) -> bool {
        !matches!(self, Self::Note | Self::KeyEvent | Self::GapStatement)
    }
}
