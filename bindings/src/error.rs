//! The one error that crosses, and the list of everything it can say.
//!
//! An app decides by three things: the variant (what sort of trouble), the code (which text to show), and whether the same
//! call may succeed later. The reason is for developers and is in English.

use kuager_core::ObserverError;
use kuager_core::wire::receipt::RefusalCode;

/// Why a call did not do what was asked. Nothing sealed is ever lost by one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Debug, Display)]
pub enum KuagerError {
    /// The keystore.
    #[error("{reason} ({code})")]
    Vault {
        /// Stable name, see [`error_codes`].
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// The phone's disk, or what is on it.
    #[error("{reason} ({code})")]
    Storage {
        /// Stable name.
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// Something has to happen first: an invite, a pack, `resume`.
    #[error("{reason} ({code})")]
    NotNow {
        /// Stable name.
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// What was given does not fit.
    #[error("{reason} ({code})")]
    Input {
        /// Stable name.
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// The pack or the law does not allow it.
    #[error("{reason} ({code})")]
    Forbidden {
        /// Stable name.
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// The work was stopped: cancelled, paused, closed.
    #[error("{reason} ({code})")]
    Interrupted {
        /// Stable name.
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// A mistake in Kuager or in the app that uses it. Worth a report; what was saved is still there.
    #[error("{reason} ({code})")]
    Internal {
        /// Stable name.
        code: String,
        /// What happened, for developers.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
}

/// The variants of [`KuagerError`], as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum ErrorKind {
    /// [`KuagerError::Vault`].
    Vault,
    /// [`KuagerError::Storage`].
    Storage,
    /// [`KuagerError::NotNow`].
    NotNow,
    /// [`KuagerError::Input`].
    Input,
    /// [`KuagerError::Forbidden`].
    Forbidden,
    /// [`KuagerError::Interrupted`].
    Interrupted,
    /// [`KuagerError::Internal`].
    Internal,
}

/// One thing a [`KuagerError`] can say.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorCode {
    /// The stable name. Never changes its meaning; new ones may come with new releases.
    pub code: String,
    /// The variant it comes in.
    pub kind: ErrorKind,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// What it means, in English.
    pub meaning: String,
}

use ErrorKind::{Forbidden, Input, Internal, Interrupted, NotNow, Storage, Vault};

/// Every code there is. `docs/apps.md` shows the same list; a test compares.
pub const CODES: &[(&str, ErrorKind, bool, &str)] = &[
    ("vault_locked", Vault, true, "The device is locked; call again after it has been unlocked."),
    ("vault_cancelled", Vault, true, "The person declined to authenticate."),
    ("vault_lost", Vault, false, "The keystore no longer holds the key of this store. It cannot be read any more."),
    ("vault_failed", Vault, false, "The keystore failed in another way; the reason says how."),
    ("identity_missing", Storage, false, "There is a store without its identity file: a copy from another device."),
    ("identity_damaged", Storage, false, "The identity file is damaged."),
    ("store_wrong_key", Storage, false, "The store was made with another key."),
    ("store_corrupt", Storage, false, "The store is damaged. Close and open again: what is valid is salvaged."),
    ("disk_full", Storage, true, "The disk is full. Nothing was written; free some space and repeat."),
    ("store_locked", Storage, true, "Another process holds the store."),
    ("store_unavailable", Storage, true, "The store cannot be reached now, as before the first unlock of a phone."),
    ("store_newer", Storage, false, "The store was written by a newer release; update the app."),
    ("store_failed", Storage, false, "The store failed in a way it has no better word for."),
    ("file", Storage, false, "A file could not be read or written."),
    ("store_paused", NotNow, true, "The observer is paused; call resume first."),
    ("store_closed", NotNow, false, "The observer was closed or wiped; open it again."),
    ("not_invited", NotNow, false, "No invite has been accepted yet."),
    ("no_pack", NotNow, false, "There is no election pack yet; sync once, or import one from a file."),
    ("no_turnout", NotNow, false, "The pack does not say how turnout is noted."),
    ("no_act", NotNow, false, "There is no act about this record."),
    ("reentrant_call", NotNow, false, "A callback called back in. Leave the callback first."),
    ("invite_unreadable", Input, false, "The text is not an invite."),
    ("other_deployment", Input, false, "The invite is of another deployment; use another folder for it."),
    ("server_address", Input, false, "The invite's addresses or certificates cannot be used."),
    ("pack_not_acceptable", Input, false, "The file is not a pack, or not stations, of this deployment."),
    ("no_such_form", Input, false, "The pack has no form of this name."),
    ("form_not_understood", Input, false, "This release cannot interpret the form; fill it in question by question."),
    ("no_such_draft", Input, false, "There is no such draft; it may have been sealed already."),
    ("no_such_record", Input, false, "There is no such record in this store."),
    ("no_such_media", Input, false, "There is no such file in this store."),
    ("unknown_question", Input, false, "The form has no such question."),
    ("answer_does_not_fit", Input, false, "The answer does not fit the question; the reason says what would."),
    ("too_large", Input, false, "What was entered is larger than a record may be."),
    ("too_many_files", Input, false, "A record may not list so many files."),
    ("cannot_seal", Input, false, "The draft cannot be sealed; the reason says why."),
    ("media_unreadable", Input, false, "The photo or video cannot be read."),
    ("media_empty", Input, false, "The photo or video has no bytes."),
    ("media_too_large", Input, false, "The photo or video is larger than the pack allows."),
    ("media_changed", Input, false, "Somebody wrote to the file while it was being saved."),
    ("media_type", Input, false, "Not a photo, video or sound recording in a known format."),
    ("incident_unknown", Input, false, "The catalogue has no such incident."),
    ("exit_poll", Input, false, "The exit poll cannot go on like this; the reason says why."),
    ("not_an_id", Input, false, "Text that should name a record, a file or a draft does not."),
    ("statement_not_valid", Input, false, "The bytes are not the signed statement they are offered as."),
    ("capture_forbidden", Forbidden, false, "This is never photographed or recorded."),
    ("exit_poll_off", Forbidden, false, "The pack names no legal ground for an exit poll."),
    ("no_training", Forbidden, false, "This pack allows no exercises."),
    ("cancelled", Interrupted, true, "The work was cancelled. What it had stored stays."),
    ("sync_failed", Internal, true, "A request could not be signed."),
    ("library", Internal, false, "The native library is missing, or does not belong to this release of the façade."),
    ("runtime", Internal, true, "The system gave no thread to work on."),
    ("panicked", Internal, false, "A mistake in Kuager. What was saved before this call is still there."),
];

/// Every code an error can have, for apps that check that they have a text for each.
///
/// # Errors
/// None; fallible like every call.
#[uniffi::export]
pub fn error_codes() -> Result<Vec<ErrorCode>, KuagerError> {
    Ok(CODES
        .iter()
        .map(|(code, kind, retryable, meaning)| ErrorCode {
            code: (*code).to_owned(),
            kind: *kind,
            retryable: *retryable,
            meaning: (*meaning).to_owned(),
        })
        .collect())
}

/// Every code a signed refusal of the coordinator can have, of a record, a file or an enrolment; for apps that check that they have a
/// text for each.
///
/// # Errors
/// None; fallible like every call.
#[uniffi::export]
pub fn refusal_codes() -> Result<Vec<String>, KuagerError> {
    Ok(RefusalCode::ALL.iter().map(|code| code.name().to_owned()).collect())
}

impl KuagerError {
    /// An error with a code of the list.
    pub(crate) fn new(code: &str, reason: impl Into<String>) -> Self {
        let known = CODES.iter().find(|(known, ..)| *known == code);
        let (kind, retryable) = known.map_or((Internal, false), |(_, kind, retryable, _)| (*kind, *retryable));
        let (code, reason) = (code.to_owned(), reason.into());
        match kind {
            Vault => Self::Vault { code, reason, retryable },
            Storage => Self::Storage { code, reason, retryable },
            NotNow => Self::NotNow { code, reason, retryable },
            Input => Self::Input { code, reason, retryable },
            Forbidden => Self::Forbidden { code, reason, retryable },
            Interrupted => Self::Interrupted { code, reason, retryable },
            Internal => Self::Internal { code, reason, retryable },
        }
    }

    /// The stable name.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Vault { code, .. }
            | Self::Storage { code, .. }
            | Self::NotNow { code, .. }
            | Self::Input { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Interrupted { code, .. }
            | Self::Internal { code, .. } => code,
        }
    }
}

impl From<ObserverError> for KuagerError {
    fn from(error: ObserverError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kuager_core::VaultError;
    use kuager_core::store::StoreError;

    use super::*;

    /// The string literals of a source file that stand behind an arrow: what its `match`es name.
    fn arrows(source: &str) -> BTreeSet<&str> {
        source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn every_code_of_the_core_is_in_the_list_once() {
        let listed: BTreeSet<&str> = CODES.iter().map(|(code, ..)| *code).collect();
        assert_eq!(listed.len(), CODES.len(), "a code is there twice");
        let core = arrows(include_str!("../../core/src/error.rs"));
        assert!(core.len() > 40, "found {}", core.len());
        let missing: Vec<_> = core.difference(&listed).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn retryable_means_the_same_as_in_the_core() {
        for error in [
            ObserverError::Vault(VaultError::Locked),
            ObserverError::Vault(VaultError::Cancelled),
            ObserverError::Vault(VaultError::Lost),
            ObserverError::Store(StoreError::Locked),
            ObserverError::Store(StoreError::Paused),
            ObserverError::Store(StoreError::DiskFull),
            ObserverError::Store(StoreError::Unavailable(String::new())),
            ObserverError::Store(StoreError::Closed),
            ObserverError::NoPack,
        ] {
            let retryable = error.is_retryable();
            let code = error.code();
            let listed = CODES.iter().find(|(listed, ..)| *listed == code).map(|(_, _, retryable, _)| *retryable);
            assert_eq!(listed, Some(retryable), "{code}");
        }
    }

    #[test]
    fn the_guide_lists_every_code() {
        let guide = include_str!("../../docs/apps.md");
        let missing: Vec<_> = CODES.iter().filter(|(code, ..)| !guide.contains(&format!("`{code}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
