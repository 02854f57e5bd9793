//! Messages with numbers in them: `In the boxes {= P05.* ...}, issued {P02}`.
//!
//! `{P02}` stands for the answer to a question, `{$name}` for a parameter, `{= expression}` for a value that is
//! computed; `{{` and `}}` are braces. What is missing is shown as a dash. The answer to a question is shown as people
//! write it, `20:15` for a time; what is computed is shown as a number.

use super::error::SyntaxError;
use super::eval::{Operand, Source};
use super::formula::Expression;
use crate::wording::{self, BLANK};

/// A message ready to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    parts: Vec<Part>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// A value.
    Value(Expression),
}

/// A message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// `{` without `}`.
    #[error("the brace at byte {0} is not closed; a brace meant as text is written twice")]
    Open(usize),
    /// `}` without `{`.
    #[error("the brace at byte {0} closes nothing; a brace meant as text is written twice")]
    Stray(usize),
    /// What stands between the braces is not an expression.
    #[error("between the braces at byte {at}: {error}")]
    Expression {
        /// Offset of the brace.
        at: usize,
        /// What is wrong, counted from behind the brace.
        error: SyntaxError,
    },
    /// A formula without its equals sign.
    #[error("between the braces at byte {0} stands a formula; formulas begin with =, as in {{= a + b}}")]
    Formula(usize),
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`MessageError`] with the offset.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(character);
                at += 2;
            } else if character == '}' {
                return Err(MessageError::Stray(at));
            } else if character == '{' {
                let end = closing(rest).ok_or(MessageError::Open(at))?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Value(value(&rest[1..end], at)?));
                at += end + 1;
            } else {
                plain.push(character);
                at += character.len_utf8();
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// Its parts, so that a pack check can look at every expression.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The message over these answers.
    pub fn render<S: Source + ?Sized>(&self, source: &S) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Value(value) => text.push_str(&shown(value, source)),
            }
        }
        text
    }
}

/// A value as a message shows it, which is the same in every language.
pub fn shown<S: Source + ?Sized>(value: &Expression, source: &S) -> String {
    if let Some(shown) = value.as_name().and_then(|name| source.shown(name)) {
        return shown;
    }
    let mut text = String::new();
    show(&value.evaluate(source).unwrap_or(Operand::Missing), &mut text);
    text
}

/// Offset of the brace that closes a value; braces within quoted text do not count.
fn closing(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in rest.char_indices().skip(1) {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '\'' | '"') => quote = Some(character),
            None if character == '}' => return Some(at),
            None => {}
        }
    }
    None
}

fn value(inner: &str, at: usize) -> Result<Expression, MessageError> {
    let (formula, text) = match inner.strip_prefix('=') {
        Some(text) => (true, text),
        None => (false, inner),
    };
    let value = Expression::parse(text).map_err(|error| MessageError::Expression { at, error })?;
    let simple = value.as_name().is_some() || value.is_parameter();
    if formula || simple { Ok(value) } else { Err(MessageError::Formula(at)) }
}

fn show(value: &Operand<'_>, text: &mut String) {
    match value {
        Operand::Missing => text.push_str(BLANK),
        Operand::Int(number) => text.push_str(&wording::number(*number)),
        Operand::Bool(truth) => text.push_str(if *truth { "✓" } else { "✗" }),
        Operand::Text(shown) => text.push_str(shown),
        Operand::List(list) => {
            for (number, element) in list.iter().enumerate() {
                if number > 0 {
                    text.push_str(", ");
                }
                show(element, text);
            }
        }
    }
}
