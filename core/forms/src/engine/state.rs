//! How a form stands over the answers given so far: what to ask, in order, and what to remind of.

use crate::path::Path;
use crate::words::{self, Language};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Choice, Question, QuestionKind, Texts};
use kuager_wire::language;
use kuager_wire::protocol::Severity;
use kuager_wire::record::{Answers, Check, Value, Verdict};

use super::compiled::{CompiledForm, CompiledRelation};
use super::run::{Place, Run, compute};

/// A question that is asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Where it stands.
    pub path: Path,
    /// The question, without the questions of a group; those follow.
    pub question: &'a Question,
    /// An answer is expected.
    pub required: bool,
    /// The answer, or the value computed.
    pub value: Option<Value>,
    /// The choices offered now.
    pub choices: Option<Vec<&'a Choice>>,
}

/// Something to remind the observer of. It never blocks sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder<'a> {
    /// The question.
    pub path: Path,
    /// What about it.
    pub kind: ReminderKind<'a>,
}

/// What a reminder is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderKind<'a> {
    /// The constraint does not hold; the text says why, where the form has one.
    Constraint(Option<&'a Texts>),
    /// What was chosen is not offered any more.
    NotOffered,
    /// The number in words cannot be read; compare it with the paper.
    UnreadableWords,
    /// Fewer entries, choices or files than expected.
    TooFew(u32),
}

/// How a relation comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It is not about these answers.
    NotJudged,
    /// Something is missing, or cannot be computed.
    Unknown,
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
}

/// A relation and how it comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationState<'a> {
    /// Its id.
    pub id: &'a str,
    /// How much a failure says.
    pub severity: Severity,
    /// How it comes out.
    pub standing: Standing,
    /// For a failure: what does not add up, with the numbers, in the observer's language.
    pub message: Option<String>,
    /// The incident a failure may be reported as.
    pub incident: Option<&'a str>,
    /// The norm it rests on.
    pub law: Option<&'a str>,
}

/// How a form stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormState<'a> {
    /// The questions that are asked now, in order.
    pub asked: Vec<Asked<'a>>,
    /// Required questions without an answer, in order.
    pub missing: Vec<Path>,
    /// What to remind of, in the order of the questions.
    pub reminders: Vec<Reminder<'a>>,
    /// What must add up.
    pub relations: Vec<RelationState<'a>>,
    /// Incidents to suggest: those that answers open, then those of relations that fail; each once.
    pub incidents: Vec<&'a str>,
    /// Questions that hold an answer and are hidden; it stays in the draft and out of the record.
    pub set_aside: Vec<Path>,
}

impl FormState<'_> {
    /// Relations that fail or cannot be decided, as a record carries them.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let verdict = |standing| match standing {
            Standing::Fails => Some(Verdict::Fails),
            Standing::Unknown => Some(Verdict::Unknown),
            Standing::Holds | Standing::NotJudged => None,
        };
        let judged = self.relations.iter().filter_map(|relation| Some((relation.id, verdict(relation.standing)?)));
        judged.map(|(relation, verdict)| Check { relation: relation.to_owned(), verdict }).collect()
    }
}

