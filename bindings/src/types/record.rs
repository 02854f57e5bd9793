//! Sealed records, where they stand, and what was signed about them.

use std::collections::HashMap;

use kuager_core::store::QueueRow;
use kuager_core::wire::ids::RecordHash;
use kuager_core::wire::receipt::{Receipt, Refusal};
use kuager_core::wire::record::{self, Check, Verdict};
use kuager_core::{observer, queue};

use super::media::{AttachmentInfo, attachment};
use super::numbers::{counted, signed};
use super::sync::{FailureClass, HeldReason};
use super::value::{Value, answers_from};

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum RecordKind {
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

impl From<record::RecordKind> for RecordKind {
    fn from(kind: record::RecordKind) -> Self {
        match kind {
            record::RecordKind::Checklist => Self::Checklist,
            record::RecordKind::Turnout => Self::Turnout,
            record::RecordKind::Incident => Self::Incident,
            record::RecordKind::Protocol => Self::Protocol,
            record::RecordKind::ExitPollWave => Self::ExitPollWave,
            record::RecordKind::Note => Self::Note,
            record::RecordKind::KeyEvent => Self::KeyEvent,
            record::RecordKind::GapStatement => Self::GapStatement,
            record::RecordKind::Transcription => Self::Transcription,
        }
    }
}

/// A step in the life of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum IncidentStatus {
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

impl From<IncidentStatus> for record::IncidentStatus {
    fn from(status: IncidentStatus) -> Self {
        match status {
            IncidentStatus::Reported => Self::Reported,
            IncidentStatus::Corroborated => Self::Corroborated,
            IncidentStatus::Verified => Self::Verified,
            IncidentStatus::Disputed => Self::Disputed,
            IncidentStatus::Withdrawn => Self::Withdrawn,
        }
    }
}

/// Where the device is: the core's `Location`, which Android has a class of its own for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct LocationInfo {
    /// Latitude in 1e-7 degrees (WGS 84).
    pub lat_e7: i32,
    /// Longitude in 1e-7 degrees (WGS 84).
    pub lon_e7: i32,
    /// Radius in metres within which the device believes to be.
    pub accuracy_m: i32,
}

impl From<LocationInfo> for record::Location {
    fn from(location: LocationInfo) -> Self {
        let accuracy_m = u32::try_from(location.accuracy_m).unwrap_or(u32::MAX);
        Self { lat_e7: location.lat_e7, lon_e7: location.lon_e7, accuracy_m }
    }
}

pub(super) fn location_info(location: &record::Location) -> LocationInfo {
    let accuracy_m = i32::try_from(location.accuracy_m).unwrap_or(i32::MAX);
    LocationInfo { lat_e7: location.lat_e7, lon_e7: location.lon_e7, accuracy_m }
}

/// A record that has just been sealed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Sealed {
    /// Its id.
    pub hash: String,
    /// Its number in this device's chain.
    pub seq: i64,
    /// Size in bytes.
    pub size: i64,
    /// Required questions left without an answer.
    pub missing: Vec<String>,
}

pub(crate) fn sealed(sealed: kuager_core::Sealed) -> Sealed {
    Sealed {
        hash: sealed.hash.to_string(),
        seq: signed(sealed.seq),
        size: counted(sealed.size),
        missing: sealed.missing,
    }
}

/// Where a record stands, and why it is not sent yet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RecordState {
    /// Signed and on the disk, not sent yet; `outlook` says what the next attempt waits for.
    Sealed,
    /// An attempt has begun.
    Sending,
    /// Not sent again for now, for a reason of its own.
    Waiting {
        /// Why: the core's `class`, a keyword in both languages.
        failure: FailureClass,
    },
    /// Kept back.
    Held {
        /// Why.
        reason: HeldReason,
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

impl From<&queue::State> for RecordState {
    fn from(state: &queue::State) -> Self {
        match state {
            queue::State::Sealed => Self::Sealed,
            queue::State::Sending => Self::Sending,
            queue::State::Waiting { class, .. } => Self::Waiting { failure: (*class).into() },
            queue::State::Held { reason, .. } => Self::Held { reason: (*reason).into() },
            queue::State::Refused { code } => Self::Refused { code: code.name().to_owned() },
            queue::State::Accepted => Self::Accepted,
            queue::State::Forked => Self::Forked,
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
    pub kind: RecordKind,
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
pub struct SealedRecord {
    /// Its id.
    pub hash: String,
    /// Its number in this device's chain.
    pub seq: i64,
    /// What it is about.
    pub kind: RecordKind,
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
    pub answers: HashMap<String, Value>,
    /// Relations that did not hold when it was sealed.
    pub failed_relations: Vec<String>,
    /// Free text.
    pub text: Option<String>,
    /// Files.
    pub attachments: Vec<AttachmentInfo>,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// Where the device was.
    pub location: Option<LocationInfo>,
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
pub(crate) fn sealed_record(
    hash: RecordHash,
    sealed: observer::SealedRecord,
    receipt: Option<&Receipt>,
    refusal: Option<&Refusal>,
) -> SealedRecord {
    let observer::SealedRecord { record, bytes, receipt: receipt_bytes, .. } = sealed;
    let body = record.body;
    let failed = |check: &Check| (check.verdict == Verdict::Fails).then(|| check.relation.clone());
    SealedRecord {
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
        location: record.location.as_ref().map(location_info),
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
