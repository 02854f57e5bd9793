//! What does not add up, as data: which relation, and what its sentence shows. The sentence is made when somebody reads it, in
//! the language they read.
//!
//! Whoever judges many records keeps a few numbers of each, and says them later in as many languages as there are readers. A
//! value is shown alike in all languages, so it is kept once, however many of the relation's sentences put it in.

use kuager_wire::canonical::TextMap;
use kuager_wire::language;
use kuager_wire::protocol::Relation;
use kuager_wire::record::{Answers, Value};

use super::compiled::{CompiledForm, CompiledRelation};
use super::run::Run;
use super::state::{Standing, standing};
use crate::expression::{Expression, Part, shown};

/// A relation that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its place among those of the form, from 0.
    pub relation: usize,
    /// What its sentences put in, each once, in the order in which they first do.
    pub shown: Vec<String>,
}

/// How the relations of a form come out over some answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failures {
    /// Those that fail, in the form's order.
    pub fail: Vec<Failure>,
    /// How many cannot be decided.
    pub undecided: usize,
    /// How many hold.
    pub hold: usize,
}

impl CompiledForm {
    /// The relations of the form, in its order.
    #[must_use]
    pub fn relation(&self, at: usize) -> Option<&Relation> {
        self.relations.get(at).map(|compiled| &compiled.relation)
    }

    /// How the relations come out, as [`CompiledForm::state`] says it, without sentences.
    #[must_use]
    pub fn failures(&self, answers: &Answers, carried: &TextMap<Value>) -> Failures {
        let run = Run::new(self, answers, carried);
        let mut failures = Failures::default();
        for (relation, compiled) in self.relations.iter().enumerate() {
            match standing(&run, compiled) {
                Standing::Fails => {
                    let view = run.outside();
                    let shown = places(compiled).into_iter().map(|place| shown(place, &view)).collect();
                    failures.fail.push(Failure { relation, shown });
                }
                Standing::Unknown => failures.undecided += 1,
                Standing::Holds => failures.hold += 1,
                Standing::NotJudged => {}
            }
        }
        failures
    }

    /// The sentence of a failure in a language, or in the first of `languages` that has it. `name` gives the words for what the
    /// sentence itself calls by an id.
    #[must_use]
    pub fn sentence(
        &self,
        failure: &Failure,
        language: &str,
        languages: &[String],
        name: impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let compiled = self.relations.get(failure.relation)?;
        let said = |language: &str| compiled.messages.iter().find(|(tag, _)| tag == language);
        let nearest = language::lookup(language, compiled.messages.iter().map(|(tag, _)| tag.as_str())).and_then(said);
        let any = || languages.iter().find_map(|language| said(language));
        let (_, message) = nearest.or_else(any).or(compiled.messages.first())?;
        let places = places(compiled);
        let mut text = String::new();
        for part in message.parts() {
            match part {
                Part::Text(plain) => named(plain, &name, &mut text),
                Part::Value(value) => {
                    let at = places.iter().position(|place| *place == value);
                    text.push_str(at.and_then(|at| failure.shown.get(at)).map_or("", String::as_str));
                }
            }
        }
        Some(text)
    }
}

/// What the sentences of a relation put in, each once.
fn places(compiled: &CompiledRelation) -> Vec<&Expression> {
    let mut places = Vec::new();
    for part in compiled.messages.iter().flat_map(|(_, message)| message.parts()) {
        if let Part::Value(value) = part
            && !places.contains(&value)
        {
            places.push(value);
        }
    }
    places
}

/// Plain text of a sentence with words in the place of ids. A relation that a pack repeats for every line of a paper calls the
/// line by its id, which nobody can read off the paper.
fn named(plain: &str, name: impl Fn(&str) -> Option<String>, text: &mut String) {
    let belongs = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    let mut rest = plain;
    while let Some(start) = rest.find(belongs) {
        let (before, from) = rest.split_at(start);
        let token = &from[..from.find(|character| !belongs(character)).unwrap_or(from.len())];
        // A full stop ends the sentence; it is of no id.
        let id = token.trim_end_matches('.');
        text.push_str(before);
        match Some(id).filter(|id| !id.is_empty()).and_then(&name) {
            Some(words) => text.push_str(&words),
            None => text.push_str(id),
        }
        text.push_str(&token[id.len()..]);
        rest = &from[token.len()..];
    }
    text.push_str(rest);
}
