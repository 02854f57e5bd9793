//! The platform's clocks.

use std::sync::Arc;

use kuager_core::clock::{ClockSample, SystemClock};
use kuager_core::wire::ids::BootId;

use super::CallbackError;
use crate::counts::{CALLBACKS, Counted};
use crate::guard;

/// What the clocks of the platform say.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ClockReply {
    /// All of them at one moment.
    Now {
        /// Wall clock, milliseconds since 1970.
        wall_ms: i64,
        /// Milliseconds since some moment of this boot, time asleep included; never goes backwards within one boot.
        monotonic_ms: i64,
        /// The boot it belongs to: 16 bytes, the same until the next restart of the device.
        boot_id: Vec<u8>,
    },
    /// Not to be had.
    Unavailable,
}

/// Reads the platform's clocks. Called in the middle of work on the store: reply at once, and never wait for anything.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// Reads all clocks at once.
    ///
    /// # Errors
    /// [`CallbackError`]; the system's own clock serves then.
    fn now(&self) -> Result<ClockReply, CallbackError>;
}

/// A clock on the other side, with the system's own behind it.
pub(crate) struct ForeignClock {
    clock: Arc<dyn Clock>,
    fallback: SystemClock,
    _counted: Counted,
}

impl ForeignClock {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, fallback: SystemClock::new(), _counted: CALLBACKS.one() }
    }
}

impl kuager_core::Clock for ForeignClock {
    fn now(&self) -> ClockSample {
        let reply = guard::callback(|| self.clock.now());
        let sample = match reply {
            Ok(ClockReply::Now { wall_ms, monotonic_ms, boot_id }) => BootId::try_from(boot_id.as_slice())
                .ok()
                .zip(u64::try_from(monotonic_ms).ok())
                .map(|(boot_id, monotonic_ms)| ClockSample { wall_ms, monotonic_ms, boot_id }),
            Ok(ClockReply::Unavailable) | Err(_) => None,
        };
        sample.unwrap_or_else(|| {
            tracing::warn!("the platform's clock gave no reply; the system's own is used");
            self.fallback.now()
        })
    }
}

#[cfg(test)]
mod tests {
    use kuager_core::Clock as _;

    use super::*;

    struct Always(Result<ClockReply, CallbackError>);

    impl Clock for Always {
        fn now(&self) -> Result<ClockReply, CallbackError> {
            self.0.clone()
        }
    }

    #[test]
    fn a_clock_that_fails_is_replaced_by_the_systems_own() {
        let now = |reply| ForeignClock::new(Arc::new(Always(reply))).now();
        let at = |boot_id: Vec<u8>, monotonic_ms| Ok(ClockReply::Now { wall_ms: 5, monotonic_ms, boot_id });
        assert_eq!(now(at(vec![1; 16], 7)), ClockSample { wall_ms: 5, monotonic_ms: 7, boot_id: BootId([1; 16]) });
        for bad in [at(vec![1; 3], 7), at(vec![1; 16], -1), Ok(ClockReply::Unavailable)] {
            assert!(now(bad).wall_ms > 1_600_000_000_000);
        }
        assert!(now(Err(CallbackError::Failed { reason: String::new() })).wall_ms > 1_600_000_000_000);
    }
}
