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
use minicbor::{Decode, Encode};

use crate::clock::{ClockSample, Due};

/// First step of the exponential backoff.
pub const BACKOFF_BASE_MS: u64 = 2_000;
/// Longest wait between two attempts, unless a server asks for more.
pub const BACKOFF_CAP_MS: u64 = 15 * 60 * 1000;
/// Longest `Retry-After` that is obeyed; a wrong header must not silence a phone for the rest of the day.
pub const RETRY_AFTER_CAP_MS: u64 = 60 * 60 * 1000;
/// Attempts after which an item ages by one priority.
const AGEING: u32 = 3;

/// Why the network did not deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum FailureClass {
    /// No connection: no network, nothing listening, no route.
    #[n(1)]
    Offline,
    /// The server's name could not be resolved.
    #[n(2)]
    Dns,
    /// The connection broke in the middle.
    #[n(3)]
    Reset,
    /// No answer in time.
    #[n(4)]
    Timeout,
    /// The server did not prove to belong to this deployment. Somebody may be listening in.
    #[n(5)]
    Tls,
    /// Something else answered in the server's place, such as a Wi-Fi sign-in page.
    #[n(6)]
    CaptivePortal,
    /// The server asks to come back later.
    #[n(7)]
    ServerBusy,
    /// The answer came from the right place and does not verify.
    #[n(8)]
    BadAnswer,
    /// The server belongs to another deployment.
    #[n(9)]
    WrongServer,
    /// The server rejects the call without a signed reason.
    #[n(10)]
    Rejected,
}

impl FailureClass {
    /// All classes.
    pub const ALL: [Self; 10] = [
        Self::Offline,
        Self::Dns,
        Self::Reset,
        Self::Timeout,
        Self::Tls,
        Self::CaptivePortal,
        Self::ServerBusy,
        Self::BadAnswer,
        Self::WrongServer,
        Self::Rejected,
    ];

    /// A stable name for logs and the app.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Dns => "dns",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::CaptivePortal => "captive_portal",
            Self::ServerBusy => "server_busy",
            Self::BadAnswer => "bad_answer",
            Self::WrongServer => "wrong_server",
            Self::Rejected => "rejected",
        }
    }

    /// Whether a smaller batch may do better.
    const fn may_be_the_batch(self) -> bool {
        matches!(self, Self::Reset | Self::Timeout | Self::ServerBusy | Self::BadAnswer | Self::Rejected)
    }
}

/// Why an item is kept back although the network is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum HeldReason {
    /// The coordinator does not know this device, or not any more.
    #[n(1)]
    Auth,
    /// An original waits for a network where bytes are free.
    #[n(2)]
    Metered,
    /// The observer does not want it sent for now.
    #[n(3)]
    Policy,
    /// The record that lists the file has no receipt yet.
    #[n(4)]
    Record,
}

impl HeldReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Metered, Self::Policy, Self::Record];

    /// A stable name for logs and the app.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Metered => "metered",
            Self::Policy => "policy",
            Self::Record => "record",
        }
    }
}

/// Where a record stands on its way to the coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Signed, durable, not sent yet.
    Sealed,
    /// An attempt has begun and its end is not known.
    Sending,
    /// Not sent again before this time, for a reason of its own.
    Waiting {
        /// When it is due.
        until: Due,
        /// Why.
        class: FailureClass,
    },
    /// Kept back.
    Held {
        /// When it is tried again all the same.
        until: Due,
        /// Why.
        reason: HeldReason,
    },
    /// Refused for good by a signed statement. The record stays.
    Refused {
        /// Why.
        code: RefusalCode,
    },
    /// A verified receipt is stored.
    Accepted,
    /// A verified receipt is stored, and so is the evidence that another record has the same number.
    Forked,
}

impl State {
    /// Whether it still has to be sent.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Sealed | Self::Sending | Self::Waiting { .. } | Self::Held { .. })
    }

    /// Milliseconds until it may be sent; 0 for now.
    fn wait_ms(&self, now: &ClockSample) -> u64 {
        match self {
            Self::Waiting { until, .. } | Self::Held { until, .. } => until.remaining_ms(now),
            _ => 0,
        }
    }
}