impl CompiledForm {
    /// How the form stands. `carried` are the answers of earlier records, see [`super::carried`]; messages are in
    /// `language`, see [`language::lookup`], or in the first of `languages` that has them.
    #[must_use]
    pub fn state<'a>(
        &'a self,
        answers: &Answers,
        carried: &TextMap<Value>,
        language: &str,
        languages: &[String],
    ) -> FormState<'a> {
        let run = Run::new(self, answers, carried);
        let mut state = FormState {
            asked: Vec::new(),
            missing: Vec::new(),
            reminders: Vec::new(),
            relations: Vec::new(),
            incidents: Vec::new(),
            set_aside: Vec::new(),
        };
        self.each_place(&run, &mut |place| self.look(&run, place, &mut state));
        state.relations = self.relations.iter().map(|relation| judge(&run, relation, language, languages)).collect();
        let failed = state.relations.iter().filter(|relation| relation.standing == Standing::Fails);
        for code in failed.filter_map(|relation| relation.incident) {
            if !state.incidents.contains(&code) {
                state.incidents.push(code);
            }
        }
        state
    }

    /// The answers as they are sealed: of visible questions only, with what is computed.
    #[must_use]
    pub fn sealed(&self, answers: &Answers, carried: &TextMap<Value>) -> Answers {
        let run = Run::new(self, answers, carried);
        let roots = (0..self.nodes.len()).filter(|node| self.nodes[*node].parent.is_none());
        let mut sealed = Answers::default();
        for node in roots {
            if let Some(value) = self.sealed_value(&run, Place { node, entry: 0 }) {
                sealed.insert(self.nodes[node].question.id.clone(), value);
            }
        }
        sealed
    }

    fn sealed_value(&self, run: &Run<'_>, place: Place) -> Option<Value> {
        let node = &self.nodes[place.node];
        if node.question.kind != QuestionKind::Group {
            let value = run.value(place)?.into_owned();
            return Some(if node.question.kind == QuestionKind::Choices {
                in_order(&node.question, value)
            } else {
                value
            });
        }
        if !run.visible(place) {
            return None;
        }
        let inner: Vec<usize> =
            (0..self.nodes.len()).filter(|inner| self.nodes[*inner].parent == Some(place.node)).collect();
        let entry_of = |entry: usize| -> Answers {
            let values = inner.iter().filter_map(|node| {
                let value = self.sealed_value(run, Place { node: *node, entry })?;
                Some((self.nodes[*node].question.id.clone(), value))
            });
            values.collect()
        };
        if node.is_repeat() {
            let entries: Vec<Value> = (0..run.entries(place.node)).map(|entry| Value::Group(entry_of(entry))).collect();
            return (!entries.is_empty()).then_some(Value::List(entries));
        }
        let group = entry_of(place.entry);
        (!group.is_empty()).then_some(Value::Group(group))
    }

    /// The answers a new draft begins with.
    #[must_use]
    pub fn defaults(&self, carried: &TextMap<Value>) -> Answers {
        let mut answers = Answers::default();
        for (node, compiled) in self.nodes.iter().enumerate().filter(|(_, node)| node.repeat.is_none()) {
            if let Some(value) = self.default_of(node, &answers, carried) {
                put(&mut answers, &self.groups_above(node, None), &compiled.question.id, value);
            }
        }
        answers
    }

    /// The answers a new entry of a repeat group begins with, beside the answers given so far.
    #[must_use]
    pub fn entry_defaults(&self, group: &str, answers: &Answers, carried: &TextMap<Value>) -> Answers {
        let mut entry = Answers::default();
        let Some(repeat) = self.names.get(group).copied().filter(|node| self.nodes[*node].is_repeat()) else {
            return entry;
        };
        for (node, compiled) in self.nodes.iter().enumerate().filter(|(_, node)| node.repeat == Some(repeat)) {
            if let Some(value) = self.default_of(node, answers, carried) {
                put(&mut entry, &self.groups_above(node, Some(repeat)), &compiled.question.id, value);
            }
        }
        entry
    }

    /// The default of a question over what is known when its form, or its entry, is new.
    fn default_of(&self, node: usize, answers: &Answers, carried: &TextMap<Value>) -> Option<Value> {
        let compiled = &self.nodes[node];
        let run = Run::new(self, answers, carried);
        let place = Place { node: compiled.repeat.unwrap_or(node), entry: 0 };
        compute(&run, compiled.default.as_ref()?, place).filter(|value| compiled.question.check(value).is_ok())
    }

    /// Ids of the groups a question is in, the outermost first, from below `top`.
    fn groups_above(&self, node: usize, top: Option<usize>) -> Vec<&str> {
        let parents = std::iter::successors(self.nodes[node].parent, |parent| self.nodes[*parent].parent);
        let mut ids: Vec<&str> = parents
            .take_while(|parent| Some(*parent) != top)
            .map(|parent| self.nodes[parent].question.id.as_str())
            .collect();
        ids.reverse();
        ids
    }

    /// Visits every question in the order of the form, the questions of a repeat group once per entry.
    fn each_place(&self, run: &Run<'_>, visit: &mut dyn FnMut(Place)) {
        let mut node = 0;
        while node < self.nodes.len() {
            visit(Place { node, entry: 0 });
            node += 1;
            if self.nodes[node - 1].is_repeat() {
                let inside = self.nodes[node..].iter().take_while(|inner| inner.repeat == Some(node - 1)).count();
                for entry in 0..run.entries(node - 1) {
                    (node..node + inside).for_each(|node| visit(Place { node, entry }));
                }
                node += inside;
            }
        }
    }

    fn look<'a>(&'a self, run: &Run<'_>, place: Place, state: &mut FormState<'a>) {
        let node = &self.nodes[place.node];
        let question = &node.question;
        let path = || Path {
            group: node.repeat.map(|repeat| (self.nodes[repeat].question.id.clone(), place.entry)),
            question: question.id.clone(),
        };
        if !run.visible(place) {
            if run.raw(place).is_some() {
                state.set_aside.push(path());
            }
            return;
        }
        let view = run.view(place);
        let value = run.value(place).map(std::borrow::Cow::into_owned);
        let required = question.required == Some(true)
            || node.required_if.as_ref().is_some_and(|required_if| run.judge(required_if, &view) == Some(true));
        if required && value.is_none() && !matches!(question.kind, QuestionKind::Note | QuestionKind::Calculate) {
            state.missing.push(path());
        }
        let choices = self.offered(run, place);
        for kind in self.reminders(run, place, value.as_ref(), choices.as_deref()) {
            state.reminders.push(Reminder { path: path(), kind });
        }
        let opens = match &node.opens_when {
            Some(condition) => run.judge(condition, &view) == Some(true),
            None => value.as_ref().and_then(Value::as_text) == Some("no"),
        };
        for code in question.opens.iter().flatten().filter(|_| opens).map(String::as_str) {
            if !state.incidents.contains(&code) {
                state.incidents.push(code);
            }
        }
        state.asked.push(Asked { path: path(), question, required, value, choices });
    }

    fn offered<'a>(&'a self, run: &Run<'_>, place: Place) -> Option<Vec<&'a Choice>> {
        let node = &self.nodes[place.node];
        let choices = node.question.choices.as_ref()?;
        let offered = |choice: &&Choice| {
            node.choice_filter.as_ref().is_none_or(|filter| {
                let mut view = run.view(place);
                view.choice = Some(choice);
                run.judge(filter, &view) == Some(true)
            })
        };
        Some(choices.iter().filter(offered).collect())
    }

    fn reminders<'a>(
        &'a self,
        run: &Run<'_>,
        place: Place,
        value: Option<&Value>,
        choices: Option<&[&Choice]>,
    ) -> Vec<ReminderKind<'a>> {
        let node = &self.nodes[place.node];
        let question = &node.question;
        let mut kinds = Vec::new();
        if let (Some(constraint), Some(_)) = (&node.constraint, value) {
            let mut view = run.view(place);
            view.this = value;
            if run.judge(constraint, &view) == Some(false) {
                kinds.push(ReminderKind::Constraint(question.constraint_text.as_ref()));
            }
        }
        let gone = |key: &Value| {
            key.as_text().is_some_and(|key| !choices.iter().copied().flatten().any(|choice| choice.key == key))
        };
        let not_offered = match (choices, value) {
            (Some(_), Some(Value::List(keys))) => keys.iter().any(gone),
            (Some(_), Some(key)) => gone(key),
            _ => false,
        };
        if not_offered {
            kinds.push(ReminderKind::NotOffered);
        }
        if let (QuestionKind::Words, Some(text)) = (question.kind, value.and_then(Value::as_text)) {
            let language = question.language.as_deref().and_then(Language::from_tag);
            let number = language.map_or_else(|| words::parse_any(text), |language| words::parse(text, language).ok());
            if number.is_none() {
                kinds.push(ReminderKind::UnreadableWords);
            }
        }
        if let Some(few) = too_few(question, value) {
            kinds.push(ReminderKind::TooFew(few));
        }
        kinds
    }
}

