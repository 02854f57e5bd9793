//! Evaluation: every step checked, every list counted, missing values carried through.

use std::borrow::Cow;

use super::function::Function;
use super::limits::MAX_STEPS;
use super::tree::{Node, NodeKind, Operator};
use crate::words::{self, Language};
use kuager_wire::form::is_date;

/// A value while it is computed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand<'a> {
    /// Not answered, or computed from something that is not.
    Missing,
    /// A number, a time in minutes, a decimal in its smallest unit.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// Text, the key of a choice, a date.
    Text(Cow<'a, str>),
    /// Several.
    List(Vec<Operand<'a>>),
}

/// Where an expression gets its answers from. A name nobody knows is [`Operand::Missing`].
pub trait Source {
    /// The answer to a question.
    fn answer(&self, name: &str) -> Operand<'_>;
    /// The answers to all questions whose ids begin with `prefix` and a dot, in the order of the form.
    fn prefix(&self, prefix: &str) -> Vec<Operand<'_>>;
    /// A parameter or carried answer.
    fn parameter(&self, name: &str) -> Operand<'_>;
    /// An attribute of the choice being judged.
    fn attribute(&self, _name: &str) -> Operand<'_> {
        Operand::Missing
    }
    /// The answer being judged.
    fn this(&self) -> Operand<'_> {
        Operand::Missing
    }
    /// How people write the answer to a question, where that differs from its value: a time, a decimal. For messages.
    fn shown(&self, _name: &str) -> Option<String> {
        None
    }
}

/// A source without any answers, for constants.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAnswers;

impl Source for NoAnswers {
    fn answer(&self, _name: &str) -> Operand<'_> {
        Operand::Missing
    }
    fn prefix(&self, _prefix: &str) -> Vec<Operand<'_>> {
        Vec::new()
    }
    fn parameter(&self, _name: &str) -> Operand<'_> {
        Operand::Missing
    }
}

/// A value that cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {offset}")]
pub struct EvalError {
    /// Offset of the part that failed.
    pub offset: usize,
    /// Why.
    pub fault: EvalFault,
}

/// Why a value cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvalFault {
    /// Beyond 64 bits.
    #[error("the result is too large")]
    Overflow,
    /// A division by zero.
    #[error("a division by zero")]
    DivisionByZero,
    /// Operands that do not fit; checking the expression against its form would have found it.
    #[error("an operand of another type than expected")]
    Type,
    /// More steps than allowed.
    #[error("more than {MAX_STEPS} steps")]
    TooManySteps,
}

type Evaluated<'a> = Result<Operand<'a>, EvalError>;

pub(super) fn evaluate<'a, S: Source + ?Sized>(root: &'a Node, source: &'a S) -> Evaluated<'a> {
    Evaluation { source, steps: 0 }.node(root)
}

struct Evaluation<'a, S: ?Sized> {
    source: &'a S,
    steps: usize,
}

impl<'a, S: Source + ?Sized> Evaluation<'a, S> {
    fn step(&mut self, node: &Node, count: usize) -> Result<(), EvalError> {
        self.steps = self.steps.saturating_add(count);
        if self.steps > MAX_STEPS { Err(fail(node, EvalFault::TooManySteps)) } else { Ok(()) }
    }

