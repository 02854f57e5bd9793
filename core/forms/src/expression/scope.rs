//! Which names the expressions of a form may use, and a check of all of them at once.

use super::error::SyntaxError;
use super::formula::Expression;
use super::message::{Message, MessageError, Part};
use super::types::{Scalar, Scope, Symbol, Type, TypeError, TypeFault};
use kuager_wire::form::{CarriedFrom, Choice, Form, Parameter, Question, QuestionKind, YES_NO};

/// The names of a form, seen from a place in it.
#[derive(Debug, Clone, Copy)]
pub struct FormScope<'a> {
    form: &'a Form,
    /// All forms of the pack, for carried answers.
    forms: &'a [Form],
    /// The repeat group the expression stands in.
    group: Option<&'a str>,
    /// The question whose answer is judged.
    this: Option<&'a Question>,
    /// The choices being filtered.
    choices: Option<&'a [Choice]>,
}

impl<'a> FormScope<'a> {
    /// The names at the outermost level of a form, and in its relations.
    #[must_use]
    pub const fn new(form: &'a Form, forms: &'a [Form]) -> Self {
        Self { form, forms, group: None, this: None, choices: None }
    }

    /// The names seen by the expressions of a question, without `this` and `@name`.
    #[must_use]
    pub fn at(self, question: &str) -> Self {
        let holds = |group: &&Question| group.questions.iter().flatten().any(|inner| inner.id == question);
        let group = self.form.every_question().into_iter().filter(|outer| outer.repeat.is_some()).find(holds);
        Self { group: group.map(|group| group.id.as_str()), ..self }
    }

    /// With `this` as the answer to a question.
    #[must_use]
    pub const fn with_this(self, question: &'a Question) -> Self {
        Self { this: Some(question), ..self }
    }

    /// With the attributes of these choices.
    #[must_use]
    pub const fn with_choices(self, choices: &'a [Choice]) -> Self {
        Self { choices: Some(choices), ..self }
    }

    /// A question and the repeat group it is in.
    fn find(&self, name: &str) -> Option<(&'a Question, Option<&'a str>)> {
        fn walk<'a>(
            questions: &'a [Question],
            group: Option<&'a str>,
            name: &str,
        ) -> Option<(&'a Question, Option<&'a str>)> {
            questions.iter().find_map(|question| {
                if question.id == name {
                    return Some((question, group));
                }
                let inner = if question.repeat.is_some() { Some(question.id.as_str()) } else { group };
                walk(question.questions.as_deref().unwrap_or_default(), inner, name)
            })
        }
        walk(&self.form.questions, None, name)
    }

    fn seen(&self, question: &Question, group: Option<&str>) -> Option<Symbol> {
        let symbol = symbol(question)?;
        // From outside, a question of a repeat group is the list of its answers.
        if group.is_some() && group != self.group {
            let (Type::One(scalar) | Type::List(scalar)) = symbol.kind;
            return Some(Symbol { kind: Type::List(scalar), ..symbol });
        }
        Some(symbol)
    }
}

fn symbol(question: &Question) -> Option<Symbol> {
    let keys = || Some(question.choices.iter().flatten().map(|choice| choice.key.clone()).collect());
    Some(match question.kind {
        QuestionKind::YesNo => Symbol { kind: Type::One(Scalar::Text), keys: Some(YES_NO.map(str::to_owned).into()) },
        QuestionKind::Choice => Symbol { kind: Type::One(Scalar::Text), keys: keys() },
        QuestionKind::Choices => Symbol { kind: Type::List(Scalar::Text), keys: keys() },
        QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Time => Type::One(Scalar::Int).into(),
        QuestionKind::Text | QuestionKind::Words => Type::One(Scalar::Text).into(),
        QuestionKind::Date => Type::One(Scalar::Date).into(),
        QuestionKind::Location => Type::List(Scalar::Int).into(),
        QuestionKind::Attachment => Type::List(Scalar::Text).into(),
        // Only to be counted.
        QuestionKind::Group if question.repeat.is_some() => Type::List(Scalar::Bool).into(),
        QuestionKind::Group | QuestionKind::Note => return None,
        // Its own formula says; a condition is sealed as yes or no.
        QuestionKind::Calculate => return None,
    })
}

