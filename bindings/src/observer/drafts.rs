//! Drafts, forms and sealing.

use kuager_core::ObserverError;
use kuager_core::forms::Path;
use kuager_core::wire::record;

use super::{ObserverHandle, draft_id};
use crate::callbacks::Change;
use crate::error::KuagerError;
use crate::types::{
    self, DraftInfo, FormChange, FormState, LocationInfo, NewDraft, Place, RecordInfo, Sealed, SealedRecord, Value,
    hex, parse_id,
};

#[uniffi::export]
impl ObserverHandle {
    /// Begins a draft and saves it. Gives its name.
    ///
    /// # Errors
    /// `no_pack`, `no_such_form`, `no_training`, `exit_poll_off`, and those of the store.
    pub fn new_draft(&self, new: NewDraft) -> Result<String, KuagerError> {
        let NewDraft { form, station, language, text, training } = new;
        let mut new = match form {
            Some(form) => kuager_core::NewDraft::form(form),
            None => kuager_core::NewDraft::note(text.unwrap_or_default()),
        };
        if let Some(station) = station {
            new = new.station(station);
        }
        if let Some(language) = language {
            new = new.language(language);
        }
        if training {
            new = new.training();
        }
        self.change(Change::Drafts, |core| Ok(hex(core.new_draft(new)?.as_bytes())))
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn drafts(&self) -> Result<Vec<DraftInfo>, KuagerError> {
        self.call(|core| Ok(core.drafts()?.iter().map(types::draft_info).collect()))
    }

    /// One draft.
    ///
    /// # Errors
    /// `no_such_draft`, and those of the store.
    pub fn draft(&self, draft: String) -> Result<DraftInfo, KuagerError> {
        self.call(|core| Ok(types::draft_info(&core.draft(draft_id(&draft)?)?)))
    }

    /// Sets one answer, or clears it. When this returns, the change survives a kill.
    ///
    /// # Errors
    /// `answer_does_not_fit`, `unknown_question`, `no_such_draft`, and those of the store.
    pub fn set_answer(&self, draft: String, question: String, answer: Option<Value>) -> Result<(), KuagerError> {
        let answer = answer.map(record::Value::from);
        self.change(Change::Drafts, |core| {
            core.set_answer(draft_id(&draft)?, &question, answer)?;
            Ok(())
        })
    }

    /// Sets one answer wherever it stands, also within groups, or clears it: `place` as `form_state` gives it.
    ///
    /// # Errors
    /// As [`ObserverHandle::set_answer`]; `unknown_question` also for an entry that is not there.
    pub fn set_answer_at(&self, draft: String, place: Place, answer: Option<Value>) -> Result<(), KuagerError> {
        let answer = answer.map(record::Value::from);
        let path = Path::from(&place);
        self.change(Change::Drafts, |core| {
            core.set_answer_at(draft_id(&draft)?, &path, answer)?;
            Ok(())
        })
    }

    /// Adds an entry to a repeat group, with what it begins with. Gives its number.
    ///
    /// # Errors
    /// `unknown_question` where there is no such group, `answer_does_not_fit` for an entry too many, `no_such_draft`, and those of the
    /// store.
    pub fn add_entry(&self, draft: String, group: String) -> Result<i64, KuagerError> {
        self.change(Change::Drafts, |core| Ok(types::counted(core.add_entry(draft_id(&draft)?, &group)?.0)))
    }

    /// Takes an entry out of a repeat group; those after it move up.
    ///
    /// # Errors
    /// `unknown_question` where there is no such entry, `no_such_draft`, and those of the store.
    pub fn remove_entry(&self, draft: String, group: String, entry: i64) -> Result<(), KuagerError> {
        let entry = usize::try_from(entry).unwrap_or(usize::MAX);
        self.change(Change::Drafts, |core| {
            core.remove_entry(draft_id(&draft)?, &group, entry)?;
            Ok(())
        })
    }

    /// Changes the text of a note.
    ///
    /// # Errors
    /// `no_such_draft`, and those of the store.
    pub fn set_text(&self, draft: String, text: String) -> Result<(), KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.set_text(draft_id(&draft)?, &text)?))
    }

    /// Sets where the device is, for this draft, or that it is not said.
    ///
    /// # Errors
    /// `no_such_draft`, and those of the store.
    pub fn set_location(&self, draft: String, location: Option<LocationInfo>) -> Result<(), KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.set_location(draft_id(&draft)?, location.map(Into::into))?))
    }

    /// Switches the language a draft is shown in.
    ///
    /// # Errors
    /// `no_such_draft`, and those of the store.
    pub fn set_language(&self, draft: String, language: String) -> Result<(), KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.set_language(draft_id(&draft)?, &language)?))
    }

    /// Puts a draft at another station.
    ///
    /// # Errors
    /// `no_such_draft`, and those of the store.
    pub fn set_station(&self, draft: String, station: String) -> Result<(), KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.set_station(draft_id(&draft)?, &station)?))
    }

    /// Throws a draft away. Says whether there was one.
    ///
    /// # Errors
    /// Those of the store.
    pub fn discard_draft(&self, draft: String) -> Result<bool, KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.discard_draft(draft_id(&draft)?)?))
    }

    /// How the form of a draft stands, in the draft's language; ask again after every change. Nothing for a note.
    ///
    /// # Errors
    /// `form_not_understood`, `no_such_draft`, and those of the store.
    pub fn form_state(&self, draft: String) -> Result<Option<FormState>, KuagerError> {
        self.call(|core| {
            let view = core.view(draft_id(&draft)?)?;
            Ok(types::form_state(&view).map_err(ObserverError::from)?)
        })
    }

    /// What the current pack changes against the one a draft was begun under; nothing when it is the same.
    ///
    /// # Errors
    /// `no_such_draft`, `no_pack`, and those of the store.
    pub fn pack_changes(&self, draft: String) -> Result<Option<Vec<FormChange>>, KuagerError> {
        self.call(|core| {
            let changes = core.pack_changes(draft_id(&draft)?)?;
            Ok(changes.map(|changes| changes.into_iter().map(types::form_change).collect()))
        })
    }

    /// Seals a draft: from here on it is signed evidence, chained and queued. When this returns, it survives anything but
    /// loss of the disk.
    ///
    /// # Errors
    /// `not_invited`, `cannot_seal`, `too_large`, `no_such_draft`, and those of the store; the draft is then unchanged.
    pub fn seal(&self, draft: String) -> Result<Sealed, KuagerError> {
        let sealed = self.change(Change::Drafts, |core| Ok(core.seal(draft_id(&draft)?)?))?;
        self.notify(&[Change::Records, Change::Media, Change::Status]);
        Ok(types::sealed(sealed))
    }

    /// Begins a correction of a sealed record. Gives the draft's name.
    ///
    /// # Errors
    /// `no_such_record`, and those of the store.
    pub fn correct(&self, record: String) -> Result<String, KuagerError> {
        self.change(Change::Drafts, |core| Ok(hex(core.correct(parse_id(&record)?)?.as_bytes())))
    }

    /// The newest records and where they stand, the newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn recent(&self, limit: i64) -> Result<Vec<RecordInfo>, KuagerError> {
        let limit = u32::try_from(limit.max(0)).unwrap_or(u32::MAX);
        self.call(|core| Ok(core.recent(limit)?.iter().map(types::record_info).collect()))
    }

    /// One sealed record with what the coordinator signed about it.
    ///
    /// # Errors
    /// `no_such_record`, and those of the store.
    pub fn record(&self, record: String) -> Result<SealedRecord, KuagerError> {
        self.call(|core| {
            let hash = parse_id(&record)?;
            let sealed = core.record(hash)?;
            let (receipt, refusal) = core.opened_statements(&sealed)?;
            Ok(types::sealed_record(hash, sealed, receipt.as_ref(), refusal.as_ref()))
        })
    }
}
