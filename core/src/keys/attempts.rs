//! How often a passcode was tried, and how long the next attempt has to wait.
//!
//! An attempt is written down before it is looked at, so that killing the app does not take it back; the right passcode clears the
//! count. The wait follows from the count and from nothing else that is stored. It is measured by the clock that only runs forward:
//! the wall clock, which whoever holds the phone can set, has no say. Restarting the phone begins the wait anew and never makes it
//! longer, so nobody is locked out for ever. Who can write to the app's folder can take the count back; who can do that reads the
//! file and guesses elsewhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kuager_wire::canonical;
use kuager_wire::ids::BootId;
use minicbor::{Decode, Encode};

use super::files::{sync_dir, write_private};
use crate::clock::ClockSample;

/// Wrong attempts that cost no wait: people mistype.
const FREE: u32 = 4;
/// The first wait, milliseconds; each further wrong attempt doubles it.
const FIRST_WAIT_MS: u64 = 30_000;
/// The longest. Six digits then take 28 years on average over all; election night waits for nobody longer than this.
const LONGEST_WAIT_MS: u64 = 15 * 60_000;

const VERSION: u8 = 1;
const LIMIT: usize = 128;

/// Attempts since the passcode was last entered rightly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attempts {
    #[n(1)]
    version: u8,
    #[n(2)]
    failures: u32,
    #[n(3)]
    boot_id: BootId,
    #[n(4)]
    monotonic_ms: u64,
}

impl Attempts {
    /// Name of the file within an observer's folder.
    pub const FILE: &str = "passcode.kuager";
    /// What it is called until it is whole.
    pub(crate) const UNFINISHED: &str = "passcode.new";

    const NONE: Self = Self { version: VERSION, failures: 0, boot_id: BootId([0; BootId::SIZE]), monotonic_ms: 0 };
    /// What a file that cannot be read stands for: whoever damages it gains nothing that removing it would not give.
    const UNKNOWN: Self = Self { failures: u32::MAX, monotonic_ms: u64::MAX, ..Self::NONE };

    fn path(dir: &Path) -> PathBuf {
        dir.join(Self::FILE)
    }

    /// What was counted in a folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn load(dir: &Path) -> io::Result<Self> {
        let bytes = match fs::read(Self::path(dir)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::NONE),
            other => other?,
        };
        let read = canonical::decode::<Self>(&bytes, LIMIT).ok().filter(|read| read.version == VERSION);
        Ok(read.unwrap_or(Self::UNKNOWN))
    }

    /// Attempts since the passcode was last entered rightly.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Milliseconds until the next attempt is taken; 0 when it is taken now.
    #[must_use]
    pub fn wait_ms(&self, now: &ClockSample) -> u64 {
        // After a restart nothing is known but that this much time has passed since.
        let same = now.boot_id == self.boot_id && now.monotonic_ms >= self.monotonic_ms;
        let passed = if same { now.monotonic_ms - self.monotonic_ms } else { now.monotonic_ms };
        self.due_ms().saturating_sub(passed)
    }

    fn due_ms(&self) -> u64 {
        let Some(doubled) = self.failures.checked_sub(FREE + 1) else { return 0 };
        1_u64
            .checked_shl(doubled)
            .and_then(|times| FIRST_WAIT_MS.checked_mul(times))
            .map_or(LONGEST_WAIT_MS, |wait| wait.min(LONGEST_WAIT_MS))
    }

    /// Writes down one more attempt, durably.
    ///
    /// # Errors
    /// What the system says; then the attempt may not be looked at.
    pub(crate) fn count(self, dir: &Path, now: &ClockSample) -> io::Result<Self> {
        let next = Self {
            version: VERSION,
            failures: self.failures.saturating_add(1),
            boot_id: now.boot_id,
            monotonic_ms: now.monotonic_ms,
        };
        next.save(dir)?;
        Ok(next)
    }

    /// Writes this down, durably.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn save(self, dir: &Path) -> io::Result<()> {
        let bytes = canonical::encode(&self, LIMIT).map_err(io::Error::other)?;
        write_private(&Self::path(dir), &bytes)
    }

    /// Forgets all of them, durably.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn clear(dir: &Path) -> io::Result<()> {
        match fs::remove_file(Self::path(dir)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.and_then(|()| sync_dir(dir)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(boot: u8, monotonic_ms: u64, wall_ms: i64) -> ClockSample {
        ClockSample { wall_ms, monotonic_ms, boot_id: BootId([boot; BootId::SIZE]) }
    }

    fn tried(times: u32, now: &ClockSample) -> Attempts {
        Attempts { failures: times, boot_id: now.boot_id, monotonic_ms: now.monotonic_ms, ..Attempts::NONE }
    }

    #[test]
    fn waits_grow_and_have_an_end() {
        let now = at(1, 5_000, 0);
        let waits: Vec<u64> = (0..=12).map(|times| tried(times, &now).wait_ms(&now) / 1000).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(tried(u32::MAX, &now).wait_ms(&now), LONGEST_WAIT_MS);
    }

    #[test]
    fn a_wrong_clock_neither_helps_nor_locks_out() {
        let now = at(1, 5_000, 1_700_000_000_000);
        let tried = tried(7, &now);
        for wall_ms in [i64::MIN, 0, 4_000_000_000_000, i64::MAX] {
            assert_eq!(tried.wait_ms(&at(1, 65_000, wall_ms)), 60_000);
            assert_eq!(tried.wait_ms(&at(2, 0, wall_ms)), 120_000, "a restart begins it anew");
            assert_eq!(tried.wait_ms(&at(2, 100_000, wall_ms)), 20_000);
            assert_eq!(tried.wait_ms(&at(2, 120_000, wall_ms)), 0);
        }
        // A clock that ran backwards within one boot is none of this boot.
        assert_eq!(tried.wait_ms(&at(1, 4_000, 0)), 116_000);
    }

    #[test]
    fn what_was_counted_stays_until_it_is_cleared() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let now = at(1, 5_000, 0);
        for times in 1..=6 {
            let counted = Attempts::load(dir.path()).expect("loads").count(dir.path(), &now).expect("counts");
            assert_eq!(counted.failures(), times);
            assert_eq!(Attempts::load(dir.path()).expect("loads"), counted);
        }
        Attempts::clear(dir.path()).expect("clears");
        Attempts::clear(dir.path()).expect("clears nothing");
        assert_eq!(Attempts::load(dir.path()).expect("loads"), Attempts::NONE);
    }

    #[test]
    fn a_damaged_count_waits_and_not_for_ever() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for bytes in [b"".as_slice(), b"\xff", b"\xa1\x01\x02", &[0; 4096]] {
            fs::write(Attempts::path(dir.path()), bytes).expect("writes");
            let read = Attempts::load(dir.path()).expect("loads");
            assert_eq!(read.wait_ms(&at(0, 1_000, 0)), LONGEST_WAIT_MS - 1_000);
            assert_eq!(read.wait_ms(&at(1, LONGEST_WAIT_MS, 0)), 0);
        }
    }
}
