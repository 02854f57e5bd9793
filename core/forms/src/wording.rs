//! Answers in words: how people write what a record keeps as a number.

use kuager_wire::form::{Question, QuestionKind};

/// How people write the answer to a question whose value is a number in another unit: a time, a decimal.
#[must_use]
pub fn written(question: &Question, number: i64) -> Option<String> {
    match question.kind {
        QuestionKind::Time => Some(format!("{:02}:{:02}", number.div_euclid(60), number.rem_euclid(60))),
        QuestionKind::Decimal => Some(decimal(number, question.scale.unwrap_or(0))),
        _ => None,
    }
}

/// A number of the smallest unit with its decimal point.
fn decimal(number: i64, scale: u8) -> String {
    let digits = format!("{:0width$}", number.unsigned_abs(), width = usize::from(scale) + 1);
    let sign = if number < 0 { "-" } else { "" };
    match digits.split_at_checked(digits.len() - usize::from(scale)) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => number.to_string(),
    }
}
