//! A phone that never was: a key, a chain, and the forms of the pack `kz-2026` answered from what happened.

use kuager_wire::SigningKey;
use kuager_wire::cose::{self, StatementError};
use kuager_wire::ids::{BootId, DeploymentId, PackHash, RecordHash};
use kuager_wire::record::{Answers, Attachment, Body, Check, ClockReading, FormRef, Record, RecordKind, Value};

use crate::country::{PARTIES, Place, Truth};

/// The forms that simulated phones answer.
pub(crate) const FORMS: [&str; 6] = ["opening", "voting", "turnout", "count", "protocol-list", "incident"];

/// A simulated phone.
#[derive(Debug, Clone)]
pub(crate) struct Phone {
    key: SigningKey,
    pub(crate) station: String,
    boot: BootId,
    seq: u64,
    prev: Option<RecordHash>,
}

/// What a phone is to seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealing {
    pub(crate) kind: RecordKind,
    pub(crate) form: String,
    pub(crate) answers: Answers,
    /// When, milliseconds since 1970.
    pub(crate) at_ms: u64,
    pub(crate) supersedes: Option<RecordHash>,
    /// Files that go with it.
    pub(crate) attachments: Option<Vec<Attachment>>,
    /// What the phone found not to hold, or could not decide.
    pub(crate) checks: Option<Vec<Check>>,
    /// The language the questions were read in.
    pub(crate) language: String,
}

impl Sealing {
    pub(crate) fn new(kind: RecordKind, form: impl Into<String>, answers: Answers, at_ms: u64) -> Self {
        let (form, language) = (form.into(), "kk".to_owned());
        Self { kind, form, answers, at_ms, supersedes: None, attachments: None, checks: None, language }
    }
}

/// Where a chain is sealed for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct For {
    pub(crate) deployment: DeploymentId,
    pub(crate) pack: PackHash,
    pub(crate) training: bool,
}

impl Phone {
    pub(crate) fn new(seed: [u8; 32], station: &str) -> Self {
        let boot = BootId(std::array::from_fn(|at| seed.get(at).copied().unwrap_or(0) ^ 0x5a));
        Self { key: SigningKey::from_bytes(&seed), station: station.to_owned(), boot, seq: 0, prev: None }
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Seals the next record of the chain.
    pub(crate) fn seal(&mut self, sealing: &Sealing, for_: For) -> Result<Vec<u8>, StatementError> {
        let bytes = self.sign(sealing, for_)?;
        self.seq += 1;
        self.prev = Some(RecordHash::of(&bytes));
        Ok(bytes)
    }

    /// Signs what would be the next record and forgets it, as a phone does that is put back from a copy.
    pub(crate) fn sign(&self, sealing: &Sealing, for_: For) -> Result<Vec<u8>, StatementError> {
        cose::sign(&self.record(sealing, for_), for_.deployment, &self.key)
    }

    /// What would be the next record.
    pub(crate) fn record(&self, sealing: &Sealing, for_: For) -> Record {
        let wall_ms = i64::try_from(sealing.at_ms).unwrap_or(i64::MAX);
        Record {
            version: kuager_wire::VERSION,
            kind: sealing.kind,
            seq: self.seq,
            prev: self.prev.unwrap_or(RecordHash::chain_start(for_.deployment)),
            clock: ClockReading {
                wall_ms,
                monotonic_ms: sealing.at_ms % (20 * 86_400_000),
                boot_id: self.boot,
                flags: 0,
            },
            checkpoint: None,
            form: Some(FormRef { pack: for_.pack, form: sealing.form.clone() }),
            station: Some(self.station.clone()),
            body: Body {
                answers: Some(sealing.answers.clone()),
                language: Some(sealing.language.clone()),
                checks: sealing.checks.clone(),
                ..Body::default()
            },
            attachments: sealing.attachments.clone(),
            supersedes: sealing.supersedes,
            location: None,
            training: for_.training.then_some(true),
        }
    }

    /// Leaves a number out, as a phone does whose record was lost.
    pub(crate) fn lose(&mut self, sealing: &Sealing, for_: For) -> Result<(), StatementError> {
        let bytes = self.sign(sealing, for_)?;
        self.seq += 1;
        self.prev = Some(RecordHash::of(&bytes));
        Ok(())
    }
}

fn number(value: u32) -> Value {
    Value::Int(i64::from(value))
}

fn yes(questions: &[&str]) -> impl Iterator<Item = (String, Value)> {
    questions.iter().map(|question| ((*question).to_owned(), Value::from("yes")))
}

/// The opening, as it should be.
pub(crate) fn opening(place: &Place) -> Answers {
    let mut answers: Answers = yes(&["O01", "O02", "O04", "O05", "O06", "O07", "O08", "O10"]).collect();
    answers.insert("O03", number(7));
    answers.insert("O03.composition", number(7));
    answers.insert("O05.received", number(place.registered + place.registered.div_ceil(100)));
    answers.insert("O06.stationary", number(2));
    answers.insert("O11", number(place.registered));
    answers
}

/// What the commission told at an hour.
pub(crate) fn turnout(hour: u32, told: u32) -> Answers {
    let mut answers = Answers::default();
    answers.insert("hour", Value::Text(hour.to_string()));
    answers.insert("T01", Value::from("yes"));
    answers.insert("told", number(told));
    answers
}

/// A protocol as its paper says.
pub(crate) fn protocol(place: &Place, truth: &Truth) -> Answers {
    let mut answers = Answers::default();
    answers.insert("P01", number(place.registered));
    answers.insert("P02", number(truth.issued()));
    let member = |issued: &u32| {
        Value::Group([("P03.role", Value::from("member")), ("P03.issued", number(*issued))].into_iter().collect())
    };
    answers.insert("P03", Value::List(truth.members.iter().map(member).collect()));
    answers.insert("P04", number(truth.took_part()));
    for (at, votes) in truth.votes.iter().enumerate().take(PARTIES) {
        answers.insert(format!("P05.sample_{}", at + 1), number(*votes));
    }
    answers.insert("P06", number(truth.against));
    answers.insert("P07", number(truth.invalid));
    answers.insert("P08", number(truth.issued() + truth.cancelled));
    answers.insert("P09", number(truth.cancelled));
    answers.insert("P10", number(truth.outside));
    answers.insert("P11", number(truth.absentee));
    answers.insert("copy", Value::from("certified"));
    answers.insert("count_start", number(20 * 60 + 12));
    answers.insert("count_end", number(22 * 60 + 40));
    answers
}

/// An incident with one code.
pub(crate) fn incident(code: &str, minute: u32) -> Answers {
    let mut answers = Answers::default();
    answers.insert("codes", Value::List(vec![Value::from(code)]));
    answers.insert("time", number(minute));
    answers.insert("minutes", number(15));
    answers.insert("place", Value::from("room"));
    answers
}
