//! Expressions of all forms, checked where they stand, and then written in the canonical form a pack carries.

use kuager_forms::expression::{
    Expression, ExpressionFault, ExpressionPlace, FormulaError, Function, MessageError, SyntaxFault, TypeFault,
    check_form,
};
use kuager_wire::form::{Carried, CarriedFrom, Form, Question, QuestionKind};

use super::expressions::{FIELDS, FormFile, slot};
use super::reach;
use crate::finding::{Log, Problem};
use crate::suggest::nearest;
use crate::table::File;

/// Checks every expression of every form; what is fine is put in canonical form.
pub(super) fn check(forms: &mut [Form], files: &[FormFile], log: &Log) {
    for (form, held) in forms.iter().zip(files) {
        let file = File { name: &held.name, text: &held.text, log };
        let faults = check_form(form, forms);
        let sound = faults.is_empty();
        for fault in faults {
            let (offset, suggestion) = explain(&fault, form);
            let offset = in_message(&fault, form).unwrap_or(offset);
            let start = held.offsets.get(&fault.place.to_string()).copied();
            let field = match fault.place {
                ExpressionPlace::Question { field, .. } | ExpressionPlace::Relation { field, .. } => field,
                ExpressionPlace::Message { language, .. } => language,
            };
            let error = suggestion.unwrap_or_else(|| without_offset(&fault.error));
            let problem = Problem::Expression { field: field.to_owned(), error };
            file.error(start.map_or(0, |start| start + offset), problem);
        }
        carried(form, forms, file);
        // What cannot be read or decided would be called unreachable for the wrong reason.
        if sound {
            reach::check(form, |owner| held.offsets.get(&owner).copied().unwrap_or_default(), file);
        }
    }
    let orders: Vec<Vec<Option<Vec<String>>>> = forms.iter().map(|form| orders(form, forms)).collect();
    for (form, orders) in forms.iter_mut().zip(orders) {
        for (carried, order) in form.carried.iter_mut().flatten().zip(orders) {
            carried.order = order;
        }
        form.questions.iter_mut().for_each(canonical);
        for relation in form.relations.iter_mut().flatten() {
            put_canonical(&mut relation.holds);
            relation.when.iter_mut().for_each(put_canonical);
        }
    }
}

fn canonical(question: &mut Question) {
    for field in FIELDS {
        slot(question, field).iter_mut().for_each(put_canonical);
    }
    question.questions.iter_mut().flatten().for_each(canonical);
}

/// What cannot be read is reported already.
fn put_canonical(text: &mut String) {
    if let Ok(expression) = Expression::parse(text) {
        *text = expression.to_string();
    }
}

/// Where in the expression, and what to say when there is something better than the error itself.
fn explain(fault: &ExpressionFault<'_>, form: &Form) -> (usize, Option<String>) {
    match &fault.error {
        FormulaError::Syntax(error) => {
            let near = match &error.fault {
                SyntaxFault::UnknownFunction(name) => {
                    nearest(name, Function::ALL.iter().map(|function| function.name()))
                }
                _ => None,
            };
            (error.offset, near.map(|near| format!("{}; did you mean `{near}`?", error.fault)))
        }
        FormulaError::Type(error) => {
            let all = form.every_question();
            let ids = || all.iter().map(|question| question.id.as_str());
            let near = match &error.fault {
                TypeFault::UnknownQuestion(name) => nearest(name, ids()),
                TypeFault::UnknownPrefix(name) => {
                    nearest(name, ids().filter_map(|id| id.split_once('.')).map(|id| id.0))
                }
                TypeFault::UnknownParameter(name) => {
                    let parameters = form.parameters.iter().flat_map(|held| held.iter().map(|(name, _)| name));
                    let carried = form.carried.iter().flatten().map(|carried| carried.name.as_str());
                    nearest(name, parameters.chain(carried))
                }
                TypeFault::ImpossibleKey { key, known } => nearest(key, known.iter().map(String::as_str)),
                _ => None,
            };
            (error.offset, near.map(|near| format!("{}; did you mean `{near}`?", error.fault)))
        }
        FormulaError::Message(error) => match error {
            MessageError::Open(at) | MessageError::Stray(at) | MessageError::Formula(at) => (*at, None),
            MessageError::Expression { at, error } => (at + 1 + error.offset, Some(error.fault.to_string())),
        },
    }
}

