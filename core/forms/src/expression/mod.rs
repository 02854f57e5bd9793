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
mod function;
mod lexer;
mod message;
mod parser;
mod print;
mod scope;
mod types;

pub use self::error::{SyntaxError, SyntaxFault};
pub use self::eval::{EvalError, EvalFault, NoAnswers, Operand, Source};
pub use self::function::Function;
pub use self::lexer::{KEYWORDS, is_name};
pub use self::message::{Message, MessageError, Part};
pub use self::scope::{ExpressionFault, ExpressionPlace, FormScope, FormulaError, check_form, form_expressions};
pub use self::types::{Scalar, Scope, Symbol, Type, TypeError, TypeFault};

/// Bytes of one expression at most.
pub const MAX_BYTES: usize = 4096;
/// Levels of operators and calls inside one another.
pub const MAX_DEPTH: usize = 64;
/// Steps of one evaluation: operators, calls, and elements of lists.
pub const MAX_STEPS: usize = 200_000;

/// A condition or a formula. Two are equal when they mean the same tree; where a part stood in the text does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    root: Node,
}

/// What an expression refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference<'a> {
    /// The answer to a question.
    Question(&'a str),
    /// The answers to all questions whose ids begin with this and a dot.
    Prefix(&'a str),
    /// A parameter or a carried answer, `$name`.
    Parameter(&'a str),
    /// An attribute of a choice, `@name`.
    Attribute(&'a str),
    /// The answer being judged.
    This,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`SyntaxError`] with the offset of the first byte that does not fit.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parser::parse(text).map(|root| Self { root })
    }

    /// Checks names and types, and returns the type of the result.
    ///
    /// # Errors
    /// [`TypeError`] with the offset of the part that does not fit.
    pub fn check(&self, scope: &dyn Scope) -> Result<Type, TypeError> {
        types::infer(&self.root, scope)
    }

    /// Computes the value over these answers.
    ///
    /// # Errors
    /// [`EvalError`]: a number too large, a division by zero, or operands that do not fit (which [`Expression::check`]
    /// would have found).
    pub fn evaluate<'a, S: Source + ?Sized>(&'a self, source: &'a S) -> Result<Operand<'a>, EvalError> {
        eval::evaluate(&self.root, source)
    }

    /// The truth of a condition; `None` while it cannot be told, because something is missing or cannot be computed.
    pub fn holds<S: Source + ?Sized>(&self, source: &S) -> Option<bool> {
        match self.evaluate(source) {
            Ok(Operand::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// Everything it refers to, in the order of the text; the same thing may come twice.
    #[must_use]
    pub fn references(&self) -> Vec<Reference<'_>> {
        fn walk<'a>(node: &'a Node, found: &mut Vec<Reference<'a>>) {
            match &node.kind {
                NodeKind::Name(name) => found.push(Reference::Question(name)),
                NodeKind::Prefix(prefix) => found.push(Reference::Prefix(prefix)),
                NodeKind::Parameter(name) => found.push(Reference::Parameter(name)),
                NodeKind::Attribute(name) => found.push(Reference::Attribute(name)),
                NodeKind::This => found.push(Reference::This),
                NodeKind::Int(_) | NodeKind::Time(_) | NodeKind::Bool(_) | NodeKind::Text(_) => {}
                NodeKind::Not(inner) | NodeKind::Negate(inner) => walk(inner, found),
                NodeKind::Binary(_, left, right) => {
                    walk(left, found);
                    walk(right, found);
                }
                NodeKind::Call(_, arguments) => arguments.iter().for_each(|argument| walk(argument, found)),
            }
        }
        let mut found = Vec::new();
        walk(&self.root, &mut found);
        found
    }
}

impl std::str::FromStr for Expression {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text)
    }
}

/// A part of an expression and the offset it begins at.
#[derive(Debug, Clone)]
struct Node {
    at: usize,
    kind: NodeKind,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum NodeKind {
    Int(i64),
    /// Minutes after midnight.
    Time(u16),
    Bool(bool),
    Text(String),
    Name(String),
    Prefix(String),
    Parameter(String),
    Attribute(String),
    This,
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    /// How strongly it binds; see the grammar.
    const fn binding(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual | Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
        }
    }
}

#[cfg(test)]
mod tests;
