//! Waves of the exit poll.

use kuager_forms as forms;
use kuager_forms::exit_poll::{self, ExitPollError, WaveState};
use kuager_wire::canonical::TextMap;
use kuager_wire::pack::ExitPoll;
use kuager_wire::record::{Answers, Value};

use super::device::Observer;
use super::view::PackForm;
use crate::draft::{DraftId, NewDraft};
use crate::error::ObserverError;
use crate::keys;

impl Observer {
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
        let poll = pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?;
        let answers = exit_poll::begin(poll, wave, &mut random)?;
        let new = NewDraft::form(&poll.form).station(station).language(language).answers(answers);
        self.new_draft(if training { new.training() } else { new })
    }

    fn change_wave<T>(
        &self,
        draft: DraftId,
        change: impl FnOnce(&ExitPoll, &mut Answers) -> Result<T, ExitPollError>,
    ) -> Result<T, ObserverError> {
        let form = self.form_of(draft)?.ok_or(ExitPollError::NotAWave)?;
        let poll = wave_of(&form)?;
        // An error here takes the whole change back.
        let (changed, _) = self.change_answers(draft, |_, answers| Ok(change(poll, answers)?))?;
        Ok(changed)
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
        let form = self.form_of(wave)?.ok_or(ExitPollError::NotAWave)?;
        let meaning = form.form.meaning()?;
        let poll = form.pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?;
        let mut trial = Answers::default();
        let entry = |answers: &TextMap<Value>| Value::List(vec![Value::Group(answers.clone())]);
        trial.insert(poll.fields.contacts.clone(), entry(observed));
        if let Some(card) = &card {
            trial.insert(poll.fields.cards.clone(), entry(card));
        }
        forms::check(meaning.form(), &trial)?;
        self.change_wave(wave, |poll, answers| exit_poll::note_contact(poll, answers, disposition, observed, card))
    }

    /// How a wave stands.
    ///
    /// # Errors
    /// [`ObserverError::ExitPoll`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn wave(&self, wave: DraftId) -> Result<WaveState, ObserverError> {
        let view = self.view(wave)?;
        let pack = view.pack().ok_or(ExitPollError::NotAWave)?;
        let poll = pack.exit_poll.as_ref().ok_or(ExitPollError::None)?;
        Ok(exit_poll::state(poll, &view.draft().answers)?)
    }
}

/// The poll of a form that is the form of its waves.
fn wave_of(form: &PackForm) -> Result<&ExitPoll, ExitPollError> {
    let poll = form.pack.pack.exit_poll.as_ref().ok_or(ExitPollError::None)?;
    if poll.form == form.form.form().id { Ok(poll) } else { Err(ExitPollError::NotAWave) }
}