/// In a message the checker counts from the brace; the name itself says where it is.
fn in_message(fault: &ExpressionFault<'_>, form: &Form) -> Option<usize> {
    let (ExpressionPlace::Message { id, language }, FormulaError::Type(error)) = (fault.place, &fault.error) else {
        return None;
    };
    let relation = form.relations.iter().flatten().find(|relation| relation.id == id)?;
    match &error.fault {
        TypeFault::UnknownQuestion(name) | TypeFault::UnknownPrefix(name) | TypeFault::UnknownParameter(name) => {
            relation.message.get(language)?.find(name.as_str())
        }
        _ => None,
    }
}

/// The error without "at byte 7", since the column says it better.
fn without_offset(error: &FormulaError) -> String {
    match error {
        FormulaError::Syntax(error) => error.fault.to_string(),
        FormulaError::Type(error) => error.fault.to_string(),
        FormulaError::Message(error) => error.to_string(),
    }
}

/// For every carried answer of a form: the keys by which its records stand in order, where that is a choice.
fn orders(form: &Form, forms: &[Form]) -> Vec<Option<Vec<String>>> {
    let order = |carried: &Carried| {
        let by = forms.iter().find(|other| other.id == carried.form)?.outer_question(carried.by.as_deref()?)?;
        Some(by.choices.as_ref()?.iter().map(|choice| choice.key.clone()).collect())
    };
    form.carried.iter().flatten().map(order).collect()
}

/// Carried answers name another form and questions of it, and go by one that has an order.
fn carried(form: &Form, forms: &[Form], file: File<'_>) {
    for carried in form.carried.iter().flatten() {
        // The name stands on one line of its own in its table.
        let at = file.text.find(&format!("\"{}\"", carried.name)).unwrap_or_default();
        match forms.iter().find(|other| other.id == carried.form) {
            None => {
                let known = forms.iter().map(|form| form.id.as_str());
                file.error(at, Problem::unknown("form", &carried.form, known));
            }
            Some(other) => {
                let with = carried.with.iter().flatten();
                for question in std::iter::once(&carried.question).chain(with).chain(&carried.by) {
                    if other.outer_question(question).is_none() {
                        let known = other.questions.iter().map(|question| question.id.as_str());
                        file.error(at, Problem::unknown("question of that form", question, known));
                    }
                }
                if let Some(problem) = order_problem(carried, form, other) {
                    file.error(at, Problem::Unfit(problem));
                }
            }
        }
    }
}

/// Why the records of a carried answer cannot stand in the order that is asked for.
fn order_problem(carried: &Carried, form: &Form, other: &Form) -> Option<String> {
    let by = carried.by.as_deref()?;
    let ordered = |kind| {
        matches!(kind, QuestionKind::Choice | QuestionKind::Integer | QuestionKind::Decimal)
            || matches!(kind, QuestionKind::Time | QuestionKind::Date)
    };
    let asked = other.outer_question(by)?;
    if !ordered(asked.kind) {
        return Some(format!("`{by}` has no order; name a choice, a number, a time or a date in `by`"));
    }
    if !matches!(carried.from, CarriedFrom::Before | CarriedFrom::After) {
        return None;
    }
    // Which hour this record is for must not depend on what is hidden: phone and coordinator see it alike.
    match form.outer_question(by) {
        Some(own) if own.kind == asked.kind && own.relevant.is_none() => None,
        _ => Some(format!("with `before` or `after` this form must always ask `{by}` itself, as that form does")),
    }
}
