//! Drafts: begun, answered key by key, looked at, thrown away.

use std::sync::Arc;

use kuager_forms::carried::Looking;
use kuager_forms::exit_poll::{self, ExitPollError};
use kuager_forms::files::{self, Moves};
use kuager_forms::{Path, check_answer, places};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::Form;
use kuager_wire::limits;
use kuager_wire::record::{Answers, FormRef, Location, RecordKind, Value};
use kuager_wire::text::name;

use super::device::Observer;
use super::view::{DraftView, PackForm};
use crate::draft::{Draft, DraftId, NewDraft};
use crate::error::ObserverError;
use crate::journal::{JournalError, follow_entries, normalised, release_media, station_name};
use crate::store::Tx;

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
                let reference = FormRef { pack: pack.hash, form: id.clone() };
                let form = self.form(&reference)?;
                if new.training && pack.pack.training == Some(false) {
                    return Err(ObserverError::NoTraining);
                }
                new.answers = self.beginning(&form, &new)?;
                Some((reference, form))
            }
        };
        let answered = form.as_ref().map(|(reference, form)| (reference.clone(), form.form.form().kind));
        new.station = new.station.as_deref().map(|typed| self.place(typed)).transpose()?;
        new.language = new.language.and_then(|wanted| self.language(&wanted));
        let draft = self.journal.new_draft(new, answered)?;
        let form = form.map(|(_, form)| form);
        self.known.lock().add_form_of(draft, form);
        Ok(draft)
    }

    /// Sets or clears one answer. When this returns, the change survives a kill.
    ///
    /// # Errors
    /// [`ObserverError::Answer`] when it does not fit the question, [`ObserverError::NoQuestions`] for a note,
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_answer(
        &self,
        draft: DraftId,
        question: &str,
        answer: Option<Value>,
    ) -> Result<DraftView, ObserverError> {
        let answer = answer.map(normalised);
        let ((), view) = self.change_answers(draft, |form, answers| {
            match answer {
                Some(answer) => {
                    check_answer(form.form.form(), question, &answer)?;
                    answers.insert(question, answer);
                }
                None => drop(answers.remove(question)),
            }
            Ok(())
        })?;
        Ok(view)
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
        Ok(Arc::unwrap_or_clone(self.store.read(|tx| self.saved(tx, draft))?))
    }

    /// A draft, read where it has changed since it was read last.
    pub(super) fn saved(&self, tx: &Tx<'_>, draft: DraftId) -> Result<Arc<Draft>, ObserverError> {
        let version = tx.draft_version(draft)?.ok_or(JournalError::NoSuchDraft)?;
        if let Some(known) = self.known.lock().draft(draft, version) {
            return Ok(known);
        }
        let read = Arc::new(tx.draft(draft)?.ok_or(JournalError::NoSuchDraft)?);
        self.known.lock().add_draft(version, Arc::clone(&read));
        Ok(read)
    }

    /// Throws a draft away. Returns whether there was one.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn discard_draft(&self, draft: DraftId) -> Result<bool, ObserverError> {
        let discarded = self.journal.discard_draft(draft)?;
        self.known.lock().forget(draft);
        Ok(discarded)
    }

    /// A draft as it stands: what was entered, and how its form stands. Every change of answers gives the same, so that
    /// nothing has to be asked for again.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::NoPack`], [`ObserverError::Store`].
    pub fn view(&self, draft: DraftId) -> Result<DraftView, ObserverError> {
        let form = self.form_of(draft)?;
        self.store.read(|tx| self.view_of(tx, self.saved(tx, draft)?, form))
    }

    fn view_of(&self, tx: &Tx<'_>, draft: Arc<Draft>, form: Option<Arc<PackForm>>) -> Result<DraftView, ObserverError> {
        let carried = match &form {
            Some(form) => self.carried(tx, form, draft.looking())?,
            None => TextMap::default(),
        };
        Ok(DraftView::new(draft, form, carried))
    }

    /// What a new draft of a form begins with: its defaults, unless the caller brought answers. A wave of an exit poll that
    /// has no legal ground does not begin, whichever way it is asked for.
    fn beginning(&self, form: &PackForm, new: &NewDraft) -> Result<Answers, ObserverError> {
        if form.form.form().kind == RecordKind::ExitPollWave {
            exit_poll::legal(form.pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?)?;
        }
        // What this release cannot interpret can still be filled in.
        let Ok(meaning) = form.form.meaning() else { return Ok(new.answers.clone()) };
        let looking = Looking {
            station: new.station.as_deref(),
            training: new.training,
            supersedes: None,
            answers: &new.answers,
        };
        let carried = self.store.read(|tx| self.carried(tx, form, looking))?;
        let mut answers = meaning.defaults(&carried);
        for (question, value) in new.answers.iter() {
            answers.insert(question, value.clone());
        }
        Ok(answers)
    }

    /// Sets or clears one answer wherever it stands, also within groups: `path` as
    /// [`FormState::asked`](kuager_forms::FormState::asked) gives it. When this returns, the change survives a kill.
    ///
    /// # Errors
    /// [`ObserverError::Answer`] when it does not fit or its entry is not there, [`ObserverError::NoQuestions`] for a note,
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_answer_at(
        &self,
        draft: DraftId,
        path: &Path,
        answer: Option<Value>,
    ) -> Result<DraftView, ObserverError> {
        let answer = answer.map(normalised);
        let ((), view) =
            self.change_answers(draft, |form, answers| Ok(places::set(form.form.form(), answers, path, answer)?))?;
        Ok(view)
    }

    /// Adds an entry to a repeat group of a draft, with what it begins with. Gives its number.
    ///
    /// # Errors
    /// As [`Observer::set_answer_at`], and [`ObserverError::Form`].
    pub fn add_entry(&self, draft: DraftId, group: &str) -> Result<(usize, DraftView), ObserverError> {
        let (before, nothing) = (self.view(draft)?, TextMap::default());
        let carried = before.carried().unwrap_or(&nothing);
        self.change_answers(draft, |form, answers| {
            Ok(places::add_entry(form.form.meaning()?, answers, group, carried)?)
        })
    }

    /// Takes an entry out of a repeat group of a draft; those after it move up. The files of an entry go where it goes: those
    /// of one that is taken out are taken out too, unless they answer another question as well.
    ///
    /// # Errors
    /// As [`Observer::set_answer_at`].
    pub fn remove_entry(&self, draft: DraftId, group: &str, entry: usize) -> Result<DraftView, ObserverError> {
        let moves = |form: &Form, before: &Answers, _: &Answers| files::removal(form, before, group, entry);
        let ((), view) = self.change_answers_and_files(draft, moves, |form, answers| {
            Ok(places::remove_entry(form.form.form(), answers, group, entry)?)
        })?;
        Ok(view)
    }

    /// Changes the answers of a draft, with one read of it, and gives it as it stands then; asking for it afterwards reads
    /// nothing. The form is read before, and only once: this runs at every key pressed.
    pub(super) fn change_answers<T>(
        &self,
        draft: DraftId,
        change: impl FnOnce(&PackForm, &mut Answers) -> Result<T, ObserverError>,
    ) -> Result<(T, DraftView), ObserverError> {
        self.change_answers_and_files(draft, files::moves, change)
    }

    /// As [`Observer::change_answers`]; `moves` says where the entries of repeat groups went, and with them their files.
    fn change_answers_and_files<T>(
        &self,
        draft: DraftId,
        moves: impl FnOnce(&Form, &Answers, &Answers) -> Moves,
        change: impl FnOnce(&PackForm, &mut Answers) -> Result<T, ObserverError>,
    ) -> Result<(T, DraftView), ObserverError> {
        let Some(form) = self.form_of(draft)? else {
            self.draft(draft)?;
            return Err(ObserverError::NoQuestions);
        };
        let (result, version, draft, view) = self.store.write(|tx| {
            let ((result, gone), saved) = self.journal.change_in(tx, draft, |draft| {
                let before = draft.attachments.is_some().then(|| draft.answers.clone());
                let result = change(&form, &mut draft.answers)?;
                let moves = before.map(|before| moves(form.form.form(), &before, &draft.answers)).unwrap_or_default();
                Ok::<_, ObserverError>((result, follow_entries(draft, &moves)))
            })?;
            gone.into_iter().try_for_each(|hash| release_media(tx, hash))?;
            let draft = Arc::new(saved.draft);
            let view = self.view_of(tx, Arc::clone(&draft), Some(Arc::clone(&form)))?;
            Ok::<_, ObserverError>((result, saved.version, draft, view))
        })?;
        self.known.lock().add_draft(version, draft);
        Ok((result, view))
    }

    /// Switches the language a draft is shown in, to that of the pack which comes nearest:
    /// [`lookup`](kuager_wire::language::lookup). Answers stay.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_language(&self, draft: DraftId, language: &str) -> Result<(), ObserverError> {
        let language = self.language(language);
        Ok(self.journal.change_draft(draft, |draft| {
            draft.language = language;
            Ok(())
        })?)
    }

    /// The language a record says it was filled in: one of the pack's. Before there is a pack, the wanted one, if it is a name.
    fn language(&self, wanted: &str) -> Option<String> {
        match self.pack() {
            Ok(pack) => pack.pack.language(wanted).map(str::to_owned),
            Err(_) => Some(name(wanted)).filter(|tag| !tag.is_empty() && tag.len() <= limits::NAME),
        }
    }

    /// The station of the pack that was typed, whatever hyphens and spaces it was typed with, or else its name as it is kept.
    fn place(&self, typed: &str) -> Result<String, ObserverError> {
        let name = station_name(typed)?;
        // A list that is not there, or cannot be read, keeps nobody from noting where they are.
        let listed = self.station_book().ok().and_then(|book| Some(book.named(&name)?.key.clone()));
        Ok(listed.unwrap_or(name))
    }

    /// Puts a draft at another station: a key of the pack, or free text for a station the pack lacks.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_station(&self, draft: DraftId, station: &str) -> Result<(), ObserverError> {
        let station = self.place(station)?;
        Ok(self.journal.change_draft(draft, |draft| {
            draft.station = Some(station);
            Ok(())
        })?)
    }
}
