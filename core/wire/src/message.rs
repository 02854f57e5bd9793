//! The coordinator's word to one observer, signed, fetched from the inbox.

use minicbor::{Decode, Encode};

use crate::canonical::Malformed;
use crate::cose::{Purpose, Statement, check_version};
use crate::ids::{MediaHash, ObserverId, RecordHash};
use crate::limits;

/// What a message asks the observer to do, so that the app can offer it as one tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Ask {
    /// Photograph this page again: it cannot be read.
    #[n(1)]
    Retake,
}

/// A message to an observer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Message {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Number of the message at this coordinator, from 1; later messages have higher numbers.
    #[n(2)]
    pub number: u64,
    /// To whom.
    #[n(3)]
    pub observer: ObserverId,
    /// When it was written, milliseconds since 1970, by the coordinator's clock.
    #[n(4)]
    pub sent_ms: u64,
    /// What it says.
    #[n(5)]
    pub text: String,
    /// The record it is about.
    #[n(6)]
    pub about: Option<RecordHash>,
    /// The file it is about.
    #[n(7)]
    pub media: Option<MediaHash>,
    /// What it asks for.
    #[n(8)]
    pub ask: Option<Ask>,
}

impl Statement for Message {
    const PURPOSE: Purpose = Purpose::Message;
    const LIMIT: usize = limits::MESSAGE;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)
    }
}
