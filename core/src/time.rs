//! What time it is at least, whatever the phone's clock says.
//!
//! A phone whose battery was empty believes in 1970, one that somebody set believes anything. Certificates have dates all the
//! same. So those are judged by a time that the phone's clock has no part in: the newest date that the deployment has signed,
//! and what the phone has counted since, by the clock that only counts ([`ClockSample::monotonic_ms`]). What was counted is
//! kept, so that a reboot does not take it back; time that the phone was switched off is missing. The known time is therefore
//! never later than the true one, as long as the deployment's own clock is right, and it never goes back: an old statement
//! that somebody shows again changes nothing.
//!
//! Beside it stands what the coordinator says about the time in passing. Nothing is decided by that; it tells the observer by
//! how much the phone's clock is wrong.

use std::sync::Arc;

use kuager_wire::ids::BootId;
use minicbor::{Decode, Encode};
use parking_lot::Mutex;

use crate::clock::{Clock, ClockSample};

/// A clock that is wrong by less than this is not worth a word, in milliseconds.
const WORTH_SAYING_MS: u64 = 5 * 60 * 1000;

/// The known time at one moment, as the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Mark {
    #[n(0)]
    known_ms: u64,
    #[n(1)]
    monotonic_ms: u64,
    #[n(2)]
    boot_id: BootId,
}

impl Mark {
    const fn at(known_ms: u64, now: &ClockSample) -> Self {
        Self { known_ms, monotonic_ms: now.monotonic_ms, boot_id: now.boot_id }
    }

    /// The time at `now`. Of another boot nothing is known about what passed since.
    fn time_ms(&self, now: &ClockSample) -> u64 {
        let counted = if now.boot_id == self.boot_id { now.monotonic_ms.saturating_sub(self.monotonic_ms) } else { 0 };
        self.known_ms.saturating_add(counted)
    }
}

/// What time it is at least. Shared by whoever learns of it and whoever asks.
pub struct KnownTime {
    clock: Arc<dyn Clock>,
    signed: Mutex<Mark>,
    /// What the coordinator said in passing.
    heard: Mutex<Option<Mark>>,
}

impl KnownTime {
    /// Nothing is known yet but that 1970 is over.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        Self { clock, signed: Mutex::new(Mark::at(0, &now)), heard: Mutex::default() }
    }

    /// Goes on from what was known before.
    pub(crate) fn restore(&self, kept: Mark) {
        let now = self.clock.now();
        self.learn(kept.time_ms(&now));
    }

    /// The known time as the store is to keep it.
    pub(crate) fn mark(&self) -> Mark {
        let now = self.clock.now();
        Mark::at(self.signed.lock().time_ms(&now), &now)
    }

    /// The deployment has signed something at this time, in milliseconds since 1970. Call it for nothing that has not been
    /// verified.
    pub fn learn(&self, signed_ms: u64) {
        let now = self.clock.now();
        let mut known = self.signed.lock();
        if signed_ms > known.time_ms(&now) {
            *known = Mark::at(signed_ms, &now);
        }
    }

    /// Forgets what was learned from somebody who is not believed any more.
    pub(crate) fn forget(&self) {
        *self.signed.lock() = Mark::at(0, &self.clock.now());
        *self.heard.lock() = None;
    }

    /// What time it is at least, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.mark().known_ms
    }

    /// The coordinator said that it is this time now, in milliseconds since 1970.
    pub(crate) fn hear(&self, date_ms: u64) {
        *self.heard.lock() = Some(Mark::at(date_ms, &self.clock.now()));
    }

    /// By how many milliseconds the phone's clock is wrong, ahead counting upwards: `None` when it is right within five
    /// minutes, or nobody has said what is right since the phone was switched on. A clock behind the known time is wrong
    /// without anybody's word.
    #[must_use]
    pub fn clock_error_ms(&self) -> Option<i64> {
        let now = self.clock.now();
        let heard = self.heard.lock().filter(|heard| heard.boot_id == now.boot_id).map(|heard| heard.time_ms(&now));
        let known = self.signed.lock().time_ms(&now);
        let wall_ms = i128::from(now.wall_ms);
        let right = heard.or_else(|| (wall_ms < i128::from(known)).then_some(known))?;
        let error = i64::try_from(wall_ms - i128::from(right)).unwrap_or(i64::MAX);
        (error.unsigned_abs() >= WORTH_SAYING_MS).then_some(error)
    }
}

