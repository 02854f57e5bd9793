//! What a draft is: everything an observer has entered and not sealed yet, and how one begins.
//!
//! Data only, in the form the store keeps; the journal begins, changes and seals drafts.

use kuager_forms::carried::Looking;
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{Answers, Attachment, FollowUp, FormRef, IncidentStatus, Location, RecordKind};
use minicbor::{Decode, Encode};

/// Names a draft within its store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DraftId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 16],
);

impl DraftId {
    /// The raw bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The draft with these raw bytes, as [`DraftId::as_bytes`] gave them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for DraftId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DraftId({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// What an observer has entered and not sealed yet.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Draft {
    /// Its name.
    #[n(1)]
    pub id: DraftId,
    /// What it will be a record of.
    #[n(2)]
    pub kind: RecordKind,
    /// The form it answers.
    #[n(3)]
    pub form: Option<FormRef>,
    /// Station key, or free text for a station the pack lacks.
    #[n(4)]
    pub station: Option<String>,
    /// Language the questions are shown in.
    #[n(5)]
    pub language: Option<String>,
    /// Answers so far.
    #[n(6)]
    pub answers: Answers,
    /// Free text, for a note.
    #[n(7)]
    pub text: Option<String>,
    /// The record it corrects.
    #[n(8)]
    pub supersedes: Option<RecordHash>,
    /// Where the device was.
    #[n(9)]
    pub location: Option<Location>,
    /// Whether it is an exercise.
    #[n(10)]
    pub training: bool,
    /// Wall clock at the last change, milliseconds since 1970.
    #[n(11)]
    pub changed_ms: i64,
    /// Files that belong to it, each stored already.
    #[n(12)]
    pub attachments: Option<Vec<Attachment>>,
    /// What it will say about another record.
    #[n(13)]
    pub follows: Option<FollowUp>,
}

impl Draft {
    /// As who it looks back at earlier records.
    pub(crate) fn looking(&self) -> Looking<'_> {
        Looking {
            station: self.station.as_deref(),
            training: self.training,
            supersedes: self.supersedes,
            answers: &self.answers,
        }
    }
}

/// A draft as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedDraft {
    pub(crate) draft: Draft,
    /// Another one after every change, whoever made it.
    pub(crate) version: i64,
}

/// How a draft begins.
#[derive(Debug, Clone, Default)]
pub struct NewDraft {
    pub(crate) form: Option<String>,
    pub(crate) station: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) training: bool,
    pub(crate) follows: Option<FollowUp>,
    pub(crate) answers: Answers,
}

impl NewDraft {
    /// Answers to a form of the current pack.
    #[must_use]
    pub fn form(id: impl Into<String>) -> Self {
        Self { form: Some(id.into()), ..Self::default() }
    }

    /// Free text that belongs to no form.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    /// A signed word about another record: it is corroborated, verified, disputed or withdrawn, and why.
    #[must_use]
    pub fn follow_up(record: RecordHash, status: IncidentStatus, reason: impl Into<String>) -> Self {
        Self { text: Some(reason.into()), follows: Some(FollowUp { record, status }), ..Self::default() }
    }

    /// Begins with these answers.
    #[must_use]
    pub fn answers(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// At this station: a key of the pack, or free text.
    #[must_use]
    pub fn station(mut self, station: impl Into<String>) -> Self {
        self.station = Some(station.into());
        self
    }

    /// In this language (BCP 47).
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// As an exercise that never counts.
    #[must_use]
    pub const fn training(mut self) -> Self {
        self.training = true;
        self
    }
}
