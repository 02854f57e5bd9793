//! What people at the desk read on the photos of protocols, and what that comes to, field by field.
//!
//! Two people type a protocol from its photos without seeing the observer's numbers or each other's. What both read is *agreed*;
//! where they differ, a third types it, too, and two of three agree; where that does not help, somebody who has not typed it
//! settles the field. Of one person the first reading of a record counts: who could type until it fits would not be a second
//! reader. Acts of somebody who did not sign in are all of one person.
//!
//! What is agreed is compared with what the observer signed. Neither is changed: a difference is shown as one.

use std::collections::{BTreeMap, HashMap, HashSet};

use kuager_wire::desk::{Act, DeskEntry, FieldFinding};
use kuager_wire::form::{Form, Question, QuestionKind};
use kuager_wire::ids::{EntryHash, MediaHash, PersonId, RecordHash};
use kuager_wire::record::{Answers, Value};

/// People who type one protocol at most before somebody has to settle what is left.
pub const READERS: usize = 3;

/// What one person read in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// This; nothing where the paper has nothing.
    Value(Option<Value>),
    /// It cannot be read.
    Unreadable,
}

/// What all people together come to about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Fewer than two have read it.
    Open,
    /// The paper says this; nothing where it has nothing.
    Agreed(Option<Value>),
    /// People read it differently.
    Disputed,
    /// It cannot be read.
    Unreadable,
}

/// Where the reading of a whole protocol stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nobody has read it.
    Unread,
    /// One person has.
    Once,
    /// Two have, and differ: a third is asked.
    Third,
    /// Nobody else is asked; somebody has to settle what is left.
    Unsettled,
    /// Every field is agreed, or cannot be read.
    Done,
}

/// One field, as everybody read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The question that reads it.
    pub question: String,
    /// What each reader read, in the order in which they did.
    pub reads: Vec<Read>,
    /// What they come to.
    pub finding: Finding,
    /// The entry by which it was settled, if it was.
    pub settled: Option<EntryHash>,
}

/// One person's reading of a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    entry: EntryHash,
    by: Option<PersonId>,
    pages: Vec<MediaHash>,
    answers: Answers,
    unreadable: HashSet<String>,
}

impl Reading {
    fn read(&self, question: &str) -> Read {
        if self.unreadable.contains(question) {
            return Read::Unreadable;
        }
        Read::Value(self.answers.get(question).cloned())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Settlement {
    entry: EntryHash,
    by: Option<PersonId>,
    finding: FieldFinding,
    value: Option<Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Protocol {
    readings: Vec<Reading>,
    /// Of each question, in the order of the journal.
    settlements: BTreeMap<String, Vec<Settlement>>,
    /// Pictures for which another one was asked.
    asked: HashSet<MediaHash>,
}

/// Everything that was read so far. A fold over the desk's journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    protocols: HashMap<RecordHash, Protocol>,
}

impl Readings {
    /// Takes in the next entry of the journal. Returns the record that it changes something about.
    pub fn add(&mut self, hash: EntryHash, entry: &DeskEntry) -> Option<RecordHash> {
        let by = entry.by;
        match &entry.act {
            Act::Transcription { record, pages, answers, unreadable } => {
                let protocol = self.protocols.entry(*record).or_default();
                if protocol.readings.len() >= READERS || protocol.has_read(by) {
                    return None;
                }
                let unreadable = unreadable.iter().flatten().cloned().collect();
                let (pages, answers) = (pages.clone(), answers.clone());
                protocol.readings.push(Reading { entry: hash, by, pages, answers, unreadable });
                Some(*record)
            }
            Act::Settlement { record, question, finding, value, .. } => {
                let protocol = self.protocols.entry(*record).or_default();
                let settlement = Settlement { entry: hash, by, finding: *finding, value: value.clone() };
                protocol.settlements.entry(question.clone()).or_default().push(settlement);
                Some(*record)
            }
            Act::Retake { record, media, .. } => {
                self.protocols.entry(*record).or_default().asked.insert(*media);
                Some(*record)
            }
            _ => None,
        }
    }

    /// What is known of each of these fields of a record, in their order.
    #[must_use]
    pub fn fields<'q>(&self, record: RecordHash, questions: impl IntoIterator<Item = &'q str>) -> Vec<Field> {
        let none = Protocol::default();
        let protocol = self.protocols.get(&record).unwrap_or(&none);
        questions.into_iter().map(|question| protocol.field(question)).collect()
    }

    /// Where the reading of a record stands, if these are the fields to read.
    #[must_use]
    pub fn stage<'q>(&self, record: RecordHash, questions: impl IntoIterator<Item = &'q str>) -> Stage {
        let Some(protocol) = self.protocols.get(&record) else { return Stage::Unread };
        match protocol.readings.len() {
            0 => return Stage::Unread,
            1 => return Stage::Once,
            _ => {}
        }
        let open = questions
            .into_iter()
            .any(|question| matches!(protocol.field(question).finding, Finding::Disputed | Finding::Open));
        match (open, protocol.readings.len() < READERS) {
            (false, _) => Stage::Done,
            (true, true) => Stage::Third,
            (true, false) => Stage::Unsettled,
        }
    }

