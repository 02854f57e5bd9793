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
pub const CODES: &[(&str, ErrorKind, &str)] = &[
    ("vault_locked", Vault, "The device is locked; call again after it has been unlocked."),
    ("vault_cancelled", Vault, "The person declined to authenticate."),
    ("vault_lost", Vault, "The keystore no longer holds the key of this store. It cannot be read any more."),
    ("vault_failed", Vault, "The keystore failed in another way; the reason says how."),
    ("passcode_needed", NotNow, "The store is locked with a passcode; ask for it and open again with it."),
    ("passcode_wrong", Input, "This is not the passcode."),
    ("passcode_wait", NotNow, "Too many attempts: the next one is taken later. passcodeState says when."),
    ("passcode_unfit", Input, "This cannot be a passcode; the reason says why."),
    ("passcode_memory", NotNow, "The phone has not enough memory for the passcode now; close other apps."),
    ("identity_missing", Storage, "There is a store without its identity file: a copy from another device."),
    ("identity_damaged", Storage, "The identity file is damaged."),
    ("store_wrong_key", Storage, "The store was made with another key."),
    ("store_corrupt", Storage, "The store is damaged. Close and open again: what is valid is salvaged."),
    ("disk_full", Storage, "The disk is full. Nothing was written; free some space and repeat."),
    ("store_locked", Storage, "Another process holds the store."),
    ("store_unavailable", Storage, "The store cannot be reached now, as before the first unlock of a phone."),
    ("store_newer", Storage, "The store was written by a newer release; update the app."),
    ("store_failed", Storage, "The store failed in a way it has no better word for."),
    ("file", Storage, "A file could not be read or written."),
    ("store_paused", NotNow, "The observer is paused; call resume first."),
    ("store_closed", NotNow, "The observer was closed or wiped; open it again."),
    ("not_invited", NotNow, "No invite has been accepted yet."),
    ("no_pack", NotNow, "There is no election pack yet; sync once, or import one from a file."),
    ("no_turnout", NotNow, "The pack does not say how turnout is noted."),
    ("no_act", NotNow, "There is no act about this record."),
    ("reentrant_call", NotNow, "A callback called back in. Leave the callback first."),
    ("invite_unreadable", Input, "The text is not an invite."),
    ("invite_cut", Input, "The end of the invite is missing; ask for all of it."),
    ("invite_altered", Input, "A character or a line of the invite is wrong or missing; scan or copy it again."),
    ("other_deployment", Input, "The invite is of another deployment; use another folder for it."),
    (
        "invite_forged",
        Input,
        "Somebody else than the deployment made the invite, or changed it; the reason says what does not agree.",
    ),
    (
        "joined_already",
        NotNow,
        "The deployment of the invite has been reached; the invite cannot be taken back any more.",
    ),
    ("server_address", Input, "The invite's addresses or certificates cannot be used."),
    ("pack_not_acceptable", Input, "The file is not a pack, or not stations, of this deployment."),
    ("no_such_form", Input, "The pack has no form of this name."),
    ("form_not_understood", Input, "This release cannot interpret the form; fill it in question by question."),
    ("no_such_draft", Input, "There is no such draft; it may have been sealed already."),
    ("no_such_record", Input, "There is no such record in this store."),
    ("no_such_media", Input, "There is no such file in this store."),
    ("unknown_question", Input, "The form has no such question."),
    ("answer_does_not_fit", Input, "The answer does not fit the question; the reason says what would."),
    ("too_large", Input, "What was entered is larger than a record may be."),
    ("station_name", Input, "The name of a station is empty or too long."),
    ("too_many_files", Input, "A record may not list so many files."),
    ("cannot_seal", Input, "The draft cannot be sealed; the reason says why."),
    ("media_unreadable", Input, "The photo or video cannot be read."),
    ("media_empty", Input, "The photo or video has no bytes."),
    ("media_too_large", Input, "The photo or video is larger than the pack allows."),
    ("media_changed", Input, "Somebody wrote to the file while it was being saved."),
    ("media_type", Input, "A text, program or archive; only photos, videos, sound and PDF are kept."),
    ("incident_unknown", Input, "The catalogue has no such incident."),
    ("exit_poll", Input, "The exit poll cannot go on like this; the reason says why."),
    ("not_an_id", Input, "Text that should name a record, a file or a draft does not."),
    ("statement_not_valid", Input, "The bytes are not the signed statement they are offered as."),
    ("capture_forbidden", Forbidden, "This is never photographed or recorded."),
    ("exit_poll_off", Forbidden, "The pack names no legal ground for an exit poll."),
    ("no_training", Forbidden, "This pack allows no exercises."),
    ("cancelled", Interrupted, "The work was cancelled. What it had stored stays."),
    ("sync_failed", Internal, "A request could not be signed."),
    ("library", Internal, "The native library is missing, or does not belong to this release of the façade."),
    ("runtime", Internal, "The system gave no thread to work on."),
    ("panicked", Internal, "A mistake in Kuager. What was saved before this call is still there."),
];

/// Whether what failed with this code may succeed later: what the core says, and of the bridge's own codes that nobody is in
/// the way any more.
fn is_retryable(code: &str) -> bool {
    kuager_core::error::is_retryable(code) || matches!(code, "cancelled" | "runtime")
}

/// Every code an error can have, for apps that check that they have a text for each.
///
/// # Errors
/// None; fallible like every call.
#[uniffi::export]
pub fn error_codes() -> Result<Vec<ErrorCode>, KuagerError> {
    Ok(CODES
        .iter()
        .map(|(code, kind, meaning)| ErrorCode {
            code: (*code).to_owned(),
            kind: *kind,
            retryable: is_retryable(code),
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
        let kind = known.map_or(Internal, |(_, kind, _)| *kind);
        let retryable = known.is_some() && is_retryable(code);
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
    fn what_may_succeed_later_is_listed_and_said_by_the_errors() {
        let listed: Vec<&str> = CODES.iter().map(|(code, ..)| *code).filter(|code| is_retryable(code)).collect();
        assert_eq!(
            listed,
            [
                "vault_locked",
                "vault_cancelled",
                "passcode_wait",
                "passcode_memory",
                "disk_full",
                "store_locked",
                "store_unavailable",
                "store_paused",
                "cancelled",
                "sync_failed",
                "runtime",
            ]
        );
        for (error, retryable) in [
            (ObserverError::Vault(VaultError::Locked), true),
            (ObserverError::Vault(VaultError::Cancelled), true),
            (ObserverError::Vault(VaultError::Lost), false),
            (ObserverError::Store(StoreError::Locked), true),
            (ObserverError::Store(StoreError::Paused), true),
            (ObserverError::Store(StoreError::DiskFull), true),
            (ObserverError::Store(StoreError::Unavailable(String::new())), true),
            (ObserverError::Store(StoreError::Closed), false),
            (ObserverError::NoPack, false),
        ] {
            assert_eq!((error.is_retryable(), is_retryable(error.code())), (retryable, retryable), "{error}");
        }
    }

    #[test]
    fn the_guide_lists_every_code() {
        let guide = include_str!("../../docs/apps.md");
        let missing: Vec<_> = CODES.iter().filter(|(code, ..)| !guide.contains(&format!("`{code}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
