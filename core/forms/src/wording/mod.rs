//! Answers in words: how people read what a record keeps as a number, a key or a list. Every page, printed act and message
//! that shows an answer asks here, so that no two of them say it differently.
//!
//! What it says is for people and is never signed; records keep the values themselves. Words come from the pack, or from
//! whoever shows them where a pack has none ([`Wording::with_yes_no`]); a key without words is shown as it is.

mod plain;

use kuager_wire::form::{Question, QuestionKind, YES_NO};
use kuager_wire::pack::Pack;
use kuager_wire::record::{Answers, Value};

use crate::path::Path;

pub use self::plain::{BLANK, decimal, degrees, moment, number, number_of, position, time_of_day, zone};

/// Speaks one language with the words of one pack, or with none where a record's pack is not known.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    pack: Option<&'a Pack>,
    language: &'a str,
    yes_no: Option<[&'a str; 4]>,
}

/// An answer with what it answers, groups taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The groups it stands in, the outermost first.
    pub groups: Vec<Heading<'a>>,
    /// Its id.
    pub id: &'a str,
    /// The question; absent where the form asks no such thing.
    pub question: Option<&'a Question>,
    /// What was asked.
    pub label: &'a str,
    /// The answer.
    pub answer: String,
}

/// A group above an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub label: &'a str,
    /// Which of several entries, from 1.
    pub entry: Option<usize>,
}

impl Line<'_> {
    /// What was asked with the names of the groups before it, for where lines stand by themselves.
    #[must_use]
    pub fn heading(&self) -> String {
        heading(&self.groups, self.label)
    }

    /// Whether this is the id of the question or of a group it stands in.
    #[must_use]
    pub fn is_within(&self, id: &str) -> bool {
        self.id == id || self.groups.iter().any(|group| group.id == id)
    }
}

