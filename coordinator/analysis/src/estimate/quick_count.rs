//! The quick count: what sampled stations' protocols say about the whole result.
//!
//! Stations that have not reported are never filled in and never replaced; how many there are, how they differ and what they could change is
//! part of the answer. Below the floors of response ([`RESPONSE_FLOOR`], [`STRATUM_FLOOR`]) there is an answer for those who calculate, and it is
//! not [`QuickCount::publishable`].

mod compare;
mod convergence;
mod count;
mod read;
mod report;

pub use compare::Comparison;
pub use convergence::{Convergence, Moment, Settings};
pub use count::{Estimates, Failed, Lead, NotCounted, QuickCount, Reason, Response, quick_count};
pub use read::{Input, Reports, listed_sample, one_table, reports, stated_of_frame};
pub use report::{RESPONSE_FLOOR, Relation, Report, STRATUM_FLOOR};

#[cfg(test)]
mod tests;