impl std::fmt::Debug for KnownTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KnownTime").field("signed", &*self.signed.lock()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR_2026: u64 = 1_790_000_000_000;
    const MINUTE: u64 = 60_000;

    #[derive(Debug)]
    struct Set(Mutex<ClockSample>);

    impl Clock for Set {
        fn now(&self) -> ClockSample {
            *self.0.lock()
        }
    }

    fn phone(wall_ms: i64) -> (Arc<Set>, KnownTime) {
        let sample = ClockSample { wall_ms, monotonic_ms: 1_000, boot_id: BootId([1; 16]) };
        let clock = Arc::new(Set(Mutex::new(sample)));
        let time = KnownTime::new(Arc::<Set>::clone(&clock));
        (clock, time)
    }

    #[test]
    fn the_newest_signed_time_counts_on_and_never_goes_back() {
        let (clock, time) = phone(0);
        assert_eq!(time.now_ms(), 0);
        time.learn(YEAR_2026);
        clock.0.lock().monotonic_ms += MINUTE;
        clock.0.lock().wall_ms = i64::MAX;
        assert_eq!(time.now_ms(), YEAR_2026 + MINUTE, "what is set by hand does not matter");
        time.learn(YEAR_2026);
        assert_eq!(time.now_ms(), YEAR_2026 + MINUTE, "an old statement that is shown again does not matter");
        time.learn(YEAR_2026 + 2 * MINUTE);
        assert_eq!(time.now_ms(), YEAR_2026 + 2 * MINUTE);
    }

    #[test]
    fn what_was_counted_outlives_a_reboot() {
        let (clock, time) = phone(0);
        time.learn(YEAR_2026);
        clock.0.lock().monotonic_ms += MINUTE;
        let kept = time.mark();
        let (clock, time) = phone(0);
        *clock.0.lock() = ClockSample { wall_ms: 0, monotonic_ms: 5, boot_id: BootId([2; 16]) };
        time.restore(kept);
        assert_eq!(time.now_ms(), YEAR_2026 + MINUTE);
        clock.0.lock().monotonic_ms += MINUTE;
        assert_eq!(time.now_ms(), YEAR_2026 + 2 * MINUTE);
        let (_, time) = phone(0);
        time.restore(kept);
        assert_eq!(time.now_ms(), YEAR_2026 + MINUTE, "a store that goes back within one boot takes nothing away");
    }

    #[test]
    fn a_wrong_clock_is_told_when_somebody_knows_better() {
        let right = i64::try_from(YEAR_2026).expect("fits");
        let (_, time) = phone(0);
        assert_eq!(time.clock_error_ms(), None);
        time.learn(YEAR_2026);
        assert_eq!(time.clock_error_ms(), Some(-right), "behind what was signed");
        let (clock, time) = phone(right + 3_600_000);
        time.learn(YEAR_2026 - 90 * 86_400_000);
        assert_eq!(time.clock_error_ms(), None, "an old statement says nothing about a clock that is later");
        time.hear(YEAR_2026);
        assert_eq!(time.clock_error_ms(), Some(3_600_000));
        clock.0.lock().wall_ms = right;
        assert_eq!(time.clock_error_ms(), None, "set right meanwhile");
        let (_, time) = phone(i64::MIN);
        time.hear(u64::MAX);
        assert!(time.clock_error_ms().is_some(), "no number is too far away");
    }
}
