//! Drafts, sealed records, and what was signed about them.

use std::collections::HashMap;

use kuager_core::Draft;
use kuager_core::forms::changes::FormChange;
use kuager_core::journal::{ChainReport, Sealed};
use kuager_core::observer::SealedRecord;
use kuager_core::queue::State;
use kuager_core::store::{AttemptRow, QueueRow};
use kuager_core::wire::ids::RecordHash;
use kuager_core::wire::receipt::{Receipt, Refusal};
use kuager_core::wire::record::{IncidentStatus, Location, RecordKind, SeqRange};

use super::{Answer, AttachmentInfo, FailureReason, HoldReason, answers_from, attachment, counted, hex, signed};

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum RecordType {
    /// A checklist.
    Checklist,
    /// Turnout at an hour.
    Turnout,
    /// An incident.
    Incident,
    /// A result protocol.
    Protocol,
    /// A wave of the exit poll.
    ExitPollWave,
    /// Free text.
    Note,
    /// About a key.
    KeyEvent,
    /// Records that are lost.
    GapStatement,
    /// A protocol typed from a photo.
    Transcription,
}

impl From<RecordKind> for RecordType {
    fn from(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Checklist => Self::Checklist,
            RecordKind::Turnout => Self::Turnout,
            RecordKind::Incident => Self::Incident,
            RecordKind::Protocol => Self::Protocol,
            RecordKind::ExitPollWave => Self::ExitPollWave,
            RecordKind::Note => Self::Note,
            RecordKind::KeyEvent => Self::KeyEvent,
            RecordKind::GapStatement => Self::GapStatement,
            RecordKind::Transcription => Self::Transcription,
        }
    }
}

/// A step in the life of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum IncidentStep {
    /// Reported.
    Reported,
    /// Somebody else saw it too.
    Corroborated,
    /// Checked.
    Verified,
    /// Contradicted.
    Disputed,
    /// Taken back.
    Withdrawn,
}

impl From<IncidentStep> for IncidentStatus {
    fn from(step: IncidentStep) -> Self {
        match step {
            IncidentStep::Reported => Self::Reported,
            IncidentStep::Corroborated => Self::Corroborated,
            IncidentStep::Verified => Self::Verified,
            IncidentStep::Disputed => Self::Disputed,
            IncidentStep::Withdrawn => Self::Withdrawn,
        }
    }
}

/// How a draft begins.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewDraftOptions {
    /// The form; absent for a note.
    #[uniffi(default = None)]
    pub form: Option<String>,
    /// Station key of the pack, or free text for a station it lacks.
    #[uniffi(default = None)]
    pub station: Option<String>,
    /// Language the questions are shown in.
    #[uniffi(default = None)]
    pub language: Option<String>,
    /// The text of a note.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// An exercise, which never counts.
    #[uniffi(default = false)]
    pub training: bool,
}

/// Where the device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Place {
    /// Latitude in 1e-7 degrees (WGS 84).
    pub lat_e7: i32,
    /// Longitude in 1e-7 degrees (WGS 84).
    pub lon_e7: i32,
    /// Radius in metres within which the device believes to be.
    pub accuracy_m: i32,
}

impl From<Place> for Location {
    fn from(place: Place) -> Self {
        let accuracy_m = u32::try_from(place.accuracy_m).unwrap_or(u32::MAX);
        Self { lat_e7: place.lat_e7, lon_e7: place.lon_e7, accuracy_m }
    }
}

fn place(location: &Location) -> Place {
    let accuracy_m = i32::try_from(location.accuracy_m).unwrap_or(i32::MAX);
    Place { lat_e7: location.lat_e7, lon_e7: location.lon_e7, accuracy_m }
}

/// What has been entered and not sealed yet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DraftInfo {
    /// Its name.
    pub id: String,
    /// What it will be a record of.
    pub kind: RecordType,
    /// The form it answers.
    pub form: Option<String>,
    /// The pack it was begun under.
    pub pack: Option<String>,
    /// Station key or free text.
    pub station: Option<String>,
    /// Language the questions are shown in.
    pub language: Option<String>,
    /// Answers so far, by question.
    pub answers: HashMap<String, Answer>,
    /// The text of a note.
    pub text: Option<String>,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// Where the device was.
    pub location: Option<Place>,
    /// Whether it is an exercise.
    pub training: bool,
    /// Wall clock at the last change.
    pub changed_ms: i64,
    /// Files that belong to it.
    pub attachments: Vec<AttachmentInfo>,
}

