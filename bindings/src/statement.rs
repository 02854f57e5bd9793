//! Signed statements that did not come through the outbox: from a chat, a file, a QR code, or for an app's own checks.

use kuager_core::ObserverError;
use kuager_core::evidence::verify_invite;
use kuager_core::wire::cose::{self, Purpose, Statement, StatementError, sha256};
use kuager_core::wire::delegation::{Delegation, Revocation};
use kuager_core::wire::desk::{DeskEntry, DeskKey};
use kuager_core::wire::enrolment::{Credential, Request, Succession};
use kuager_core::wire::genesis::Deployment;
use kuager_core::wire::ids::{DeploymentId, PublicKey};
use kuager_core::wire::invite::{Invite, Way};
use kuager_core::wire::message::Message;
use kuager_core::wire::pack::{Pack, StationShard};
use kuager_core::wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal};
use kuager_core::wire::record::Record;
use kuager_core::wire::servers::Servers;

use crate::error::KuagerError;
use crate::guard;
use crate::types::{hex, parse_id};

/// What checking a statement found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum StatementCheck {
    /// It is what it is offered as.
    Valid {
        /// SHA-256 of the whole statement, in hexadecimal; a record's id, a deployment's id, a pack's name.
        sha256: String,
    },
    /// It is not.
    Invalid {
        /// The stable name of the fault, as in the project's test vectors.
        fault: String,
        /// What is wrong, for developers.
        reason: String,
    },
}

/// What an invite says, before anybody follows it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct InviteInfo {
    /// The deployment it leads to, in hexadecimal.
    pub deployment: String,
    /// Addresses of its servers.
    pub servers: Vec<String>,
    /// The digits to compare with those the coordinator says aloud. They commit to all an invite makes a phone believe.
    pub digits: String,
    /// Whether the deployment signed where it leads; of an older deployment it did not.
    pub signed: bool,
}

/// Reads an invite without following it.
///
/// # Errors
/// `invite_unreadable`, `invite_cut`, `invite_altered`, and `invite_forged` when it does not agree with itself.
#[uniffi::export]
pub fn read_invite(url: String) -> Result<InviteInfo, KuagerError> {
    guard::call(|| {
        let invite = Invite::from_text(&url).map_err(ObserverError::from)?;
        let servers = verify_invite(&invite, None).map_err(ObserverError::from)?;
        Ok(InviteInfo {
            deployment: invite.deployment.to_string(),
            digits: invite.digits(&servers).map_err(ObserverError::from)?,
            servers: servers.addresses,
            signed: matches!(invite.way, Way::Signed { .. }),
        })
    })
}

fn check<T: Statement>(bytes: &[u8], deployment: DeploymentId, key: &PublicKey) -> Result<(), StatementError> {
    cose::open::<T>(bytes, deployment, key).map(drop)
}

fn open(purpose: Purpose, bytes: &[u8], deployment: DeploymentId, key: &PublicKey) -> Result<(), StatementError> {
    match purpose {
        Purpose::Genesis => Deployment::open(bytes).map(drop),
        Purpose::Record => check::<Record>(bytes, deployment, key),
        Purpose::Request => check::<Request>(bytes, deployment, key),
        Purpose::Credential => check::<Credential>(bytes, deployment, key),
        Purpose::Pack => check::<Pack>(bytes, deployment, key),
        Purpose::Receipt => check::<Receipt>(bytes, deployment, key),
        Purpose::Refusal => check::<Refusal>(bytes, deployment, key),
        Purpose::Message => check::<Message>(bytes, deployment, key),
        Purpose::Fork => check::<Fork>(bytes, deployment, key),
        Purpose::MediaReceipt => check::<MediaReceipt>(bytes, deployment, key),
        Purpose::Redaction => check::<Redaction>(bytes, deployment, key),
        Purpose::StationShard => check::<StationShard>(bytes, deployment, key),
        Purpose::Servers => check::<Servers>(bytes, deployment, key),
        Purpose::Delegation => check::<Delegation>(bytes, deployment, key),
        Purpose::Revocation => check::<Revocation>(bytes, deployment, key),
        Purpose::Succession => check::<Succession>(bytes, deployment, key),
        Purpose::DeskKey => check::<DeskKey>(bytes, deployment, key),
        Purpose::DeskEntry => check::<DeskEntry>(bytes, deployment, key),
    }
}

/// Checks that these bytes are a statement of this purpose (`record`, `receipt`, ..., the names of `docs/wire-format.md`), of this
/// deployment, signed by this key. A genesis statement names its own keys: deployment and key are not looked at.
///
/// # Errors
/// `not_an_id` for a purpose, deployment or key that is none; what is wrong with the bytes is in the check.
#[uniffi::export]
pub fn check_statement(
    purpose: String,
    bytes: Vec<u8>,
    deployment: String,
    public_key: String,
) -> Result<StatementCheck, KuagerError> {
    guard::call(|| {
        let known = Purpose::from_name(&purpose);
        let known = known.ok_or_else(|| KuagerError::new("not_an_id", "no statement has this purpose"))?;
        let (deployment, key) = (parse_id(&deployment)?, parse_id(&public_key)?);
        Ok(match open(known, &bytes, deployment, &key) {
            Ok(()) => StatementCheck::Valid { sha256: hex(&sha256(&bytes)) },
            Err(error) => StatementCheck::Invalid { fault: error.code().to_owned(), reason: error.to_string() },
        })
    })
}

/// The stable name of what is wrong with a text offered as an invite; nothing when it is one.
///
/// # Errors
/// None; fallible like every call.
#[uniffi::export]
pub fn invite_fault(url: String) -> Result<Option<String>, KuagerError> {
    guard::call(|| Ok(Invite::from_text(&url).err().map(|error| error.code().to_owned())))
}
