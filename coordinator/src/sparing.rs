//! Log lines that strangers can cause: some of each kind are written, and then how many were left out. Otherwise a flood of
//! requests is a flood of lines, which hides what matters and fills the disk.
//!
//! A log is one for a process, and so is what is left of its lines of one kind: where no state is at hand, it is a static of
//! the place that writes them.

use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use governor::{DefaultDirectRateLimiter, Quota};

/// Lines of one kind in a minute, in the long run.
const PER_MINUTE: NonZeroU32 = const { NonZeroU32::new(20).expect("is 20") };

/// Lines of one kind of the whole process.
pub(crate) type Lines = LazyLock<Sparing>;

/// Lines that nobody has written yet.
pub(crate) const fn lines() -> Lines {
    LazyLock::new(Sparing::default)
}

/// Counts the lines of one kind.
#[derive(Debug)]
pub(crate) struct Sparing {
    bucket: DefaultDirectRateLimiter,
    left_out: AtomicU64,
}

impl Default for Sparing {
    fn default() -> Self {
        Self { bucket: DefaultDirectRateLimiter::direct(Quota::per_minute(PER_MINUTE)), left_out: AtomicU64::new(0) }
    }
}

impl Sparing {
    /// Whether a line may be written now: then how many like it were left out since the last one.
    pub(crate) fn pass(&self) -> Option<u64> {
        if self.bucket.check().is_ok() {
            return Some(self.left_out.swap(0, Ordering::Relaxed));
        }
        self.left_out.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_lines_some_are_written_and_the_rest_is_counted() {
        let lines = Sparing::default();
        let written = (0..10_000).filter(|_| lines.pass().is_some()).count();
        assert!((20..100).contains(&written), "{written}");
        let left_out = lines.left_out.load(Ordering::Relaxed);
        assert!(left_out > 9_000, "{left_out}");
    }
}
