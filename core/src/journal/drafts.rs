//! Drafts: begun, changed, corrected and thrown away, each change durable when it returns.

use kuager_wire::canonical::nfc;
use kuager_wire::cose::{Envelope, Statement};
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::limits;
use kuager_wire::record::{Attachment, FollowUp, FormRef, Record, RecordKind, Value};
use kuager_wire::text::{self, station_fault};

use super::attachments;
use super::error::JournalError;
use super::writer::Journal;
use crate::draft::{Draft, DraftId, NewDraft, SavedDraft};
use crate::keys;
use crate::queue::UploadState;
use crate::store::{MayBeStore, StoreError, Tx};

impl Journal {
    /// Begins a draft and saves it.
    ///
    /// # Errors
    /// [`JournalError::Station`], [`JournalError::Store`].
    pub fn new_draft(&self, new: NewDraft, form: Option<(FormRef, RecordKind)>) -> Result<DraftId, JournalError> {
        let NewDraft { station, language, text, training, follows, answers, .. } = new;
        let normal = |text: String| nfc(&text);
        let (form, kind) = form.map_or((None, RecordKind::Note), |(form, kind)| (Some(form), kind));
        let draft = Draft {
            id: new_id()?,
            kind,
            form,
            station: station.as_deref().map(station_name).transpose()?,
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

    /// Begins a correction: a draft that starts with the content of a sealed record and will supersede it. A record has one
    /// such draft: asked for again, it is given again, as it stands. Of a record that is corrected already the newest version
    /// is corrected.
    ///
    /// # Errors
    /// [`JournalError::NoSuchRecord`], [`JournalError::Store`].
    pub fn correct(&self, hash: RecordHash) -> Result<DraftId, JournalError> {
        let id = new_id()?;
        let changed_ms = self.clock.now().wall_ms;
        self.store.write(|tx| {
            if tx.record(hash)?.is_none() {
                return Err(JournalError::NoSuchRecord(hash));
            }
            let latest = tx.latest_version(hash)?;
            for begun in tx.drafts()? {
                if let Some(corrects) = begun.supersedes
                    && tx.latest_version(corrects)? == latest
                {
                    return Ok(begun.id);
                }
            }
            let row = tx.record(latest)?.ok_or(JournalError::NoSuchRecord(latest))?;
            let record: Record = Envelope::parse(&tx.record_bytes(row.id)?, Record::LIMIT)?.statement()?;
            let draft = correction(id, latest, record, changed_ms);
            tx.save_draft(&draft)?;
            Ok(draft.id)
        })
    }

    /// The draft of a word about a record, where one with the same status and text was begun already.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn begun_follow_up(&self, follows: FollowUp, text: &str) -> Result<Option<DraftId>, JournalError> {
        let same = |draft: &Draft| draft.follows == Some(follows) && draft.text.as_deref() == Some(nfc(text).as_str());
        Ok(self.drafts()?.into_iter().find(|draft| draft.supersedes.is_none() && same(draft)).map(|draft| draft.id))
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
        self.store.write(|tx| self.change_in(tx, id, change)).map(|_| ())
    }

    /// As [`Journal::change_draft`], within a transaction that changes something else too. Gives what `change` gave, and
    /// the draft as it is saved then.
    pub(crate) fn change_in<T, E: MayBeStore + From<JournalError>>(
        &self,
        tx: &Tx<'_>,
        id: DraftId,
        change: impl FnOnce(&mut Draft) -> Result<T, E>,
    ) -> Result<(T, SavedDraft), E> {
        let mut draft = tx.draft(id)?.ok_or(JournalError::NoSuchDraft)?;
        let result = change(&mut draft)?;
        draft.changed_ms = self.clock.now().wall_ms;
        let version = tx.save_draft(&draft)?;
        Ok((result, SavedDraft { draft, version }))
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

    /// Adds a file to a draft. What has to make room for it is removed where nothing else refers to it.
    pub(crate) fn attach_in(&self, tx: &Tx<'_>, id: DraftId, attachment: Attachment) -> Result<(), JournalError> {
        let (gone, _) = self.change_in(tx, id, |draft| attachments::add(draft, attachment))?;
        gone.into_iter().try_for_each(|hash| release_media(tx, hash))
    }

    /// Takes a file, and previews made from it, out of a draft; with a label, only from what that label names. Where nothing
    /// else refers to it, it is removed.
    ///
    /// # Errors
    /// [`JournalError::NoSuchDraft`], [`JournalError::Store`].
    pub fn detach(&self, id: DraftId, hash: MediaHash, label: Option<&str>) -> Result<(), JournalError> {
        self.store.write(|tx| {
            let (gone, _) =
                self.change_in(tx, id, |draft| Ok::<_, JournalError>(attachments::take(draft, hash, label)))?;
            gone.into_iter().try_for_each(|hash| release_media(tx, hash))
        })
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
}

fn correction(id: DraftId, corrects: RecordHash, record: Record, changed_ms: i64) -> Draft {
    Draft {
        id,
        kind: record.kind,
        form: record.form,
        station: record.station,
        language: record.body.language,
        answers: record.body.answers.unwrap_or_default(),
        text: record.body.text,
        supersedes: Some(corrects),
        location: record.location,
        training: record.training == Some(true),
        changed_ms,
        attachments: record.attachments,
        follows: record.body.follows,
    }
}

fn new_id() -> Result<DraftId, StoreError> {
    keys::random().map(DraftId::from_bytes).map_err(|error| StoreError::Other(error.to_string()))
}

/// Removes a file that no record lists and no draft refers to any more.
pub(crate) fn release_media(tx: &Tx<'_>, hash: MediaHash) -> Result<(), JournalError> {
    let refers = |draft: &Draft| draft.attachments.iter().flatten().any(|file| file.hash == hash);
    if tx.drafts()?.iter().any(refers) {
        return Ok(());
    }
    match tx.media(hash)? {
        Some(row) if row.state == UploadState::Kept => Ok(tx.remove_media(row.id)?),
        _ => Ok(()),
    }
}

/// The name of a place as it is kept of what was typed.
///
/// # Errors
/// [`JournalError::Station`].
pub(crate) fn station_name(typed: &str) -> Result<String, JournalError> {
    let name = text::name(typed);
    match station_fault(&name) {
        None => Ok(name),
        Some(_) => Err(JournalError::Station { limit: limits::STATION }),
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