    fn node(&mut self, node: &'a Node) -> Evaluated<'a> {
        self.step(node, 1)?;
        Ok(match &node.kind {
            NodeKind::Int(number) => Operand::Int(*number),
            NodeKind::Time(minutes) => Operand::Int(i64::from(*minutes)),
            NodeKind::Bool(truth) => Operand::Bool(*truth),
            NodeKind::Text(text) => Operand::Text(Cow::Borrowed(text)),
            NodeKind::Name(name) => self.source.answer(name),
            NodeKind::Prefix(prefix) => Operand::List(self.source.prefix(prefix)),
            NodeKind::Parameter(name) => self.source.parameter(name),
            NodeKind::Attribute(name) => self.source.attribute(name),
            NodeKind::This => self.source.this(),
            NodeKind::Not(inner) => truth(&self.node(inner)?, inner)?.map_or(Operand::Missing, |truth| (!truth).into()),
            NodeKind::Negate(inner) => match number(&self.node(inner)?, inner)? {
                None => Operand::Missing,
                Some(number) => Operand::Int(number.checked_neg().ok_or(fail(node, EvalFault::Overflow))?),
            },
            NodeKind::Binary(operator, left, right) => return self.binary(node, *operator, left, right),
            NodeKind::Call(function, arguments) => return self.call(node, *function, arguments),
        })
    }

    fn binary(&mut self, node: &'a Node, operator: Operator, left: &'a Node, right: &'a Node) -> Evaluated<'a> {
        match operator {
            Operator::And | Operator::Or => {
                // One side may decide alone: `decisive` with anything is `decisive`.
                let decisive = operator == Operator::Or;
                let left = truth(&self.node(left)?, left)?;
                if left == Some(decisive) {
                    return Ok(decisive.into());
                }
                let right = truth(&self.node(right)?, right)?;
                Ok(match (left, right) {
                    (_, Some(right)) if right == decisive => decisive.into(),
                    (Some(_), Some(_)) => (!decisive).into(),
                    _ => Operand::Missing,
                })
            }
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                let (left, right) = (number(&self.node(left)?, left)?, number(&self.node(right)?, right)?);
                let (Some(left), Some(right)) = (left, right) else { return Ok(Operand::Missing) };
                arithmetic(operator, left, right).map(Operand::Int).map_err(|fault| fail(node, fault))
            }
            _ => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                if left == Operand::Missing || right == Operand::Missing {
                    return Ok(Operand::Missing);
                }
                let order = order(&left, &right).ok_or(fail(node, EvalFault::Type))?;
                Ok(Operand::Bool(match operator {
                    Operator::Equal => order.is_eq(),
                    Operator::NotEqual => order.is_ne(),
                    Operator::Less => order.is_lt(),
                    Operator::LessOrEqual => order.is_le(),
                    Operator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
        }
    }

    fn call(&mut self, node: &'a Node, function: Function, arguments: &'a [Node]) -> Evaluated<'a> {
        match (function, arguments) {
            (Function::If, [condition, then, otherwise]) => match truth(&self.node(condition)?, condition)? {
                None => Ok(Operand::Missing),
                Some(true) => self.node(then),
                Some(false) => self.node(otherwise),
            },
            (Function::Coalesce, _) => {
                for argument in arguments {
                    let value = self.node(argument)?;
                    if value != Operand::Missing {
                        return Ok(value);
                    }
                }
                Ok(Operand::Missing)
            }
            (Function::Answered, [value]) => {
                let value = self.node(value)?;
                let empty =
                    matches!(&value, Operand::List(list) if list.iter().all(|element| *element == Operand::Missing));
                Ok((value != Operand::Missing && !empty).into())
            }
            (Function::CountOf | Function::Selected, [list, value]) => {
                let elements = self.elements(std::slice::from_ref(list))?;
                let value = self.node(value)?;
                if value == Operand::Missing {
                    return Ok(Operand::Missing);
                }
                let count = elements.iter().filter(|element| **element == value).count();
                if function == Function::CountOf {
                    return Ok(Operand::Int(i64::try_from(count).unwrap_or(i64::MAX)));
                }
                let unknown = count == 0 && elements.contains(&Operand::Missing);
                Ok(if unknown { Operand::Missing } else { (count > 0).into() })
            }
            (Function::Abs | Function::CeilDiv | Function::Length | Function::Contains, _)
            | (Function::Words | Function::Date, _) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.node(argument)?);
                }
                if values.contains(&Operand::Missing) {
                    return Ok(Operand::Missing);
                }
                simple(function, &values).map_err(|fault| fail(node, fault))
            }
            (Function::If | Function::Answered | Function::CountOf | Function::Selected, _) => {
                Err(fail(node, EvalFault::Type))
            }
            _ => {
                let elements = self.elements(arguments)?;
                over_list(function, elements).map_err(|fault| fail(node, fault))
            }
        }
    }

    /// The values of all arguments, lists taken apart.
    fn elements(&mut self, arguments: &'a [Node]) -> Result<Vec<Operand<'a>>, EvalError> {
        let mut elements = Vec::new();
        for argument in arguments {
            match self.node(argument)? {
                Operand::List(list) => {
                    self.step(argument, list.len())?;
                    elements.extend(list);
                }
                value => elements.push(value),
            }
        }
        Ok(elements)
    }
}

fn fail(node: &Node, fault: EvalFault) -> EvalError {
    EvalError { offset: node.at, fault }
}

impl From<bool> for Operand<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

fn truth(value: &Operand<'_>, node: &Node) -> Result<Option<bool>, EvalError> {
    match value {
        Operand::Missing => Ok(None),
        Operand::Bool(truth) => Ok(Some(*truth)),
        _ => Err(fail(node, EvalFault::Type)),
    }
}

fn number(value: &Operand<'_>, node: &Node) -> Result<Option<i64>, EvalError> {
    match value {
        Operand::Missing => Ok(None),
        Operand::Int(number) => Ok(Some(*number)),
        _ => Err(fail(node, EvalFault::Type)),
    }
}

fn arithmetic(operator: Operator, left: i64, right: i64) -> Result<i64, EvalFault> {
    if right == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(EvalFault::DivisionByZero);
    }
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.ok_or(EvalFault::Overflow)
}