/// How far formulas may refer to formulas before they are taken to go in a circle.
const FORMULA_DEPTH: usize = 16;

impl FormScope<'_> {
    fn calculated(&self, question: &Question, depth: usize) -> Option<Type> {
        let formula = Expression::parse(question.calculate.as_deref()?).ok()?;
        let at = Nested { scope: self.at(&question.id), depth: depth + 1 };
        Some(match formula.check(&at).ok()? {
            Type::One(Scalar::Bool) => Type::One(Scalar::Text),
            kind => kind,
        })
    }

    fn question_at(&self, name: &str, depth: usize) -> Option<Symbol> {
        let (question, group) = self.find(name)?;
        if question.kind == QuestionKind::Calculate {
            let kind = if depth < FORMULA_DEPTH { self.calculated(question, depth)? } else { return None };
            let outside = group.is_some() && group != self.group;
            return Some(match kind {
                Type::One(scalar) if outside => Type::List(scalar).into(),
                kind => kind.into(),
            });
        }
        self.seen(question, group)
    }
}

/// The scope of a formula that another formula refers to.
struct Nested<'a> {
    scope: FormScope<'a>,
    depth: usize,
}

impl Scope for Nested<'_> {
    fn question(&self, name: &str) -> Option<Symbol> {
        self.scope.question_at(name, self.depth)
    }
    fn prefix(&self, prefix: &str) -> Vec<Symbol> {
        self.scope.prefix(prefix)
    }
    fn parameter(&self, name: &str) -> Option<Symbol> {
        self.scope.parameter(name)
    }
    fn attribute(&self, name: &str) -> Option<Symbol> {
        self.scope.attribute(name)
    }
    fn this(&self) -> Option<Symbol> {
        self.scope.this()
    }
}

/// Whether a question's id begins with a prefix and a dot.
pub(super) fn under_prefix(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
}

impl Scope for FormScope<'_> {
    fn question(&self, name: &str) -> Option<Symbol> {
        self.question_at(name, 0)
    }

    fn prefix(&self, prefix: &str) -> Vec<Symbol> {
        let all = self.form.every_question();
        let under = all.into_iter().filter(|question| under_prefix(&question.id, prefix));
        under.filter(|question| question.kind.is_gathered()).filter_map(symbol).collect()
    }

    fn parameter(&self, name: &str) -> Option<Symbol> {
        if let Some(parameter) = self.form.parameters.as_ref().and_then(|parameters| parameters.get(name)) {
            return Some(match parameter {
                Parameter::Int(_) => Type::One(Scalar::Int).into(),
                Parameter::Bool(_) => Type::One(Scalar::Bool).into(),
                Parameter::Text(_) => Type::One(Scalar::Text).into(),
            });
        }
        let carried = self.form.carried.iter().flatten().find(|carried| carried.name == name)?;
        let form = self.forms.iter().find(|form| form.id == carried.form)?;
        let symbol = symbol(form.outer_question(&carried.question)?)?;
        Some(match (carried.from, symbol.kind) {
            (CarriedFrom::All, Type::One(scalar)) => Symbol { kind: Type::List(scalar), ..symbol },
            _ => symbol,
        })
    }

    fn attribute(&self, name: &str) -> Option<Symbol> {
        let has = |choice: &Choice| choice.attributes.as_ref().is_some_and(|held| held.get(name).is_some());
        self.choices?.iter().any(has).then(|| Type::One(Scalar::Text).into())
    }

    fn this(&self) -> Option<Symbol> {
        self.this.and_then(symbol)
    }
}

/// Where in a form an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressionPlace<'a> {
    /// A field of a question.
    Question {
        /// The question's id.
        id: &'a str,
        /// The field's name in pack sources.
        field: &'static str,
    },
    /// A field of a relation.
    Relation {
        /// The relation's id.
        id: &'a str,
        /// The field's name in pack sources.
        field: &'static str,
    },
    /// The message of a relation.
    Message {
        /// The relation's id.
        id: &'a str,
        /// The language.
        language: &'a str,
    },
}

impl std::fmt::Display for ExpressionPlace<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Question { id, field } => write!(formatter, "question {id}, {field}"),
            Self::Relation { id, field } => write!(formatter, "relation {id}, {field}"),
            Self::Message { id, language } => write!(formatter, "relation {id}, message in {language}"),
        }
    }
}

