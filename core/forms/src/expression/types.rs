//! The type checker: unknown names and operands that cannot fit, found when a pack is written.

use super::function::Function;
use super::tree::{Node, NodeKind, Operator};

/// The type of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// A whole number; also a time in minutes, and a decimal in its smallest unit.
    Int,
    /// True or false.
    Bool,
    /// Text; also the key of a choice.
    Text,
    /// A day.
    Date,
}

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// A single value.
    One(Scalar),
    /// Several of a kind.
    List(Scalar),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Int => "a number",
            Self::Bool => "a condition",
            Self::Text => "text",
            Self::Date => "a date",
        })
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(scalar) => scalar.fmt(formatter),
            Self::List(Scalar::Int) => formatter.write_str("a list of numbers"),
            Self::List(Scalar::Bool) => formatter.write_str("a list of conditions or entries"),
            Self::List(Scalar::Text) => formatter.write_str("a list of texts or choices"),
            Self::List(Scalar::Date) => formatter.write_str("a list of dates"),
        }
    }
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its type.
    pub kind: Type,
    /// The keys it can have, when they are known.
    pub keys: Option<Vec<String>>,
}

impl From<Type> for Symbol {
    fn from(kind: Type) -> Self {
        Self { kind, keys: None }
    }
}

/// The names an expression may use.
pub trait Scope {
    /// A question.
    fn question(&self, name: &str) -> Option<Symbol>;
    /// All questions whose ids begin with `prefix` and a dot.
    fn prefix(&self, prefix: &str) -> Vec<Symbol>;
    /// A parameter or carried answer.
    fn parameter(&self, name: &str) -> Option<Symbol>;
    /// An attribute of the choices being filtered.
    fn attribute(&self, name: &str) -> Option<Symbol>;
    /// The answer being judged.
    fn this(&self) -> Option<Symbol>;
}

/// An expression that can never make sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {offset}")]
pub struct TypeError {
    /// Offset of the part that does not fit.
    pub offset: usize,
    /// What does not fit.
    pub fault: TypeFault,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeFault {
    /// No such question, or one that has no answer.
    #[error("there is no question {0} with an answer here{hint}", hint = minus_hint(.0))]
    UnknownQuestion(String),
    /// No question begins like this.
    #[error("no question's id begins with \"{0}.\"")]
    UnknownPrefix(String),
    /// Questions of several types under one prefix.
    #[error("the questions {0}.* do not all have the same type of answer")]
    MixedPrefix(String),
    /// No such parameter.
    #[error("there is no parameter or carried answer ${0}")]
    UnknownParameter(String),
    /// No such attribute.
    #[error("no choice here has the attribute @{0}")]
    UnknownAttribute(String),
    /// `this` outside of a constraint.
    #[error("\"this\" stands for the answer being judged and is only known in a constraint")]
    NoThis,
    /// An operand of another type.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What would fit.
        expected: &'static str,
        /// What is there.
        found: Type,
    },
    /// Two sides that cannot be compared.
    #[error("{left} cannot be compared with {right}")]
    Incomparable {
        /// The left side.
        left: Type,
        /// The right side.
        right: Type,
    },
    /// A text compared with a question that can never have it.
    #[error("\"{key}\" is not among the possible answers: {}", .known.join(", "))]
    ImpossibleKey {
        /// The text.
        key: String,
        /// What is possible.
        known: Vec<String>,
    },
    /// A function called with the wrong number of arguments.
    #[error("wrong number of arguments; it is called as {}", .0.signature())]
    Arguments(Function),
    /// `date()` with something that is no date.
    #[error("\"{0}\" is not a date; write YYYY-MM-DD")]
    Date(String),
    /// `words()` with an unknown language.
    #[error("numbers in words cannot be read in \"{0}\"")]
    Language(String),
}

fn minus_hint(name: &str) -> &'static str {
    if name.contains('-') { "; a minus sign needs a blank on both sides" } else { "" }
}

impl TypeFault {
    fn at(self, node: &Node) -> TypeError {
        TypeError { offset: node.at, fault: self }
    }
}

const INT: Type = Type::One(Scalar::Int);
const BOOL: Type = Type::One(Scalar::Bool);
const TEXT: Type = Type::One(Scalar::Text);
const DATE: Type = Type::One(Scalar::Date);

pub(super) fn infer(node: &Node, scope: &dyn Scope) -> Result<Type, TypeError> {
    symbol(node, scope).map(|symbol| symbol.kind)
}

