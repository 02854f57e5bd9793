//! A form made ready: expressions read once, names found without searching.

use std::collections::HashMap;

use crate::expression::{Expression, Message, MessageError, SyntaxError};
use kuager_wire::form::{Form, Question, QuestionKind};
use kuager_wire::protocol::Relation;

/// A form that cannot be interpreted. A pack check finds this before anybody gets the pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// An expression cannot be read.
    #[error("form {form}, {place}: {error}")]
    Expression {
        /// The form.
        form: String,
        /// The question or relation and its field.
        place: String,
        /// What is wrong.
        error: SyntaxError,
    },
    /// A message cannot be read.
    #[error("form {form}, relation {relation}: {error}")]
    Message {
        /// The form.
        form: String,
        /// The relation.
        relation: String,
        /// What is wrong.
        error: MessageError,
    },
    /// A repeat group inside a repeat group.
    #[error("form {form}: the repeat group {group} is inside another one; give it a form of its own")]
    NestedRepeat {
        /// The form.
        form: String,
        /// The inner group.
        group: String,
    },
}

/// One question made ready. Questions refer to one another by their place in [`CompiledForm::nodes`].
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) question: Question,
    /// The group it is in.
    pub(super) parent: Option<usize>,
    /// The repeat group it is in, at any depth.
    pub(super) repeat: Option<usize>,
    pub(super) relevant: Option<Expression>,
    pub(super) constraint: Option<Expression>,
    pub(super) required_if: Option<Expression>,
    pub(super) default: Option<Expression>,
    pub(super) calculate: Option<Expression>,
    pub(super) choice_filter: Option<Expression>,
    pub(super) opens_when: Option<Expression>,
}

impl Node {
    pub(super) fn is_repeat(&self) -> bool {
        self.question.kind == QuestionKind::Group && self.question.repeat.is_some()
    }
}

#[derive(Debug, Clone)]
pub(super) struct CompiledRelation {
    pub(super) relation: Relation,
    pub(super) holds: Expression,
    pub(super) when: Option<Expression>,
    pub(super) messages: Vec<(String, Message)>,
}

/// A form with its expressions read. Make one per form and keep it; everything else is computed from it.
#[derive(Debug, Clone)]
pub struct CompiledForm {
    pub(super) form: Form,
    /// All questions in the order they are asked, a group before its own.
    pub(super) nodes: Vec<Node>,
    pub(super) names: HashMap<String, usize>,
    pub(super) prefixes: HashMap<String, Vec<usize>>,
    pub(super) relations: Vec<CompiledRelation>,
}

impl CompiledForm {
    /// Reads the expressions of a form.
    ///
    /// # Errors
    /// [`FormError`] with the place.
    pub fn new(form: &Form) -> Result<Self, FormError> {
        let mut compiled = Self {
            form: form.clone(),
            nodes: Vec::new(),
            names: HashMap::new(),
            prefixes: HashMap::new(),
            relations: Vec::new(),
        };
        compiled.add(&form.questions, None, None)?;
        for relation in form.relations.iter().flatten() {
            let place = |field| format!("relation {}, {field}", relation.id);
            let message = |error| FormError::Message { form: form.id.clone(), relation: relation.id.clone(), error };
            let mut messages = Vec::new();
            for (language, text) in relation.message.iter() {
                messages.push((language.to_owned(), Message::parse(text).map_err(message)?));
            }
            compiled.relations.push(CompiledRelation {
                relation: relation.clone(),
                holds: read(form, || place("holds"), &relation.holds)?,
                when: relation.when.as_deref().map(|text| read(form, || place("when"), text)).transpose()?,
                messages,
            });
        }
        Ok(compiled)
    }

    fn add(&mut self, questions: &[Question], parent: Option<usize>, repeat: Option<usize>) -> Result<(), FormError> {
        for question in questions {
            let at = self.nodes.len();
            let form = &self.form;
            let optional = |field: &str, text: &Option<String>| {
                let place = || format!("question {}, {field}", question.id);
                text.as_deref().map(|text| read(form, place, text)).transpose()
            };
            let node = Node {
                parent,
                repeat,
                relevant: optional("relevant", &question.relevant)?,
                constraint: optional("constraint", &question.constraint)?,
                required_if: optional("required_if", &question.required_if)?,
                default: optional("default", &question.default)?,
                calculate: optional("calculate", &question.calculate)?,
                choice_filter: optional("choice_filter", &question.choice_filter)?,
                opens_when: optional("opens_when", &question.opens_when)?,
                question: Question { questions: None, ..question.clone() },
            };
            let is_repeat = node.is_repeat();
            if is_repeat && repeat.is_some() {
                return Err(FormError::NestedRepeat { form: form.id.clone(), group: question.id.clone() });
            }
            if question.kind.is_gathered() {
                for (dot, _) in question.id.match_indices('.') {
                    self.prefixes.entry(question.id[..dot].to_owned()).or_default().push(at);
                }
            }
            self.names.insert(question.id.clone(), at);
            self.nodes.push(node);
            let inner = question.questions.as_deref().unwrap_or_default();
            self.add(inner, Some(at), if is_repeat { Some(at) } else { repeat })?;
        }
        Ok(())
    }

    /// The form itself.
    #[must_use]
    pub const fn form(&self) -> &Form {
        &self.form
    }
}

fn read(form: &Form, place: impl Fn() -> String, text: &str) -> Result<Expression, FormError> {
    Expression::parse(text).map_err(|error| FormError::Expression { form: form.id.clone(), place: place(), error })
}
