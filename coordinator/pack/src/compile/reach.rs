//! Questions that are never asked, and relations that can never hold: contradictions found by trying.
//!
//! A condition over choices has finitely many cases, and a comparison of a number with a constant changes only at that
//! constant. So the values worth trying are few: every key, every constant with its neighbours, the question's bounds,
//! and no answer. When all their combinations have been tried and none makes the condition true, nothing will. Where
//! numbers are computed with, or there are too many combinations, nothing is claimed.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use kuager_forms::expression::{Expression, ExpressionPlace, Operand, Reference, Source};
use kuager_wire::form::{Form, Question, QuestionKind, YES_NO};

use crate::finding::Problem;
use crate::table::File;

/// Combinations tried before giving up.
const TRIES: usize = 60_000;

pub(super) fn check(form: &Form, offset: impl Fn(String) -> usize, file: File<'_>) {
    for question in form.every_question() {
        let Some(relevant) = &question.relevant else { continue };
        let at = offset(ExpressionPlace::Question { id: &question.id, field: "relevant" }.to_string());
        if let Reach::Never(reason) = judge(relevant, form) {
            file.error(at, Problem::Unreachable { question: question.id.clone(), reason });
        }
    }
    for relation in form.relations.iter().flatten() {
        let at = offset(ExpressionPlace::Relation { id: &relation.id, field: "holds" }.to_string());
        match judge(&relation.holds, form) {
            Reach::Never(reason) => {
                file.error(at, Problem::Contradiction { relation: relation.id.clone(), reason });
            }
            Reach::Always => file.warn(at, Problem::AlwaysHolds { field: "holds".to_owned() }),
            Reach::Open => {}
        }
    }
}

/// For which answers a condition holds.
#[derive(Debug, PartialEq, Eq)]
enum Reach {
    /// For none, and why.
    Never(String),
    /// For all.
    Always,
    /// For some, or nobody can say.
    Open,
}

fn judge(text: &str, form: &Form) -> Reach {
    let Ok(expression) = Expression::parse(text) else { return Reach::Open };
    let mut conditions: HashMap<String, Expression> = HashMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut wanted = vec![expression.clone()];
    // What decides is also whether the questions it names are asked themselves.
    while let Some(condition) = wanted.pop() {
        if computes(&condition.to_string()) {
            return Reach::Open;
        }
        for reference in condition.references() {
            // Parameters are switches somebody may turn; lists and what is carried over are not tried.
            let Reference::Question(name) = reference else { return Reach::Open };
            if names.iter().any(|known| known == name) {
                continue;
            }
            names.push(name.to_owned());
            // An answer within a repeat group is a list from outside; lists are not tried.
            let Some(question) = form.outer_question(name) else { return Reach::Open };
            if let Some(inner) = question.relevant.as_deref().and_then(|text| Expression::parse(text).ok()) {
                conditions.insert(name.to_owned(), inner.clone());
                wanted.push(inner);
            }
        }
    }
    let constants = Constants::of(std::iter::once(&expression).chain(conditions.values()));
    let mut candidates = Vec::new();
    let mut combinations = 1_usize;
    for name in &names {
        let Some(question) = form.outer_question(name) else { return Reach::Open };
        let Some(values) = constants.candidates(question) else { return Reach::Open };
        combinations = combinations.saturating_mul(values.len());
        candidates.push(values);
    }
    if combinations > TRIES {
        return Reach::Open;
    }
    let (mut ever, mut always) = (false, names.is_empty());
    for number in 0..combinations {
        let mut rest = number;
        let mut trial = Trial { answers: HashMap::new() };
        for (name, values) in names.iter().zip(&candidates) {
            trial.answers.insert(name, values[rest % values.len()].clone());
            rest /= values.len();
        }
        // In the order of the form: a hidden question has no answer for those behind it.
        for question in form.every_question() {
            if let Some(condition) = conditions.get(&question.id)
                && condition.holds(&trial) != Some(true)
            {
                trial.answers.insert(&question.id, Operand::Missing);
            }
        }
        match expression.holds(&trial) {
            Some(true) => ever = true,
            _ => always = false,
        }
        if ever && !always {
            return Reach::Open;
        }
    }
    match (ever, names.is_empty()) {
        (true, _) => Reach::Always,
        (false, true) => Reach::Never(format!("`{expression}` is never true")),
        (false, false) => Reach::Never(format!("no answer to {} makes `{expression}` true", names.join(", "))),
    }
}