fn symbol(node: &Node, scope: &dyn Scope) -> Result<Symbol, TypeError> {
    let found = match &node.kind {
        NodeKind::Int(_) | NodeKind::Time(_) => INT,
        NodeKind::Bool(_) => BOOL,
        NodeKind::Text(_) => TEXT,
        NodeKind::Name(name) => {
            return scope.question(name).ok_or_else(|| TypeFault::UnknownQuestion(name.clone()).at(node));
        }
        NodeKind::Prefix(prefix) => return prefixed(node, prefix, scope),
        NodeKind::Parameter(name) => {
            return scope.parameter(name).ok_or_else(|| TypeFault::UnknownParameter(name.clone()).at(node));
        }
        NodeKind::Attribute(name) => {
            return scope.attribute(name).ok_or_else(|| TypeFault::UnknownAttribute(name.clone()).at(node));
        }
        NodeKind::This => return scope.this().ok_or_else(|| TypeFault::NoThis.at(node)),
        NodeKind::Not(inner) => expect(inner, scope, BOOL, "a condition")?,
        NodeKind::Negate(inner) => expect(inner, scope, INT, "a number")?,
        NodeKind::Binary(operator, left, right) => binary(node, *operator, left, right, scope)?,
        NodeKind::Call(function, arguments) => call(node, *function, arguments, scope)?,
    };
    Ok(found.into())
}

fn prefixed(node: &Node, prefix: &str, scope: &dyn Scope) -> Result<Symbol, TypeError> {
    let symbols = scope.prefix(prefix);
    let mut kinds = symbols.iter().map(|symbol| match symbol.kind {
        Type::One(scalar) | Type::List(scalar) => scalar,
    });
    let first = kinds.next().ok_or_else(|| TypeFault::UnknownPrefix(prefix.to_owned()).at(node))?;
    if kinds.any(|kind| kind != first) {
        return Err(TypeFault::MixedPrefix(prefix.to_owned()).at(node));
    }
    let keys = symbols.first().and_then(|symbol| symbol.keys.clone());
    let same = symbols.iter().all(|symbol| symbol.keys == keys);
    Ok(Symbol { kind: Type::List(first), keys: keys.filter(|_| same) })
}

fn expect(node: &Node, scope: &dyn Scope, wanted: Type, expected: &'static str) -> Result<Type, TypeError> {
    let found = infer(node, scope)?;
    if found == wanted { Ok(found) } else { Err(TypeFault::Expected { expected, found }.at(node)) }
}

fn scalar(node: &Node, scope: &dyn Scope) -> Result<(Scalar, Symbol), TypeError> {
    let found = symbol(node, scope)?;
    match found.kind {
        Type::One(scalar) => Ok((scalar, found)),
        Type::List(_) => Err(TypeFault::Expected { expected: "a single value", found: found.kind }.at(node)),
    }
}

fn list(node: &Node, scope: &dyn Scope) -> Result<(Scalar, Symbol), TypeError> {
    let found = symbol(node, scope)?;
    match found.kind {
        Type::List(scalar) => Ok((scalar, found)),
        Type::One(_) => Err(TypeFault::Expected { expected: "a list", found: found.kind }.at(node)),
    }
}

/// What one or several values have in common.
fn common(node: &Node, arguments: &[Node], scope: &dyn Scope) -> Result<Scalar, TypeError> {
    let mut kind = None;
    for argument in arguments {
        let found = infer(argument, scope)?;
        let (Type::One(scalar) | Type::List(scalar)) = found;
        if kind.is_some_and(|kind| kind != scalar) {
            return Err(TypeFault::Expected { expected: "values of one type", found }.at(argument));
        }
        kind = Some(scalar);
    }
    kind.ok_or_else(|| TypeFault::Arguments(Function::Same).at(node))
}

fn binary(node: &Node, operator: Operator, left: &Node, right: &Node, scope: &dyn Scope) -> Result<Type, TypeError> {
    match operator {
        Operator::Or | Operator::And => {
            expect(left, scope, BOOL, "a condition")?;
            expect(right, scope, BOOL, "a condition")
        }
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
            expect(left, scope, INT, "a number")?;
            expect(right, scope, INT, "a number")
        }
        Operator::Equal | Operator::NotEqual => {
            let ((a, left_symbol), (b, right_symbol)) = (scalar(left, scope)?, scalar(right, scope)?);
            if a != b {
                let (left, right) = (left_symbol.kind, right_symbol.kind);
                return Err(TypeFault::Incomparable { left, right }.at(node));
            }
            possible(&left_symbol, right)?;
            possible(&right_symbol, left)?;
            Ok(BOOL)
        }
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            let ((a, left_symbol), (b, right_symbol)) = (scalar(left, scope)?, scalar(right, scope)?);
            let ordered = a == b && matches!(a, Scalar::Int | Scalar::Date);
            let (left, right) = (left_symbol.kind, right_symbol.kind);
            ordered.then_some(BOOL).ok_or_else(|| TypeFault::Incomparable { left, right }.at(node))
        }
    }
}

/// A literal compared with a question of known keys must be one of them: "yse" would never be true.
fn possible(symbol: &Symbol, other: &Node) -> Result<(), TypeError> {
    match (&symbol.keys, &other.kind) {
        (Some(known), NodeKind::Text(key)) if !known.contains(key) => {
            Err(TypeFault::ImpossibleKey { key: key.clone(), known: known.clone() }.at(other))
        }
        _ => Ok(()),
    }
}

