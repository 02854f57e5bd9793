//! A draft as it stands, read once: what was entered, the pack and the form it answers, and how the form stands.

use std::sync::Arc;

use kuager_forms::{self as forms, FormError, FormState};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::Form;
use kuager_wire::pack::{Pack, SignedPack};
use kuager_wire::record::Value;

use crate::draft::Draft;
use crate::form::ReadForm;

/// A form of a pack, read once and shared by every draft that answers it.
#[derive(Debug)]
pub(super) struct PackForm {
    pub(super) pack: Arc<SignedPack>,
    pub(super) form: ReadForm,
}

/// A draft as it stands. Every change of a draft gives one, and [`Observer::view`](super::Observer::view) does without a
/// change; whatever it is asked comes from what was read then.
#[derive(Debug, Clone)]
pub struct DraftView {
    draft: Arc<Draft>,
    answers: Option<(Arc<PackForm>, Arc<TextMap<Value>>)>,
}

impl DraftView {
    /// `carried` is what the form sees of earlier records.
    pub(super) fn new(draft: Arc<Draft>, form: Option<Arc<PackForm>>, carried: TextMap<Value>) -> Self {
        Self { draft, answers: form.map(|form| (form, Arc::new(carried))) }
    }

    /// What was entered.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What the form sees of earlier records.
    pub(super) fn carried(&self) -> Option<&TextMap<Value>> {
        self.answers.as_ref().map(|(_, carried)| carried.as_ref())
    }

    /// The pack it was begun under; none for a note.
    #[must_use]
    pub fn pack(&self) -> Option<&Pack> {
        self.answers.as_ref().map(|(form, _)| &form.pack.pack)
    }

    /// The form it answers; none for a note.
    #[must_use]
    pub fn form(&self) -> Option<&Form> {
        self.answers.as_ref().map(|(form, _)| form.form.form())
    }

    /// How the form stands: what to ask, what is missing, what does not add up. None for a note.
    ///
    /// # Errors
    /// [`FormError`] when this release cannot interpret the form.
    pub fn state(&self) -> Result<Option<FormState<'_>>, FormError> {
        let Some((form, carried)) = &self.answers else { return Ok(None) };
        let meaning = form.form.meaning()?;
        let language = self.draft.language.as_deref().unwrap_or_default();
        let files = self.draft.attachments.as_deref().unwrap_or_default();
        let answers = forms::files::with_files(meaning.form(), &self.draft.answers, files);
        Ok(Some(meaning.state(&answers, carried, language, &form.pack.pack.languages)))
    }
}
