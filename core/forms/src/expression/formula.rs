//! An expression as everybody else sees it: read, checked, computed.

use super::error::SyntaxError;
use super::eval::{self, EvalError, Operand, Source};
use super::parser;
use super::tree::{Node, NodeKind};
use super::types::{self, Scope, Type, TypeError};

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

    /// Checks that it is a condition over these names.
    ///
    /// # Errors
    /// As [`Expression::check`], and when it is something else.
    pub fn check_condition(&self, scope: &dyn Scope) -> Result<(), TypeError> {
        types::expect_condition(&self.root, scope)
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

    /// The question it names, when it is nothing but that.
    pub(super) fn as_name(&self) -> Option<&str> {
        if let NodeKind::Name(name) = &self.root.kind { Some(name) } else { None }
    }

    /// Whether it is nothing but a parameter.
    pub(super) const fn is_parameter(&self) -> bool {
        matches!(self.root.kind, NodeKind::Parameter(_))
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

impl std::fmt::Display for Expression {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.root.fmt(formatter)
    }
}
