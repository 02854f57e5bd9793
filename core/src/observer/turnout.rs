//! Turnout: heads counted tap by tap, and the record of an hour.

use kuager_forms::tally::{self, Tally};
use kuager_wire::canonical::TextMap;
use kuager_wire::record::{Answers, Value};

use super::device::Observer;
use crate::draft::{DraftId, NewDraft};
use crate::error::ObserverError;
use crate::store::{Meta, StoreError, Tx};

impl Observer {
    fn tallies(tx: &Tx<'_>) -> Result<TextMap<Tally>, StoreError> {
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

    /// Begins a turnout record for an hour, with the sum of the tally as the observer's own count, and what the tally knows of
    /// how far that count goes. On election day an hour that is noted late gets the sum of that hour, not of now, and nothing
    /// where that is not known. An exercise leaves the tally alone.
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
        let past = tally::past_hour(&pack.pack, hour, self.clock.now().wall_ms);
        let mut own = None;
        let counted = self.change_tally(station, |tally, _| own = tally.mark(hour, past))?;
        let mut answers: Answers = [(turnout.hour.as_str(), Value::from(hour))].into_iter().collect();
        if let Some(own) = own {
            answers.insert(turnout.own.clone(), Value::Int(i64::try_from(own).unwrap_or(i64::MAX)));
            if let Some(whole) = turnout.whole.as_ref().filter(|_| counted.has_break(past)) {
                answers.insert(whole.clone(), Value::from("no"));
            }
            let until = counted.counted_until(past).and_then(|until| tally::local_minutes(&pack.pack, until));
            if let (Some(question), Some(until)) = (&turnout.until, until) {
                answers.insert(question.clone(), Value::Int(until));
            }
        }
        self.new_draft(NewDraft::form(&turnout.form).station(station).language(language).answers(answers))
    }
}
