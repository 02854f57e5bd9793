//! The one error type of the façade.

use kuager_evidence::Forgery;
use kuager_forms::act::ActError;
use kuager_forms::exit_poll::ExitPollError;
use kuager_forms::incident::IncidentError;
use kuager_forms::{AnswerError, FormError};
use kuager_wire::canonical::Malformed;
use kuager_wire::cose::StatementError;
use kuager_wire::form::FenceError;
use kuager_wire::ids::MediaHash;
use kuager_wire::invite::InviteError;

use crate::journal::JournalError;
use crate::keys::{IdentityError, PasscodeError, VaultError};
use crate::media::MediaError;
use crate::outbox::SyncError;
use crate::store::{MayBeStore, StoreError};
use crate::transport::http::HttpSetupError;

/// Why an [`Observer`](crate::Observer) did not do what was asked. Each variant has a stable [code](Self::code); what
/// was sealed or drafted before is untouched unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ObserverError {
    /// The key vault refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The device's identity cannot be used.
    #[error(transparent)]
    Identity(IdentityError),
    /// The passcode: needed, wrong, too soon, or not fit to be one.
    #[error(transparent)]
    Passcode(#[from] PasscodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A draft or a record.
    #[error(transparent)]
    Journal(JournalError),
    /// An answer does not fit its question.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The text is not a usable invite.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The invite is for another deployment; this store already belongs to one. Use another folder for it.
    #[error("this invite is for another deployment than the one this store belongs to")]
    OtherDeployment,
    /// Somebody else than the deployment made the invite, or changed it. Nothing of it is believed.
    #[error("this invite is forged: {0}")]
    Forged(#[from] Forgery),
    /// What is offered as the platform's word about this phone is none.
    #[error("this is not what a platform says about a phone: {0}")]
    Attestation(Malformed),
    /// The deployment of the invite has been reached; there is nothing to take back.
    #[error("the deployment of this invite was reached already; the invite cannot be taken back any more")]
    Joined,
    /// No invite has been accepted yet.
    #[error("no invite has been accepted yet")]
    NotInvited,
    /// There is no pack yet: sync once, or import one from a file.
    #[error("there is no election pack yet; sync once, or import one from a file")]
    NoPack,
    /// The pack has no such form.
    #[error("the pack has no form {0}")]
    NoSuchForm(String),
    /// The draft is a note: it has text, and no questions to answer.
    #[error("this draft is a note and has no questions; change its text instead")]
    NoQuestions,
    /// The pack is not acceptable.
    #[error("the pack is not acceptable: {0}")]
    Pack(StatementError),
    /// The invite's addresses or certificates cannot be used.
    #[error(transparent)]
    Http(#[from] HttpSetupError),
    /// Syncing stopped for another reason than the network.
    #[error(transparent)]
    Sync(SyncError),
    /// A photo or video was not taken in.
    #[error(transparent)]
    Media(MediaError),
    /// There is no such file in this store.
    #[error("there is no file {0} in this store")]
    NoSuchMedia(MediaHash),
    /// A form of the pack cannot be interpreted by this release.
    #[error(transparent)]
    Form(#[from] FormError),
    /// This is never photographed or recorded.
    #[error(transparent)]
    Fence(#[from] FenceError),
    /// An incident cannot be reported like this.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// There is no act about this.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The exit poll cannot go on like this.
    #[error(transparent)]
    ExitPoll(#[from] ExitPollError),
    /// The pack does not say how turnout is noted.
    #[error("the pack does not say how turnout is noted")]
    NoTurnout,
    /// The pack allows no exercises.
    #[error("this pack allows no exercises")]
    NoTraining,
    /// A file could not be written.
    #[error("a file could not be written: {0}")]
    Io(#[from] std::io::Error),
}

impl ObserverError {
    /// A stable name for this kind of error, for apps and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Vault(VaultError::Locked) => "vault_locked",
            Self::Vault(VaultError::Cancelled) => "vault_cancelled",
            Self::Vault(VaultError::Lost) => "vault_lost",
            Self::Vault(VaultError::Failed(_)) => "vault_failed",
            Self::Identity(IdentityError::Missing) => "identity_missing",
            Self::Identity(_) => "identity_damaged",
            Self::Passcode(PasscodeError::Needed) => "passcode_needed",
            Self::Passcode(PasscodeError::Wrong { .. }) => "passcode_wrong",
            Self::Passcode(PasscodeError::Wait { .. }) => "passcode_wait",
            Self::Passcode(PasscodeError::Unfit(_)) => "passcode_unfit",
            Self::Passcode(PasscodeError::Memory) => "passcode_memory",
            Self::Store(error) => store_code(error),
            Self::Journal(JournalError::NoSuchDraft) => "no_such_draft",
            Self::Journal(JournalError::NoSuchRecord(_)) => "no_such_record",
            Self::Journal(JournalError::TooLarge { .. }) => "too_large",
            Self::Journal(JournalError::Station { .. }) => "station_name",
            Self::Journal(JournalError::TooManyFiles { .. }) => "too_many_files",
            Self::Journal(_) => "cannot_seal",
            Self::Answer(AnswerError::UnknownQuestion { .. }) | Self::NoQuestions => "unknown_question",
            Self::Answer(AnswerError::DoesNotFit { .. }) => "answer_does_not_fit",
            Self::Invite(InviteError::Cut { .. }) => "invite_cut",
            Self::Invite(InviteError::Altered | InviteError::Character { .. }) => "invite_altered",
            Self::Invite(_) => "invite_unreadable",
            Self::OtherDeployment => "other_deployment",
            Self::Forged(_) => "invite_forged",
            Self::Attestation(_) => "statement_not_valid",
            Self::Joined => "joined_already",
            Self::NotInvited => "not_invited",
            Self::NoPack => "no_pack",
            Self::NoSuchForm(_) => "no_such_form",
            Self::Pack(_) => "pack_not_acceptable",
            Self::Http(_) => "server_address",
            Self::Sync(_) => "sync_failed",
            Self::Media(MediaError::Unreadable(_)) => "media_unreadable",
            Self::Media(MediaError::Empty) => "media_empty",
            Self::Media(MediaError::TooLarge { .. }) => "media_too_large",
            Self::Media(MediaError::Changed) => "media_changed",
            Self::Media(MediaError::UnsupportedType) => "media_type",
            Self::Media(MediaError::Store(error)) => store_code(error),
            Self::NoSuchMedia(_) => "no_such_media",
            Self::Form(_) => "form_not_understood",
            Self::Fence(_) => "capture_forbidden",
            Self::Incident(_) => "incident_unknown",
            Self::Act(_) => "no_act",
            Self::ExitPoll(ExitPollError::Off) => "exit_poll_off",
            Self::ExitPoll(_) => "exit_poll",
            Self::NoTurnout => "no_turnout",
            Self::NoTraining => "no_training",
            Self::Io(_) => "file",
        }
    }

    /// Whether doing the same again later may succeed without anything else changing.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        is_retryable(self.code())
    }
}

/// Whether what failed with this [code](ObserverError::code) may succeed later without anything else changing. Nothing else
/// says so, neither here nor in the bindings.
#[must_use]
pub fn is_retryable(code: &str) -> bool {
    matches!(
        code,
        "vault_locked"
            | "vault_cancelled"
            | "passcode_wait"
            | "passcode_memory"
            | "store_locked"
            | "store_unavailable"
            | "store_paused"
            | "disk_full"
            | "sync_failed"
    )
}

const fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::WrongKey => "store_wrong_key",
        StoreError::Corrupt(_) => "store_corrupt",
        StoreError::DiskFull => "disk_full",
        StoreError::Locked => "store_locked",
        StoreError::Unavailable(_) => "store_unavailable",
        StoreError::Newer { .. } => "store_newer",
        StoreError::Paused => "store_paused",
        StoreError::Closed => "store_closed",
        StoreError::Content(_) | StoreError::Other(_) => "store_failed",
    }
}

impl From<IdentityError> for ObserverError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Vault(error) => Self::Vault(error),
            IdentityError::Passcode(error) => Self::Passcode(error),
            IdentityError::Io(error) => Self::Io(error),
            other => Self::Identity(other),
        }
    }
}

impl From<JournalError> for ObserverError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Store(error) => Self::Store(error),
            JournalError::Answer(error) => Self::Answer(error),
            other => Self::Journal(other),
        }
    }
}

impl From<MediaError> for ObserverError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Store(error) => Self::Store(error),
            other => Self::Media(other),
        }
    }
}

impl From<SyncError> for ObserverError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Store(error) => Self::Store(error),
            other @ SyncError::Statement(_) => Self::Sync(other),
        }
    }
}

impl From<Malformed> for ObserverError {
    fn from(error: Malformed) -> Self {
        Self::Store(StoreError::Content(error))
    }
}

impl MayBeStore for ObserverError {
    fn as_store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}
