//! What has been entered and not sealed yet.

use std::collections::HashMap;

use kuager_core::Draft;
use kuager_core::forms::changes;

use super::media::{AttachmentInfo, attachment};
use super::numbers::hex;
use super::record::{LocationInfo, RecordKind, location_info};
use super::value::{Value, answers_from};

/// How a draft begins.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewDraft {
    /// The form; absent for a note.
    #[uniffi(default = None)]
    pub form: Option<String>,
    /// Station key of the pack, or free text for a station it lacks.
    #[uniffi(default = None)]
    pub station: Option<String>,
    /// Language the questions are shown in.
    #[uniffi(default = None)]
    pub language: Option<String>,
    /// The text of a note.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// An exercise, which never counts.
    #[uniffi(default = false)]
    pub training: bool,
}

/// What has been entered and not sealed yet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DraftInfo {
    /// Its name.
    pub id: String,
    /// What it will be a record of.
    pub kind: RecordKind,
    /// The form it answers.
    pub form: Option<String>,
    /// The pack it was begun under.
    pub pack: Option<String>,
    /// Station key or free text.
    pub station: Option<String>,
    /// Language the questions are shown in.
    pub language: Option<String>,
    /// Answers so far, by question.
    pub answers: HashMap<String, Value>,
    /// The text of a note.
    pub text: Option<String>,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// Where the device was.
    pub location: Option<LocationInfo>,
    /// Whether it is an exercise.
    pub training: bool,
    /// Wall clock at the last change.
    pub changed_ms: i64,
    /// Files that belong to it.
    pub attachments: Vec<AttachmentInfo>,
}

pub(crate) fn draft_info(draft: &Draft) -> DraftInfo {
    DraftInfo {
        id: hex(draft.id.as_bytes()),
        kind: draft.kind.into(),
        form: draft.form.as_ref().map(|form| form.form.clone()),
        pack: draft.form.as_ref().map(|form| form.pack.to_string()),
        station: draft.station.clone(),
        language: draft.language.clone(),
        answers: answers_from(&draft.answers),
        text: draft.text.clone(),
        supersedes: draft.supersedes.map(|hash| hash.to_string()),
        location: draft.location.as_ref().map(location_info),
        training: draft.training,
        changed_ms: draft.changed_ms,
        attachments: draft.attachments.iter().flatten().map(attachment).collect(),
    }
}

/// What a newer pack changes about a form.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FormChange {
    /// The form is new.
    Added {
        /// The form.
        form: String,
    },
    /// The form is gone.
    Removed {
        /// The form.
        form: String,
    },
    /// It asks differently.
    Changed {
        /// The form.
        form: String,
        /// New questions.
        added: Vec<String>,
        /// Questions that are gone.
        removed: Vec<String>,
        /// Questions that differ.
        changed: Vec<String>,
        /// Relations that are new, gone or different.
        relations: Vec<String>,
    },
}

pub(crate) fn form_change(change: changes::FormChange) -> FormChange {
    match change {
        changes::FormChange::Added { form } => FormChange::Added { form },
        changes::FormChange::Removed { form } => FormChange::Removed { form },
        changes::FormChange::Changed { form, added, removed, changed, relations } => {
            FormChange::Changed { form, added, removed, changed, relations }
        }
    }
}
