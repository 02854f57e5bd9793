//! The coordinator: receives what observers sign, verifies it, stores it durably, and signs a receipt for it.
//!
//! Data flows one way, and the folders follow it:
//!
//! - [`http`](serve): TLS, routes, and bounds for what strangers can do;
//! - [`intake`]: from a request's bytes to verified records and signed answers;
//! - [`ledger`]: the database, with one writer that commits for many callers at once;
//! - [`media`]: the files that records list, from their first byte to a redacted copy;
//! - `web`: the desk page that shows what has arrived.
//!
//! Beside the flow: [`deployment`] (the data directory and its keys), [`packs`] (from editable sources to signed packs),
//! [`inspect`] (any signed object in words), [`cli`] (the program `kuager`).
//!
//! A coordinator is a library: [`init`] makes a deployment, [`serve`] runs it on a listener until told to stop.

pub mod cli;
pub mod clock;
#[cfg(feature = "demo")]
pub mod demo;
pub mod deployment;
mod http;
pub mod inspect;
pub mod intake;
pub mod ledger;
pub mod media;
pub mod packs;
#[cfg(test)]
mod testing;
mod web;

pub use deployment::{Deployment, DeploymentError, InitOptions, InviteOptions, init};
pub use http::{Config, Limits, ServeError, serve};
pub use ledger::Ledger;
pub use media::MediaPolicy;
