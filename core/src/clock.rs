//! Time as evidence. The core never reads a clock by itself: the app injects one, and a test injects a wrong one.

use kuager_wire::ids::BootId;

/// What the clocks of a device say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSample {
    /// Wall clock, milliseconds since 1970-01-01T00:00:00Z. People and networks set it, so it may be wrong by years.
    pub wall_ms: i64,
    /// Milliseconds since some moment of this boot, time asleep included. Never goes backwards within one boot.
    pub monotonic_ms: u64,
    /// The boot `monotonic_ms` belongs to.
    pub boot_id: BootId,
}

/// A source of time. On Android `System.currentTimeMillis` and `SystemClock.elapsedRealtime`, on Apple systems `Date`
/// and `mach_continuous_time`; both with a boot id of their own.
pub trait Clock: Send + Sync {
    /// Reads all clocks at once.
    fn now(&self) -> ClockSample;
}

/// The clocks of a desktop or server system.
#[derive(Debug)]
pub struct SystemClock {
    boot_id: BootId,
    started: std::time::Instant,
}

impl SystemClock {
    /// Prepares the clocks. The boot id is Linux's own where there is one; elsewhere every process counts as a boot,
    /// because its monotonic times cannot be compared with another process's.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock that gets injected")]
    pub fn new() -> Self {
        let boot_id = linux_boot_id().unwrap_or_else(|| {
            let mut id = [0; BootId::SIZE];
            // Without entropy all processes share the boot id zero, and times are compared that should not be: the
            // evidence is weaker, nothing is lost.
            let _ = getrandom::fill(&mut id);
            BootId(id)
        });
        Self { boot_id, started: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that gets injected")]
    fn now(&self) -> ClockSample {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let wall_ms = match since {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        let monotonic_ms =
            linux_uptime_ms().unwrap_or_else(|| u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX));
        ClockSample { wall_ms, monotonic_ms, boot_id: self.boot_id }
    }
}

fn linux_boot_id() -> Option<BootId> {
    linux_uptime_ms()?;
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    text.trim().replace('-', "").parse().ok()
}

/// Milliseconds since boot, time asleep included.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn linux_uptime_ms() -> Option<u64> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Some(u64::try_from(now.tv_sec).ok()? * 1000 + u64::try_from(now.tv_nsec).ok()? / 1_000_000)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
const fn linux_uptime_ms() -> Option<u64> {
    None
}

/// A moment in the future that survives reboots and clocks set wrong in either direction.
///
/// Within the same boot only the monotonic clock counts. After a reboot the wall clock decides, but a wait never grows
/// longer than it was meant to be, and a wall clock that runs before the moment the wait began ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Due {
    #[n(0)]
    set_wall_ms: i64,
    #[n(1)]
    set_monotonic_ms: u64,
    #[n(2)]
    boot_id: BootId,
    #[n(3)]
    wait_ms: u64,
}

impl Due {
    /// A moment `wait_ms` after `now`.
    #[must_use]
    pub const fn after(now: &ClockSample, wait_ms: u64) -> Self {
        Self { set_wall_ms: now.wall_ms, set_monotonic_ms: now.monotonic_ms, boot_id: now.boot_id, wait_ms }
    }

    /// Milliseconds left at `now`; 0 when it is due.
    #[must_use]
    pub fn remaining_ms(&self, now: &ClockSample) -> u64 {
        let passed = if now.boot_id == self.boot_id {
            now.monotonic_ms.saturating_sub(self.set_monotonic_ms)
        } else {
            match now.wall_ms.checked_sub(self.set_wall_ms) {
                Some(passed) if passed >= 0 => passed.unsigned_abs(),
                _ => self.wait_ms,
            }
        };
        self.wait_ms.saturating_sub(passed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(wall_ms: i64, monotonic_ms: u64, boot: u8) -> ClockSample {
        ClockSample { wall_ms, monotonic_ms, boot_id: BootId([boot; 16]) }
    }

    #[test]
    fn within_a_boot_the_wall_clock_does_not_matter() {
        let due = Due::after(&sample(1_000_000, 500, 1), 10_000);
        assert_eq!(due.remaining_ms(&sample(-315_000_000_000, 500, 1)), 10_000);
        assert_eq!(due.remaining_ms(&sample(i64::MAX, 5_500, 1)), 5_000);
        assert_eq!(due.remaining_ms(&sample(0, 10_500, 1)), 0);
    }

    #[test]
    fn after_a_reboot_the_wall_clock_decides_and_a_wrong_one_ends_the_wait() {
        let due = Due::after(&sample(1_000_000, 500, 1), 10_000);
        assert_eq!(due.remaining_ms(&sample(1_004_000, 0, 2)), 6_000);
        assert_eq!(due.remaining_ms(&sample(1_010_000, 0, 2)), 0);
        assert_eq!(due.remaining_ms(&sample(900_000, 0, 2)), 0);
    }

    #[test]
    fn the_system_clock_runs_forward() {
        let clock = SystemClock::new();
        let (first, second) = (clock.now(), clock.now());
        assert!(second.monotonic_ms >= first.monotonic_ms);
        assert!(first.wall_ms > 1_600_000_000_000);
    }

    proptest! {
        #[test]
        fn a_wait_never_grows(wait in 0_u64..4_000_000, wall: i64, mono: u64, boot in 0_u8..3) {
            let due = Due::after(&sample(1_700_000_000_000, 1_000, 0), wait);
            prop_assert!(due.remaining_ms(&sample(wall, mono, boot)) <= wait);
        }
    }
}
