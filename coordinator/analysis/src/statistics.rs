//! What is unusual in the numbers of protocols (K18): a reason to look, and no violation.
//!
//! - [`digits`]: whether last digits are spread as they are where numbers come from counting;
//! - [`many`]: what becomes of a result that is one of many.
//!
//! What is looked at, and where, is the book's ([`crate::book::Statistics`]). Formulas, conditions and sources stand in
//! `docs/analysis.md`.

pub mod digits;
pub mod many;