    /// Whether this person may still read a record: has not read it, and did not settle anything of it.
    #[must_use]
    pub fn may_read(&self, record: RecordHash, person: Option<PersonId>) -> bool {
        self.protocols.get(&record).is_none_or(|protocol| {
            let settled = protocol.settlements.values().flatten().any(|settlement| settlement.by == person);
            !protocol.has_read(person) && !settled
        })
    }

    /// Whether what this person settles of a record counts: only who has not read it can settle.
    #[must_use]
    pub fn may_settle(&self, record: RecordHash, person: Option<PersonId>) -> bool {
        self.protocols.get(&record).is_none_or(|protocol| !protocol.has_read(person))
    }

    /// The entries by which a record was read, in order.
    #[must_use]
    pub fn entries(&self, record: RecordHash) -> Vec<EntryHash> {
        let readings = self.protocols.get(&record).map(|protocol| protocol.readings.as_slice()).unwrap_or_default();
        readings.iter().map(|reading| reading.entry).collect()
    }

    /// Whether another picture was asked for in the place of this one.
    #[must_use]
    pub fn was_asked_again(&self, record: RecordHash, page: MediaHash) -> bool {
        self.protocols.get(&record).is_some_and(|protocol| protocol.asked.contains(&page))
    }

    /// The pictures that the first reader was shown.
    #[must_use]
    pub fn pages(&self, record: RecordHash) -> &[MediaHash] {
        let reading = self.protocols.get(&record).and_then(|protocol| protocol.readings.first());
        reading.map(|reading| reading.pages.as_slice()).unwrap_or_default()
    }
}

impl Protocol {
    fn has_read(&self, person: Option<PersonId>) -> bool {
        self.readings.iter().any(|reading| reading.by == person)
    }

    fn field(&self, question: &str) -> Field {
        let reads: Vec<Read> = self.readings.iter().map(|reading| reading.read(question)).collect();
        let settled =
            self.settlements.get(question).and_then(|all| all.iter().rev().find(|one| !self.has_read(one.by)));
        let finding = match settled {
            Some(settled) => match settled.finding {
                FieldFinding::Agreed => Finding::Agreed(settled.value.clone()),
                FieldFinding::Disputed => Finding::Disputed,
                FieldFinding::Unreadable => Finding::Unreadable,
            },
            None => found(&reads),
        };
        Field { question: question.to_owned(), reads, finding, settled: settled.map(|settled| settled.entry) }
    }
}

/// What two people read alike is what the paper says.
fn found(reads: &[Read]) -> Finding {
    if reads.len() < 2 {
        return Finding::Open;
    }
    let twice =
        reads.iter().enumerate().find(|(at, read)| reads.iter().skip(at.saturating_add(1)).any(|other| other == *read));
    match twice {
        Some((_, Read::Value(value))) => Finding::Agreed(value.clone()),
        Some((_, Read::Unreadable)) => Finding::Unreadable,
        None => Finding::Disputed,
    }
}

/// The questions of a protocol's form that people read on its photos: every line of the paper, in order, which annex it names, and which
/// copy it is, as far as they are numbers, texts or choices. None for a form that is not read from a paper.
#[must_use]
pub fn questions(form: &Form) -> Vec<&Question> {
    let Some(template) = &form.template else { return Vec::new() };
    let lines = template.lines.iter().map(|line| line.question.as_str());
    let paper = [&template.annex_question, &template.copy].into_iter().flatten().map(String::as_str);
    let typed = |question: &&Question| {
        matches!(question.kind, QuestionKind::Integer | QuestionKind::Text | QuestionKind::Choice)
    };
    lines.chain(paper).filter_map(|question| form.question(question)).filter(typed).collect()
}

/// Where what was agreed differs from what the observer signed: the questions, in order, with both values.
#[must_use]
pub fn differences<'f>(
    fields: &'f [Field],
    signed: &'f Answers,
) -> Vec<(&'f str, Option<&'f Value>, Option<&'f Value>)> {
    let agreed = fields.iter().filter_map(|field| match &field.finding {
        Finding::Agreed(value) => Some((field.question.as_str(), value.as_ref())),
        _ => None,
    });
    agreed
        .map(|(question, read)| (question, read, signed.get(question)))
        .filter(|(_, read, signed)| read != signed)
        .collect()
}

/// The record that this person should read next, of those given with where they stand, in the order of their arrival: first what two have read
/// differently, then what one has read, then what nobody has.
#[must_use]
pub fn next(
    readings: &Readings,
    person: Option<PersonId>,
    records: impl IntoIterator<Item = (RecordHash, Stage)>,
) -> Option<RecordHash> {
    let mut best: Option<(Stage, RecordHash)> = None;
    for (record, stage) in records {
        if !readings.may_read(record, person) {
            continue;
        }
        if matches!(stage, Stage::Unread | Stage::Once | Stage::Third) && best.is_none_or(|(before, _)| stage > before)
        {
            best = Some((stage, record));
        }
        if stage == Stage::Third {
            break;
        }
    }
    best.map(|(_, record)| record)
}

#[cfg(test)]
mod tests;
