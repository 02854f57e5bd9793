//! Sealing a draft, and beginning to correct what was sealed.

use kuager_forms::{exit_poll, incident};
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::SignedPack;

use super::device::Observer;
use crate::draft::{Draft, DraftId};
use crate::error::ObserverError;
use crate::journal::Sealed;
use crate::queue::Urgency;

impl Observer {
    /// Seals a draft: from here on it is signed evidence, chained and queued. When this returns, it survives anything
    /// but loss of the disk.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Answer`], [`ObserverError::Journal`], [`ObserverError::Store`];
    /// the draft is then unchanged.
    pub fn seal(&self, draft: DraftId) -> Result<Sealed, ObserverError> {
        let deployment = self.deployment()?;
        let content = self.draft(draft)?;
        self.complete_previews(&content)?;
        let form = self.form_of(draft)?;
        let prepare = |draft: &mut Draft| Self::prepare(draft, form.as_ref().map(|form| form.pack.as_ref()));
        let form = form.as_ref().map(|form| &form.form);
        let sealed = self.journal.seal_prepared(draft, deployment, form, prepare)?;
        self.known.lock().forget(draft);
        self.outbox.wake();
        Ok(sealed)
    }

    /// Begins a correction of a sealed record. The record stays; the new one will supersede it. A record has one draft that
    /// corrects it, which is given again when it is asked for again; of a record that is corrected already it is the newest
    /// version that is corrected.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn correct(&self, record: RecordHash) -> Result<DraftId, ObserverError> {
        Ok(self.journal.correct(record)?)
    }

    /// The last look at a draft before it is sealed.
    fn prepare(draft: &mut Draft, pack: Option<&SignedPack>) -> Urgency {
        let (Some(pack), Some(reference)) = (pack, &draft.form) else { return Urgency::Usual };
        if let Some(poll) = pack.pack.exit_poll.as_ref().filter(|poll| poll.form == reference.form) {
            exit_poll::settle(poll, &mut draft.answers);
        }
        let urgent = !draft.training && incident::is_urgent(&pack.pack, &reference.form, &draft.answers);
        if urgent { Urgency::Urgent } else { Urgency::Usual }
    }
}
