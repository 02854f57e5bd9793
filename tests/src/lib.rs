//! What the tests of several crates share: a real coordinator on a random port, real phones, and bad networks.
//!
//! Nothing here is a mock. The coordinator is the one that is shipped, with TLS on loopback; phones are
//! [`Observer`](kuager_core::Observer)s with their own encrypted stores; the [proxy](proxy::Proxy) between them breaks
//! connections as bad networks do, by a plan that a seed makes repeatable.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this crate is for tests, which fail by panicking")]

pub mod coordinator;
pub mod phone;
pub mod proxy;
pub mod scenario;
pub mod strace;

/// A small repeatable source of randomness (SplitMix64), so that a failing seed can be run again.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Seeded {
    /// The sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`, which must not be 0.
    pub fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}
