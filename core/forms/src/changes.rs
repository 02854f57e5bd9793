//! What a new version of the pack asks differently. A draft stays with the version it was begun under; the observer is told
//! what is new and may begin again.

use std::collections::BTreeMap;

use kuager_wire::form::{Form, Question};
use kuager_wire::pack::Pack;

/// A form that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormChange {
    /// It is new.
    Added {
        /// The form.
        form: String,
    },
    /// It is gone.
    Removed {
        /// The form.
        form: String,
    },
    /// It asks differently. Ids are in the order of the form.
    Changed {
        /// The form.
        form: String,
        /// New questions.
        added: Vec<String>,
        /// Questions that are not asked any more.
        removed: Vec<String>,
        /// Questions with another text, kind, condition or the like.
        changed: Vec<String>,
        /// Relations that are new, gone, or different.
        relations: Vec<String>,
    },
}

/// What changes from one version to the next, in the order of the new version; what is gone comes last.
#[must_use]
pub fn between(before: &Pack, after: &Pack) -> Vec<FormChange> {
    let mut changes = Vec::new();
    for form in &after.forms {
        match before.form(&form.id) {
            None => changes.push(FormChange::Added { form: form.id.clone() }),
            Some(old) if old != form => changes.push(changed(old, form)),
            Some(_) => {}
        }
    }
    let gone = before.forms.iter().filter(|form| after.form(&form.id).is_none());
    changes.extend(gone.map(|form| FormChange::Removed { form: form.id.clone() }));
    changes
}

fn changed(before: &Form, after: &Form) -> FormChange {
    let (old, new) = (questions(before), questions(after));
    let ids = |questions: &[Question], keep: &dyn Fn(&Question) -> bool| {
        questions.iter().filter(|question| keep(question)).map(|question| question.id.clone()).collect()
    };
    let in_old = |id: &str| old.iter().find(|question| question.id == id);
    FormChange::Changed {
        form: after.id.clone(),
        added: ids(&new, &|question| in_old(&question.id).is_none()),
        removed: ids(&old, &|question| new.iter().all(|kept| kept.id != question.id)),
        changed: ids(&new, &|question| in_old(&question.id).is_some_and(|held| held != question)),
        relations: relations(before, after),
    }
}

/// All questions, each without those of its group, which are compared by themselves.
fn questions(form: &Form) -> Vec<Question> {
    let bare = |question: &Question| Question { questions: None, ..question.clone() };
    form.every_question().into_iter().map(bare).collect()
}

fn relations(before: &Form, after: &Form) -> Vec<String> {
    let by_id = |form: &Form| -> BTreeMap<String, _> {
        form.relations.iter().flatten().map(|relation| (relation.id.clone(), relation.clone())).collect()
    };
    let (old, new) = (by_id(before), by_id(after));
    let ids: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    ids.into_iter().filter(|id| old.get(*id) != new.get(*id)).cloned().collect()
}
