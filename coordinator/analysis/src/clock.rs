//! When records were sealed, as far as anything but the phone's own word shows it.
//!
//! A record carries its phone's wall clock, which may be wrong by years, and a monotonic clock, which never goes back while the phone is
//! on. It was sealed before it arrived. And it was sealed as long before any later record of the same boot as the monotonic clocks say;
//! so what arrived soon after it was sealed dates everything before it, however late that came. Nothing here is a reason to refuse.

use kuager_wire::ids::BootId;
use kuager_wire::record::ClockReading;

/// Wall clocks that are ahead by less are not worth a word: networks and people are slower.
pub const TOLERATED_MS: u64 = 2 * 60 * 1000;
/// Later records of a chain that are looked at for one; what is sealed in days fits in.
const LOOKED_AT: usize = 256;

/// A record of a chain, as far as time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// What its phone's clocks said.
    pub clock: ClockReading,
    /// When it arrived, milliseconds since 1970.
    pub received_ms: u64,
}

/// What is known of the moment at which a record was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The phone's word, milliseconds since 1970.
    pub wall_ms: i64,
    /// It was sealed no later than this.
    pub latest_ms: u64,
    /// By how much the phone's clock was ahead at least; 0 where that is not worth a word.
    pub ahead_ms: u64,
    /// Whether the phone's wall clock was moved since the record before.
    pub jumped: bool,
}

/// What is known of each record of a chain, in its order.
#[must_use]
pub fn evidence(chain: &[Sealed]) -> Vec<Evidence> {
    let all = chain.iter().enumerate().map(|(at, sealed)| {
        let later = chain.get(at..).unwrap_or_default().iter().take(LOOKED_AT);
        let of_boot = later.filter(|later| same_boot(later, sealed.clock.boot_id));
        let latest = of_boot.filter_map(|later| {
            let since = later.clock.monotonic_ms.checked_sub(sealed.clock.monotonic_ms)?;
            later.received_ms.checked_sub(since)
        });
        let latest_ms = latest.min().unwrap_or(sealed.received_ms).min(sealed.received_ms);
        let ahead = u64::try_from(sealed.clock.wall_ms).ok().and_then(|wall| wall.checked_sub(latest_ms));
        Evidence {
            wall_ms: sealed.clock.wall_ms,
            latest_ms,
            ahead_ms: ahead.filter(|ahead| *ahead > TOLERATED_MS).unwrap_or(0),
            jumped: sealed.clock.flags & ClockReading::WALL_JUMPED != 0,
        }
    });
    all.collect()
}

fn same_boot(sealed: &Sealed, boot: BootId) -> bool {
    sealed.clock.boot_id == boot
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealed(boot: u8, monotonic_ms: u64, wall_ms: i64, received_ms: u64) -> Sealed {
        let clock = ClockReading { wall_ms, monotonic_ms, boot_id: BootId([boot; 16]), flags: 0 };
        Sealed { clock, received_ms }
    }

    #[test]
    fn what_came_late_is_dated_by_what_came_soon_after_it() {
        // Sealed at 10:00 and 10:05 by the phone; nothing was sent until the second one had been sealed for a minute.
        let chain = [sealed(1, 1_000, 600_000, 1_000_000), sealed(1, 301_000, 900_000, 960_000)];
        let known = evidence(&chain);
        assert_eq!((known[0].latest_ms, known[0].ahead_ms), (660_000, 0));
        assert_eq!(known[1].latest_ms, 960_000);
        // After the phone was switched off nothing is known but the arrival.
        let other = [sealed(1, 1_000, 600_000, 1_000_000), sealed(2, 301_000, 900_000, 960_000)];
        assert_eq!(evidence(&other)[0].latest_ms, 1_000_000);
    }

    #[test]
    fn a_clock_that_is_ahead_is_told_and_one_that_jumped() {
        let mut ahead = sealed(1, 5, 2_000_000, 1_000_000);
        ahead.clock.flags = ClockReading::WALL_JUMPED;
        let known = evidence(&[ahead])[0];
        assert_eq!((known.ahead_ms, known.jumped), (1_000_000, true));
        let little = sealed(1, 5, 1_100_000, 1_000_000);
        assert_eq!(evidence(&[little])[0].ahead_ms, 0);
        let before_1970 = sealed(1, 5, -1, 1_000_000);
        assert_eq!(evidence(&[before_1970])[0].ahead_ms, 0);
    }

    proptest! {
        /// Whatever the network does, the bound is never before the truth, and never behind the arrival.
        #[test]
        fn the_bound_holds(steps in prop::collection::vec((0_u64..10_000_000, 0_u64..50_000_000, any::<bool>()), 1..20)) {
            let (mut now, mut boot, mut begun) = (1_000_000_000_u64, 0_u8, 0);
            let mut chain = Vec::new();
            let mut truths = Vec::new();
            for (after, lag, restarts) in steps {
                now += after;
                if restarts {
                    (boot, begun) = (boot + 1, now);
                }
                truths.push(now);
                chain.push(sealed(boot, now - begun, 0, now + lag));
            }
            for ((known, truth), sealed) in evidence(&chain).iter().zip(truths).zip(&chain) {
                prop_assert!(known.latest_ms >= truth && known.latest_ms <= sealed.received_ms);
            }
        }
    }
}
