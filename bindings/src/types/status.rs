//! How things stand: the device and its store.

use kuager_core::observer::Status;
use kuager_core::wire::enrolment::Role;

use super::numbers::signed;

/// What the holder of this device may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum ObserverRole {
    /// An observer at a station.
    Observer,
    /// A proxy of a candidate or party.
    Proxy,
    /// A media representative.
    Media,
    /// An exit-poll interviewer.
    Interviewer,
}

/// What was salvaged from a damaged store.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecoveryInfo {
    /// Name of the damaged file, in the same folder.
    pub quarantined: String,
    /// Records carried over, each verified.
    pub records: i64,
    /// Drafts carried over.
    pub drafts: i64,
    /// Files carried over.
    pub media: i64,
    /// Wall clock.
    pub at_ms: i64,
}

/// How far a revoked device is still trusted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RevokedInfo {
    /// Since when, milliseconds since 1970.
    pub since_ms: i64,
    /// Whether the deployment's own signed statement about it is here; before that only the coordinator has said so.
    pub stated: bool,
    /// The last number of this device's records that is trusted; nothing for none, or as long as it is not stated.
    pub last_seq: Option<i64>,
}

/// How things stand, in one look.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ObserverStatus {
    /// Id of this device's key.
    pub device: String,
    /// The deployment, once an invite was accepted.
    pub deployment: Option<String>,
    /// Whether the coordinator knows this device.
    pub enrolled: bool,
    /// The observer's pseudonym, once enrolled.
    pub observer: Option<String>,
    /// What the holder may do, once enrolled.
    pub role: Option<ObserverRole>,
    /// Stations the observer is sent to; empty when free to move.
    pub stations: Vec<String>,
    /// Why enrolment was refused: another invite is needed.
    pub enrolment_refused: Option<String>,
    /// What did not agree in an invite that turned out to be forged and is not followed any more: another invite is needed.
    pub invite_forged: Option<String>,
    /// The pack new drafts are made under.
    pub pack: Option<String>,
    /// Records with a verified receipt.
    pub delivered: i64,
    /// Records still to be sent.
    pub waiting: i64,
    /// Records refused by signed statement.
    pub refused: i64,
    /// Set when this store is older than what the coordinator knows: the highest number it holds.
    pub behind: Option<i64>,
    /// The key this device signed with before, when its store was put back from a copy: `device` goes on for it.
    pub continues: Option<String>,
    /// Set when the deployment does not trust this device any more.
    pub revoked: Option<RevokedInfo>,
    /// What was salvaged from a damaged store.
    pub recovery: Option<RecoveryInfo>,
    /// By how many milliseconds the clock of this device is wrong, ahead counting upwards; absent when it is right within five
    /// minutes, or nobody has said. Nothing waits for it to be set right.
    pub clock_error_ms: Option<i64>,
}

pub(crate) fn status(status: Status) -> ObserverStatus {
    let credential = status.credential.as_ref();
    ObserverStatus {
        device: status.device.to_string(),
        deployment: status.deployment.map(|id| id.to_string()),
        enrolled: credential.is_some(),
        observer: credential.map(|credential| credential.observer.to_string()),
        role: credential.map(|credential| match credential.role {
            Role::Observer => ObserverRole::Observer,
            Role::Proxy => ObserverRole::Proxy,
            Role::Media => ObserverRole::Media,
            Role::Interviewer => ObserverRole::Interviewer,
        }),
        stations: credential.map(|credential| credential.stations.clone()).unwrap_or_default(),
        enrolment_refused: status.enrolment_refused.map(|code| code.name().to_owned()),
        invite_forged: status.invite_forged,
        pack: status.pack.map(|hash| hash.to_string()),
        delivered: signed(status.delivered),
        waiting: signed(status.waiting),
        refused: signed(status.refused),
        behind: status.behind.map(signed),
        continues: status.continues.map(|kid| kid.to_string()),
        revoked: status.revoked.map(|revoked| RevokedInfo {
            since_ms: signed(revoked.since_ms),
            stated: revoked.stated,
            last_seq: revoked.last_seq.map(signed),
        }),
        recovery: status.recovery.map(|recovery| RecoveryInfo {
            quarantined: recovery.quarantined,
            records: signed(recovery.records),
            drafts: signed(recovery.drafts),
            media: signed(recovery.media),
            at_ms: recovery.at_ms,
        }),
        clock_error_ms: status.clock_error_ms,
    }
}
