//! Incidents: reported from the catalogue, followed up, and their acts on paper.

use kuager_forms::act::{self, ActRecord};
use kuager_forms::incident;
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{FollowUp, IncidentStatus};

use super::device::Observer;
use crate::draft::{DraftId, NewDraft};
use crate::error::ObserverError;
use crate::journal::JournalError;

impl Observer {
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
    /// record stays as it is. The word stands at the station of the incident, and is an exercise when that is one, where this
    /// device has it. Asked for again with the same reason, the draft that was begun is given.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn follow_up(
        &self,
        record: RecordHash,
        status: IncidentStatus,
        reason: &str,
    ) -> Result<DraftId, ObserverError> {
        if let Some(begun) = self.journal.begun_follow_up(FollowUp { record, status }, reason)? {
            return Ok(begun);
        }
        let mut word = NewDraft::follow_up(record, status, reason);
        if let Some(about) = self.journal.record(record)? {
            word.station = about.station;
            word.training = about.training == Some(true);
        }
        self.new_draft(word)
    }

    /// The act about a sealed incident as one HTML page to print, in a language of the pack.
    ///
    /// # Errors
    /// [`ObserverError::Act`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn act(&self, record: RecordHash, language: &str) -> Result<String, ObserverError> {
        let sealed = self.journal.record(record)?.ok_or(JournalError::NoSuchRecord(record))?;
        let reference = sealed.form.as_ref().ok_or(act::ActError::NotAnIncident)?;
        let pack = self.pack_with(reference.pack)?;
        let kid = self.journal.record_bytes(record)?.ok_or(JournalError::NoSuchRecord(record))?.0.kid;
        Ok(act::render(&pack.pack, ActRecord { hash: record, kid, record: &sealed }, language)?)
    }
}
