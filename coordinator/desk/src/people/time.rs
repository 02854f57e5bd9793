//! How long something was ago, whatever somebody does to the clock.

use std::time::Duration;

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Now {
    /// Since some moment that stays the same while the program runs.
    pub(crate) elapsed: Duration,
    /// Since 1970.
    pub(crate) wall: Duration,
}

impl Now {
    /// Time since an earlier moment: by the clock that says more. One of them stands still while the machine sleeps, the other
    /// one can be set back; neither makes a session last longer.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let one = self.elapsed.saturating_sub(earlier.elapsed);
        one.max(self.wall.saturating_sub(earlier.wall))
    }
}
