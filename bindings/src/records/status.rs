//! How things stand: the device, the outbox, messages, what was counted.

use kuager_core::forms::exit_poll::WaveState;
use kuager_core::forms::tally::Tally;
use kuager_core::observer::{InboxMessage, Status};
use kuager_core::queue::{FailureClass, HeldReason, Obstacle};
use kuager_core::wire::enrolment::Role;
use kuager_core::wire::message::Ask;

use super::{counted, signed};

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum FailureReason {
    /// No connection.
    Offline,
    /// The server's name could not be resolved.
    Dns,
    /// The connection broke.
    Reset,
    /// No answer in time.
    Timeout,
    /// The server did not prove to belong to this deployment. Somebody may be listening in.
    Tls,
    /// Something else answered, such as a Wi-Fi sign-in page.
    CaptivePortal,
    /// The server asks to come back later.
    ServerBusy,
    /// The answer does not verify.
    BadAnswer,
    /// The server belongs to another deployment.
    WrongServer,
    /// The server rejects the call without a signed reason.
    Rejected,
}

impl From<FailureClass> for FailureReason {
    fn from(class: FailureClass) -> Self {
        match class {
            FailureClass::Offline => Self::Offline,
            FailureClass::Dns => Self::Dns,
            FailureClass::Reset => Self::Reset,
            FailureClass::Timeout => Self::Timeout,
            FailureClass::Tls => Self::Tls,
            FailureClass::CaptivePortal => Self::CaptivePortal,
            FailureClass::ServerBusy => Self::ServerBusy,
            FailureClass::BadAnswer => Self::BadAnswer,
            FailureClass::WrongServer => Self::WrongServer,
            FailureClass::Rejected => Self::Rejected,
        }
    }
}

/// Why something is kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum HoldReason {
    /// The coordinator does not know this device, or not any more.
    Auth,
    /// It waits for a network where bytes are free.
    Metered,
    /// The observer does not want it sent for now.
    Policy,
    /// The record that lists the file has no receipt yet.
    Record,
}

impl From<HeldReason> for HoldReason {
    fn from(reason: HeldReason) -> Self {
        match reason {
            HeldReason::Auth => Self::Auth,
            HeldReason::Metered => Self::Metered,
            HeldReason::Policy => Self::Policy,
            HeldReason::Record => Self::Record,
        }
    }
}

/// What the next attempt waits for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SyncObstacle {
    /// The network.
    Network {
        /// How it failed last.
        reason: FailureReason,
    },
    /// Everything that is left is kept back.
    Held {
        /// Why.
        reason: HoldReason,
    },
    /// Enrolment was refused; another invite is needed.
    EnrolmentRefused {
        /// Stable name of the reason.
        code: String,
    },
    /// No invite has been accepted yet.
    NotInvited,
}

impl From<Obstacle> for SyncObstacle {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Network(class) => Self::Network { reason: class.into() },
            Obstacle::Held(reason) => Self::Held { reason: reason.into() },
            Obstacle::Enrolment(code) => Self::EnrolmentRefused { code: code.name().to_owned() },
            Obstacle::NotInvited => Self::NotInvited,
        }
    }
}

/// What is left to send.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outbox {
    /// Whether nothing is left.
    pub completed: bool,
    /// Records still to be sent.
    pub records_left: i64,
    /// Files still to be sent.
    pub media_left: i64,
    /// What the next attempt waits for.
    pub obstacle: Option<SyncObstacle>,
    /// Milliseconds until the next attempt is due; absent when nothing is left or only a person can help.
    pub next_attempt_ms: Option<i64>,
}

pub(crate) fn outbox(outlook: &kuager_core::Outlook) -> Outbox {
    Outbox {
        completed: outlook.completed,
        records_left: signed(outlook.left),
        media_left: signed(outlook.media_left),
        obstacle: outlook.obstacle.map(SyncObstacle::from),
        next_attempt_ms: outlook.next_attempt_ms.map(signed),
    }
}

