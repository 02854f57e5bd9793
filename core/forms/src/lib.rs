//! What a form means: the language its conditions are written in, the numbers it reads in words, and what is asked,
//! missing or does not add up. Pure: no I/O, no clock, no database, so that the phone, the coordinator and whoever checks
//! them judge the same answers alike.
//!
//! - [`expression`]: conditions and relations as text, read, typed and evaluated (`docs/expressions.md`);
//! - [`words`]: numbers as a protocol writes them in words;
//! - [`engine`]: a form over its answers, see [`CompiledForm::state`];
//! - [`wording`]: answers as people read them;
//! - [`exit_poll`], [`incident`], [`tally`] and [`act`]: what an election day needs beside questions;
//! - [`changes`]: what another version of the pack asks that this one does not.

pub mod act;
pub mod changes;
pub mod engine;
pub mod exit_poll;
pub mod expression;
pub mod incident;
mod path;
pub mod tally;
pub mod wording;
pub mod words;

pub use self::engine::{
    AnswerError, Asked, CompiledForm, Compliance, Failure, Failures, FormError, FormState, RelationState, Reminder,
    ReminderKind, Standing, capture_allowed, carried, check, check_answer, files, places,
};
pub use self::path::Path;

#[cfg(test)]
mod tests;
