//! The lane: how long everybody waits after a failure, and how much travels at once.
//!
//! What fails for the network's sake closes the lane for all, so that an hour offline costs one row. Records and files
//! have a lane each, of the same kind.

use crate::clock::{ClockSample, Due};
use crate::queue::{FULL_BATCH, FailureClass, Gate, Lane};

/// First step of the exponential backoff.
pub const BACKOFF_BASE_MS: u64 = 2_000;
/// Longest wait between two attempts, unless a server asks for more.
pub const BACKOFF_CAP_MS: u64 = 15 * 60 * 1000;
/// Longest `Retry-After` that is obeyed; a wrong header must not silence a phone for the rest of the day.
pub const RETRY_AFTER_CAP_MS: u64 = 60 * 60 * 1000;
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
}