/// An item of the outbox as the machine sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Row of the record.
    pub record: i64,
    /// Lower goes first.
    pub priority: u32,
    /// Bytes of the record.
    pub size: usize,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
}

/// Why the lane is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Gate {
    /// When it opens.
    #[n(0)]
    pub until: Due,
    /// Why it closed.
    #[n(1)]
    pub class: FailureClass,
    /// Set when the server named the time: then not even "send now" opens it earlier.
    #[n(2)]
    pub server_asked: bool,
}

/// What all items share: the state of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lane {
    /// Failures in a row.
    #[n(1)]
    pub failures: u32,
    /// Closed until.
    #[n(2)]
    pub gate: Option<Gate>,
    /// Records in a batch at most; halves when a batch fails and doubles when one arrives.
    #[n(3)]
    pub batch: u32,
}

/// Records in a batch when nothing has failed.
const FULL_BATCH: u32 = 256;

impl Default for Lane {
    fn default() -> Self {
        Self { failures: 0, gate: None, batch: FULL_BATCH }
    }
}

/// A random number below `below`, given by the caller; the machine has no randomness of its own.
pub type Jitter<'a> = &'a mut dyn FnMut(u64) -> u64;

/// Full jitter: anything between nothing and the exponential bound, so that 3,000 phones do not come back in one second.
pub(super) fn backoff_ms(failures: u32, jitter: Jitter<'_>) -> u64 {
    let bound = BACKOFF_BASE_MS.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(BACKOFF_CAP_MS);
    jitter(bound + 1).min(bound)
}

impl Lane {
    /// A call failed: closes the lane for everybody.
    pub fn failed(
        &mut self,
        class: FailureClass,
        retry_after_ms: Option<u64>,
        records_sent: usize,
        now: &ClockSample,
        jitter: Jitter<'_>,
    ) {
        self.failures = self.failures.saturating_add(1);
        let floor = retry_after_ms.unwrap_or(0).min(RETRY_AFTER_CAP_MS);
        let wait = backoff_ms(self.failures, jitter).max(floor);
        self.gate = Some(Gate { until: Due::after(now, wait), class, server_asked: retry_after_ms.is_some() });
        if class.may_be_the_batch() && records_sent > 1 {
            self.batch = u32::try_from(records_sent / 2).unwrap_or(FULL_BATCH).clamp(1, FULL_BATCH);
        }
    }

    /// A call succeeded.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.gate = None;
        self.batch = self.batch.saturating_mul(2).clamp(1, FULL_BATCH);
    }

    /// Somebody has reason to believe that it works now: a tap on "send now", the network coming back.
    pub fn nudge(&mut self) {
        if self.gate.is_some_and(|gate| !gate.server_asked) {
            self.gate = None;
        }
    }

    /// Milliseconds until the lane opens; 0 for now.
    #[must_use]
    pub fn wait_ms(&self, now: &ClockSample) -> u64 {
        self.gate.map_or(0, |gate| gate.until.remaining_ms(now))
    }
}

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

/// Why nothing is sent now, in the one word the observer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The network.
    Network(FailureClass),
    /// The device is not known to the coordinator yet.
    Held(HeldReason),
    /// Enrolment was refused; the observer needs another invite.
    Enrolment(RefusalCode),
    /// No invite was accepted yet.
    NotInvited,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Fetch the genesis statement.
    FetchGenesis,
    /// Send the enrolment request.
    Enrol,
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
pub enum Verdict {
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
pub fn after_verdict(item: &Item, verdict: Verdict, now: &ClockSample, jitter: Jitter<'_>) -> State {
    match verdict {
        Verdict::Accepted => State::Accepted,
        Verdict::Forked => State::Forked,
        Verdict::Refused { code: RefusalCode::UnknownDevice, .. } => held(HeldReason::Auth, now),
        Verdict::Refused { retryable: true, .. } => {
            let wait = backoff_ms(item.attempts.max(1), jitter);
            State::Waiting { until: Due::after(now, wait), class: FailureClass::ServerBusy }
        }
        Verdict::Refused { code, retryable: false } => State::Refused { code },
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
