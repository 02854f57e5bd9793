//! What an observer signs: one fact, at one place, with the clock evidence of the device, chained to the fact before.
//!
//! Records are never edited or deleted. A correction is a new record that names the old one in `supersedes`; both stay.

use minicbor::{Decode, Encode};

use crate::canonical::{Malformed, TextMap};
use crate::cose::{Purpose, Statement, check_version};
use crate::ids::{BootId, Kid, MediaHash, PackHash, RecordHash, TreeRoot};
use crate::limits;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum RecordKind {
    /// A filled checklist.
    #[n(1)]
    Checklist,
    /// Turnout: told by the commission, counted by the observer.
    #[n(2)]
    Turnout,
    /// An incident.
    #[n(3)]
    Incident,
    /// The numbers of a result protocol.
    #[n(4)]
    Protocol,
    /// One wave of an exit poll.
    #[n(5)]
    ExitPollWave,
    /// Free text.
    #[n(6)]
    Note,
    /// A device key takes over from another.
    #[n(7)]
    KeyEvent,
    /// A signed statement that records with these numbers are lost.
    #[n(8)]
    GapStatement,
    /// Numbers typed from a photo by somebody else.
    #[n(9)]
    Transcription,
}

impl RecordKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Checklist,
        Self::Turnout,
        Self::Incident,
        Self::Protocol,
        Self::ExitPollWave,
        Self::Note,
        Self::KeyEvent,
        Self::GapStatement,
        Self::Transcription,
    ];

    /// The number that is signed.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Checklist => 1,
            Self::Turnout => 2,
            Self::Incident => 3,
            Self::Protocol => 4,
            Self::ExitPollWave => 5,
            Self::Note => 6,
            Self::KeyEvent => 7,
            Self::GapStatement => 8,
            Self::Transcription => 9,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The field's standard word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checklist => "checklist",
            Self::Turnout => "turnout",
            Self::Incident => "incident",
            Self::Protocol => "protocol",
            Self::ExitPollWave => "exit_poll_wave",
            Self::Note => "note",
            Self::KeyEvent => "key_event",
            Self::GapStatement => "gap_statement",
            Self::Transcription => "transcription",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the body answers a form of the pack.
    #[must_use]
    pub const fn has_form(self) -> bool {
        !matches!(self, Self::Note | Self::KeyEvent | Self::GapStatement)
    }
}

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

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number: an integer, a decimal scaled by the form, a time in minutes after local midnight.
    Int(i64),
    /// A choice's key, or free text.
    Text(String),
    /// Several choices, or the entries of a repeat group.
    List(Vec<Value>),
    /// One entry of a repeat group.
    Group(TextMap<Value>),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// Whether it says nothing: blank text, an empty list. Treated as no answer at all.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Int(_) | Self::Group(_) => false,
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Int(number) => encoder.i64(*number)?.ok(),
            Self::Text(text) => encoder.str(text)?.ok(),
            Self::List(values) => values.encode(encoder, context),
            Self::Group(group) => group.encode(encoder, context),
        }
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(decoder: &mut minicbor::Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        use minicbor::data::Type;
        let at = decoder.position();
        match decoder.datatype()? {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                decoder.i64().map(Self::Int)
            }
            Type::String => decoder.str().map(|text| Self::Text(text.to_owned())),
            Type::Array => Vec::decode(decoder, context).map(Self::List),
            Type::Map => TextMap::decode(decoder, context).map(Self::Group),
            other => Err(minicbor::decode::Error::message(format!("an answer cannot be a {other}")).at(at)),
        }
    }
}

/// Answers by question id.
pub type Answers = TextMap<Value>;

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

/// Where an incident stands. It begins as reported; every later step is a signed record of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum IncidentStatus {
    /// As its own record says.
    #[n(1)]
    Reported,
    /// A second source says the same.
    #[n(2)]
    Corroborated,
    /// Somebody responsible has checked it.
    #[n(3)]
    Verified,
    /// Somebody says that it is not so.
    #[n(4)]
    Disputed,
    /// Its author takes it back. It stays in the chain.
    #[n(5)]
    Withdrawn,
}

impl IncidentStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Reported, Self::Corroborated, Self::Verified, Self::Disputed, Self::Withdrawn];

    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Corroborated => "corroborated",
            Self::Verified => "verified",
            Self::Disputed => "disputed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A step in the life of another record, which stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FollowUp {
    /// The record this is about.
    #[n(0)]
    pub record: RecordHash,
    /// What it is from now on, by the word of whoever signs this.
    #[n(1)]
    pub status: IncidentStatus,
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
        if body.lost.is_some_and(|range| range.first > range.last) {
            return Err(Malformed::shape("a range of numbers ends before it starts"));
        }
        Ok(())
    }
}