pub(crate) fn draft_info(draft: &Draft) -> DraftInfo {
    DraftInfo {
        id: hex(draft.id.as_bytes()),
        kind: draft.kind.into(),
        form: draft.form.as_ref().map(|form| form.form.clone()),
        pack: draft.form.as_ref().map(|form| form.pack.to_string()),
        station: draft.station.clone(),
        language: draft.language.clone(),
        answers: answers_from(&draft.answers),
        text: draft.text.clone(),
        supersedes: draft.supersedes.map(|hash| hash.to_string()),
        location: draft.location.as_ref().map(place),
        training: draft.training,
        changed_ms: draft.changed_ms,
        attachments: draft.attachments.iter().flatten().map(attachment).collect(),
    }
}

/// A record that has just been sealed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SealedInfo {
    /// Its id.
    pub hash: String,
    /// Its number in this device's chain.
    pub seq: i64,
    /// Size in bytes.
    pub size: i64,
    /// Required questions left without an answer.
    pub missing: Vec<String>,
}

pub(crate) fn sealed_info(sealed: Sealed) -> SealedInfo {
    SealedInfo {
        hash: sealed.hash.to_string(),
        seq: signed(sealed.seq),
        size: counted(sealed.size),
        missing: sealed.missing,
    }
}

/// Where a record stands, and why it is not sent yet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RecordState {
    /// Signed and on the disk, not sent yet; `outbox` says what the next attempt waits for.
    Sealed,
    /// An attempt has begun.
    Sending,
    /// Not sent again for now, for a reason of its own.
    Waiting {
        /// Why.
        reason: FailureReason,
    },
    /// Kept back.
    Held {
        /// Why.
        reason: HoldReason,
    },
    /// Refused by signed statement. The record stays.
    Refused {
        /// Stable name of the reason.
        code: String,
    },
    /// A verified receipt is stored: delivered.
    Accepted,
    /// Delivered, and another record has the same number.
    Forked,
}

impl From<&State> for RecordState {
    fn from(state: &State) -> Self {
        match state {
            State::Sealed => Self::Sealed,
            State::Sending => Self::Sending,
            State::Waiting { class, .. } => Self::Waiting { reason: (*class).into() },
            State::Held { reason, .. } => Self::Held { reason: (*reason).into() },
            State::Refused { code } => Self::Refused { code: code.name().to_owned() },
            State::Accepted => Self::Accepted,
            State::Forked => Self::Forked,
        }
    }
}

/// A sealed record and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecordInfo {
    /// Its id.
    pub hash: String,
    /// Its number in this device's chain.
    pub seq: i64,
    /// What it is about.
    pub kind: RecordType,
    /// The form it answers.
    pub form: Option<String>,
    /// Station key or free text.
    pub station: Option<String>,
    /// Wall clock at sealing.
    pub sealed_ms: i64,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// Where it stands.
    pub state: RecordState,
    /// Attempts so far.
    pub attempts: i64,
}

pub(crate) fn record_info(row: &QueueRow) -> RecordInfo {
    let record = &row.record;
    RecordInfo {
        hash: record.hash.to_string(),
        seq: signed(record.seq),
        kind: record.kind.into(),
        form: record.form.clone(),
        station: record.station.clone(),
        sealed_ms: record.sealed_ms,
        supersedes: record.supersedes.map(|hash| hash.to_string()),
        state: (&row.state).into(),
        attempts: row.attempts.into(),
    }
}

/// What a verified receipt says.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReceiptInfo {
    /// When the coordinator received the record, by its clock.
    pub received_ms: i64,
    /// The log the record will be in.
    pub log_origin: String,
    /// Until when.
    pub merge_deadline_ms: i64,
    /// The signed bytes, for export as proof.
    pub bytes: Vec<u8>,
}

/// A sealed record with its content.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecordDetail {
    /// Its id.
    pub hash: String,
    /// Its number in this device's chain.
    pub seq: i64,
    /// What it is about.
    pub kind: RecordType,
    /// The form it answers.
    pub form: Option<String>,
    /// The pack it was given under.
    pub pack: Option<String>,
    /// Station key or free text.
    pub station: Option<String>,
    /// Wall clock at sealing.
    pub sealed_ms: i64,
    /// Language the questions were shown in.
    pub language: Option<String>,
    /// Answers, by question.
    pub answers: HashMap<String, Answer>,
    /// Relations that failed or could not be decided.
    pub failed_relations: Vec<String>,
    /// Free text.
    pub text: Option<String>,
    /// Files.
    pub attachments: Vec<AttachmentInfo>,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// Where the device was.
    pub location: Option<Place>,
    /// Whether it is an exercise.
    pub training: bool,
    /// The exact signed bytes.
    pub bytes: Vec<u8>,
    /// The coordinator's receipt, verified, once there is one.
    pub receipt: Option<ReceiptInfo>,
    /// Why it was refused, in the coordinator's words.
    pub refusal: Option<String>,
}

