//! Election days that never happened, as data: a country of stations, observers' phones with real keys, and what went wrong.
//!
//! A headquarters rehearses a night with it, and tests and benches judge the desk by it. Everything that arrives is signed by a
//! device that was enrolled with an invite, and goes through the real intake; only the clock is made up. What was planted is
//! known ([`Planted`]), so it can be asserted that all of it is found, and nobody else accused.
//!
//! - [`country`]: stations and what happened at each, in numbers that add up as the forms of the pack `kz-2026` demand;
//! - [`plan`]: who observes where, what is planted, and what each phone seals and when it arrives;
//! - [`run`]: the deployment that all of it is sent to.
//!
//! The same seed gives the same country, plan and records; receipts, credentials and keys of the coordinator differ.

pub mod country;
mod error;
mod phone;
pub mod plan;
pub mod run;
mod source;

pub use country::{Country, Place, Truth};
pub use error::RehearsalError;
pub use plan::{Plan, Planted, Size};
pub use run::{Outcome, simulate};
