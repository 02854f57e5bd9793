//! What somebody can do at the desk.

use minicbor::{Decode, Encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::canonical::{Malformed, TextMap};
use crate::ids::{ContentHash, EntryHash, MediaHash, ObserverId, PackHash, PersonId, RecordHash};
use crate::limits;
use crate::record::{Answers, IncidentStatus, Value};

/// How a call to an observer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum CallOutcome {
    /// The observer answered and is well.
    #[n(1)]
    Reached,
    /// Nobody answered.
    #[n(2)]
    NoAnswer,
    /// The telephone is switched off or without a network.
    #[n(3)]
    Unreachable,
    /// Somebody else answered, or the number does not exist.
    #[n(4)]
    WrongNumber,
    /// The observer is not at the station any more: not admitted, sent away, ill.
    #[n(5)]
    Absent,
}

crate::named!(CallOutcome: "A stable name.");

/// What is found of one field of a protocol on its photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum FieldFinding {
    /// The photo shows this value.
    #[n(1)]
    Agreed,
    /// It cannot be decided between values.
    #[n(2)]
    Disputed,
    /// It cannot be read.
    #[n(3)]
    Unreadable,
}

crate::named!(FieldFinding: "A stable name.");

/// A step in the life of a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum ComplaintStep {
    /// It was handed in.
    #[n(1)]
    Filed,
    /// The commission or court refused to take it.
    #[n(2)]
    NotAccepted,
    /// It was granted.
    #[n(3)]
    Granted,
    /// It was rejected.
    #[n(4)]
    Rejected,
    /// It was not answered within the time the law gives.
    #[n(5)]
    Unanswered,
    /// It went to a higher commission or a court.
    #[n(6)]
    Appealed,
}

crate::named!(ComplaintStep: "A stable name.");

/// To whom a complaint is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum Addressee {
    /// The commission of the station, or another one, with a statement about a violation.
    #[n(1)]
    Commission,
    /// The commission above, against what a commission or a member of it did or decided.
    #[n(2)]
    HigherCommission,
    /// A court.
    #[n(3)]
    Court,
    /// A prosecutor.
    #[n(4)]
    Prosecutor,
}

crate::named!(Addressee: "A stable name.");

/// What happened to the account of a person at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum AccountChange {
    /// It was made.
    #[n(1)]
    Added,
    /// Its roles are others now.
    #[n(2)]
    Roles,
    /// Its password or second factor was set anew.
    #[n(3)]
    Secrets,
    /// It cannot be used any more.
    #[n(4)]
    Disabled,
    /// It can be used again.
    #[n(5)]
    Enabled,
}

crate::named!(AccountChange: "A stable name.");

/// What somebody says to a publication that was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum PublicationVerdict {
    /// It is published; counts only from somebody else than who proposed it.
    #[n(1)]
    Approved,
    /// It is not published.
    #[n(2)]
    Rejected,
}

crate::named!(PublicationVerdict: "A stable name.");

/// Numbers of a paper by the questions that read them.
pub type Figures = TextMap<i64>;

