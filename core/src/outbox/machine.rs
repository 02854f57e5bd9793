//! The outbox as pure code: states, inputs and what to do next. No I/O, no clock, no randomness of its own.
//!
//! ```text
//! sealed → sending → accepted            (a verified receipt is stored)
//!             ├────→ forked              (accepted, and another record has the same number)
//!             ├────→ waiting(until)      (this item only: a retryable refusal, an unexplained rejection)
//!             ├────→ held(until, why)    (needs a credential)
//!             └────→ refused(code)       (a signed refusal; kept, visible, exportable)
//! ```
//!
//! What fails for the network's sake is not an item's fault: it closes the *lane* for everybody until a due time, and
//! the items stay as they are. So an hour offline costs one row, and a server's `Retry-After` holds for all.
//!
//! Nothing is ever given up, and nothing can be stuck behind something else: an item that keeps failing ages behind
//! those of lower priority, and the batch shrinks until it travels alone.

use kuager_wire::limits;
use kuager_wire::receipt::RefusalCode;

use super::lane::{BACKOFF_CAP_MS, Jitter, backoff_ms};
use crate::clock::{ClockSample, Due};
use crate::queue::{FailureClass, HeldReason, Item, Lane, Obstacle, State};

/// Attempts after which an item ages by one priority.
const AGEING: u32 = 3;

/// What the device still needs before records make sense at the coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// No invite was accepted yet.
    NotInvited,
    /// The genesis statement, without which no receipt can be verified.
    NeedsGenesis,
    /// A credential.
    NeedsCredential,
    /// Enrolment was refused; another invite is needed.
    EnrolmentRefused(RefusalCode),
    /// Nothing.
    Ready,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Fetch the genesis statement.
    FetchGenesis,
    /// Send the enrolment request.
    Enrol,
    /// End this device's chain and go on under another key, since this store was put back from a copy.
    BeginChain,
    /// Send these records in one batch.
    Send(Vec<i64>),
    /// Nothing can be done for so long.
    Wait {
        /// Milliseconds until something is due; `None` when only a person can help.
        ms: Option<u64>,
        /// Why.
        obstacle: Obstacle,
    },
    /// Everything is delivered or refused.
    Idle,
}

/// Decides what to do next. `items` need not be sorted and may hold delivered ones.
#[must_use]
pub fn plan(lane: &Lane, session: Session, items: &[Item], now: &ClockSample) -> Plan {
    match session {
        Session::NotInvited => return Plan::Wait { ms: None, obstacle: Obstacle::NotInvited },
        Session::EnrolmentRefused(code) => return Plan::Wait { ms: None, obstacle: Obstacle::Enrolment(code) },
        _ => {}
    }
    let wait = lane.wait_ms(now);
    if let Some(gate) = lane.gate.filter(|_| wait > 0) {
        let needed = session != Session::Ready || items.iter().any(|item| item.state.is_open());
        return if needed {
            Plan::Wait { ms: Some(wait), obstacle: Obstacle::Network(gate.class) }
        } else {
            Plan::Idle
        };
    }
    match session {
        Session::NeedsGenesis => Plan::FetchGenesis,
        Session::NeedsCredential => Plan::Enrol,
        _ => plan_batch(lane, items, now),
    }
}

fn plan_batch(lane: &Lane, items: &[Item], now: &ClockSample) -> Plan {
    let open = || items.iter().filter(|item| item.state.is_open());
    let mut due: Vec<&Item> = open().filter(|item| item.state.wait_ms(now) == 0).collect();
    if due.is_empty() {
        let next = open().min_by_key(|item| item.state.wait_ms(now));
        return next.map_or(Plan::Idle, |item| Plan::Wait {
            ms: Some(item.state.wait_ms(now)),
            obstacle: match item.state {
                State::Held { reason, .. } => Obstacle::Held(reason),
                State::Waiting { class, .. } => Obstacle::Network(class),
                _ => Obstacle::Network(FailureClass::Offline),
            },
        });
    }
    due.sort_by_key(|item| (item.priority + item.attempts / AGEING, item.attempts, item.record));
    let most = usize::try_from(lane.batch).unwrap_or(1).clamp(1, limits::BATCH_RECORDS);
    let mut size = 0;
    let batch = due
        .into_iter()
        .take(most)
        .enumerate()
        .take_while(|(position, item)| {
            size += item.size;
            // The first one always goes: no record is larger than a batch.
            *position == 0 || size <= limits::BATCH
        })
        .map(|(_, item)| item.record)
        .collect();
    Plan::Send(batch)
}

/// The coordinator's verified word about one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A receipt.
    Accepted,
    /// A receipt, and evidence of a fork.
    Forked,
    /// A refusal.
    Refused {
        /// Why.
        code: RefusalCode,
        /// Whether sending the same again may succeed.
        retryable: bool,
    },
}

/// Where an item stands after the coordinator's word.
#[must_use]
pub fn after_decision(item: &Item, decision: Decision, now: &ClockSample, jitter: Jitter<'_>) -> State {
    match decision {
        Decision::Accepted => State::Accepted,
        Decision::Forked => State::Forked,
        Decision::Refused { code: RefusalCode::UnknownDevice, .. } => held(HeldReason::Auth, now),
        // It is sealed anew under another key, and waits should that not be possible now.
        Decision::Refused { code: RefusalCode::NumberUsed, .. } => {
            let wait = backoff_ms(item.attempts.max(1), jitter);
            State::Waiting { until: Due::after(now, wait), class: FailureClass::Rejected }
        }
        Decision::Refused { retryable: true, .. } => {
            let wait = backoff_ms(item.attempts.max(1), jitter);
            State::Waiting { until: Due::after(now, wait), class: FailureClass::ServerBusy }
        }
        Decision::Refused { code, retryable: false } => State::Refused { code },
    }
}

/// Where an item stands after its batch failed without a word about it.
#[must_use]
pub fn after_failure(item: &Item, class: FailureClass, alone: bool, now: &ClockSample, jitter: Jitter<'_>) -> State {
    if alone && class == FailureClass::Rejected {
        // Rejected without a signed reason although it travelled alone: it waits by itself, the others go on.
        let wait = backoff_ms(item.attempts.max(1), jitter);
        return State::Waiting { until: Due::after(now, wait), class };
    }
    State::Sealed
}

/// Held until a credential arrives, and tried again now and then in any case.
#[must_use]
pub const fn held(reason: HeldReason, now: &ClockSample) -> State {
    State::Held { until: Due::after(now, BACKOFF_CAP_MS), reason }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
