//! One look at a form: which questions are visible and what expressions see, worked out on demand and remembered.
//!
//! What a hidden question was answered counts as missing everywhere. Whether a question is hidden may depend on other
//! questions, which may be hidden themselves; a circle counts as hidden.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use crate::expression::{Expression, Operand, Source};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Choice, Parameter, QuestionKind};
use kuager_wire::record::{Answers, Value};

use super::compiled::{CompiledForm, Node};
use crate::wording::number_of;

/// Questions that refer to later questions that refer to later ones, two steps each: beyond this, the value counts as
/// missing. What comes before is remembered and takes no steps. Bounded so that no pack exhausts the 512 KiB stack of a
/// phone's background thread.
const MAX_CHAIN: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    Unknown,
    /// Being worked out; met again it is a circle.
    Open,
    Hidden,
    Visible,
}

/// A question, and which entry of the repeat group it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) node: usize,
    pub(super) entry: usize,
}

pub(super) struct Run<'a> {
    pub(super) form: &'a CompiledForm,
    answers: &'a Answers,
    carried: &'a TextMap<Value>,
    /// Where the slots of a question begin; a question in a repeat group has one per entry.
    slots: Vec<usize>,
    sights: Vec<Cell<Sight>>,
    values: RefCell<Vec<Option<Option<Value>>>>,
    chain: Cell<usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(form: &'a CompiledForm, answers: &'a Answers, carried: &'a TextMap<Value>) -> Self {
        let mut slots = Vec::with_capacity(form.nodes.len());
        let mut total = 0;
        for node in &form.nodes {
            slots.push(total);
            total += node.repeat.map_or(1, |repeat| entries(form, answers, repeat));
        }
        Self {
            form,
            answers,
            carried,
            slots,
            sights: vec![Cell::new(Sight::Unknown); total],
            values: RefCell::new(vec![None; total]),
            chain: Cell::new(0),
        }
    }

    pub(super) fn node(&self, place: Place) -> &'a Node {
        &self.form.nodes[place.node]
    }

    /// Entries of a repeat group.
    pub(super) fn entries(&self, group: usize) -> usize {
        entries(self.form, self.answers, group)
    }

    /// What is in the draft, whether visible or not.
    pub(super) fn raw(&self, place: Place) -> Option<&'a Value> {
        raw(self.form, self.answers, place)
    }

    fn slot(&self, place: Place) -> usize {
        self.slots[place.node] + place.entry
    }

    pub(super) fn visible(&self, place: Place) -> bool {
        let sight = &self.sights[self.slot(place)];
        match sight.get() {
            Sight::Visible => return true,
            Sight::Hidden | Sight::Open => return false,
            Sight::Unknown => sight.set(Sight::Open),
        }
        let node = self.node(place);
        let parent = node.parent.is_none_or(|parent| {
            let entry = if self.form.nodes[parent].repeat.is_some() { place.entry } else { 0 };
            self.visible(Place { node: parent, entry })
        });
        let visible = parent
            && node.relevant.as_ref().is_none_or(|relevant| self.judge(relevant, &self.view(place)) == Some(true));
        sight.set(if visible { Sight::Visible } else { Sight::Hidden });
        visible
    }

    /// The answer or the computed value, if the question is visible and it is not blank.
    pub(super) fn value(&self, place: Place) -> Option<Cow<'a, Value>> {
        if !self.visible(place) {
            return None;
        }
        let node = self.node(place);
        match &node.calculate {
            Some(calculate) if node.question.kind == QuestionKind::Calculate => {
                self.calculated(place, calculate).map(Cow::Owned)
            }
            _ => self.raw(place).filter(|value| !value.is_blank()).map(Cow::Borrowed),
        }
    }

    fn calculated(&self, place: Place, calculate: &Expression) -> Option<Value> {
        let slot = self.slot(place);
        if let Some(known) = &self.values.borrow()[slot] {
            return known.clone();
        }
        // Met again while it is worked out, it is a circle and missing.
        self.values.borrow_mut()[slot] = Some(None);
        let view = self.view(place);
        let value = self.deeper(|| calculate.evaluate(&view).ok().and_then(|value| to_value(&value)))?;
        self.values.borrow_mut()[slot] = Some(value.clone());
        value
    }

    /// Runs a nested evaluation, `None` when the chain is too long.
    fn deeper<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let depth = self.chain.get();
        if depth >= MAX_CHAIN {
            return None;
        }
        self.chain.set(depth + 1);
        let result = work();
        self.chain.set(depth);
        Some(result)
    }

    pub(super) fn judge(&self, expression: &Expression, view: &View<'_, 'a>) -> Option<bool> {
        self.deeper(|| expression.holds(view)).flatten()
    }

    /// What the expressions of a question see.
    pub(super) const fn view(&self, place: Place) -> View<'_, 'a> {
        View { run: self, place: Some(place), this: None, choice: None }
    }

    /// What relations see.
    pub(super) const fn outside(&self) -> View<'_, 'a> {
        View { run: self, place: None, this: None, choice: None }
    }
}

fn entries(form: &CompiledForm, answers: &Answers, group: usize) -> usize {
    match raw(form, answers, Place { node: group, entry: 0 }) {
        Some(Value::List(list)) => list.len(),
        _ => 0,
    }
}

