//! The journal: drafts that survive everything, and sealing, after which nothing changes any more.
//!
//! A draft is saved whole at every change. [`Journal::seal`] turns it into a signed record, links it to the record
//! before, puts it into the outbox and removes the draft, all in one transaction: either all of that is on disk or the
//! draft is still there.

use std::sync::Arc;

use kuager_wire::SigningKey;
use kuager_wire::canonical::{Fault, TextMap, nfc};
use kuager_wire::cose::{self, Envelope, Statement, StatementError};
use kuager_wire::form::Form;
use kuager_wire::ids::{DeploymentId, Kid, MediaHash, PublicKey, RecordHash};
use kuager_wire::record::{
    Answers, Attachment, AttachmentRole, Body, ClockReading, FollowUp, FormRef, IncidentStatus, Location, Record,
    RecordKind, SeqRange, Value,
};
use minicbor::{Decode, Encode};

use crate::clock::{Clock, ClockSample};
use crate::keys;
use crate::outbox::upload::UploadState;
use crate::store::meta::Meta;
use crate::store::{MayBeStore, NewRecord, RecordRow, Store, StoreError, Tx};
pub use kuager_evidence::{ChainFault, ChainReport, verify_chain};
use kuager_forms::{self as forms, AnswerError, CompiledForm};

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

/// A record that has just been sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its id.
    pub hash: RecordHash,
    /// Its number in this device's chain.
    pub seq: u64,
    /// Size in bytes.
    pub size: usize,
    /// Required questions left without an answer.
    pub missing: Vec<String>,
}

