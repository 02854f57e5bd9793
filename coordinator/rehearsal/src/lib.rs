//! Election days that never happened, as data: a country of stations, observers' phones with real keys, and what went wrong.
//!
//! A headquarters rehearses a night with it, and tests and benches judge the desk by it. Everything that arrives is signed by a
//! device that was enrolled with an invite, and goes through the real intake; only the clock is made up. What was planted is
//! known ([`Planted`]), so it can be asserted that all of it is found, and nobody else accused.
//!
//! - [`country`]: stations and what happened at each, in numbers that add up as the forms of the pack `kz-2026` demand;
//! - [`plan`]: who observes where, what is planted, and what each phone seals and when it arrives;
//! - [`run`]: the deployment that all of it is sent to;
//! - [`evening`]: such a day when it is half over, for demonstrations.
//!
//! For the pack of anybody else there is [`rehearse`]: `night` plans a day out of the forms themselves, whose answers `fill` finds with the
//! phone's own engine, and `sheet` compares what was planted with what people at the desk made of it.
//!
//! The same seed gives the same country, plan and records; receipts, credentials and keys of the coordinator differ.

pub mod country;
mod error;
mod evening;
mod fill;
pub mod night;
mod numbers;
pub mod paper;
mod phone;
pub mod plan;
pub mod rehearse;
pub mod run;
pub mod sheet;
mod source;

pub use country::{Country, Place, Truth};
pub use error::RehearsalError;
pub use evening::{Evening, evening};
pub use night::{Task, Trouble, Wish};
pub use plan::{Plan, Planted, Size};
pub use rehearse::{Rehearsal, clean, folder};
pub use run::{Outcome, simulate};
pub use sheet::Sheet;
