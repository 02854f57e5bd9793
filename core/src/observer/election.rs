//! The election day beside plain forms: how a form stands, incidents and their acts, the tally, the exit poll.

use std::sync::{Arc, PoisonError};

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{FenceError, Form};
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::{ExitPoll, SignedPack};
use kuager_wire::record::{Answers, FormRef, IncidentStatus, RecordKind, Value};

use super::Observer;
use crate::error::ObserverError;
use crate::journal::{Draft, DraftId, Journal, JournalError, NewDraft, Urgency};
use crate::keys;
use crate::store::StoreError;
use crate::store::meta::Meta;
use kuager_forms::act::{self, ActRecord};
use kuager_forms::changes::{self, FormChange};
use kuager_forms::exit_poll::{self, ExitPollError, WaveState};
use kuager_forms::tally::Tally;
use kuager_forms::{self as forms, AnswerError, CompiledForm, FormState, Path, incident, places};

/// The form read last; an app looks at one form at a time.
pub(super) type CompiledCache = std::sync::Mutex<Option<(FormRef, Arc<CompiledForm>)>>;

impl Observer {
    fn compiled(&self, reference: &FormRef) -> Result<(Arc<SignedPack>, Arc<CompiledForm>), ObserverError> {
        let pack = self.pack_with(reference.pack)?;
        let mut cached = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, form)) = cached.as_ref().filter(|(held, _)| held == reference) {
            return Ok((pack, Arc::clone(form)));
        }
        let form = pack.pack.form(&reference.form).ok_or_else(|| ObserverError::NoSuchForm(reference.form.clone()))?;
        let compiled = Arc::new(CompiledForm::new(form)?);
        *cached = Some((reference.clone(), Arc::clone(&compiled)));
        Ok((pack, compiled))
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
    pub(super) fn beginning(&self, reference: &FormRef, new: &NewDraft) -> Result<Answers, ObserverError> {
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
        let answer = answer.map(crate::journal::normalised);
        self.change_answers(draft, |form, answers| places::set(form, answers, path, answer))
    }

    /// Adds an entry to a repeat group of a draft, with what it begins with. Gives its number.
    ///
    /// # Errors
    /// As [`Observer::set_answer_at`], and [`ObserverError::Form`].
    pub fn add_entry(&self, draft: DraftId, group: &str) -> Result<usize, ObserverError> {
        let held = self.journal.draft(draft)?;
        let (_, form) = self.compiled(&held.form.ok_or(JournalError::NoSuchDraft)?)?;
        let carried = self.carried(&form, held.station.as_deref(), held.training)?;
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

    /// Whether files may be taken for a question of a draft; ask before the camera opens. A label that is no question
    /// belongs to the record as a whole, and nothing speaks against it.
    ///
    /// # Errors
    /// [`ObserverError::Fence`] with the reason to show, [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn capture_allowed(&self, draft: DraftId, label: Option<&str>) -> Result<(), ObserverError> {
        let draft = self.journal.draft(draft)?;
        let (Some(label), Some(reference)) = (label.map(kuager_wire::canonical::nfc), &draft.form) else {
            return Ok(());
        };
        self.with_form(Some(reference), |form| {
            let question = form.and_then(|form| form.question(&label));
            match question.map_or(Ok(()), forms::capture_allowed) {
                // A file beside a number is fine: a page for a line of the protocol.
                Ok(()) | Err(FenceError::NotAnAttachment { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// The last look at a draft before it is sealed.
    pub(super) fn prepare(draft: &mut Draft, pack: Option<&SignedPack>) -> Urgency {
        let (Some(pack), Some(reference)) = (pack, &draft.form) else { return Urgency::Usual };
        if let Some(poll) = pack.pack.exit_poll.as_ref().filter(|poll| poll.form == reference.form) {
            exit_poll::settle(poll, &mut draft.answers);
        }
        let urgent = !draft.training && incident::is_urgent(&pack.pack, &reference.form, &draft.answers);
        if urgent { Urgency::Urgent } else { Urgency::Usual }
    }

    /// Begins a report of incidents of the catalogue.
    ///
    /// # Errors
    /// [`ObserverError::Incident`] when the catalogue lacks a code, [`ObserverError::NoPack`], [`ObserverError::Store`].
    pub fn new_incident(
        &self,
        codes: &[&str],
        station: &str,
        language: &str,
        training: bool,
    ) -> Result<DraftId, ObserverError> {
        let pack = self.pack()?;
        let (form, answers) = incident::begin(&pack.pack, codes)?;
        let new = NewDraft::form(form).station(station).language(language).answers(answers);
        self.new_draft(if training { new.training() } else { new })
    }

    /// Begins a signed word about an incident: corroborated, verified, disputed or withdrawn, and why. The incident's own
    /// record stays as it is.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn follow_up(
        &self,
        record: RecordHash,
        status: IncidentStatus,
        reason: &str,
    ) -> Result<DraftId, ObserverError> {
        self.new_draft(NewDraft::follow_up(record, status, reason))
    }

    /// The act about a sealed incident as one HTML page to print, in a language of the pack.
    ///
    /// # Errors
    /// [`ObserverError::Act`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn act(&self, record: RecordHash, language: &str) -> Result<String, ObserverError> {
        let sealed = self.journal.record(record)?.ok_or(JournalError::NoSuchRecord(record))?;
        let reference = sealed.form.as_ref().ok_or(act::ActError::NotAnIncident)?;
        let pack = self.pack_with(reference.pack)?;
        let kid = self.journal.kid();
        Ok(act::render(&pack.pack, ActRecord { hash: record, kid, record: &sealed }, language)?)
    }

    /// What the current pack changes against the one a draft was begun under, form by form; `None` when it is the same.
    /// The draft stays with its own.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn pack_changes(&self, draft: DraftId) -> Result<Option<Vec<FormChange>>, ObserverError> {
        let Some(reference) = self.journal.draft(draft)?.form else { return Ok(None) };
        let current = self.pack()?;
        if current.hash == reference.pack {
            return Ok(None);
        }
        let before = self.pack_with(reference.pack)?;
        Ok(Some(changes::between(&before.pack, &current.pack)))
    }

    fn tallies(tx: &crate::store::Tx<'_>) -> Result<TextMap<Tally>, StoreError> {
        Ok(tx.meta(Meta::Tallies)?.unwrap_or_default())
    }

    /// The tally of a station.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn tally(&self, station: &str) -> Result<Tally, ObserverError> {
        Ok(self.store.read(Self::tallies)?.get(station).cloned().unwrap_or_default())
    }

    /// Counts heads at a station, or takes back taps too many. When this returns, the tap survives a kill.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn tap(&self, station: &str, heads: i32) -> Result<Tally, ObserverError> {
        self.change_tally(station, |tally, now_ms| tally.tap(heads, now_ms))
    }

    /// Notes that the observer stops counting for a while. The next tap ends that.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn leave_tally(&self, station: &str) -> Result<Tally, ObserverError> {
        self.change_tally(station, Tally::leave)
    }

    fn change_tally(&self, station: &str, change: impl FnOnce(&mut Tally, i64)) -> Result<Tally, ObserverError> {
        let now_ms = self.clock.now().wall_ms;
        Ok(self.store.write(|tx| {
            let mut tallies = Self::tallies(tx)?;
            let mut tally = tallies.get(station).cloned().unwrap_or_default();
            change(&mut tally, now_ms);
            tallies.insert(station, tally.clone());
            tx.set_meta(Meta::Tallies, &tallies)?;
            Ok::<_, StoreError>(tally)
        })?)
    }

    /// Begins a turnout record for an hour, with the sum of the tally as the observer's own count. An exercise leaves the
    /// tally alone.
    ///
    /// # Errors
    /// [`ObserverError::NoTurnout`], [`ObserverError::NoPack`], [`ObserverError::Store`].
    pub fn new_turnout(
        &self,
        hour: &str,
        station: &str,
        language: &str,
        training: bool,
    ) -> Result<DraftId, ObserverError> {
        let pack = self.pack()?;
        let turnout = pack.pack.turnout.as_ref().ok_or(ObserverError::NoTurnout)?;
        if training {
            let hour: Answers = [(turnout.hour.as_str(), Value::from(hour))].into_iter().collect();
            let new = NewDraft::form(&turnout.form).station(station).language(language).answers(hour);
            return self.new_draft(new.training());
        }
        let tally = self.change_tally(station, |tally, _| {
            tally.mark(hour);
        })?;
        let mut answers: Answers = [(turnout.hour.as_str(), Value::from(hour))].into_iter().collect();
        if tally.began_ms.is_some() {
            answers.insert(turnout.own.clone(), Value::Int(i64::try_from(tally.total).unwrap_or(i64::MAX)));
        }
        self.new_draft(NewDraft::form(&turnout.form).station(station).language(language).answers(answers))
    }

    fn exit_poll<T>(
        &self,
        pack: &SignedPack,
        work: impl FnOnce(&ExitPoll) -> Result<T, ExitPollError>,
    ) -> Result<T, ObserverError> {
        Ok(work(pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?)?)
    }

    /// Begins a wave of the exit poll, with a random start.
    ///
    /// # Errors
    /// [`ObserverError::ExitPoll`] when the poll is off or has no such wave, [`ObserverError::NoPack`],
    /// [`ObserverError::Store`].
    pub fn new_wave(
        &self,
        wave: &str,
        station: &str,
        language: &str,
        training: bool,
    ) -> Result<DraftId, ObserverError> {
        let pack = self.pack()?;
        let mut seed = u64::from_be_bytes(keys::random()?);
        let mut random = |bound: u32| {
            let drawn = u32::try_from(seed % u64::from(bound.max(1))).unwrap_or(0);
            seed /= u64::from(bound.max(1));
            drawn
        };
        let (form, answers) =
            self.exit_poll(&pack, |poll| Ok((poll.form.clone(), exit_poll::begin(poll, wave, &mut random)?)))?;
        let new = NewDraft::form(form).station(station).language(language).answers(answers);
        self.new_draft(if training { new.training() } else { new })
    }

    fn change_wave<T>(
        &self,
        draft: DraftId,
        change: impl FnOnce(&ExitPoll, &mut Answers) -> Result<T, ExitPollError>,
    ) -> Result<T, ObserverError> {
        let reference = self.journal.draft(draft)?.form.ok_or(ExitPollError::NotAWave)?;
        let pack = self.pack_with(reference.pack)?;
        self.exit_poll(&pack, |poll| if poll.form == reference.form { Ok(()) } else { Err(ExitPollError::NotAWave) })?;
        let poll = pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?;
        self.store.write(|tx| {
            let mut changed = Err(ExitPollError::NotAWave);
            self.journal.change_in(tx, draft, |draft| {
                changed = change(poll, &mut draft.answers);
                Ok(())
            })?;
            // An error here takes the whole change back.
            changed.map_err(ObserverError::from)
        })
    }

    /// Counts voters who left the station. Returns whether the last of them is to be asked.
    ///
    /// # Errors
    /// [`ObserverError::ExitPoll`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn pass(&self, wave: DraftId, voters: i32) -> Result<bool, ObserverError> {
        self.change_wave(wave, |poll, answers| exit_poll::pass(poll, answers, voters))
    }

    /// Notes how asking a selected voter ended. Answers that do not fit the card's questions are refused.
    ///
    /// # Errors
    /// [`ObserverError::ExitPoll`], [`ObserverError::Answer`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn note_contact(
        &self,
        wave: DraftId,
        disposition: &str,
        observed: &TextMap<Value>,
        card: Option<Answers>,
    ) -> Result<(), ObserverError> {
        let reference = self.journal.draft(wave)?.form.ok_or(ExitPollError::NotAWave)?;
        let (pack, form) = self.compiled(&reference)?;
        let poll = pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?;
        let mut trial = Answers::default();
        let entry = |answers: &TextMap<Value>| Value::List(vec![Value::Group(answers.clone())]);
        trial.insert(poll.fields.contacts.clone(), entry(observed));
        if let Some(card) = &card {
            trial.insert(poll.fields.cards.clone(), entry(card));
        }
        forms::check(form.form(), &trial)?;
        self.change_wave(wave, |poll, answers| exit_poll::note_contact(poll, answers, disposition, observed, card))
    }

    /// How a wave stands.
    ///
    /// # Errors
    /// [`ObserverError::ExitPoll`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn wave(&self, wave: DraftId) -> Result<WaveState, ObserverError> {
        let draft = self.journal.draft(wave)?;
        let reference = draft.form.ok_or(ExitPollError::NotAWave)?;
        let pack = self.pack_with(reference.pack)?;
        self.exit_poll(&pack, |poll| exit_poll::state(poll, &draft.answers))
    }
}

#[cfg(test)]
#[path = "election_tests.rs"]
mod tests;
