//! How much a stranger may ask for.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use kuager_wire::limits;

use super::network::near;
use crate::sign::Holder;

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
    /// Time from a connection to its first whole request head, the TLS handshake included.
    pub opening_time: Duration,
    /// Time for the head of any further request.
    pub header_time: Duration,
    /// Time without a request, or without a step of one that is under way, after which a connection is closed.
    pub idle_time: Duration,
    /// Connections at a time.
    pub connections: usize,
    /// Of these, how many one network may have: a /24 of IPv4, a /48 of IPv6. Half of all at most.
    pub connections_per_network: usize,
    /// Of these, how many one address may have: an IPv4 address, a /64 of IPv6. A whole mobile carrier may sit behind one.
    pub connections_per_address: usize,
    /// Concurrent requests on one HTTP/2 connection.
    pub streams: u32,
    /// Requests per second and address in the long run. A whole mobile carrier may sit behind one address.
    pub per_second: NonZeroU32,
    /// Requests an address may make at once after a quiet time.
    pub burst: NonZeroU32,
    /// Requests per second that somebody with a pass may make in the long run, whatever others at the same address do.
    pub pass_per_second: NonZeroU32,
    /// Requests that somebody with a pass may make at once after a quiet time.
    pub pass_burst: NonZeroU32,
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
            opening_time: Duration::from_secs(20),
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(75),
            connections: 4096,
            connections_per_network: 2048,
            connections_per_address: 1024,
            streams: 16,
            per_second: const { positive(50) },
            burst: const { positive(400) },
            pass_per_second: const { positive(5) },
            pass_burst: const { positive(120) },
            shutdown_time: Duration::from_secs(10),
        }
    }
}

/// Requests between two rounds of forgetting addresses.
const FORGET_AFTER: u64 = 4096;

/// Counts requests per pass, and per address those without one.
#[derive(Debug)]
pub(super) struct RateLimit {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    holders: DefaultKeyedRateLimiter<Holder>,
    clock: DefaultClock,
    checks: AtomicU64,
}

impl RateLimit {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            addresses: DefaultKeyedRateLimiter::keyed(Quota::per_second(limits.per_second).allow_burst(limits.burst)),
            holders: DefaultKeyedRateLimiter::keyed(
                Quota::per_second(limits.pass_per_second).allow_burst(limits.pass_burst),
            ),
            clock: DefaultClock::default(),
            checks: AtomicU64::new(1),
        }
    }

    /// Counts a request, or says how long to wait. Whoever has used up what the pass allows is a stranger like any other, so
    /// that a pass that somebody has copied takes nothing away.
    pub(super) fn check(&self, address: IpAddr, holder: Option<Holder>) -> Result<(), Duration> {
        // Addresses that have been quiet are forgotten now and then, before a scan from many of them fills the memory.
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_AFTER) {
            self.addresses.retain_recent();
            self.holders.retain_recent();
        }
        let wait = match holder.map(|holder| self.holders.check_key(&holder)) {
            Some(Ok(())) => return Ok(()),
            Some(Err(wait)) => Some(wait.wait_time_from(self.clock.now())),
            None => None,
        };
        self.addresses.check_key(&near(address)).map_err(|longer| {
            let longer = longer.wait_time_from(self.clock.now());
            wait.map_or(longer, |wait| wait.min(longer))
        })
    }
}
