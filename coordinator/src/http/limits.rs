//! How much a stranger may ask for.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use kuager_wire::limits;

/// Bounds of the public listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body as it travels.
    pub body_bytes: usize,
    /// Time for a whole body to arrive. At 20 kbit/s a full upload takes 27 seconds.
    pub body_time: Duration,
    /// Time to wait for the next bytes of a file that is being uploaded. There is none for the whole: a video at 20 kbit/s
    /// takes hours.
    pub upload_idle_time: Duration,
    /// Time for the TLS handshake, and for the headers of a request.
    pub header_time: Duration,
    /// Time without a byte in either direction after which a connection is closed.
    pub idle_time: Duration,
    /// Connections at a time; more are closed at once.
    pub connections: usize,
    /// Concurrent requests on one HTTP/2 connection.
    pub streams: u32,
    /// Requests per second and address in the long run. A whole mobile carrier may sit behind one address.
    pub per_second: NonZeroU32,
    /// Requests an address may make at once after a quiet time.
    pub burst: NonZeroU32,
    /// Time to finish what is under way at shutdown.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const fn positive(number: u32) -> NonZeroU32 {
            NonZeroU32::new(number).expect("written here and not 0")
        }
        Self {
            body_bytes: limits::BATCH,
            body_time: Duration::from_secs(30),
            upload_idle_time: Duration::from_secs(60),
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(75),
            connections: 4096,
            streams: 32,
            per_second: const { positive(50) },
            burst: const { positive(400) },
            shutdown_time: Duration::from_secs(10),
        }
    }
}

/// Requests between two rounds of forgetting addresses.
const FORGET_AFTER: u64 = 4096;

/// Counts requests per address.
#[derive(Debug)]
pub(super) struct RateLimit {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    checks: AtomicU64,
}

impl RateLimit {
    pub(super) fn new(limits: &Limits) -> Self {
        let quota = Quota::per_second(limits.per_second).allow_burst(limits.burst);
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            checks: AtomicU64::new(1),
        }
    }

    /// Counts a request, or says how long to wait.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Duration> {
        // Addresses that have been quiet are forgotten now and then, before a scan from many of them fills the memory.
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_AFTER) {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&network(address)).map_err(|wait| wait.wait_time_from(self.clock.now()))
    }
}

/// An IPv6 subscriber has a whole /64; an IPv4 address may come dressed as IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_is_one_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
