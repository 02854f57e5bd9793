//! The language of conditions in a pack: when a question is asked, what must hold between answers, what is computed.
//!
//! Whoever writes a pack is not a programmer, and whoever runs one did not write it. So the language is small, typed
//! and total: it has no loops, no clock, no randomness and no way to reach anything but the answers in front of it.
//! Evaluating ends after a bounded number of steps, never panics, and two devices always get the same result. The
//! grammar and every function are in `docs/expressions.md`.
//!
//! **Missing is a value.** An answer that is not given yet is missing, and what is computed from it is missing too,
//! unless the rest decides alone (`false and missing` is false). A relation over half a protocol is therefore unknown,
//! not failed.
//!
//! - [`Expression::parse`] reads a text, or names the byte where it stops making sense;
//! - [`Expression::check`] finds unknown names and wrong types before anybody is asked anything;
//! - [`Expression::evaluate`] computes over a [`Source`] of answers;
//! - `Display` writes the canonical form, which is what a pack carries.

mod error;
mod eval;
mod formula;
mod function;
mod lexer;
mod limits;
mod message;
mod parser;
mod print;
mod scope;
mod tree;
mod types;

pub use self::error::{SyntaxError, SyntaxFault};
pub use self::eval::{EvalError, EvalFault, NoAnswers, Operand, Source};
pub use self::formula::{Expression, Reference};
pub use self::function::Function;
pub use self::lexer::{KEYWORDS, is_name};
pub use self::limits::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
pub use self::message::{Message, MessageError, Part, shown};
pub use self::scope::{ExpressionFault, ExpressionPlace, FormScope, FormulaError, check_form, form_expressions};
pub use self::types::{Scalar, Scope, Symbol, Type, TypeError, TypeFault};

#[cfg(test)]
mod tests;
