//! The form engine: what is asked, which answers fit, what is missing, and what does not add up.
//!
//! Forms are data. Nothing here knows a question, a law or a country: the engine interprets the forms of a pack over the
//! answers of a draft, again after every change, and keeps nothing between two calls.
//!
//! An answer that does not fit its question is refused. Everything else only reminds: an observer who was thrown out
//! before the last question has still seen what the first ones ask, and a protocol whose sums fail is evidence.

pub mod carried;
mod check;
mod compiled;
mod failures;
pub mod files;
mod norms;
pub mod places;
mod run;
mod state;

pub use self::check::{AnswerError, capture_allowed, check, check_answer};
pub use self::compiled::{CompiledForm, FormError};
pub use self::failures::{Failure, Failures};
pub use self::norms::Compliance;
pub use self::state::{Asked, FormState, RelationState, Reminder, ReminderKind, Standing};
