//! Drafts: begun, answered key by key, looked at, thrown away.

use kuager_forms::exit_poll::{self, ExitPollError};
use kuager_forms::{self as forms, AnswerError, CompiledForm, FormState, Path, places};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::Form;
use kuager_wire::record::{Answers, FormRef, Location, RecordKind, Value};

use super::device::Observer;
use crate::draft::{Draft, DraftId, NewDraft};
use crate::error::ObserverError;
use crate::journal::{self, Journal, JournalError};

impl Observer {
    /// Begins a draft, with the answers its form begins with, and saves it.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NoSuchForm`], [`ObserverError::NoTraining`], [`ObserverError::ExitPoll`]
    /// for a poll without a legal ground, [`ObserverError::Store`].
    pub fn new_draft(&self, mut new: NewDraft) -> Result<DraftId, ObserverError> {
        let form = match &new.form {
            None => None,
            Some(id) => {
                let pack = self.pack()?;
                let form = pack.pack.form(id).ok_or_else(|| ObserverError::NoSuchForm(id.clone()))?;
                if new.training && pack.pack.training == Some(false) {
                    return Err(ObserverError::NoTraining);
                }
                let reference = FormRef { pack: pack.hash, form: id.clone() };
                new.answers = self.beginning(&reference, &new)?;
                Some((reference, form.kind))
            }
        };
        Ok(self.journal.new_draft(new, form)?)
    }