/// The smallest number a figure may be. No paper has a negative one, and a reader that must add up is spared them.
pub const LOWEST_FIGURE: i64 = 0;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum Act {
    /// Called an observer.
    #[n(1)]
    Call {
        /// Whom.
        #[n(1)]
        observer: ObserverId,
        /// How it ended.
        #[n(2)]
        outcome: CallOutcome,
        /// When to call again, milliseconds since 1970.
        #[n(3)]
        next_ms: Option<u64>,
        /// In their words.
        #[n(4)]
        note: Option<String>,
    },
    /// Typed the numbers of a protocol from its photos, without seeing what others had typed.
    #[n(2)]
    Transcription {
        /// The record whose photos these are.
        #[n(1)]
        record: RecordHash,
        /// The pictures that were shown.
        #[n(2)]
        pages: Vec<MediaHash>,
        /// What was read, by the questions of the record's form.
        #[n(3)]
        answers: Answers,
        /// Questions whose fields cannot be read; absent when all can.
        #[n(4)]
        unreadable: Option<Vec<String>>,
    },
    /// Settled one field of a protocol that two people read differently, or nobody could read.
    #[n(3)]
    Settlement {
        /// The record.
        #[n(1)]
        record: RecordHash,
        /// The question that reads the field.
        #[n(2)]
        question: String,
        /// What was found.
        #[n(3)]
        finding: FieldFinding,
        /// The value that the photo shows; only where it is agreed.
        #[n(4)]
        value: Option<Value>,
        /// Why.
        #[n(5)]
        note: Option<String>,
    },
    /// Says where an incident stands.
    #[n(4)]
    IncidentStep {
        /// The incident's record.
        #[n(1)]
        record: RecordHash,
        /// Where it stands from now on.
        #[n(2)]
        status: IncidentStatus,
        /// Why, or by what.
        #[n(3)]
        note: Option<String>,
    },
    /// Took over official figures of one station.
    #[n(5)]
    Official {
        /// SHA-256 of the file they come from.
        #[n(1)]
        source: ContentHash,
        /// Whose they are, by a short name that the desk has for it: of the territorial commission, of the central one.
        #[n(2)]
        stage: String,
        /// The form of the pack whose questions name the figures.
        #[n(3)]
        form: String,
        /// Key of the station.
        #[n(4)]
        station: String,
        /// The figures; none takes those of the same stage back.
        #[n(5)]
        figures: Figures,
        /// The pack whose form it is; absent in entries of before, and where figures are taken back.
        #[n(6)]
        pack: Option<PackHash>,
    },
    /// Lets a protocol count although relations of its form do not hold.
    #[n(6)]
    Release {
        /// The record.
        #[n(1)]
        record: RecordHash,
        /// Which relations.
        #[n(2)]
        relations: Vec<String>,
        /// Why.
        #[n(3)]
        reason: String,
    },
    /// Asked an observer to photograph a page again.
    #[n(7)]
    Retake {
        /// The record.
        #[n(1)]
        record: RecordHash,
        /// The page.
        #[n(2)]
        media: MediaHash,
        /// The number of the message that was sent.
        #[n(3)]
        message: u64,
    },
    /// Says where a complaint stands.
    #[n(8)]
    Complaint {
        /// The record that tells of it.
        #[n(1)]
        record: RecordHash,
        /// Where it stands from now on.
        #[n(2)]
        step: ComplaintStep,
        /// By when the law demands an answer, milliseconds since 1970.
        #[n(3)]
        due_ms: Option<u64>,
        /// In words.
        #[n(4)]
        note: Option<String>,
        /// To whom it was handed in.
        #[n(5)]
        to: Option<Addressee>,
    },
    /// Changed an account of the desk.
    #[n(9)]
    Account {
        /// Whose.
        #[n(1)]
        person: PersonId,
        /// What happened to it.
        #[n(2)]
        change: AccountChange,
        /// The roles it has from now on, by their names, where they changed.
        #[n(3)]
        roles: Option<Vec<String>>,
    },
    /// Proposes to publish something, exactly as it is.
    #[n(11)]
    Publication {
        /// SHA-256 of the list of everything in it with the SHA-256 of each.
        #[n(1)]
        site: ContentHash,
        /// The proposal that was published last, which this one says its changes from; absent for the first.
        #[n(2)]
        follows: Option<EntryHash>,
        /// How many entries of the journal it was made from: those before this number.
        #[n(3)]
        entries: u64,
        /// The last record in it, in the order of arrival; zero for none.
        #[n(4)]
        arrival: u64,
        /// Which contests it has, by their keys; absent: none.
        #[n(5)]
        contests: Option<Vec<String>>,
        /// What else it has, by short names that the desk has for it: turnout, incidents, pictures; absent: nothing.
        #[n(6)]
        parts: Option<Vec<String>>,
        /// Why now, or what of it.
        #[n(7)]
        note: Option<String>,
    },
    /// Says whether what was proposed is published.
    #[n(12)]
    PublicationVerdict {
        /// The proposal.
        #[n(1)]
        proposal: EntryHash,
        /// What was looked at: the same as in the proposal, or this says nothing.
        #[n(2)]
        site: ContentHash,
        /// Whether it is published.
        #[n(3)]
        verdict: PublicationVerdict,
        /// Why.
        #[n(4)]
        note: Option<String>,
    },
    /// Made a copy of a picture public.
    #[n(13)]
    Redaction {
        /// The original.
        #[n(1)]
        media: MediaHash,
        /// The copy.
        #[n(2)]
        copy: MediaHash,
        /// How many rectangles were made black; none says that somebody looked and found nothing to hide.
        #[n(3)]
        regions: u64,
    },
}

impl Act {
    /// The number that is signed.
    #[must_use]
    pub const fn number(&self) -> u8 {
        match self {
            Self::Call { .. } => 1,
            Self::Transcription { .. } => 2,
            Self::Settlement { .. } => 3,
            Self::IncidentStep { .. } => 4,
            Self::Official { .. } => 5,
            Self::Release { .. } => 6,
            Self::Retake { .. } => 7,
            Self::Complaint { .. } => 8,
            Self::Account { .. } => 9,
            Self::Publication { .. } => 11,
            Self::PublicationVerdict { .. } => 12,
            Self::Redaction { .. } => 13,
        }
    }

