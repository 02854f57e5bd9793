//! What tests share: chance with a seed, real phones, a real coordinator on a random port, and a bad network between them.
//!
//! Nothing here is a mock. The coordinator is the one that is shipped, with TLS on loopback; phones are
//! [`Observer`](kuager_core::Observer)s with their own encrypted stores; the [`Proxy`] between them breaks connections as
//! bad networks do, by a plan that a seed makes repeatable.
//!
//! A test waits for what it expects and not for a time: machines are slow when they do something else. [`LONG`] only
//! keeps it from hanging.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this crate is for tests, which fail by panicking")]

pub mod chance;
pub mod clock;
pub mod files;
pub mod phone;

mod coordinator;
mod interceptor;
mod proxy;
mod wait;

pub use coordinator::{TestCoordinator, now};
pub use interceptor::Interceptor;
pub use phone::Phone;
pub use proxy::{Fate, Proxy};
pub use wait::{LONG, until};