/// Dates are texts of one form, so their order as text is their order in time.
fn order(left: &Operand<'_>, right: &Operand<'_>) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Operand::Int(left), Operand::Int(right)) => Some(left.cmp(right)),
        (Operand::Bool(left), Operand::Bool(right)) => Some(left.cmp(right)),
        (Operand::Text(left), Operand::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Functions of single values that are all there.
fn simple<'a>(function: Function, values: &[Operand<'a>]) -> Result<Operand<'a>, EvalFault> {
    match (function, values) {
        (Function::Abs, [Operand::Int(number)]) => number.checked_abs().map(Operand::Int).ok_or(EvalFault::Overflow),
        (Function::CeilDiv, [Operand::Int(left), Operand::Int(right)]) => {
            let quotient = arithmetic(Operator::Divide, *left, *right)?;
            let remainder = arithmetic(Operator::Remainder, *left, *right)?;
            let up = remainder != 0 && (remainder > 0) == (*right > 0);
            quotient.checked_add(i64::from(up)).map(Operand::Int).ok_or(EvalFault::Overflow)
        }
        (Function::Length, [Operand::Text(text)]) => {
            Ok(Operand::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)))
        }
        (Function::Contains, [Operand::Text(text), Operand::Text(part)]) => {
            Ok(plain(text).contains(&plain(part)).into())
        }
        (Function::Words, [Operand::Text(text)]) => Ok(words::parse_any(text).map_or(Operand::Missing, Operand::Int)),
        (Function::Words, [Operand::Text(text), Operand::Text(language)]) => {
            let number = Language::from_tag(language).and_then(|language| words::parse(text, language).ok());
            Ok(number.map_or(Operand::Missing, Operand::Int))
        }
        (Function::Date, [Operand::Text(text)]) => {
            Ok(if is_date(text) { Operand::Text(text.clone()) } else { Operand::Missing })
        }
        _ => Err(EvalFault::Type),
    }
}

/// Text as people compare it: case and blanks aside.
fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Functions of lists.
fn over_list(function: Function, elements: Vec<Operand<'_>>) -> Result<Operand<'_>, EvalFault> {
    let known = || elements.iter().filter(|element| **element != Operand::Missing);
    let complete = !elements.contains(&Operand::Missing);
    match function {
        Function::Count => Ok(Operand::Int(i64::try_from(known().count()).unwrap_or(i64::MAX))),
        Function::Sum if !complete => Ok(Operand::Missing),
        Function::Sum | Function::SumKnown => known()
            .try_fold(0_i64, |sum, element| match element {
                Operand::Int(number) => sum.checked_add(*number).ok_or(EvalFault::Overflow),
                _ => Err(EvalFault::Type),
            })
            .map(Operand::Int),
        Function::First => Ok(elements.into_iter().next().unwrap_or(Operand::Missing)),
        Function::Last => Ok(elements.into_iter().next_back().unwrap_or(Operand::Missing)),
        Function::Min | Function::Max if !complete => Ok(Operand::Missing),
        Function::Min | Function::Max => {
            let mut best: Option<Operand<'_>> = None;
            for element in elements {
                let wanted =
                    if function == Function::Min { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
                let better = match &best {
                    None => true,
                    Some(held) => order(&element, held).ok_or(EvalFault::Type)? == wanted,
                };
                if better {
                    best = Some(element);
                }
            }
            Ok(best.unwrap_or(Operand::Missing))
        }
        Function::Rising | Function::Same => {
            // What is known may decide alone: two that differ stay different.
            let known: Vec<_> = known().collect();
            for pair in known.windows(2) {
                let order = order(pair[0], pair[1]).ok_or(EvalFault::Type)?;
                if if function == Function::Rising { order.is_gt() } else { order.is_ne() } {
                    return Ok(false.into());
                }
            }
            Ok(if complete { true.into() } else { Operand::Missing })
        }
        _ => Err(EvalFault::Type),
    }
}