/// What is asked, behind the names of the groups it stands in.
fn heading(groups: &[Heading<'_>], label: &str) -> String {
    let mut heading = String::new();
    for group in groups {
        heading.push_str(group.label);
        heading.push_str(" · ");
        if let Some(entry) = group.entry {
            heading.push_str(&format!("{entry} · "));
        }
    }
    heading.push_str(label);
    heading
}

impl<'a> Wording<'a> {
    /// Wording with the texts of a pack in a language, or in the first of the pack's languages that has them.
    #[must_use]
    pub const fn new(pack: Option<&'a Pack>, language: &'a str) -> Self {
        Self { pack, language, yes_no: None }
    }

    /// With words for the answers of [`YES_NO`], in that order, instead of those of the pack's act.
    #[must_use]
    pub const fn with_yes_no(self, words: [&'a str; 4]) -> Self {
        Self { yes_no: Some(words), ..self }
    }

    /// What is asked, or the question's id where the pack has no words for it.
    #[must_use]
    pub fn label<'t>(&self, question: &'t Question) -> &'t str
    where
        'a: 't,
    {
        let text = self.pack.map_or("", |pack| pack.text(&question.text, self.language));
        if text.is_empty() { &question.id } else { text }
    }

    /// The label of a file in words, as [`Line::heading`] says them: the question it answers, and the entry of a repeat group. A
    /// label that names no question of these is said as it is.
    #[must_use]
    pub fn place(&self, questions: &[Question], label: &str) -> String {
        let path = Path::read(label);
        self.found(&[], questions, &path, false).unwrap_or_else(|| label.to_owned())
    }

    /// Where a question stands, in words. Its repeat group, where the path has one, must be among those around it.
    fn found(&self, groups: &[Heading<'_>], questions: &[Question], path: &Path, within: bool) -> Option<String> {
        let wanted = |within: bool, question: &Question| question.id == path.question && within == path.group.is_some();
        questions.iter().find_map(|question| {
            if wanted(within, question) {
                return Some(heading(groups, self.label(question)));
            }
            let entry = path.group.as_ref().filter(|(group, _)| *group == question.id && question.repeat.is_some());
            let entry = entry.map(|(_, number)| number + 1);
            let group = Heading { id: &question.id, label: self.label(question), entry };
            let inner = question.questions.as_deref()?;
            self.found(&[groups, &[group]].concat(), inner, path, within || entry.is_some())
        })
    }

    /// Every answer in the order of the questions; what they do not ask comes last, under its bare id.
    #[must_use]
    pub fn lines<'t>(&self, questions: &'t [Question], answers: &'t Answers) -> Vec<Line<'t>>
    where
        'a: 't,
    {
        let mut lines = Vec::new();
        self.answered(&[], questions, answers, &mut lines);
        lines
    }

    fn answered<'t>(
        &self,
        groups: &[Heading<'t>],
        questions: &'t [Question],
        answers: &'t Answers,
        lines: &mut Vec<Line<'t>>,
    ) where
        'a: 't,
    {
        for question in questions {
            if let Some(value) = answers.get(&question.id) {
                self.taken_apart(groups, question, value, lines);
            }
        }
        let asked = |id: &str| questions.iter().any(|question| question.id == id);
        for (id, value) in answers.iter().filter(|(id, _)| !asked(id)) {
            lines.push(Line { groups: groups.to_vec(), id, question: None, label: id, answer: bare(value) });
        }
    }

    fn taken_apart<'t>(
        &self,
        groups: &[Heading<'t>],
        question: &'t Question,
        value: &'t Value,
        lines: &mut Vec<Line<'t>>,
    ) where
        'a: 't,
    {
        let label = self.label(question);
        let inner = question.questions.as_deref().unwrap_or_default();
        let within = |entry| [groups, &[Heading { id: &question.id, label, entry }]].concat();
        let line = |answer| Line { groups: groups.to_vec(), id: &question.id, question: Some(question), label, answer };
        match value {
            Value::Group(group) => self.answered(&within(None), inner, group, lines),
            Value::List(entries) if entries.iter().any(is_group) => {
                for (number, entry) in (1..).zip(entries) {
                    match entry {
                        Value::Group(group) => self.answered(&within(Some(number)), inner, group, lines),
                        other => lines.push(line(bare(other))),
                    }
                }
            }
            value => lines.push(line(self.answer(question, value))),
        }
    }

    /// One answer in one line.
    #[must_use]
    pub fn answer(&self, question: &Question, value: &Value) -> String {
        if value.is_blank() {
            return BLANK.to_owned();
        }
        match (question.kind, value) {
            (_, Value::Int(number)) => number_of(question, *number),
            // A condition that is computed is sealed as yes or no.
            (QuestionKind::YesNo | QuestionKind::Calculate, Value::Text(key)) => self.yes_no(key).to_owned(),
            (_, Value::Text(key)) => self.choice(question, key).to_owned(),
            (QuestionKind::Attachment, Value::List(files)) => format!("{} ×", files.len()),
            (QuestionKind::Location, Value::List(parts)) => match parts.as_slice() {
                [Value::Int(lat), Value::Int(lon), Value::Int(radius)] => position(*lat, *lon, *radius),
                _ => bare(value),
            },
            (_, Value::List(values)) => {
                let each = values.iter().map(|value| match value {
                    Value::Group(_) => format!("({})", self.answer(question, value)),
                    single => self.answer(question, single),
                });
                each.collect::<Vec<_>>().join(", ")
            }
            (_, Value::Group(group)) => {
                let lines = self.lines(question.questions.as_deref().unwrap_or_default(), group);
                lines.iter().map(|line| format!("{}: {}", line.heading(), line.answer)).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// The words of a choice, or its key.
    fn choice<'t>(&self, question: &'t Question, key: &'t str) -> &'t str
    where
        'a: 't,
    {
        let choice = question.choices.iter().flatten().find(|choice| choice.key == key);
        let text = choice.zip(self.pack).map(|(choice, pack)| pack.text(&choice.text, self.language));
        text.filter(|text| !text.is_empty()).unwrap_or(key)
    }

    /// The words of yes, no, not seen, not applicable; anything else is its own word.
    fn yes_no<'t>(&self, key: &'t str) -> &'t str
    where
        'a: 't,
    {
        let Some(place) = YES_NO.iter().position(|known| *known == key) else { return key };
        let of_act = || {
            let pack = self.pack?;
            Some(pack.text(pack.act.as_ref()?.texts.get(key)?, self.language))
        };
        let words = self.yes_no.map(|words| words[place]).or_else(of_act);
        words.filter(|words| !words.is_empty()).unwrap_or(key)
    }
}

const fn is_group(value: &Value) -> bool {
    matches!(value, Value::Group(_))
}

/// An answer whose question is not known.
#[must_use]
pub fn bare(value: &Value) -> String {
    match value {
        _ if value.is_blank() => BLANK.to_owned(),
        Value::Int(value) => number(*value),
        Value::Text(text) => text.clone(),
        Value::List(values) => values.iter().map(bare).collect::<Vec<_>>().join(", "),
        Value::Group(group) => {
            let entries: Vec<_> = group.iter().map(|(id, value)| format!("{id} = {}", bare(value))).collect();
            format!("({})", entries.join(", "))
        }
    }
}
