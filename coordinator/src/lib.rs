//! The coordinator: receives what observers sign, verifies it, stores it durably, and signs a receipt for it.
//!
//! Data flows one way, and the folders follow it:
//!
//! - [`http`](serve): TLS, routes, and bounds for what strangers can do;
//! - [`intake`]: from a request's bytes to verified records and signed answers;
//! - [`ledger`]: the database, with one writer that commits for many callers at once;
//! - [`media`]: the files that records list, from their first byte to a redacted copy;
//!
//! Beside the flow: [`deployment`], the data directory and its keys. Around this library stand crates of their own:
//! `kuager-pack` (from editable sources to signed packs), `kuager-desk` (the pages), `kuager` (the program).
//!
//! A coordinator is a library: [`init`] makes a deployment, [`serve`] runs it on a listener until told to stop.

pub mod clock;
pub mod deployment;
mod http;
pub mod intake;
pub mod ledger;
pub mod media;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use deployment::{Deployment, DeploymentError, InitOptions, InviteOptions, init};
pub use http::{Config, Desk, Inside, Limits, Pages, ServeError, router, serve, stream};
pub use ledger::Ledger;
pub use media::MediaPolicy;