/// `receipt` and `refusal` are what the outbox verified when it stored them.
pub(crate) fn record_detail(
    hash: RecordHash,
    sealed: SealedRecord,
    receipt: Option<&Receipt>,
    refusal: Option<&Refusal>,
) -> RecordDetail {
    let SealedRecord { record, bytes, receipt: receipt_bytes, .. } = sealed;
    let body = record.body;
    let failed = |check: &kuager_core::wire::record::Check| {
        (check.verdict == kuager_core::wire::record::Verdict::Fails).then(|| check.relation.clone())
    };
    RecordDetail {
        hash: hash.to_string(),
        seq: signed(record.seq),
        kind: record.kind.into(),
        form: record.form.as_ref().map(|form| form.form.clone()),
        pack: record.form.as_ref().map(|form| form.pack.to_string()),
        station: record.station,
        sealed_ms: record.clock.wall_ms,
        language: body.language,
        answers: body.answers.as_ref().map(answers_from).unwrap_or_default(),
        failed_relations: body.checks.iter().flatten().filter_map(failed).collect(),
        text: body.text,
        attachments: record.attachments.iter().flatten().map(attachment).collect(),
        supersedes: record.supersedes.map(|hash| hash.to_string()),
        location: record.location.as_ref().map(place),
        training: record.training == Some(true),
        bytes,
        receipt: receipt.map(|receipt| ReceiptInfo {
            received_ms: signed(receipt.received_ms),
            log_origin: receipt.log_origin.clone(),
            merge_deadline_ms: signed(receipt.merge_deadline_ms),
            bytes: receipt_bytes.unwrap_or_default(),
        }),
        refusal: refusal.map(|refusal| refusal.reason.clone()),
    }
}

/// An attempt of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Attempt {
    /// Which call.
    pub purpose: String,
    /// Records in it.
    pub records: i64,
    /// Wall clock at its start.
    pub started_ms: i64,
    /// Wall clock at its end; absent when the process ended first.
    pub ended_ms: Option<i64>,
    /// `ok`, or the name of a failure.
    pub outcome: Option<String>,
    /// Bytes sent.
    pub bytes_out: i64,
    /// Bytes received.
    pub bytes_in: i64,
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Self {
        Self {
            purpose: row.purpose,
            records: row.records.into(),
            started_ms: row.started_ms,
            ended_ms: row.ended_ms,
            outcome: row.outcome,
            bytes_out: signed(row.bytes_out),
            bytes_in: signed(row.bytes_in),
        }
    }
}

/// Numbers that are lost by signed statement.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LostRange {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

/// What checking this device's chain found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChainCheck {
    /// Valid records.
    pub records: i64,
    /// Id of the last one.
    pub head: Option<String>,
    /// Numbers that are lost by signed statement.
    pub lost: Vec<LostRange>,
    /// What does not hold, for developers. Empty: the chain is whole.
    pub faults: Vec<String>,
}

pub(crate) fn chain_check(report: &ChainReport) -> ChainCheck {
    let lost = |range: &SeqRange| LostRange { first: signed(range.first), last: signed(range.last) };
    ChainCheck {
        records: signed(report.records),
        head: report.head.map(|(_, hash)| hash.to_string()),
        lost: report.lost.iter().map(lost).collect(),
        faults: report.faults.iter().map(ToString::to_string).collect(),
    }
}

/// What a newer pack changes about a form.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum PackChange {
    /// The form is new.
    Added {
        /// The form.
        form: String,
    },
    /// The form is gone.
    Removed {
        /// The form.
        form: String,
    },
    /// It asks differently.
    Changed {
        /// The form.
        form: String,
        /// New questions.
        added: Vec<String>,
        /// Questions that are gone.
        removed: Vec<String>,
        /// Questions that differ.
        changed: Vec<String>,
        /// Relations that are new, gone or different.
        relations: Vec<String>,
    },
}

pub(crate) fn pack_change(change: FormChange) -> PackChange {
    match change {
        FormChange::Added { form } => PackChange::Added { form },
        FormChange::Removed { form } => PackChange::Removed { form },
        FormChange::Changed { form, added, removed, changed, relations } => {
            PackChange::Changed { form, added, removed, changed, relations }
        }
    }
}