/// Why something could not be drafted or sealed. The draft is still there.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no such draft; it may have been sealed already.
    #[error("there is no such draft; it may have been sealed already")]
    NoSuchDraft,
    /// There is no such record in this store.
    #[error("there is no record {0} in this store")]
    NoSuchRecord(RecordHash),
    /// An answer does not fit its question.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// What was entered is larger than a record may be.
    #[error("this is too much for one record ({limit} bytes); shorten the text or make two")]
    TooLarge {
        /// Bytes a record may have.
        limit: usize,
    },
    /// More files than one record may list.
    #[error("a record may have at most {limit} files; make another one")]
    TooManyFiles {
        /// Files a record may list.
        limit: usize,
    },
    /// It cannot be signed for another reason.
    #[error("this cannot be sealed: {0}")]
    Statement(StatementError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StatementError> for JournalError {
    fn from(error: StatementError) -> Self {
        match error {
            StatementError::Malformed(malformed) if matches!(malformed.fault, Fault::TooLarge { .. }) => {
                Self::TooLarge { limit: Record::LIMIT }
            }
            other => Self::Statement(other),
        }
    }
}

impl MayBeStore for JournalError {
    fn as_store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// Wall and monotonic clock may drift apart by this much before it is worth a flag.
const JUMP_MS: u64 = 120_000;
/// Numbers skipped after salvaging, since nobody knows how many records the lost part of the file held.
const SALVAGE_SKIP: u64 = 1_000;

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

/// Removes a file that no record lists and no draft refers to any more.
fn release_media(tx: &Tx<'_>, hash: MediaHash) -> Result<(), JournalError> {
    let refers = |draft: &Draft| draft.attachments.iter().flatten().any(|file| file.hash == hash);
    if tx.drafts()?.iter().any(refers) {
        return Ok(());
    }
    match tx.media(hash)? {
        Some(row) if row.state == UploadState::Kept => Ok(tx.remove_media(row.id)?),
        _ => Ok(()),
    }
}

/// Writes the journal of one device.
pub struct Journal {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    key: SigningKey,
    kid: Kid,
}

impl Journal {
    /// The journal of the device with this key.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, key: SigningKey) -> Self {
        let kid = PublicKey::from(&key).kid();
        Self { store, clock, key, kid }
    }

    /// The key this journal signs with.
    pub(crate) const fn kid(&self) -> Kid {
        self.kid
    }

    /// Begins a draft and saves it.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn new_draft(&self, new: NewDraft, form: Option<(FormRef, RecordKind)>) -> Result<DraftId, JournalError> {
        let NewDraft { station, language, text, training, follows, answers, .. } = new;
        let normal = |text: String| nfc(&text);
        let id = keys::random().map_err(|error| StoreError::Other(error.to_string()))?;
        let (form, kind) = form.map_or((None, RecordKind::Note), |(form, kind)| (Some(form), kind));
        let draft = Draft {
            id: DraftId(id),
            kind,
            form,
            station: station.map(normal),
            language: language.map(normal),
            answers,
            text: text.map(normal),
            supersedes: None,
            location: None,
            training,
            changed_ms: self.clock.now().wall_ms,
            attachments: None,
            follows,
        };
        self.store.write(|tx| tx.save_draft(&draft))?;
        Ok(draft.id)
    }

    /// Begins a correction: a draft that starts with the content of a sealed record and will supersede it.
    ///
    /// # Errors
    /// [`JournalError::NoSuchRecord`], [`JournalError::Store`].
    pub fn correct(&self, hash: RecordHash) -> Result<DraftId, JournalError> {
        let record = self.record(hash)?.ok_or(JournalError::NoSuchRecord(hash))?;
        let draft = Draft {
            id: DraftId(keys::random().map_err(|error| StoreError::Other(error.to_string()))?),
            kind: record.kind,
            form: record.form,
            station: record.station,
            language: record.body.language,
            answers: record.body.answers.unwrap_or_default(),
            text: record.body.text,
            supersedes: Some(hash),
            location: record.location,
            training: record.training == Some(true),
            changed_ms: self.clock.now().wall_ms,
            attachments: record.attachments,
            follows: record.body.follows,
        };
        self.store.write(|tx| tx.save_draft(&draft))?;
        Ok(draft.id)
    }

    /// Changes a draft and saves it; nothing is saved when `change` fails.
    ///
    /// # Errors
    /// [`JournalError::NoSuchDraft`], the error of `change`, [`JournalError::Store`].
    pub fn change_draft(
        &self,
        id: DraftId,
        change: impl FnOnce(&mut Draft) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        self.store.write(|tx| self.change_in(tx, id, change))
    }

    /// As [`Journal::change_draft`], within a transaction that changes something else too.
    pub(crate) fn change_in(
        &self,
        tx: &Tx<'_>,
        id: DraftId,
        change: impl FnOnce(&mut Draft) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let mut draft = tx.draft(id)?.ok_or(JournalError::NoSuchDraft)?;
        change(&mut draft)?;
        draft.changed_ms = self.clock.now().wall_ms;
        Ok(tx.save_draft(&draft)?)
    }

    /// Throws a draft away, and with it the files that nothing else refers to. Returns whether there was one.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn discard_draft(&self, id: DraftId) -> Result<bool, JournalError> {
        self.store.write(|tx| {
            let Some(draft) = tx.draft(id)? else { return Ok(false) };
            tx.remove_draft(id)?;
            for attachment in draft.attachments.unwrap_or_default() {
                release_media(tx, attachment.hash)?;
            }
            Ok(true)
        })
    }

    /// Takes a file, and previews made from it, out of a draft. Where nothing else refers to it, it is removed.
    ///
    /// # Errors
    /// [`JournalError::NoSuchDraft`], [`JournalError::Store`].
    pub fn detach(&self, id: DraftId, hash: MediaHash) -> Result<(), JournalError> {
        self.store.write(|tx| {
            let mut gone = Vec::new();
            self.change_in(tx, id, |draft| {
                let attachments = draft.attachments.take().unwrap_or_default();
                let (out, kept): (Vec<_>, Vec<_>) =
                    attachments.into_iter().partition(|file| file.hash == hash || file.of == Some(hash));
                gone = out;
                draft.attachments = (!kept.is_empty()).then_some(kept);
                Ok(())
            })?;
            gone.into_iter().try_for_each(|attachment| release_media(tx, attachment.hash))
        })
    }

    /// Seals a draft: signs it, links it, queues it and removes the draft, in one transaction.
    ///
    /// `form` is the form the draft answers; its checks run again here, since a draft may be older than a pack. Answers to
    /// questions that are hidden by now stay out of the record; what is computed goes in, and so do the relations that do
    /// not hold. Files go in whether their question is hidden or not: they are evidence.
    ///
    /// # Errors
    /// [`JournalError`]; the draft is then unchanged.
    pub fn seal(&self, id: DraftId, deployment: DeploymentId, form: Option<&Form>) -> Result<Sealed, JournalError> {
        self.seal_prepared(id, deployment, form, |_| Urgency::Usual)
    }

    /// As [`Journal::seal`]; `prepare` has a last look at the draft, within the transaction, and says how urgent it is.
    ///
    /// # Errors
    /// [`JournalError`]; the draft is then unchanged.
    pub(crate) fn seal_prepared(
        &self,
        id: DraftId,
        deployment: DeploymentId,
        form: Option<&Form>,
        prepare: impl FnOnce(&mut Draft) -> Urgency,
    ) -> Result<Sealed, JournalError> {
        self.store.write(|tx| {
            let mut draft = tx.draft(id)?.ok_or(JournalError::NoSuchDraft)?;
            let urgency = prepare(&mut draft);
            let mut missing = Vec::new();
            let mut checks = Vec::new();
            if let Some(form) = form {
                forms::check(form, &draft.answers)?;
                // A form this release cannot interpret was checked as far as it can be; what is entered is not lost.
                if let Ok(compiled) = CompiledForm::new(form) {
                    let carried = Self::carried(tx, form, draft.station.as_deref(), draft.training)?;
                    let files = draft.attachments.as_deref().unwrap_or_default();
                    let seen = forms::with_files(form, &draft.answers, files);
                    let state = compiled.state(&seen, &carried, "", &[]);
                    missing = state.missing.iter().map(ToString::to_string).collect();
                    checks = state.checks();
                    let mut sealed = compiled.sealed(&seen, &carried);
                    for (question, _) in seen.iter().filter(|(question, _)| draft.answers.get(question).is_none()) {
                        sealed.remove(question);
                    }
                    draft.answers = sealed;
                }
            }
            let body = Body {
                answers: draft.kind.has_form().then_some(draft.answers),
                language: draft.language,
                text: draft.text,
                checks: (!checks.is_empty()).then_some(checks),
                follows: draft.follows,
                ..Body::default()
            };
            let content = Content {
                kind: draft.kind,
                form: draft.form,
                station: draft.station,
                body,
                supersedes: draft.supersedes,
                location: draft.location,
                training: draft.training,
                attachments: draft.attachments,
                skip: 0,
                urgency,
            };
            let mut sealed = self.append(tx, deployment, content)?;
            tx.remove_draft(id)?;
            sealed.missing = missing;
            Ok(sealed)
        })
    }

    /// What a form sees of earlier records of this device at a station.
    pub(crate) fn carried(
        tx: &Tx<'_>,
        form: &Form,
        station: Option<&str>,
        training: bool,
    ) -> Result<TextMap<Value>, JournalError> {
        let Some(wanted) = &form.carried else { return Ok(TextMap::default()) };
        let mut records = Vec::new();
        for row in tx.queue()? {
            let row = row.record;
            let asked = |id: &String| wanted.iter().any(|carried| carried.form == *id);
            if row.station.as_deref() == station && row.form.as_ref().is_some_and(asked) {
                let record = Envelope::parse(&tx.record_bytes(row.id)?, Record::LIMIT)?.statement()?;
                records.push((row.hash, record));
            }
        }
        Ok(forms::carried::carried(form, station, training, &records))
    }

    /// Ends a recovery that salvaged records: says under signature which numbers are lost, those missing in the middle
    /// and an ample stretch after the last one that was found. Without this a salvaged phone could use a number twice.
    /// Does nothing when no recovery is unfinished. Returns the lost numbers.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn finish_recovery(&self, deployment: DeploymentId) -> Result<Vec<SeqRange>, JournalError> {
        if self.store.read(|tx| tx.meta_bytes(Meta::GapsUnstated))?.is_none() {
            return Ok(Vec::new());
        }
        self.store.write(|tx| {
            let mut lost = Vec::new();
            let mut expected = 0;
            tx.each_record::<StoreError>(self.kid, |seq, _| {
                if seq > expected {
                    lost.push(SeqRange { first: expected, last: seq - 1 });
                }
                expected = seq + 1;
                Ok(())
            })?;
            lost.push(SeqRange { first: expected, last: expected + SALVAGE_SKIP - 1 });
            for (position, range) in lost.iter().enumerate() {
                let skip = if position == 0 { SALVAGE_SKIP } else { 0 };
                let body = Body { lost: Some(*range), ..Body::default() };
                let content = Content { skip, body, ..Content::of(RecordKind::GapStatement) };
                self.append(tx, deployment, content)?;
            }
            tx.remove_meta(Meta::GapsUnstated)?;
            Ok(lost)
        })
    }

    fn append(&self, tx: &Tx<'_>, deployment: DeploymentId, content: Content) -> Result<Sealed, JournalError> {
        let now = self.clock.now();
        let head = tx.head(self.kid)?;
        let previous_clock = head.as_ref().map(|head| head.clock);
        let (seq, prev) = head.map_or((0, RecordHash::chain_start(deployment)), |head| (head.seq + 1, head.hash));
        let record = Record {
            version: kuager_wire::VERSION,
            kind: content.kind,
            seq: seq + content.skip,
            prev,
            clock: reading(&now, previous_clock.as_ref()),
            checkpoint: None,
            form: content.form,
            station: content.station,
            body: content.body,
            attachments: content.attachments,
            supersedes: content.supersedes,
            location: content.location,
            training: content.training.then_some(true),
        };
        let bytes = cose::sign(&record, deployment, &self.key)?;
        let hash = RecordHash::of(&bytes);
        tx.add_record(&NewRecord {
            hash,
            kid: self.kid,
            seq: record.seq,
            kind: record.kind,
            clock: record.clock,
            station: record.station.as_deref(),
            form: record.form.as_ref().map(|form| form.form.as_str()),
            supersedes: record.supersedes,
            priority: priority(record.kind, content.urgency),
            bytes: &bytes,
        })?;
        for file in record.attachments.iter().flatten() {
            tx.enqueue_media(file.hash, media_priority(record.kind, file.role), file.role == AttachmentRole::Original)?;
        }
        Ok(Sealed { hash, seq: record.seq, size: bytes.len(), missing: Vec::new() })
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn drafts(&self) -> Result<Vec<Draft>, JournalError> {
        Ok(self.store.read(|tx| tx.drafts())?)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`JournalError::NoSuchDraft`], [`JournalError::Store`].
    pub fn draft(&self, id: DraftId) -> Result<Draft, JournalError> {
        self.store.read(|tx| tx.draft(id))?.ok_or(JournalError::NoSuchDraft)
    }

    /// The content of a sealed record.
    ///
    /// # Errors
    /// [`JournalError::Store`], [`JournalError::Statement`].
    pub fn record(&self, hash: RecordHash) -> Result<Option<Record>, JournalError> {
        let found = self.record_bytes(hash)?;
        Ok(found.map(|(_, bytes)| Envelope::parse(&bytes, Record::LIMIT)?.statement()).transpose()?)
    }

    /// The exact signed bytes of a record.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn record_bytes(&self, hash: RecordHash) -> Result<Option<(RecordRow, Vec<u8>)>, JournalError> {
        Ok(self.store.read(|tx| {
            let Some(row) = tx.record(hash)? else { return Ok::<_, StoreError>(None) };
            let bytes = tx.record_bytes(row.id)?;
            Ok(Some((row, bytes)))
        })?)
    }

    /// Checks every signature and every link of this device's chain.
    ///
    /// # Errors
    /// [`JournalError::Store`]; what is wrong with the chain itself is in the report.
    pub fn verify(&self, deployment: DeploymentId) -> Result<ChainReport, JournalError> {
        let key = PublicKey::from(&self.key);
        self.store.read(|tx| {
            let mut records = Vec::new();
            tx.each_record::<StoreError>(self.kid, |_, bytes| {
                records.push(bytes.to_vec());
                Ok(())
            })?;
            Ok(verify_chain(records.iter().map(Vec::as_slice), deployment, &key))
        })
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Journal").field("kid", &self.kid).finish_non_exhaustive()
    }
}

