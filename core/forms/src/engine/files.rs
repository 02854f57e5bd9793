//! Files as answers: which question of a form a photo, a film or a sound belongs to.
//!
//! The label of an attachment is the place of the question, written as [`Path`] is: `question`, or `group[entry].question`
//! in a repeat group, entries from 1. One file may have several labels and then answers several questions. A record does not
//! repeat the files among its answers: the labels say it all, so whoever judges a record puts them in with [`with_files`].

use std::collections::BTreeMap;

use kuager_wire::form::{Form, Question, QuestionKind};
use kuager_wire::record::{Answers, Attachment, AttachmentRole, Value};

use crate::path::Path;

use super::places::groups_of;

/// The repeat group around a question, and the entry.
type Entry<'a> = Option<(&'a str, usize)>;

fn path(entry: Entry<'_>, question: &str) -> Path {
    Path { group: entry.map(|(group, number)| (group.to_owned(), number)), question: question.to_owned() }
}

/// The answers with the files of a draft or a record as the answers to the questions they are labelled with, which is what
/// the logic of a form sees. What was answered otherwise stays, and so does a file whose entry is not there.
#[must_use]
pub fn with_files(form: &Form, answers: &Answers, files: &[Attachment]) -> Answers {
    let mut seen = answers.clone();
    let mut labelled: BTreeMap<Path, Vec<Value>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.role == AttachmentRole::Original) {
        let Some(label) = file.label.as_deref() else { continue };
        let hashes = labelled.entry(Path::read(label)).or_default();
        let hash = Value::Text(file.hash.to_string());
        if !hashes.contains(&hash) {
            hashes.push(hash);
        }
    }
    if !labelled.is_empty() {
        put_in(&form.questions, None, &mut seen, &mut labelled);
    }
    seen
}

fn put_in(questions: &[Question], entry: Entry<'_>, answers: &mut Answers, labelled: &mut BTreeMap<Path, Vec<Value>>) {
    for question in questions {
        let inner = question.questions.as_deref().unwrap_or_default();
        match question.kind {
            QuestionKind::Attachment if answers.get(&question.id).is_none_or(Value::is_blank) => {
                if let Some(hashes) = labelled.remove(&path(entry, &question.id)) {
                    answers.insert(question.id.clone(), Value::List(hashes));
                }
            }
            QuestionKind::Group if question.repeat.is_some() => {
                let Some(Value::List(mut entries)) = answers.remove(&question.id) else { continue };
                for (number, one) in entries.iter_mut().enumerate() {
                    if let Value::Group(one) = one {
                        put_in(inner, Some((&question.id, number)), one, labelled);
                    }
                }
                answers.insert(question.id.clone(), Value::List(entries));
            }
            QuestionKind::Group => {
                let (mut group, stood) = match answers.remove(&question.id) {
                    Some(Value::Group(group)) => (group, true),
                    _ => (Answers::default(), false),
                };
                put_in(inner, entry, &mut group, labelled);
                if stood || !group.is_empty() {
                    answers.insert(question.id.clone(), Value::Group(group));
                }
            }
            _ => {}
        }
    }
}

/// Takes out of `sealed` what [`with_files`] has put into it: `given` are the answers as they were entered.
pub fn without_files(form: &Form, sealed: &mut Answers, given: &Answers) {
    take_out(&form.questions, sealed, given);
}

fn take_out(questions: &[Question], sealed: &mut Answers, given: &Answers) {
    let nothing = Answers::default();
    for question in questions {
        let inner = question.questions.as_deref().unwrap_or_default();
        match question.kind {
            QuestionKind::Attachment if given.get(&question.id).is_none_or(Value::is_blank) => {
                sealed.remove(&question.id);
            }
            QuestionKind::Group => match sealed.remove(&question.id) {
                Some(Value::Group(mut group)) => {
                    let given = as_group(given.get(&question.id)).unwrap_or(&nothing);
                    take_out(inner, &mut group, given);
                    if !group.is_empty() {
                        sealed.insert(question.id.clone(), Value::Group(group));
                    }
                }
                Some(Value::List(mut entries)) => {
                    let given = as_list(given.get(&question.id));
                    for (number, one) in entries.iter_mut().enumerate() {
                        if let Value::Group(one) = one {
                            take_out(inner, one, as_group(given.get(number)).unwrap_or(&nothing));
                        }
                    }
                    sealed.insert(question.id.clone(), Value::List(entries));
                }
                Some(other) => drop(sealed.insert(question.id.clone(), other)),
                None => {}
            },
            _ => {}
        }
    }
}