/// Puts an answer into the groups it belongs in.
fn put(answers: &mut Answers, groups: &[&str], id: &str, value: Value) {
    let Some((group, inner)) = groups.split_first() else {
        answers.insert(id, value);
        return;
    };
    let mut held = match answers.remove(group) {
        Some(Value::Group(held)) => held,
        _ => Answers::default(),
    };
    put(&mut held, inner, id, value);
    answers.insert(*group, Value::Group(held));
}

/// Choices in the order of the form: in which order they were tapped says nothing.
fn in_order(question: &Question, value: Value) -> Value {
    let Value::List(mut keys) = value else { return value };
    let place = |key: &Value| question.choices.iter().flatten().position(|choice| key.as_text() == Some(&choice.key));
    keys.sort_by_key(place);
    Value::List(keys)
}

/// The number of entries, choices or files expected, when there are fewer. Nothing at all is a matter of `required`,
/// except for a group that must have entries.
fn too_few(question: &Question, value: Option<&Value>) -> Option<u32> {
    let (min, none_counts) = match question.kind {
        QuestionKind::Group => (question.repeat?.min?, true),
        QuestionKind::Choices | QuestionKind::Attachment => (u32::try_from(question.min?).ok()?, false),
        _ => return None,
    };
    let count = match value {
        Some(Value::List(list)) => list.len(),
        _ if none_counts => 0,
        _ => return None,
    };
    (count < usize::try_from(min).unwrap_or(usize::MAX)).then_some(min)
}

fn judge<'a>(run: &Run<'_>, compiled: &'a CompiledRelation, wanted: &str, languages: &[String]) -> RelationState<'a> {
    let relation = &compiled.relation;
    let view = run.outside();
    let applies = compiled.when.as_ref().map_or(Some(true), |when| run.judge(when, &view));
    let standing = match applies {
        Some(true) => match run.judge(&compiled.holds, &view) {
            Some(true) => Standing::Holds,
            Some(false) => Standing::Fails,
            None => Standing::Unknown,
        },
        Some(false) => Standing::NotJudged,
        None => Standing::Unknown,
    };
    let message = (standing == Standing::Fails).then(|| {
        let said = |language: &str| compiled.messages.iter().find(|(tag, _)| tag == language);
        let found = language::lookup(wanted, compiled.messages.iter().map(|(tag, _)| tag.as_str())).and_then(said);
        found
            .or_else(|| languages.iter().find_map(|language| said(language)))
            .or(compiled.messages.first())
            .map(|(_, message)| message.render(&view))
    });
    RelationState {
        id: &relation.id,
        severity: relation.severity,
        standing,
        message: message.flatten(),
        incident: relation.incident.as_deref(),
        law: relation.law.as_deref(),
    }
}
