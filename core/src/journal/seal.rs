//! Sealing: a draft becomes a signed record, and nothing changes it any more.

use kuager_forms as forms;
use kuager_wire::cose::{Envelope, Statement};
use kuager_wire::form::Form;
use kuager_wire::ids::{DeploymentId, RecordHash};
use kuager_wire::record::{Body, Record};

use super::error::JournalError;
use super::writer::{Content, Journal, Sealed};
use crate::draft::{Draft, DraftId};
use crate::form::ReadForm;
use crate::queue::Urgency;
use crate::store::Tx;

impl Journal {
    /// Seals a draft: signs it, links it, queues it and removes the draft, in one transaction.
    ///
    /// `form` is the form the draft answers; its checks run again here, since a draft may be older than a pack. Answers to
    /// questions that are hidden by now stay out of the record; what is computed goes in, and so do the relations that do
    /// not hold. Files go in whether their question is hidden or not: they are evidence.
    ///
    /// # Errors
    /// [`JournalError`]; the draft is then unchanged.
    pub fn seal(&self, id: DraftId, deployment: DeploymentId, form: Option<&ReadForm>) -> Result<Sealed, JournalError> {
        self.seal_prepared(id, deployment, form, |_| Urgency::Usual)
    }

    /// As [`Journal::seal`]; `prepare` has a last look at the draft, within the transaction, and says how urgent it is.
    ///
    /// # Errors
    /// [`JournalError`]; the draft is then unchanged.
    pub(crate) fn seal_prepared(
        &self,
        id: DraftId,
        deployment: DeploymentId,
        form: Option<&ReadForm>,
        prepare: impl FnOnce(&mut Draft) -> Urgency,
    ) -> Result<Sealed, JournalError> {
        self.store.write(|tx| {
            let mut draft = tx.draft(id)?.ok_or(JournalError::NoSuchDraft)?;
            let urgency = prepare(&mut draft);
            let mut missing = Vec::new();
            let mut checks = Vec::new();
            if let Some(form) = form {
                let (meaning, form) = (form.meaning(), form.form());
                forms::check(form, &draft.answers)?;
                // A form this release cannot interpret was checked as far as it can be; what is entered is not lost.
                if let Ok(compiled) = meaning {
                    let earlier = Self::earlier(tx, form, draft.station.as_deref())?;
                    let carried = forms::carried::carried(form, draft.looking(), &earlier);
                    let files = draft.attachments.as_deref().unwrap_or_default();
                    let seen = forms::files::with_files(form, &draft.answers, files);
                    let state = compiled.state(&seen, &carried, "", &[]);
                    missing = state.missing.iter().map(ToString::to_string).collect();
                    checks = state.checks();
                    let mut sealed = compiled.sealed(&seen, &carried);
                    forms::files::without_files(form, &mut sealed, &draft.answers);
                    draft.answers = sealed;
                }
            }
            let body = Body {
                answers: draft.kind.has_form().then_some(draft.answers),
                language: draft.language,
                text: draft.text,
                checks: (!checks.is_empty()).then_some(checks),
                follows: draft.follows,
                ..Body::default()
            };
            let content = Content {
                kind: draft.kind,
                form: draft.form,
                station: draft.station,
                body,
                // Where another correction was sealed since, of that: versions are one line.
                supersedes: draft.supersedes.map(|corrects| tx.latest_version(corrects)).transpose()?,
                location: draft.location,
                training: draft.training,
                attachments: draft.attachments,
                skip: 0,
                urgency,
            };
            let mut sealed = self.append(tx, deployment, content)?;
            tx.remove_draft(id)?;
            sealed.missing = missing;
            Ok(sealed)
        })
    }

    /// The earlier records of this device that a form may see at a station, the oldest first. A correction belongs to them
    /// wherever it puts the record: what it corrects does not count here any more.
    pub(crate) fn earlier(
        tx: &Tx<'_>,
        form: &Form,
        station: Option<&str>,
    ) -> Result<Vec<(RecordHash, Record)>, JournalError> {
        let Some(wanted) = &form.carried else { return Ok(Vec::new()) };
        let mut records = Vec::new();
        for row in tx.queue()? {
            let row = row.record;
            let asked = |id: &String| wanted.iter().any(|carried| carried.form == *id);
            let here = row.station.as_deref() == station || row.supersedes.is_some();
            if here && row.form.as_ref().is_some_and(asked) {
                let record = Envelope::parse(&tx.record_bytes(row.id)?, Record::LIMIT)?.statement()?;
                records.push((row.hash, record));
            }
        }
        Ok(records)
    }
}
