//! What an observer signs: one fact, at one place, with the clock evidence of the device, chained to the fact before.
//!
//! Records are never edited or deleted. A correction is a new record that names the old one in `supersedes`; both stay.

mod attachment;
mod follow_up;
mod kind;
mod value;

use minicbor::{Decode, Encode};

pub use self::attachment::{Attachment, AttachmentRole, MediaClaims, MediaSource};
pub use self::follow_up::{FollowUp, IncidentStatus};
pub use self::kind::RecordKind;
pub use self::value::{Answers, Value};
use crate::canonical::Malformed;
use crate::cose::{Purpose, Statement, check_version};
use crate::ids::{BootId, Kid, PackHash, RecordHash, TreeRoot};
use crate::limits;

/// What the device's clocks said. The coordinator weighs it; nobody refuses a record for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ClockReading {
    /// Wall clock, milliseconds since 1970-01-01T00:00:00Z; may be wrong by years.
    #[n(0)]
    pub wall_ms: i64,
    /// Milliseconds since some moment of this boot; never goes backwards within one `boot_id`.
    #[n(1)]
    pub monotonic_ms: u64,
    /// Which boot the monotonic clock belongs to.
    #[n(2)]
    pub boot_id: BootId,
    /// [`ClockReading::WALL_JUMPED`] or 0.
    #[n(3)]
    pub flags: u32,
}

impl ClockReading {
    /// The wall clock moved by more than two minutes against the monotonic clock since the record before.
    pub const WALL_JUMPED: u32 = 1;
}

/// The newest checkpoint of the coordinator's log that the device had verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CheckpointSeen {
    /// Entries in the tree.
    #[n(0)]
    pub tree_size: u64,
    /// Root over them.
    #[n(1)]
    pub root: TreeRoot,
}

/// The question paper a record answers: exactly this form of exactly this pack.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FormRef {
    /// The pack version.
    #[n(0)]
    pub pack: PackHash,
    /// The form's id within it.
    #[n(1)]
    pub form: String,
}

/// Where the device was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Location {
    /// Latitude in 1e-7 degrees, WGS 84.
    #[n(0)]
    pub lat_e7: i32,
    /// Longitude in 1e-7 degrees, WGS 84.
    #[n(1)]
    pub lon_e7: i32,
    /// Radius in metres within which the device believes to be.
    #[n(2)]
    pub accuracy_m: u32,
}

/// Numbers of records that are lost, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct SeqRange {
    /// First missing number.
    #[n(0)]
    pub first: u64,
    /// Last missing number.
    #[n(1)]
    pub last: u64,
}

/// The end of another chain that this one continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ChainHead {
    /// The key that signed it.
    #[n(0)]
    pub kid: Kid,
    /// Number of its last known record.
    #[n(1)]
    pub seq: u64,
    /// That record.
    #[n(2)]
    pub hash: RecordHash,
}

/// The content of a record. Which fields a kind has is checked by [`Record::check`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Body {
    /// Answers to the form.
    #[n(1)]
    pub answers: Option<Answers>,
    /// Language the observer saw the questions in (BCP 47), since a translation may be disputed.
    #[n(2)]
    pub language: Option<String>,
    /// Free text.
    #[n(3)]
    pub text: Option<String>,
    /// Lost numbers of this chain, for a gap statement.
    #[n(4)]
    pub lost: Option<SeqRange>,
    /// The chain this one continues, for a key event.
    #[n(5)]
    pub continues: Option<ChainHead>,
    /// Relations of the form that did not hold or could not be decided when it was sealed, by the phone's own judgement.
    #[n(6)]
    pub checks: Option<Vec<Check>>,
    /// What this record says about another one.
    #[n(7)]
    pub follows: Option<FollowUp>,
}

/// How a relation of the form came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Verdict {
    /// It does not hold.
    #[n(1)]
    Fails,
    /// It cannot be decided: something it speaks of was not entered, or cannot be computed.
    #[n(2)]
    Unknown,
}