    /// Sets or clears one answer. When this returns, the change survives a kill.
    ///
    /// # Errors
    /// [`ObserverError::Answer`] when it does not fit the question, [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_answer(&self, draft: DraftId, question: &str, answer: Option<Value>) -> Result<(), ObserverError> {
        let reference = self.journal.draft(draft)?.form;
        let answer = answer.map(journal::normalised);
        if let Some(answer) = &answer {
            self.with_form(reference.as_ref(), |form| {
                Ok(form.map_or(Ok(()), |form| forms::check_answer(form, question, answer))?)
            })?;
        }
        self.journal.change_draft(draft, |draft| {
            match answer {
                Some(answer) => drop(draft.answers.insert(question, answer)),
                None => drop(draft.answers.remove(question)),
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Changes the text of a note.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_text(&self, draft: DraftId, text: &str) -> Result<(), ObserverError> {
        let text = kuager_wire::canonical::nfc(text);
        self.journal.change_draft(draft, |draft| {
            draft.text = Some(text);
            Ok(())
        })?;
        Ok(())
    }

    /// Sets where the device is, for this draft.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_location(&self, draft: DraftId, location: Option<Location>) -> Result<(), ObserverError> {
        self.journal.change_draft(draft, |draft| {
            draft.location = location;
            Ok(())
        })?;
        Ok(())
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn drafts(&self) -> Result<Vec<Draft>, ObserverError> {
        Ok(self.journal.drafts()?)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn draft(&self, draft: DraftId) -> Result<Draft, ObserverError> {
        Ok(self.journal.draft(draft)?)
    }

    /// Throws a draft away. Returns whether there was one.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn discard_draft(&self, draft: DraftId) -> Result<bool, ObserverError> {
        Ok(self.journal.discard_draft(draft)?)
    }

    /// Shows how the form of a draft stands: what to ask, what is missing, what does not add up. Call it after every
    /// change. `None` for a note.
    ///
    /// # Errors
    /// [`ObserverError::Form`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn with_state<T>(
        &self,
        draft: DraftId,
        look: impl FnOnce(&FormState<'_>) -> T,
    ) -> Result<Option<T>, ObserverError> {
        let draft = self.journal.draft(draft)?;
        let Some(reference) = &draft.form else { return Ok(None) };
        let (pack, form) = self.compiled(reference)?;
        let carried = self.carried(&form, draft.station.as_deref(), draft.training)?;
        let language = draft.language.as_deref().unwrap_or_default();
        let files = draft.attachments.as_deref().unwrap_or_default();
        let answers = forms::with_files(form.form(), &draft.answers, files);
        Ok(Some(look(&form.state(&answers, &carried, language, &pack.pack.languages))))
    }

    fn carried(
        &self,
        form: &CompiledForm,
        station: Option<&str>,
        training: bool,
    ) -> Result<TextMap<Value>, ObserverError> {
        if form.form().carried.is_none() {
            return Ok(TextMap::default());
        }
        Ok(self.store.read(|tx| Journal::carried(tx, form.form(), station, training))?)
    }

    /// What a new draft of a form begins with: its defaults, unless the caller brought answers. A wave of an exit poll that
    /// has no legal ground does not begin, whichever way it is asked for.
    fn beginning(&self, reference: &FormRef, new: &NewDraft) -> Result<Answers, ObserverError> {
        let pack = self.pack_with(reference.pack)?;
        if pack.pack.form(&reference.form).is_some_and(|form| form.kind == RecordKind::ExitPollWave) {
            exit_poll::legal(pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?)?;
        }
        let form = match self.compiled(reference) {
            Ok((_, form)) => form,
            // What this release cannot interpret can still be filled in.
            Err(ObserverError::Form(_)) => return Ok(new.answers.clone()),
            Err(error) => return Err(error),
        };
        let carried = self.carried(&form, new.station.as_deref(), new.training)?;
        let mut answers = form.defaults(&carried);
        for (question, value) in new.answers.iter() {
            answers.insert(question, value.clone());
        }
        Ok(answers)
    }

    /// Sets or clears one answer wherever it stands, also within groups: `path` as [`FormState::asked`] gives it. When this
    /// returns, the change survives a kill.
    ///
    /// # Errors
    /// [`ObserverError::Answer`] when it does not fit or its entry is not there, [`ObserverError::Journal`],
    /// [`ObserverError::Store`].
    pub fn set_answer_at(&self, draft: DraftId, path: &Path, answer: Option<Value>) -> Result<(), ObserverError> {
        let answer = answer.map(journal::normalised);
        self.change_answers(draft, |form, answers| places::set(form, answers, path, answer))
    }

    /// Adds an entry to a repeat group of a draft, with what it begins with. Gives its number.
    ///
    /// # Errors
    /// As [`Observer::set_answer_at`], and [`ObserverError::Form`].
    pub fn add_entry(&self, draft: DraftId, group: &str) -> Result<usize, ObserverError> {
        let content = self.journal.draft(draft)?;
        let (_, form) = self.compiled(&content.form.ok_or(JournalError::NoSuchDraft)?)?;
        let carried = self.carried(&form, content.station.as_deref(), content.training)?;
        self.change_answers(draft, |_, answers| places::add_entry(&form, answers, group, &carried))
    }

    /// Takes an entry out of a repeat group of a draft; those after it move up.
    ///
    /// # Errors
    /// As [`Observer::set_answer_at`].
    pub fn remove_entry(&self, draft: DraftId, group: &str, entry: usize) -> Result<(), ObserverError> {
        self.change_answers(draft, |form, answers| places::remove_entry(form, answers, group, entry))
    }

    /// Neither compiles the form nor reads earlier records: this runs at every key pressed.
    fn change_answers<T>(
        &self,
        draft: DraftId,
        change: impl FnOnce(&Form, &mut Answers) -> Result<T, AnswerError>,
    ) -> Result<T, ObserverError> {
        let reference = self.journal.draft(draft)?.form;
        let mut result = None;
        self.with_form(reference.as_ref(), |form| {
            let form = form.ok_or(JournalError::NoSuchDraft)?;
            Ok(self.journal.change_draft(draft, |draft| {
                result = Some(change(form, &mut draft.answers)?);
                Ok(())
            })?)
        })?;
        result.ok_or_else(|| JournalError::NoSuchDraft.into())
    }

    /// Switches the language a draft is shown in. Answers stay.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_language(&self, draft: DraftId, language: &str) -> Result<(), ObserverError> {
        let language = kuager_wire::canonical::nfc(language);
        Ok(self.journal.change_draft(draft, |draft| {
            draft.language = Some(language);
            Ok(())
        })?)
    }

    /// Puts a draft at another station: a key of the pack, or free text for a station the pack lacks.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_station(&self, draft: DraftId, station: &str) -> Result<(), ObserverError> {
        let station = kuager_wire::canonical::nfc(station);
        Ok(self.journal.change_draft(draft, |draft| {
            draft.station = Some(station);
            Ok(())
        })?)
    }
}