/// What a sync did and what is left.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncSummary {
    /// Whether nothing is left to send.
    pub completed: bool,
    /// Records that got a verified receipt.
    pub accepted: i64,
    /// Records refused by signed statement.
    pub refused: i64,
    /// Records still to be sent.
    pub records_left: i64,
    /// Files that got a verified receipt.
    pub media_stored: i64,
    /// Files still to be sent.
    pub media_left: i64,
    /// Messages that arrived.
    pub messages: i64,
    /// Calls made.
    pub attempts: i64,
    /// Bytes sent.
    pub bytes_out: i64,
    /// Bytes received.
    pub bytes_in: i64,
    /// What the next attempt waits for.
    pub obstacle: Option<SyncObstacle>,
    /// Milliseconds until the next attempt is due.
    pub next_attempt_ms: Option<i64>,
}

impl From<kuager_core::SyncSummary> for SyncSummary {
    fn from(summary: kuager_core::SyncSummary) -> Self {
        Self {
            completed: summary.completed,
            accepted: signed(summary.accepted),
            refused: signed(summary.refused),
            records_left: signed(summary.left),
            media_stored: signed(summary.media_stored),
            media_left: signed(summary.media_left),
            messages: signed(summary.messages),
            attempts: signed(summary.attempts),
            bytes_out: signed(summary.bytes_out),
            bytes_in: signed(summary.bytes_in),
            obstacle: summary.obstacle.map(SyncObstacle::from),
            next_attempt_ms: summary.next_attempt_ms.map(signed),
        }
    }
}

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
    /// What was salvaged from a damaged store.
    pub recovery: Option<RecoveryInfo>,
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
        pack: status.pack.map(|hash| hash.to_string()),
        delivered: signed(status.delivered),
        waiting: signed(status.waiting),
        refused: signed(status.refused),
        behind: status.behind.map(signed),
        recovery: status.recovery.map(|recovery| RecoveryInfo {
            quarantined: recovery.quarantined,
            records: signed(recovery.records),
            drafts: signed(recovery.drafts),
            media: signed(recovery.media),
            at_ms: recovery.at_ms,
        }),
    }
}

/// What a message asks for, so that the app can offer it as one tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum MessageAsk {
    /// Photograph this page again.
    Retake,
}

/// A message from the coordinator, verified.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessageInfo {
    /// Its number.
    pub number: i64,
    /// When it was written, by the coordinator's clock.
    pub sent_ms: i64,
    /// What it says.
    pub text: String,
    /// The record it is about.
    pub about: Option<String>,
    /// The file it is about.
    pub media: Option<String>,
    /// What it asks for.
    pub ask: Option<MessageAsk>,
    /// Whether it has been marked as read.
    pub read: bool,
}

pub(crate) fn message_info(held: InboxMessage) -> MessageInfo {
    let message = held.message;
    MessageInfo {
        number: signed(message.number),
        sent_ms: signed(message.sent_ms),
        text: message.text,
        about: message.about.map(|hash| hash.to_string()),
        media: message.media.map(|hash| hash.to_string()),
        ask: message.ask.map(|ask| match ask {
            Ask::Retake => MessageAsk::Retake,
        }),
        read: held.read,
    }
}

/// Heads counted at a station.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TallyInfo {
    /// Heads counted.
    pub total: i64,
    /// Wall clock at the first tap.
    pub began_ms: Option<i64>,
    /// Wall clock at the last tap.
    pub tapped_ms: Option<i64>,
    /// Nobody counts at the moment.
    pub away: bool,
    /// The whole day was counted, as far as the taps tell.
    pub whole: bool,
}

pub(crate) fn tally(tally: &Tally) -> TallyInfo {
    TallyInfo {
        total: signed(tally.total),
        began_ms: tally.began_ms,
        tapped_ms: tally.tapped_ms,
        away: tally.absences.last().is_some_and(|absence| absence.until_ms.is_none()),
        whole: tally.is_whole(),
    }
}

/// How a wave of the exit poll stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WaveStatus {
    /// All who left.
    pub passed: i64,
    /// Voters to be asked so far.
    pub selected: i64,
    /// Contacts so far.
    pub contacts: i64,
    /// Cards so far.
    pub cards: i64,
}

pub(crate) fn wave_status(state: &WaveState) -> WaveStatus {
    WaveStatus {
        passed: state.passed,
        selected: state.selected,
        contacts: state.contacts.iter().map(|(_, count)| counted(*count)).sum(),
        cards: counted(state.cards),
    }
}