/// A relation that does not hold, or cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Check {
    /// The relation's id.
    #[n(0)]
    pub relation: String,
    /// How it came out.
    #[n(1)]
    pub verdict: Verdict,
}

/// The payload of a record. Field numbers are the signed keys.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Record {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// What it is about.
    #[n(2)]
    pub kind: RecordKind,
    /// Position in the chain of this key, from 0.
    #[n(3)]
    pub seq: u64,
    /// The record before; [`RecordHash::chain_start`] for the first.
    #[n(4)]
    pub prev: RecordHash,
    /// Clock evidence.
    #[n(5)]
    pub clock: ClockReading,
    /// Newest checkpoint seen.
    #[n(6)]
    pub checkpoint: Option<CheckpointSeen>,
    /// The form answered.
    #[n(7)]
    pub form: Option<FormRef>,
    /// The pack's station key, or free text for a station the pack lacks.
    #[n(8)]
    pub station: Option<String>,
    /// Content.
    #[n(9)]
    pub body: Body,
    /// Files.
    #[n(10)]
    pub attachments: Option<Vec<Attachment>>,
    /// The record this one corrects.
    #[n(11)]
    pub supersedes: Option<RecordHash>,
    /// Where the device was.
    #[n(12)]
    pub location: Option<Location>,
    /// Present and true in training: such a record never counts.
    #[n(13)]
    pub training: Option<bool>,
}

impl Statement for Record {
    const PURPOSE: Purpose = Purpose::Record;
    const LIMIT: usize = limits::RECORD;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        self.check_numbers()?;
        let body = &self.body;
        let demands = [
            (self.kind.has_form(), self.form.is_some(), "a form"),
            (self.kind.has_form(), body.answers.is_some(), "answers"),
            (self.kind == RecordKind::Note, body.text.is_some(), "text"),
            (self.kind == RecordKind::GapStatement, body.lost.is_some(), "lost numbers"),
            (self.kind == RecordKind::KeyEvent, body.continues.is_some(), "a chain it continues"),
        ];
        if body.follows.is_some() && self.kind != RecordKind::Note {
            return Err(Malformed::shape("only a note follows another record"));
        }
        if body.checks.as_ref().is_some_and(Vec::is_empty) {
            return Err(Malformed::shape("an empty list of checks is left out"));
        }
        for (wanted, found, what) in demands {
            if wanted && !found {
                return Err(Malformed::shape(format!("a {} record needs {what}", self.kind.name())));
            }
        }
        if self.training == Some(false) {
            return Err(Malformed::shape("training is either true or absent"));
        }
        if self.attachments.as_ref().is_some_and(Vec::is_empty) {
            return Err(Malformed::shape("an empty list of attachments is left out"));
        }
        if self.attachments.as_ref().is_some_and(|attachments| attachments.len() > limits::ATTACHMENTS) {
            return Err(Malformed::shape(format!("more than {} attachments", limits::ATTACHMENTS)));
        }
        Ok(())
    }
}

impl Record {
    /// Whether every number is one that a chain, a clock or a file can have, so that no reader has to count to 2^64.
    fn check_numbers(&self) -> Result<(), Malformed> {
        let continues = self.body.continues.as_ref();
        let files = self.attachments.iter().flatten().map(|attachment| attachment.size);
        let counted = [
            Some(self.seq),
            Some(self.clock.monotonic_ms),
            self.checkpoint.map(|checkpoint| checkpoint.tree_size),
            continues.map(|head| head.seq),
        ];
        if counted.into_iter().flatten().chain(files).any(|number| number > limits::NUMBER) {
            return Err(Malformed::shape("a number above 2^62"));
        }
        if let Some(SeqRange { first, last }) = self.body.lost {
            if first > last {
                return Err(Malformed::shape("a range of numbers ends before it starts"));
            }
            if last >= self.seq {
                return Err(Malformed::shape("only numbers below its own can be lost"));
            }
        }
        if self.kind == RecordKind::KeyEvent && self.seq != 0 {
            return Err(Malformed::shape("a key event begins a chain"));
        }
        Ok(())
    }
}
