//! The coordinator: receives what observers sign, verifies it, stores it durably, and signs a receipt for it.
//!
//! Data flows one way, and the folders follow it:
//!
//! - [`http`]: TLS, routes, and bounds for what strangers can do;
//! - [`enrol`], [`inbox`]: requests of devices that are signed one by one;
//! - [`intake`]: from a request's bytes to verified records and signed answers;
//! - [`media`]: the files that records list, from their first byte to a redacted copy;
//! - [`sequencer`], [`proofs`]: every signed object gets a place in the transparency log, and may ask for it;
//! - [`journal`]: what people do at the desk, signed;
//! - [`people`]: who may sign in at the desk;
//! - [`app`]: what all of these share, and decides nothing; [`budgets`]: what one device may use of it;
//! - [`sign`]: the one door for signatures; [`shelf`]: the published packs; [`refusals`]: what was not accepted; [`epochs`]:
//!   whether a request was made now; [`contacts`]: when devices were last heard of;
//! - [`log`]: the transparency log as it is shown;
//! - [`ledger`]: the database: small traits by concern, and one file behind them by default;
//! - [`deployment`]: the data directory;
//! - [`health`], [`watchdog`]: whether it is well, and an end when it is not;
//! - [`address`]: hosts and ports, read strictly.
//!
//! Each uses only what stands below it. Beside the flow: [`setup`], how a deployment comes to be; [`backup`], how it
//! survives. Around this library stand crates of their own: `kuager-pack` (from editable sources to signed packs),
//! `kuager-analysis` (what records come to), `kuager-desk` (the pages), `kuager` (the program).
//!
//! A coordinator is a library: [`init`] makes a deployment, [`App::open`] opens it, [`serve`] runs it on a listener until
//! told to stop.

pub mod address;
pub mod app;
pub mod attestation;
pub mod backup;
pub mod budgets;
pub mod ceremony;
pub mod clock;
pub mod contacts;
pub mod counters;
pub mod deployment;
pub mod enrol;
pub mod epochs;
mod error;
pub mod health;
pub mod http;
pub mod inbox;
pub mod intake;
pub mod journal;
pub mod ledger;
pub mod log;
pub mod media;
pub mod metrics;
pub mod names;
pub mod people;
pub mod proofs;
pub mod refusals;
pub mod requests;
pub mod samples;
pub mod sequencer;
pub mod setup;
pub mod shelf;
pub mod sign;
mod sparing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tokens;
pub mod watchdog;

pub use app::{App, OpenError};
pub use budgets::Budgets;
pub use deployment::{Deployment, DeploymentError};
pub use enrol::InviteOptions;
pub use error::CoordinatorError;
pub use http::{Beside, Config, Limits, PemFiles, ServeError, serve};
pub use ledger::{Ledger, SqliteLedger};
pub use media::{Media, MediaPolicy};
pub use setup::{InitOptions, SetupError, init};
