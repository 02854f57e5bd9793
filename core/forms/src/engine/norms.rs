//! Whether norms were kept, as far as the answers to the questions that rest on them say it.
//!
//! A question can say so when it rests on a norm ([`Question::law`]) and the form knows which answer is the problem: the one that opens
//! an incident, which is "no" where the form says nothing else. In a checklist "no" is the problem of every question that is answered
//! yes or no, also where the catalogue has no incident for it (`docs/packs.md`). Elsewhere such a question only records a fact: that
//! somebody handed in no act breaks no law.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Question, QuestionKind};
use kuager_wire::record::{Answers, RecordKind, Value};

use super::compiled::{CompiledForm, Node};
use super::run::{Place, Run};

/// What an answer says of the norms that its question rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compliance {
    /// They were kept, as far as the observer saw.
    Kept,
    /// They were not.
    Broken,
    /// The observer has not seen it, it does not apply, or it cannot be decided.
    Unseen,
}

impl CompiledForm {
    /// The questions that say whether norms were kept, in the order of the form. Those of repeat groups are not among them.
    pub fn norms(&self) -> impl Iterator<Item = &Question> {
        self.norm_nodes().map(|(_, node)| &node.question)
    }

    /// What the answers say, for each of [`CompiledForm::norms`]; nothing where it was not answered, or not asked.
    #[must_use]
    pub fn compliance(&self, answers: &Answers, carried: &TextMap<Value>) -> Vec<Option<Compliance>> {
        let run = Run::new(self, answers, carried);
        self.norm_nodes().map(|(node, compiled)| compliance(&run, Place { node, entry: 0 }, compiled)).collect()
    }

    fn norm_nodes(&self) -> impl Iterator<Item = (usize, &Node)> {
        let checklist = self.form.kind == RecordKind::Checklist;
        self.nodes.iter().enumerate().filter(move |(_, node)| {
            let question = &node.question;
            let opens = question.opens.as_ref().is_some_and(|opens| !opens.is_empty());
            question.law.as_ref().is_some_and(|law| !law.trim().is_empty())
                && node.repeat.is_none()
                && (node.opens_when.is_some() || question.kind == QuestionKind::YesNo && (opens || checklist))
        })
    }
}

fn compliance(run: &Run<'_>, place: Place, node: &Node) -> Option<Compliance> {
    // What does not fit the question is no answer to it.
    let value = run.value(place).filter(|value| node.question.check(value).is_ok())?;
    let said = value.as_text().filter(|_| node.question.kind == QuestionKind::YesNo);
    if matches!(said, Some("not_seen" | "not_applicable")) {
        return Some(Compliance::Unseen);
    }
    Some(match &node.opens_when {
        Some(condition) => match run.judge(condition, &run.view(place)) {
            Some(true) => Compliance::Broken,
            Some(false) => Compliance::Kept,
            None => Compliance::Unseen,
        },
        None if said == Some("no") => Compliance::Broken,
        None => Compliance::Kept,
    })
}
