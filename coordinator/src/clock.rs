//! The one place that reads the machine's clocks.
//!
//! Everything else is given a [`Clock`], so that a test can let a day pass in no time or set the coordinator wrong.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What time it is.
pub trait Clock: Debug + Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;

    /// Time since some moment that stays the same while the process runs; never goes backwards.
    fn elapsed(&self) -> Duration;
}

/// The machine's own clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the monotonic clock is injected from")]
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the wall clock is injected from")]
    fn now_ms(&self) -> u64 {
        // A clock before 1970 is as wrong as one that says 1970, and a coordinator must not stop for it.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that plays a day: it begins at a moment and goes so many times as fast as the machine's, or stands still. For days that
/// never happened; nothing else is ever dated by it.
#[derive(Debug)]
pub struct PlayedClock {
    machine: SystemClock,
    speed: u32,
    /// Milliseconds since 1970 when the machine's steady clock said 0.
    from_ms: AtomicU64,
}

impl PlayedClock {
    /// Begins at this moment, at this speed; 0 stands still.
    #[must_use]
    pub fn new(from_ms: u64, speed: u32) -> Self {
        Self { machine: SystemClock::default(), speed, from_ms: AtomicU64::new(from_ms) }
    }

    /// Goes on from this moment, unless it is later already.
    pub fn skip_to(&self, ms: u64) {
        let behind = ms.saturating_sub(self.now_ms());
        self.from_ms.fetch_add(behind, Ordering::SeqCst);
    }
}

impl Clock for PlayedClock {
    fn now_ms(&self) -> u64 {
        let passed = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.from_ms.load(Ordering::SeqCst).saturating_add(passed.saturating_mul(self.speed.into()))
    }

    /// By the machine: nothing that somebody waits for goes faster.
    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_played_clock_stands_or_runs_and_never_goes_back() {
        let still = PlayedClock::new(1_000, 0);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(still.now_ms(), 1_000);
        still.skip_to(5_000);
        still.skip_to(2_000);
        assert_eq!(still.now_ms(), 5_000);
        let fast = PlayedClock::new(0, 1_000);
        std::thread::sleep(Duration::from_millis(5));
        assert!(fast.now_ms() >= 5_000);
        assert!(fast.elapsed() < Duration::from_secs(3_600), "what somebody waits for goes by the machine");
    }
}