/// Whether numbers are computed, which trying a few values cannot decide.
fn computes(canonical: &str) -> bool {
    let mut bare = String::new();
    let mut quoted = false;
    for letter in canonical.chars() {
        quoted ^= letter == '\'';
        if !quoted {
            bare.push(letter);
        }
    }
    let functions =
        ["sum(", "sum_known(", "abs(", "ceil_div(", "count(", "count_of(", "length(", "words(", "contains("];
    [" + ", " - ", " * ", " / ", " % "].iter().any(|sign| bare.contains(sign))
        || functions.iter().any(|function| bare.contains(function))
}

/// The constants of some expressions.
struct Constants {
    numbers: BTreeSet<i64>,
    texts: BTreeSet<String>,
}

impl Constants {
    fn of<'a>(expressions: impl Iterator<Item = &'a Expression>) -> Self {
        let mut constants = Self { numbers: BTreeSet::new(), texts: BTreeSet::new() };
        for expression in expressions {
            let canonical = expression.to_string();
            for (at, part) in canonical.split('\'').enumerate() {
                if at % 2 == 1 {
                    constants.texts.insert(part.to_owned());
                } else {
                    constants.numbers.extend(numbers(part));
                }
            }
        }
        constants
    }

    /// The values worth trying, `None` for kinds that are not tried.
    fn candidates(&self, question: &Question) -> Option<Vec<Operand<'static>>> {
        let text = |text: &str| Operand::Text(Cow::Owned(text.to_owned()));
        let mut values = vec![Operand::Missing];
        match question.kind {
            QuestionKind::YesNo => values.extend(YES_NO.map(text)),
            QuestionKind::Choice => values.extend(question.choices.iter().flatten().map(|choice| text(&choice.key))),
            QuestionKind::Text | QuestionKind::Words => {
                values.extend(self.texts.iter().map(|held| text(held)));
                values.push(text("\u{0}"));
            }
            QuestionKind::Integer | QuestionKind::Time => {
                let time = question.kind == QuestionKind::Time;
                let min = question.min.unwrap_or(if time { 0 } else { i64::from(i32::MIN) });
                let max = question.max.unwrap_or(if time { 24 * 60 - 1 } else { i64::from(i32::MAX) });
                let near = self.numbers.iter().flat_map(|number| [number - 1, *number, number + 1]);
                let all: BTreeSet<i64> = near.chain([min, min.saturating_add(1), max]).collect();
                // What is outside of the bounds is a warning, not impossible; only what nobody can enter is left out.
                let possible = all.into_iter().filter(|number| !time || (min..=max).contains(number));
                values.extend(possible.map(Operand::Int));
            }
            _ => return None,
        }
        Some(values)
    }
}

/// Whole numbers and times of a text without quotes.
fn numbers(text: &str) -> impl Iterator<Item = i64> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, ':' | '_' | '.' | '$' | '@'))).filter_map(
        |token| match token.split_once(':') {
            Some((hours, minutes)) => Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?),
            None => token.parse().ok(),
        },
    )
}

struct Trial<'a> {
    answers: HashMap<&'a str, Operand<'static>>,
}

impl Source for Trial<'_> {
    fn answer(&self, name: &str) -> Operand<'_> {
        self.answers.get(name).cloned().unwrap_or(Operand::Missing)
    }

    fn prefix(&self, _: &str) -> Vec<Operand<'_>> {
        Vec::new()
    }

    fn parameter(&self, _: &str) -> Operand<'_> {
        Operand::Missing
    }
}
