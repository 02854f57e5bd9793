//! Sending: what is left, why, and what was tried.

use kuager_core::queue;
use kuager_core::store::AttemptRow;

use super::numbers::signed;

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum FailureClass {
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

impl From<queue::FailureClass> for FailureClass {
    fn from(class: queue::FailureClass) -> Self {
        match class {
            queue::FailureClass::Offline => Self::Offline,
            queue::FailureClass::Dns => Self::Dns,
            queue::FailureClass::Reset => Self::Reset,
            queue::FailureClass::Timeout => Self::Timeout,
            queue::FailureClass::Tls => Self::Tls,
            queue::FailureClass::CaptivePortal => Self::CaptivePortal,
            queue::FailureClass::ServerBusy => Self::ServerBusy,
            queue::FailureClass::BadAnswer => Self::BadAnswer,
            queue::FailureClass::WrongServer => Self::WrongServer,
            queue::FailureClass::Rejected => Self::Rejected,
        }
    }
}

/// Why something is kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum HeldReason {
    /// The coordinator does not know this device, or not any more.
    Auth,
    /// It waits for a network where bytes are free.
    Metered,
    /// The observer does not want it sent for now.
    Policy,
    /// The record that lists the file has no receipt yet.
    Record,
}

impl From<queue::HeldReason> for HeldReason {
    fn from(reason: queue::HeldReason) -> Self {
        match reason {
            queue::HeldReason::Auth => Self::Auth,
            queue::HeldReason::Metered => Self::Metered,
            queue::HeldReason::Policy => Self::Policy,
            queue::HeldReason::Record => Self::Record,
        }
    }
}

/// What the next attempt waits for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SyncObstacle {
    /// The network.
    Network {
        /// How it failed last.
        failure: FailureClass,
    },
    /// Everything that is left is kept back.
    Held {
        /// Why.
        reason: HeldReason,
    },
    /// Enrolment was refused; another invite is needed.
    Enrolment {
        /// Stable name of the reason.
        code: String,
    },
    /// No invite has been accepted yet.
    NotInvited,
}

impl From<queue::Obstacle> for SyncObstacle {
    fn from(obstacle: queue::Obstacle) -> Self {
        match obstacle {
            queue::Obstacle::Network(class) => Self::Network { failure: class.into() },
            queue::Obstacle::Held(reason) => Self::Held { reason: reason.into() },
            queue::Obstacle::Enrolment(code) => Self::Enrolment { code: code.name().to_owned() },
            queue::Obstacle::NotInvited => Self::NotInvited,
        }
    }
}

/// What is left to send.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outlook {
    /// Whether nothing is left.
    pub completed: bool,
    /// Records still to be sent.
    pub left: i64,
    /// Files still to be sent.
    pub media_left: i64,
    /// What the next attempt waits for.
    pub obstacle: Option<SyncObstacle>,
    /// Milliseconds until the next attempt is due; absent when nothing is left or only a person can help.
    pub next_attempt_ms: Option<i64>,
}

pub(crate) fn outlook(outlook: &kuager_core::Outlook) -> Outlook {
    Outlook {
        completed: outlook.completed,
        left: signed(outlook.left),
        media_left: signed(outlook.media_left),
        obstacle: outlook.obstacle.map(SyncObstacle::from),
        next_attempt_ms: outlook.next_attempt_ms.map(signed),
    }
}

/// What a sync did and what is left.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncSummary {
    /// Whether nothing is left to send, and no stations of the chosen regions to fetch.
    pub completed: bool,
    /// Records that got a verified receipt.
    pub accepted: i64,
    /// Records refused by signed statement.
    pub refused: i64,
    /// Records that share their number with another record, by the coordinator's signed word.
    pub forked: i64,
    /// Records still to be sent.
    pub left: i64,
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
    /// What the next attempt waits for, or why messages and a newer pack could not be asked for.
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
            forked: signed(summary.forked),
            left: signed(summary.left),
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

/// An attempt of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttemptInfo {
    /// Which call.
    pub purpose: String,
    /// Records in it.
    pub records: i64,
    /// Wall clock at its start.
    pub started_ms: i64,
    /// Wall clock at its end; absent when the process ended first.
    pub ended_ms: Option<i64>,
    /// `ok`, or the name of a failure.
    pub outcome: Option<String>,
    /// Bytes sent.
    pub bytes_out: i64,
    /// Bytes received.
    pub bytes_in: i64,
}

impl From<AttemptRow> for AttemptInfo {
    fn from(row: AttemptRow) -> Self {
        Self {
            purpose: row.purpose,
            records: row.records.into(),
            started_ms: row.started_ms,
            ended_ms: row.ended_ms,
            outcome: row.outcome,
            bytes_out: signed(row.bytes_out),
            bytes_in: signed(row.bytes_in),
        }
    }
}