/// What is wrong with an expression or a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    /// It cannot be read.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// It can never make sense in this form.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// The message cannot be read.
    #[error(transparent)]
    Message(#[from] MessageError),
}

/// An expression of a form that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {error}")]
pub struct ExpressionFault<'a> {
    /// Where it stands.
    pub place: ExpressionPlace<'a>,
    /// What is wrong.
    pub error: FormulaError,
}

/// Every expression of a form with its place, messages left out.
#[must_use]
pub fn form_expressions(form: &Form) -> Vec<(ExpressionPlace<'_>, &str)> {
    let mut found = Vec::new();
    for question in form.every_question() {
        for (field, text) in fields(question) {
            found.push((ExpressionPlace::Question { id: &question.id, field }, text));
        }
    }
    for relation in form.relations.iter().flatten() {
        let id = relation.id.as_str();
        found.push((ExpressionPlace::Relation { id, field: "holds" }, &relation.holds));
        if let Some(when) = &relation.when {
            found.push((ExpressionPlace::Relation { id, field: "when" }, when));
        }
    }
    found
}

fn fields(question: &Question) -> impl Iterator<Item = (&'static str, &str)> {
    [
        ("relevant", &question.relevant),
        ("required_if", &question.required_if),
        ("constraint", &question.constraint),
        ("default", &question.default),
        ("calculate", &question.calculate),
        ("choice_filter", &question.choice_filter),
        ("opens_when", &question.opens_when),
    ]
    .into_iter()
    .filter_map(|(field, text)| Some((field, text.as_deref()?)))
}

/// Checks every expression and message of a form; `forms` are all forms of the pack. Reports everything, not only the
/// first.
#[must_use]
pub fn check_form<'a>(form: &'a Form, forms: &'a [Form]) -> Vec<ExpressionFault<'a>> {
    let mut faults = Vec::new();
    let scope = FormScope::new(form, forms);
    let mut note = |place, result: Result<(), FormulaError>| {
        if let Err(error) = result {
            faults.push(ExpressionFault { place, error });
        }
    };
    for question in form.every_question() {
        for (field, text) in fields(question) {
            note(ExpressionPlace::Question { id: &question.id, field }, check_field(question, field, text, scope));
        }
    }
    for relation in form.relations.iter().flatten() {
        let id = relation.id.as_str();
        note(ExpressionPlace::Relation { id, field: "holds" }, condition(&relation.holds, &scope));
        if let Some(when) = &relation.when {
            note(ExpressionPlace::Relation { id, field: "when" }, condition(when, &scope));
        }
        for (language, text) in relation.message.iter() {
            note(ExpressionPlace::Message { id, language }, check_message(text, &scope));
        }
    }
    faults
}

fn condition(text: &str, scope: &dyn Scope) -> Result<(), FormulaError> {
    Ok(Expression::parse(text)?.check_condition(scope)?)
}

fn check_message(text: &str, scope: &dyn Scope) -> Result<(), FormulaError> {
    for part in Message::parse(text)?.parts() {
        if let Part::Value(value) = part {
            value.check(scope)?;
        }
    }
    Ok(())
}

fn check_field(question: &Question, field: &str, text: &str, scope: FormScope<'_>) -> Result<(), FormulaError> {
    let here = scope.at(&question.id);
    match field {
        "constraint" => condition(text, &here.with_this(question)),
        "choice_filter" => condition(text, &here.with_choices(question.choices.as_deref().unwrap_or_default())),
        "default" => {
            let expression = Expression::parse(text)?;
            let found = expression.check(&here)?;
            match symbol(question) {
                Some(symbol) if symbol.kind != found => {
                    let fault = TypeFault::Expected { expected: "a value the question takes", found };
                    Err(TypeError { offset: 0, fault }.into())
                }
                _ => Ok(()),
            }
        }
        "calculate" => {
            let found = Expression::parse(text)?.check(&here)?;
            let single = matches!(found, Type::One(_));
            let fault = TypeFault::Expected { expected: "a single value", found };
            single.then_some(()).ok_or_else(|| TypeError { offset: 0, fault }.into())
        }
        _ => condition(text, &here),
    }
}