    /// A stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Call { .. } => "call",
            Self::Transcription { .. } => "transcription",
            Self::Settlement { .. } => "settlement",
            Self::IncidentStep { .. } => "incident_step",
            Self::Official { .. } => "official",
            Self::Release { .. } => "release",
            Self::Retake { .. } => "retake",
            Self::Complaint { .. } => "complaint",
            Self::Account { .. } => "account",
            Self::Publication { .. } => "publication",
            Self::PublicationVerdict { .. } => "publication_verdict",
            Self::Redaction { .. } => "redaction",
        }
    }

    /// The record it is about, if it is about one.
    #[must_use]
    pub const fn record(&self) -> Option<RecordHash> {
        match self {
            Self::Transcription { record, .. }
            | Self::Settlement { record, .. }
            | Self::IncidentStep { record, .. }
            | Self::Release { record, .. }
            | Self::Retake { record, .. }
            | Self::Complaint { record, .. } => Some(*record),
            Self::Call { .. }
            | Self::Official { .. }
            | Self::Account { .. }
            | Self::Publication { .. }
            | Self::PublicationVerdict { .. }
            | Self::Redaction { .. } => None,
        }
    }

    /// Checks what the shape alone cannot say.
    pub(super) fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Call { next_ms, note, .. } | Self::Complaint { due_ms: next_ms, note, .. } => {
                moment(*next_ms)?;
                text(note.as_deref())
            }
            Self::Transcription { pages, answers, unreadable, .. } => {
                if pages.is_empty() || pages.len() > limits::ATTACHMENTS {
                    return Err(Malformed::shape(format!("one to {} pages are read", limits::ATTACHMENTS)));
                }
                if answers.len() > limits::FIGURES {
                    return Err(too_many());
                }
                unreadable.as_deref().map_or(Ok(()), names)
            }
            Self::Settlement { question, finding, value, note, .. } => {
                if value.is_some() != (*finding == FieldFinding::Agreed) {
                    return Err(Malformed::shape("a value is there where it is agreed, and only there"));
                }
                name(question)?;
                text(note.as_deref())
            }
            Self::IncidentStep { note, .. } => text(note.as_deref()),
            Self::Official { stage, form, station, figures, .. } => {
                if figures.len() > limits::FIGURES {
                    return Err(too_many());
                }
                if figures.iter().any(|(_, figure)| *figure < LOWEST_FIGURE) {
                    return Err(Malformed::shape("a figure below zero"));
                }
                if station.is_empty() || station.len() > limits::STATION {
                    return Err(Malformed::shape(format!("a station has a name of 1 to {} bytes", limits::STATION)));
                }
                name(stage)?;
                name(form)
            }
            Self::Release { relations, reason, .. } => {
                names(relations)?;
                if reason.trim().is_empty() {
                    return Err(Malformed::shape("a release says why"));
                }
                text(Some(reason))
            }
            Self::Retake { message, .. } => moment(Some(*message)),
            Self::Account { change, roles, .. } => {
                if roles.is_some() && !matches!(change, AccountChange::Added | AccountChange::Roles) {
                    return Err(Malformed::shape("roles are named where they changed"));
                }
                roles.as_deref().map_or(Ok(()), names)
            }
            Self::Publication { entries, arrival, contests, parts, note, .. } => {
                moment(Some(*entries))?;
                moment(Some(*arrival))?;
                contests.as_deref().map_or(Ok(()), names)?;
                parts.as_deref().map_or(Ok(()), names)?;
                text(note.as_deref())
            }
            Self::PublicationVerdict { note, .. } => text(note.as_deref()),
            Self::Redaction { regions, .. } => moment(Some(*regions)),
        }
    }
}

fn moment(number: Option<u64>) -> Result<(), Malformed> {
    if number.is_some_and(|number| number > limits::NUMBER) {
        return Err(Malformed::shape("a number above 2^62"));
    }
    Ok(())
}

fn text(text: Option<&str>) -> Result<(), Malformed> {
    match text {
        Some("") => Err(Malformed::shape("an empty text is left out")),
        Some(text) if text.len() > limits::DESK_TEXT => {
            Err(Malformed::shape(format!("a text of more than {} bytes", limits::DESK_TEXT)))
        }
        _ => Ok(()),
    }
}

fn name(name: &str) -> Result<(), Malformed> {
    if name.is_empty() || name.len() > limits::DESK_NAME {
        return Err(Malformed::shape(format!("a name has 1 to {} bytes", limits::DESK_NAME)));
    }
    Ok(())
}

fn names(all: &[String]) -> Result<(), Malformed> {
    if all.is_empty() {
        return Err(Malformed::shape("an empty list of names is left out"));
    }
    if all.len() > limits::FIGURES {
        return Err(too_many());
    }
    all.iter().try_for_each(|one| name(one))
}

fn too_many() -> Malformed {
    Malformed::shape(format!("more than {} of one kind", limits::FIGURES))
}