fn as_group(value: Option<&Value>) -> Option<&Answers> {
    if let Some(Value::Group(group)) = value { Some(group) } else { None }
}

fn as_list(value: Option<&Value>) -> &[Value] {
    if let Some(Value::List(list)) = value { list } else { &[] }
}

/// Whether a form asks for files within repeat groups, so that files have to follow entries.
fn asks_in_entries(questions: &[Question], repeated: bool) -> bool {
    questions.iter().any(|question| {
        let repeated = repeated || question.repeat.is_some();
        (repeated && question.kind == QuestionKind::Attachment)
            || asks_in_entries(question.questions.as_deref().unwrap_or_default(), repeated)
    })
}

/// The label of a file that somebody attaches to `question`, the bare id of a question in a repeat group: the only entry
/// there is. Anything else is a label already.
#[must_use]
pub fn label_of(form: &Form, answers: &Answers, label: &str) -> String {
    let only = || {
        let groups = groups_of(form, label)?;
        let repeat = groups.iter().find(|group| group.repeat.is_some())?;
        (entries(form, answers, &repeat.id).len() == 1).then(|| path(Some((&repeat.id, 0)), label).to_string())
    };
    only().unwrap_or_else(|| label.to_owned())
}

/// Where the entries of repeat groups went: by group, the new number of each former entry, `None` for one that is gone.
pub type Moves = BTreeMap<String, Vec<Option<usize>>>;

/// One entry taken out; those after it move up.
#[must_use]
pub fn removal(form: &Form, before: &Answers, group: &str, entry: usize) -> Moves {
    let moved = |number: usize| (number != entry).then(|| number - usize::from(number > entry));
    Moves::from([(group.to_owned(), (0..entries(form, before, group).len()).map(moved).collect())])
}

/// Where entries went when somebody set a whole group. An entry that is found again unchanged is the same; of the others,
/// one that has its place still was edited there; where no fewer are left than there were, the rest are paired in their order.
#[must_use]
pub fn moves(form: &Form, before: &Answers, after: &Answers) -> Moves {
    let mut moves = Moves::new();
    if !asks_in_entries(&form.questions, false) {
        return moves;
    }
    for group in form.every_question().into_iter().filter(|question| question.repeat.is_some()) {
        let (before, after) = (entries(form, before, &group.id), entries(form, after, &group.id));
        if before != after {
            moves.insert(group.id.clone(), paired(before, after));
        }
    }
    moves
}

/// Where an entry went, given its former number and the places that no other has taken.
type Rule<'r> = dyn Fn(usize, &[bool]) -> Option<usize> + 'r;

fn paired(before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    let mut to = vec![None; before.len()];
    let mut free = vec![true; after.len()];
    let in_place = |from: usize, _: &[bool]| (after.get(from) == before.get(from)).then_some(from);
    let elsewhere =
        |from: usize, free: &[bool]| (0..after.len()).find(|at| free[*at] && after.get(*at) == before.get(from));
    let edited = |from: usize, _: &[bool]| Some(from);
    let left = |_: usize, free: &[bool]| free.iter().position(|free| *free).filter(|_| before.len() <= after.len());
    let rules: [&Rule<'_>; 4] = [&in_place, &elsewhere, &edited, &left];
    for rule in rules {
        for (from, to) in to.iter_mut().enumerate().filter(|(_, to)| to.is_none()) {
            *to = rule(from, &free).filter(|at| free.get(*at) == Some(&true));
            if let Some(at) = *to {
                free[at] = false;
            }
        }
    }
    to
}

/// The entries of a repeat group.
fn entries<'a>(form: &Form, answers: &'a Answers, group: &str) -> &'a [Value] {
    let Some(above) = groups_of(form, group) else { return &[] };
    let mut within = answers;
    for plain in above {
        match as_group(within.get(&plain.id)) {
            Some(group) => within = group,
            None => return &[],
        }
    }
    as_list(within.get(group))
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
