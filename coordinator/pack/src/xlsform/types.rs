//! The types that conditions are translated with: what an answer is, and what a part of an expression gives.

use super::numbers::decimal;

/// The type of an answer or of a part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty {
    /// A number with so many decimal places, as a whole number of the smallest unit.
    Number(u8),
    Bool,
    /// Free text.
    Text,
    /// A choice and its keys.
    Choice(Vec<String>),
    /// Several choices and their keys.
    Choices(Vec<String>),
    Date,
    Time,
    /// Answers of a repeat group, seen from outside of it.
    List(Box<Ty>),
    /// The repeat group itself.
    Repeat,
}

impl Ty {
    /// What it is called in complaints.
    pub(super) const fn named(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Bool => "a condition",
            Self::Text => "text",
            Self::Choice(_) => "a choice",
            Self::Choices(_) => "several choices",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::List(_) => "several answers",
            Self::Repeat => "a repeat",
        }
    }
}

/// What names stand for.
pub(super) trait Names {
    /// The type of `${name}` seen from here.
    fn question(&self, name: &str) -> Result<Ty, String>;
    /// The type of `.`.
    fn this(&self) -> Option<Ty>;
    /// Whether a bare name is a column of the choices being filtered.
    fn is_attribute(&self, name: &str) -> bool;
}

/// A translated part: its text and type. `tight` parts need no parentheses anywhere.
pub(super) struct Part {
    pub(super) text: String,
    pub(super) ty: Ty,
    tight: bool,
}

impl Part {
    pub(super) fn tight(text: impl Into<String>, ty: Ty) -> Self {
        Self { text: text.into(), ty, tight: true }
    }

    pub(super) fn loose(text: String, ty: Ty) -> Self {
        Self { text, ty, tight: false }
    }

    pub(super) fn inner(&self) -> String {
        if self.tight { self.text.clone() } else { format!("({})", self.text) }
    }
}

/// Text in quotation marks, as our language has it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A number literal as a whole number of its smallest unit.
pub(super) fn number(text: &str) -> Option<Part> {
    let (value, scale) = decimal(text)?;
    Some(Part::tight(value.to_string(), Ty::Number(scale)))
}

/// Two numbers in the smaller of their units.
pub(super) fn scaled(left: Part, right: Part) -> (Part, Part) {
    let (Ty::Number(one), Ty::Number(two)) = (&left.ty, &right.ty) else { return (left, right) };
    let (one, two) = (*one, *two);
    (finer(left, one.max(two)), finer(right, one.max(two)))
}

fn finer(part: Part, scale: u8) -> Part {
    let Ty::Number(held) = part.ty else { return part };
    if held == scale {
        return part;
    }
    let factor = 10_i64.pow(u32::from(scale.saturating_sub(held)));
    match part.text.parse::<i64>().ok().and_then(|number| number.checked_mul(factor)) {
        Some(number) => Part::tight(number.to_string(), Ty::Number(scale)),
        None => Part::loose(format!("{} * {factor}", part.inner()), Ty::Number(scale)),
    }
}

/// Two values in one type.
pub(super) fn alike(left: Part, right: Part) -> Result<(Part, Part), String> {
    match (&left.ty, &right.ty) {
        (Ty::Number(_), Ty::Number(_)) => Ok(scaled(left, right)),
        (Ty::Text | Ty::Choice(_), Ty::Text | Ty::Choice(_)) => {
            let as_text = |part: Part| Part { ty: Ty::Text, ..part };
            Ok((as_text(left), as_text(right)))
        }
        (one, two) if one == two => Ok((left, right)),
        (one, two) => Err(format!("both values must be of one kind, not {} and {}", one.named(), two.named())),
    }
}
