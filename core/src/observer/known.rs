//! What is asked again at every key pressed, each read once: forms, the drafts that answer them, and what a form sees of
//! earlier records.
//!
//! Nothing here needs to be told of a change. A draft never changes to another form, nor a form within its pack; whatever
//! does change is remembered under what the store says of it in a word, so that another thread, a sync, another handle of
//! the same store are all seen.

use std::sync::Arc;

use kuager_wire::ids::RecordHash;
use kuager_wire::record::{FormRef, Record};

use super::view::PackForm;
use crate::draft::{Draft, DraftId};

/// Forms, and drafts, that are remembered; an observer works at a few at a time.
const REMEMBERED: usize = 16;

/// What is remembered.
#[derive(Default)]
pub(super) struct Known {
    forms: Recent<FormRef, Arc<PackForm>>,
    form_of: Recent<DraftId, Option<Arc<PackForm>>>,
    drafts: Recent<DraftId, (i64, Arc<Draft>)>,
    earlier: Recent<EarlierFor, Arc<Vec<(RecordHash, Record)>>>,
    closed: bool,
}

/// What it depends on which earlier records a form compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EarlierFor {
    pub(super) form: FormRef,
    pub(super) station: Option<String>,
    /// The newest record: records are only ever added.
    pub(super) newest: i64,
}

impl Known {
    /// Forgets everything, and goes on.
    pub(super) fn clear(&mut self) {
        *self = Self { closed: self.closed, ..Self::default() };
    }

    /// The form with this name, where it was read.
    pub(super) fn form(&mut self, reference: &FormRef) -> Option<Arc<PackForm>> {
        self.forms.get(reference).cloned()
    }

    pub(super) fn add_form(&mut self, reference: FormRef, form: Arc<PackForm>) {
        if !self.closed {
            self.forms.add(reference, form);
        }
    }

    /// The form of a draft, `None` within for a note.
    pub(super) fn form_of(&mut self, draft: DraftId) -> Option<Option<Arc<PackForm>>> {
        self.form_of.get(&draft).cloned()
    }

    pub(super) fn add_form_of(&mut self, draft: DraftId, form: Option<Arc<PackForm>>) {
        if !self.closed {
            self.form_of.add(draft, form);
        }
    }

    /// A draft, where it was read or saved in this version.
    pub(super) fn draft(&mut self, draft: DraftId, version: i64) -> Option<Arc<Draft>> {
        self.drafts.get(&draft).filter(|(known, _)| *known == version).map(|(_, draft)| Arc::clone(draft))
    }

    /// Only what is committed may be remembered: a version that was rolled back is given again, to another content.
    pub(super) fn add_draft(&mut self, version: i64, draft: Arc<Draft>) {
        if !self.closed {
            self.drafts.add(draft.id, (version, draft));
        }
    }

    /// Forgets a draft that is gone.
    pub(super) fn forget(&mut self, draft: DraftId) {
        self.form_of.remove(&draft);
        self.drafts.remove(&draft);
    }

    /// Forgets everything, for good.
    pub(super) fn close(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }

    pub(super) fn earlier(&mut self, of: &EarlierFor) -> Option<Arc<Vec<(RecordHash, Record)>>> {
        self.earlier.get(of).cloned()
    }

    pub(super) fn add_earlier(&mut self, of: EarlierFor, earlier: Arc<Vec<(RecordHash, Record)>>) {
        if !self.closed {
            self.earlier.add(of, earlier);
        }
    }
}

/// The values used last, the newest at the end.
struct Recent<K, V>(Vec<(K, V)>);

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> Recent<K, V> {
    fn get(&mut self, key: &K) -> Option<&V> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        let found = self.0.remove(at);
        self.0.push(found);
        self.0.last().map(|(_, value)| value)
    }

    fn remove(&mut self, key: &K) {
        self.0.retain(|(known, _)| known != key);
    }

    fn add(&mut self, key: K, value: V) {
        self.remove(&key);
        if self.0.len() == REMEMBERED {
            self.0.remove(0);
        }
        self.0.push((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_remembered_and_no_more() {
        let mut recent = Recent::default();
        for key in 0..REMEMBERED {
            recent.add(key, key * 10);
        }
        assert_eq!(recent.get(&0), Some(&0));
        recent.add(REMEMBERED, 7);
        for (key, kept) in [(0, Some(&0)), (1, None), (REMEMBERED, Some(&7))] {
            assert_eq!(recent.get(&key), kept, "{key}");
        }
        recent.add(0, 1);
        assert_eq!(recent.get(&0), Some(&1));
        assert_eq!(recent.0.len(), REMEMBERED);
        recent.remove(&0);
        assert_eq!(recent.get(&0), None);
    }
}
