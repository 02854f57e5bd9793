//! The election day beside plain forms: incidents, counting heads, turnout, the exit poll.

use std::collections::HashMap;

use super::{ObserverHandle, draft_id};
use crate::callbacks::Change;
use crate::error::KuagerError;
use crate::types::{self, IncidentStatus, TallyInfo, Value, WaveState, answers_to, hex, parse_id};

/// Where, in what language, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Setting {
    /// Station key of the pack, or free text for a station it lacks.
    pub station: String,
    /// Language the questions are shown in.
    pub language: String,
    /// An exercise, which never counts.
    #[uniffi(default = false)]
    pub training: bool,
}

#[uniffi::export]
impl ObserverHandle {
    /// Begins a report of incidents of the catalogue. Gives the draft's name.
    ///
    /// # Errors
    /// `incident_unknown`, `no_pack`, `no_training`, and those of the store.
    pub fn new_incident(&self, codes: Vec<String>, setting: Setting) -> Result<String, KuagerError> {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        self.change(Change::Drafts, |core| {
            let draft = core.new_incident(&codes, &setting.station, &setting.language, setting.training)?;
            Ok(hex(draft.as_bytes()))
        })
    }

    /// Begins a signed statement about an incident. Gives the draft's name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn follow_up(&self, record: String, status: IncidentStatus, reason: String) -> Result<String, KuagerError> {
        self.change(Change::Drafts, |core| {
            Ok(hex(core.follow_up(parse_id(&record)?, status.into(), &reason)?.as_bytes()))
        })
    }

    /// The act about a sealed incident as one HTML page to print.
    ///
    /// # Errors
    /// `no_act`, `no_such_record`, and those of the store.
    pub fn act(&self, record: String, language: String) -> Result<String, KuagerError> {
        self.call(|core| Ok(core.act(parse_id(&record)?, &language)?))
    }

    /// The heads counted at a station.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tally(&self, station: String) -> Result<TallyInfo, KuagerError> {
        self.call(|core| Ok(types::tally(&core.tally(&station)?)))
    }

    /// Counts heads, or takes back taps too many. When this returns, the tap survives a kill.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tap(&self, station: String, heads: i32) -> Result<TallyInfo, KuagerError> {
        self.change(Change::Drafts, |core| Ok(types::tally(&core.tap(&station, heads)?)))
    }

    /// Notes that the observer stops counting for a while; the next tap ends that.
    ///
    /// # Errors
    /// Those of the store.
    pub fn leave_tally(&self, station: String) -> Result<TallyInfo, KuagerError> {
        self.change(Change::Drafts, |core| Ok(types::tally(&core.leave_tally(&station)?)))
    }

    /// Begins a turnout record for an hour, with the tally's sum. Gives the draft's name.
    ///
    /// # Errors
    /// `no_turnout`, `no_pack`, `no_training`, and those of the store.
    pub fn new_turnout(&self, hour: String, setting: Setting) -> Result<String, KuagerError> {
        self.change(Change::Drafts, |core| {
            let draft = core.new_turnout(&hour, &setting.station, &setting.language, setting.training)?;
            Ok(hex(draft.as_bytes()))
        })
    }

    /// Begins a wave of the exit poll, with a random start. Gives the draft's name.
    ///
    /// # Errors
    /// `exit_poll_off`, `exit_poll`, `no_pack`, `no_training`, and those of the store.
    pub fn new_wave(&self, wave: String, setting: Setting) -> Result<String, KuagerError> {
        self.change(Change::Drafts, |core| {
            let draft = core.new_wave(&wave, &setting.station, &setting.language, setting.training)?;
            Ok(hex(draft.as_bytes()))
        })
    }

    /// Counts voters who left the station. Says whether the last of them is to be asked.
    ///
    /// # Errors
    /// `exit_poll`, `no_such_draft`, and those of the store.
    pub fn pass(&self, wave: String, voters: i32) -> Result<bool, KuagerError> {
        self.change(Change::Drafts, |core| Ok(core.pass(draft_id(&wave)?, voters)?))
    }

    /// Notes how asking a selected voter ended.
    ///
    /// # Errors
    /// `exit_poll`, `answer_does_not_fit`, `no_such_draft`, and those of the store.
    pub fn note_contact(
        &self,
        wave: String,
        disposition: String,
        observed: HashMap<String, Value>,
        card: Option<HashMap<String, Value>>,
    ) -> Result<(), KuagerError> {
        let (observed, card) = (answers_to(observed), card.map(answers_to));
        self.change(Change::Drafts, |core| Ok(core.note_contact(draft_id(&wave)?, &disposition, &observed, card)?))
    }

    /// How a wave stands.
    ///
    /// # Errors
    /// `exit_poll`, `no_such_draft`, and those of the store.
    pub fn wave(&self, wave: String) -> Result<WaveState, KuagerError> {
        self.call(|core| Ok(types::wave_state(&core.wave(draft_id(&wave)?)?)))
    }
}
