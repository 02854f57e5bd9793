//! The canonical text of an expression: one blank around operators, only the parentheses that are needed.

use std::fmt::{Display, Formatter, Result};

use super::tree::{Node, NodeKind};

const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const NEGATE: u8 = 7;
const PRIMARY: u8 = 8;

impl Display for Node {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        write(self, 0, formatter)
    }
}

impl Node {
    const fn binding(&self) -> u8 {
        match &self.kind {
            NodeKind::Binary(operator, ..) => operator.binding(),
            NodeKind::Not(_) => NOT,
            NodeKind::Negate(_) => NEGATE,
            _ => PRIMARY,
        }
    }
}

/// Writes a part in a place that holds together what binds at least as strongly as `place`.
fn write(node: &Node, place: u8, formatter: &mut Formatter<'_>) -> Result {
    if node.binding() < place {
        formatter.write_str("(")?;
        write(node, 0, formatter)?;
        return formatter.write_str(")");
    }
    match &node.kind {
        NodeKind::Int(number) => write!(formatter, "{number}"),
        NodeKind::Time(minutes) => write!(formatter, "{:02}:{:02}", minutes / 60, minutes % 60),
        NodeKind::Bool(truth) => write!(formatter, "{truth}"),
        NodeKind::Text(text) => write!(formatter, "'{}'", text.replace('\'', "''")),
        NodeKind::Name(name) => formatter.write_str(name),
        NodeKind::Prefix(prefix) => write!(formatter, "{prefix}.*"),
        NodeKind::Parameter(name) => write!(formatter, "${name}"),
        NodeKind::Attribute(name) => write!(formatter, "@{name}"),
        NodeKind::This => formatter.write_str("this"),
        NodeKind::Not(inner) => {
            formatter.write_str("not ")?;
            write(inner, NOT, formatter)
        }
        NodeKind::Negate(inner) => {
            formatter.write_str("-")?;
            write(inner, NEGATE, formatter)
        }
        NodeKind::Binary(operator, left, right) => {
            let binding = operator.binding();
            // Comparisons do not chain; everything else groups to the left.
            let left_place = if binding == COMPARISON { binding + 1 } else { binding };
            write(left, left_place, formatter)?;
            write!(formatter, " {} ", operator.symbol())?;
            write(right, binding + 1, formatter)
        }
        NodeKind::Call(function, arguments) => {
            write!(formatter, "{}(", function.name())?;
            for (number, argument) in arguments.iter().enumerate() {
                if number > 0 {
                    formatter.write_str(", ")?;
                }
                write(argument, 0, formatter)?;
            }
            formatter.write_str(")")
        }
    }
}
