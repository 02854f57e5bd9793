//! Estimates for a whole country from a part of it: the quick count and the exit poll, with what they do not know said beside them.
//!
//! An estimate is made from a [`sample::Sample`], which is drawn by chance ([`draw`]) from a [`frame::Frame`]; stations where somebody happened to
//! observe are none. Formulas with their sources, columns and keys stand in `docs/analysis.md`; R's `survey` checks them in `tests/run`.
//!
//! - [`frame`], [`draw`], [`size`]: before the day;
//! - [`quick_count`]: the result, from protocols of sampled stations ([`ratio`]);
//! - [`exit_poll`]: from cards of voters outside of sampled stations;
//! - [`table`], [`quantile`]: what these read and need.

pub mod draw;
pub mod exit_poll;
pub mod frame;
pub mod quantile;
pub mod quick_count;
pub mod ratio;
pub mod sample;
pub mod size;
pub mod table;