struct Content {
    kind: RecordKind,
    form: Option<FormRef>,
    station: Option<String>,
    body: Body,
    supersedes: Option<RecordHash>,
    location: Option<Location>,
    training: bool,
    attachments: Option<Vec<Attachment>>,
    /// Numbers left out before this record.
    skip: u64,
    urgency: Urgency,
}

impl Content {
    fn of(kind: RecordKind) -> Self {
        Self {
            kind,
            form: None,
            station: None,
            body: Body::default(),
            supersedes: None,
            location: None,
            training: false,
            attachments: None,
            skip: 0,
            urgency: Urgency::Usual,
        }
    }
}

fn reading(now: &ClockSample, previous: Option<&ClockReading>) -> ClockReading {
    let jumped = previous.is_some_and(|previous| {
        previous.boot_id == now.boot_id && {
            let wall = i128::from(now.wall_ms) - i128::from(previous.wall_ms);
            let monotonic = i128::from(now.monotonic_ms) - i128::from(previous.monotonic_ms);
            (wall - monotonic).unsigned_abs() > u128::from(JUMP_MS)
        }
    });
    ClockReading {
        wall_ms: now.wall_ms,
        monotonic_ms: now.monotonic_ms,
        boot_id: now.boot_id,
        flags: if jumped { ClockReading::WALL_JUMPED } else { 0 },
    }
}

/// An answer as it is kept: text in the one form that is signed.
#[must_use]
pub(crate) fn normalised(value: Value) -> Value {
    match value {
        Value::Int(_) => value,
        Value::Text(text) => Value::Text(nfc(&text)),
        Value::List(values) => Value::List(values.into_iter().map(normalised).collect()),
        Value::Group(group) => {
            Value::Group(group.iter().map(|(key, value)| (nfc(key), normalised(value.clone()))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
