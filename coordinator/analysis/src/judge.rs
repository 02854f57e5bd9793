//! The coordinator's own judgement of what must add up in a record, by the engine the phone judges with.
//!
//! A record says which relations of its form did not hold or could not be decided when it was sealed
//! ([`Body::checks`](kuager_wire::record::Body)). That is the phone's word. Here every relation is judged again over the
//! answers that were signed, the files that are listed and the earlier records of the same device, which is all that the
//! phone had. Nothing is refused for it: the two are put beside one another.
//!
//! They can differ without anybody lying: when earlier records of the device have not arrived, what the form compares
//! with is missing here. So whoever shows a difference says that it is one, and not whose it is.

use std::collections::BTreeMap;

pub use kuager_forms::Standing;
use kuager_forms::carried::{self, Looking};
use kuager_forms::{CompiledForm, FormError, RelationState, files as form_files};
use kuager_wire::form::Form;
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::Pack;
use kuager_wire::protocol::Severity;
use kuager_wire::record::{Record, Verdict};

/// A relation of a record's form, as the coordinator judges it and as the phone has sealed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The relation.
    pub relation: String,
    /// How much a failure says; nothing when the form has no such relation.
    pub severity: Option<Severity>,
    /// How it comes out over what was signed.
    pub standing: Standing,
    /// What the phone has sealed about it; nothing when it held or was not about these answers.
    pub sealed: Option<Verdict>,
    /// For a failure: what does not add up, with the numbers, in the language asked for.
    pub message: Option<String>,
    /// The norm it rests on.
    pub law: Option<String>,
}

impl Judgement {
    /// Whether the phone has sealed something else.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.sealed != verdict(self.standing)
    }
}

/// What a phone seals of how a relation came out.
const fn verdict(standing: Standing) -> Option<Verdict> {
    match standing {
        Standing::Fails => Some(Verdict::Fails),
        Standing::Unknown => Some(Verdict::Unknown),
        Standing::Holds | Standing::NotJudged => None,
    }
}

/// A form made ready to judge many records.
#[derive(Debug)]
pub struct Judge {
    form: CompiledForm,
    languages: Vec<String>,
}

impl Judge {
    /// Makes a form of a pack ready; nothing when the form has nothing that must add up.
    ///
    /// # Errors
    /// [`FormError`] when an expression of the form cannot be read, which no published pack has.
    pub fn new(pack: &Pack, form: &Form) -> Result<Option<Self>, FormError> {
        if form.relations.as_ref().is_none_or(Vec::is_empty) {
            return Ok(None);
        }
        Ok(Some(Self { form: CompiledForm::new(form)?, languages: pack.languages.clone() }))
    }

    /// How every relation of the form comes out for a record that answers it, in the form's order, and after them what the
    /// phone has sealed of relations that the form does not have. `earlier` are the records of the same device before this
    /// one, the oldest first; those that have nothing to do with it may be among them.
    #[must_use]
    pub fn all(&self, record: &Record, earlier: &[(RecordHash, Record)], language: &str) -> Vec<Judgement> {
        let form = self.form.form();
        let given = record.body.answers.clone().unwrap_or_default();
        let files = record.attachments.as_deref().unwrap_or_default();
        let answers = form_files::with_files(form, &given, files);
        let looking = Looking {
            station: record.station.as_deref(),
            training: record.training == Some(true),
            supersedes: record.supersedes,
            answers: &given,
        };
        let carried = carried::carried(form, looking, earlier);
        let checks = record.body.checks.iter().flatten();
        let mut sealed: BTreeMap<&str, Verdict> =
            checks.map(|check| (check.relation.as_str(), check.verdict)).collect();
        let state = self.form.state(&answers, &carried, language, &self.languages);
        let judged = state.relations.into_iter().map(|relation: RelationState<'_>| Judgement {
            sealed: sealed.remove(relation.id),
            relation: relation.id.to_owned(),
            severity: Some(relation.severity),
            standing: relation.standing,
            message: relation.message,
            law: relation.law.map(str::to_owned),
        });
        let mut all: Vec<Judgement> = judged.collect();
        all.extend(sealed.into_iter().map(|(relation, verdict)| Judgement {
            relation: relation.to_owned(),
            severity: None,
            standing: Standing::NotJudged,
            sealed: Some(verdict),
            message: None,
            law: None,
        }));
        all
    }
}

#[cfg(test)]
mod tests;