fn raw<'a>(form: &CompiledForm, answers: &'a Answers, place: Place) -> Option<&'a Value> {
    let node = &form.nodes[place.node];
    let Some(parent) = node.parent else { return answers.get(&node.question.id) };
    let within = raw(form, answers, Place { node: parent, entry: place.entry })?;
    let group = match within {
        Value::List(list) => list.get(place.entry)?,
        other => other,
    };
    if let Value::Group(group) = group { group.get(&node.question.id) } else { None }
}

/// The answers as an expression sees them from its place.
pub(super) struct View<'r, 'a> {
    run: &'r Run<'a>,
    place: Option<Place>,
    pub(super) this: Option<&'r Value>,
    pub(super) choice: Option<&'r Choice>,
}

impl View<'_, '_> {
    fn operand(&self, node: usize) -> Operand<'_> {
        let run = self.run;
        let target = &run.form.nodes[node];
        if target.is_repeat() {
            let visible = run.visible(Place { node, entry: 0 });
            let count = if visible { run.entries(node) } else { 0 };
            return Operand::List(vec![Operand::Bool(true); count]);
        }
        let Some(repeat) = target.repeat else { return owned(run.value(Place { node, entry: 0 })) };
        let inside = self.place.filter(|place| run.form.nodes[place.node].repeat == Some(repeat));
        match inside {
            Some(place) => owned(run.value(Place { node, entry: place.entry })),
            None => {
                let places = (0..run.entries(repeat)).map(|entry| Place { node, entry });
                let visible = places.filter(|place| run.visible(*place));
                Operand::List(flat(visible.map(|place| owned(run.value(place)))))
            }
        }
    }
}

/// Lists within lists taken apart, as the type checker takes them.
fn flat<'v>(values: impl Iterator<Item = Operand<'v>>) -> Vec<Operand<'v>> {
    let mut all = Vec::new();
    for value in values {
        match value {
            Operand::List(list) => all.extend(list),
            single => all.push(single),
        }
    }
    all
}

fn owned(value: Option<Cow<'_, Value>>) -> Operand<'_> {
    match value {
        None => Operand::Missing,
        Some(Cow::Borrowed(value)) => to_operand(value),
        Some(Cow::Owned(Value::Int(number))) => Operand::Int(number),
        Some(Cow::Owned(Value::Text(text))) => Operand::Text(Cow::Owned(text)),
        // A formula gives a single value.
        Some(Cow::Owned(_)) => Operand::Missing,
    }
}

fn to_operand(value: &Value) -> Operand<'_> {
    match value {
        Value::Int(number) => Operand::Int(*number),
        Value::Text(text) => Operand::Text(Cow::Borrowed(text)),
        Value::List(list) => Operand::List(list.iter().map(to_operand).collect()),
        Value::Group(_) => Operand::Missing,
    }
}

/// A computed value as it is sealed. A condition becomes yes or no.
fn to_value(value: &Operand<'_>) -> Option<Value> {
    match value {
        Operand::Int(number) => Some(Value::Int(*number)),
        Operand::Text(text) => Some(Value::Text(text.clone().into_owned())),
        Operand::Bool(truth) => Some(Value::from(if *truth { "yes" } else { "no" })),
        Operand::Missing | Operand::List(_) => None,
    }
}

impl Source for View<'_, '_> {
    fn answer(&self, name: &str) -> Operand<'_> {
        self.run
            .form
            .names
            .get(name)
            .map_or(Operand::Missing, |node| self.run.deeper(|| self.operand(*node)).unwrap_or(Operand::Missing))
    }

    fn prefix(&self, prefix: &str) -> Vec<Operand<'_>> {
        let nodes = self.run.form.prefixes.get(prefix).map(Vec::as_slice).unwrap_or_default();
        // What is not asked is not waited for.
        let asked = nodes.iter().filter(|node| {
            self.run.form.nodes[**node].repeat.is_some() || self.run.visible(Place { node: **node, entry: 0 })
        });
        flat(asked.map(|node| self.run.deeper(|| self.operand(*node)).unwrap_or(Operand::Missing)))
    }

    fn parameter(&self, name: &str) -> Operand<'_> {
        let parameters = self.run.form.form.parameters.as_ref();
        match parameters.and_then(|parameters| parameters.get(name)) {
            Some(Parameter::Int(number)) => Operand::Int(*number),
            Some(Parameter::Bool(truth)) => Operand::Bool(*truth),
            Some(Parameter::Text(text)) => Operand::Text(Cow::Borrowed(text)),
            None => self.run.carried.get(name).map_or(Operand::Missing, to_operand),
        }
    }

    fn attribute(&self, name: &str) -> Operand<'_> {
        let attributes = self.choice.and_then(|choice| choice.attributes.as_ref());
        let value = attributes.and_then(|attributes| attributes.get(name));
        value.map_or(Operand::Missing, |value| Operand::Text(Cow::Borrowed(value)))
    }

    fn this(&self) -> Operand<'_> {
        self.this.map_or(Operand::Missing, to_operand)
    }

    fn shown(&self, name: &str) -> Option<String> {
        let node = *self.run.form.names.get(name)?;
        match self.operand(node) {
            Operand::Int(number) => Some(number_of(&self.run.form.nodes[node].question, number)),
            _ => None,
        }
    }
}

/// The value an expression gives over a view, as an answer.
pub(super) fn compute(run: &Run<'_>, expression: &Expression, place: Place) -> Option<Value> {
    let view = run.view(place);
    run.deeper(|| match expression.evaluate(&view).ok()? {
        Operand::List(list) => list.iter().map(to_value).collect::<Option<Vec<_>>>().map(Value::List),
        value => to_value(&value),
    })
    .flatten()
}
