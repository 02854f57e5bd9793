//! Clocks that are wrong.

use std::sync::Mutex;

use kuager_core::clock::{Clock, ClockSample, SystemClock};

/// The machine's clock, set wrong by as much as a test wants.
pub struct WrongClock {
    real: SystemClock,
    offset_ms: Mutex<i64>,
}

impl WrongClock {
    /// A clock that is right until it is [set](WrongClock::set).
    #[must_use]
    pub fn new() -> Self {
        Self { real: SystemClock::new(), offset_ms: Mutex::new(0) }
    }

    /// Sets the wall clock wrong by so many milliseconds.
    pub fn set(&self, offset_ms: i64) {
        *self.offset_ms.lock().unwrap() = offset_ms;
    }
}

impl Default for WrongClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for WrongClock {
    fn now(&self) -> ClockSample {
        let real = self.real.now();
        ClockSample { wall_ms: real.wall_ms + *self.offset_ms.lock().unwrap(), ..real }
    }
}