fn call(node: &Node, function: Function, arguments: &[Node], scope: &dyn Scope) -> Result<Type, TypeError> {
    let wrong = || TypeFault::Arguments(function).at(node);
    let exactly = |count: usize| if arguments.len() == count { Ok(()) } else { Err(wrong()) };
    let some = || if arguments.is_empty() { Err(wrong()) } else { Ok(()) };
    match function {
        Function::Sum | Function::SumKnown => {
            some()?;
            for argument in arguments {
                let found = infer(argument, scope)?;
                if !matches!(found, Type::One(Scalar::Int) | Type::List(Scalar::Int)) {
                    return Err(TypeFault::Expected { expected: "numbers", found }.at(argument));
                }
            }
            Ok(INT)
        }
        Function::Min | Function::Max => {
            some()?;
            match common(node, arguments, scope)? {
                kind @ (Scalar::Int | Scalar::Date) => Ok(Type::One(kind)),
                kind => Err(TypeFault::Expected { expected: "numbers or dates", found: Type::One(kind) }.at(node)),
            }
        }
        Function::Count => {
            some()?;
            arguments.iter().try_for_each(|argument| infer(argument, scope).map(drop))?;
            Ok(INT)
        }
        Function::CountOf | Function::Selected => {
            exactly(2)?;
            let found = symbol(&arguments[0], scope)?;
            let (Type::One(element) | Type::List(element)) = found.kind;
            let (value, _) = scalar(&arguments[1], scope)?;
            if element != value {
                let (left, right) = (found.kind, Type::One(value));
                return Err(TypeFault::Incomparable { left, right }.at(node));
            }
            possible(&found, &arguments[1])?;
            Ok(if function == Function::CountOf { INT } else { BOOL })
        }
        Function::Abs => {
            exactly(1)?;
            expect(&arguments[0], scope, INT, "a number")
        }
        Function::CeilDiv => {
            exactly(2)?;
            expect(&arguments[0], scope, INT, "a number")?;
            expect(&arguments[1], scope, INT, "a number")
        }
        Function::If => {
            exactly(3)?;
            expect(&arguments[0], scope, BOOL, "a condition")?;
            let (found, _) = scalar(&arguments[1], scope)?;
            scalar(&arguments[2], scope)?;
            common(node, &arguments[1..], scope)?;
            Ok(Type::One(found))
        }
        Function::Coalesce => {
            some()?;
            let (found, _) = scalar(&arguments[0], scope)?;
            arguments.iter().try_for_each(|argument| scalar(argument, scope).map(drop))?;
            common(node, arguments, scope)?;
            Ok(Type::One(found))
        }
        Function::Answered => {
            exactly(1)?;
            infer(&arguments[0], scope)?;
            Ok(BOOL)
        }
        Function::Length => {
            exactly(1)?;
            expect(&arguments[0], scope, TEXT, "text")?;
            Ok(INT)
        }
        Function::Contains => {
            exactly(2)?;
            expect(&arguments[0], scope, TEXT, "text")?;
            expect(&arguments[1], scope, TEXT, "text")?;
            Ok(BOOL)
        }
        Function::Words => {
            if !(1..=2).contains(&arguments.len()) {
                return Err(wrong());
            }
            expect(&arguments[0], scope, TEXT, "text")?;
            if let Some(language) = arguments.get(1) {
                expect(language, scope, TEXT, "the tag of a language as text")?;
                if let NodeKind::Text(tag) = &language.kind
                    && crate::words::Language::from_tag(tag).is_none()
                {
                    return Err(TypeFault::Language(tag.clone()).at(language));
                }
            }
            Ok(INT)
        }
        Function::Date => {
            exactly(1)?;
            expect(&arguments[0], scope, TEXT, "a date as text")?;
            match &arguments[0].kind {
                NodeKind::Text(text) if !kuager_wire::form::is_date(text) => {
                    Err(TypeFault::Date(text.clone()).at(&arguments[0]))
                }
                _ => Ok(DATE),
            }
        }
        Function::First | Function::Last => {
            exactly(1)?;
            list(&arguments[0], scope).map(|(element, _)| Type::One(element))
        }
        Function::Rising => {
            exactly(1)?;
            match list(&arguments[0], scope)? {
                (Scalar::Int | Scalar::Date, _) => Ok(BOOL),
                (_, found) => {
                    Err(TypeFault::Expected { expected: "a list of numbers", found: found.kind }.at(&arguments[0]))
                }
            }
        }
        Function::Same => {
            some()?;
            common(node, arguments, scope)?;
            Ok(BOOL)
        }
    }
}

/// Checks that a part is a condition.
pub(super) fn expect_condition(node: &Node, scope: &dyn Scope) -> Result<(), TypeError> {
    expect(node, scope, BOOL, "a condition").map(drop)
}
