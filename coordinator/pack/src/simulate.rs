//! Station days that never happened: sealed records as they will travel, to train the dictionary on and to measure with.
//!
//! What repeats in real uploads repeats here (form ids, question ids, answer keys, station keys, field numbers, the
//! envelope), and what does not is random (keys, hashes, signatures, times, numbers), so that the dictionary does not
//! learn noise. The generator is seeded: the same pack and seed give the same bytes.

use kuager_wire::SigningKey;
use kuager_wire::cose;
use kuager_wire::form::{Form, Question, QuestionKind, YES_NO};
use kuager_wire::ids::{BootId, DeploymentId, PackHash, RecordHash};
use kuager_wire::pack::Pack;
use kuager_wire::record::{Answers, Body, ClockReading, FormRef, Record, RecordKind, Value};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Where and when the days are simulated. Any place and any time would do, but they are part of what the dictionary
/// learns from: other numbers make other packs of the same sources.
const MIDNIGHT_MS: i64 = 1_679_184_000_000;
const SOUTH_WEST: (i64, i64) = (400_000_000, 500_000_000);
const EXTENT: (u64, u64) = (150_000_000, 350_000_000);

/// Numbers that follow from a seed. SplitMix64 and no other generator, and `%` and no better way to stay below a bound: both
/// are in the bytes of every pack built so far, and the same source must always give the same bytes.
#[derive(Debug, Clone)]
struct Random(SplitMix64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(SplitMix64::seed_from_u64(seed))
    }

    /// A number below a bound that is not 0.
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(from.len()).ok()?.max(1));
        from.get(usize::try_from(at).ok()?)
    }

    fn small(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).unwrap_or(0)
    }
}

/// An observer who fills the pack's forms with plausible answers and seals them into one chain.
#[derive(Debug, Clone)]
pub struct SimulatedObserver<'a> {
    pack: &'a Pack,
    hash: PackHash,
    deployment: DeploymentId,
    key: SigningKey,
    station: Option<String>,
    boot_id: BootId,
    monotonic_ms: u64,
    seq: u64,
    prev: RecordHash,
    random: Random,
}

impl<'a> SimulatedObserver<'a> {
    /// An observer at a random station; key, station and answers follow from the seed.
    #[must_use]
    pub fn new(pack: &'a Pack, hash: PackHash, deployment: DeploymentId, seed: u64) -> Self {
        Self::with(pack, hash, deployment, Random::new(seed))
    }

    fn with(pack: &'a Pack, hash: PackHash, deployment: DeploymentId, mut random: Random) -> Self {
        Self {
            pack,
            hash,
            deployment,
            key: SigningKey::from_bytes(&random.bytes()),
            station: random.pick(&pack.stations).map(|station| station.key.clone()),
            boot_id: BootId(random.bytes()),
            monotonic_ms: random.below(40_000_000),
            seq: 0,
            prev: RecordHash::chain_start(deployment),
            random,
        }
    }

    /// The device's key.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// A day: every form once, turnout forms six times. Further days continue the chain.
    pub fn seal_day(&mut self) -> Vec<Vec<u8>> {
        let mut sealed = Vec::new();
        for form in &self.pack.forms {
            let times = if form.kind == RecordKind::Turnout { 6 } else { 1 };
            // A form with more questions than a record can hold is left out; nobody can answer it on a phone either.
            sealed.extend((0..times).filter_map(|time| self.seal(form, time)));
        }
        sealed
    }

    fn seal(&mut self, form: &Form, time: usize) -> Option<Vec<u8>> {
        self.monotonic_ms += 600_000 + self.random.below(7_000_000);
        let record = Record {
            version: kuager_wire::VERSION,
            kind: form.kind,
            seq: self.seq,
            prev: self.prev,
            clock: ClockReading {
                wall_ms: MIDNIGHT_MS + self.random.small(86_400_000),
                monotonic_ms: self.monotonic_ms,
                boot_id: self.boot_id,
                flags: 0,
            },
            checkpoint: None,
            form: Some(FormRef { pack: self.hash, form: form.id.clone() }),
            station: self.station.clone(),
            body: Body {
                answers: Some(answer(form, time, &mut self.random)),
                language: self.pack.languages.first().cloned(),
                ..Body::default()
            },
            attachments: None,
            supersedes: None,
            location: None,
            training: None,
        };
        let bytes = cose::sign(&record, self.deployment, &self.key).ok()?;
        self.prev = RecordHash::of(&bytes);
        self.seq += 1;
        Some(bytes)
    }
}

/// One observer's signed day in a deployment of its own.
#[must_use]
pub fn station_day(pack: &Pack, seed: u64) -> Vec<Vec<u8>> {
    let mut random = Random::new(seed);
    let (hash, deployment) = (PackHash(random.bytes()), DeploymentId(random.bytes()));
    SimulatedObserver::with(pack, hash, deployment, random).seal_day()
}

/// Plausible answers: mostly "yes", most questions answered, turnout growing through the day.
fn answer(form: &Form, time: usize, random: &mut Random) -> Answers {
    answers(&form.questions, time, random)
}

fn answers(questions: &[Question], time: usize, random: &mut Random) -> Answers {
    let mut answers = Answers::default();
    for question in questions {
        let left_out = if question.required == Some(true) { 2 } else { 12 };
        if random.below(100) >= left_out
            && let Some(value) = value(question, time, random)
        {
            answers.insert(question.id.clone(), value);
        }
    }
    answers
}

fn value(question: &Question, time: usize, random: &mut Random) -> Option<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let choices = question.choices.as_deref().unwrap_or_default();
    Some(match question.kind {
        QuestionKind::YesNo => {
            let key = if random.below(100) < 80 { Some(&YES_NO[0]) } else { random.pick(&YES_NO) };
            text(key.unwrap_or(&YES_NO[0]))
        }
        QuestionKind::Choice => {
            // A form filled several times a day has one choice per time.
            let choice =
                if time < choices.len() && random.below(10) > 0 { choices.get(time) } else { random.pick(choices) };
            text(choice.map_or("", |choice| &choice.key))
        }
        QuestionKind::Choices => {
            Value::List(choices.iter().filter(|_| random.below(4) == 0).map(|choice| text(&choice.key)).collect())
        }
        QuestionKind::Time => Value::Int(300 + random.small(180)),
        QuestionKind::Text => text(&format!("{:06}", random.below(1_000_000))),
        QuestionKind::Integer | QuestionKind::Decimal => {
            let min = question.min.unwrap_or(0);
            let room = question.max.unwrap_or(3000).saturating_sub(min).clamp(1, 2500);
            Value::Int(min + random.small(u64::try_from(room).unwrap_or(1)))
        }
        QuestionKind::Date => text(&format!("2026-08-{:02}", 1 + random.below(28))),
        QuestionKind::Location => Value::List(vec![
            Value::Int(SOUTH_WEST.0 + random.small(EXTENT.0)),
            Value::Int(SOUTH_WEST.1 + random.small(EXTENT.1)),
            Value::Int(5 + random.small(60)),
        ]),
        // Hashes are noise to a dictionary; one is enough to show where they stand.
        QuestionKind::Attachment => {
            let hash: [u8; 32] = random.bytes();
            Value::List(vec![Value::Text(data_encoding::HEXLOWER.encode(&hash))])
        }
        QuestionKind::Group => {
            let inner = question.questions.as_deref().unwrap_or_default();
            match &question.repeat {
                None => Value::Group(answers(inner, time, random)),
                Some(repeat) => {
                    let most = u64::from(repeat.max.unwrap_or(4).clamp(1, 4));
                    let entries = 1 + random.below(most);
                    Value::List((0..entries).map(|_| Value::Group(answers(inner, time, random))).collect())
                }
            }
        }
        QuestionKind::Words => {
            let languages = kuager_forms::words::Language::ALL;
            let asked = question.language.as_deref().and_then(kuager_forms::words::Language::from_tag);
            let language = asked.or_else(|| random.pick(languages).copied())?;
            Value::Text(kuager_forms::words::write(random.small(2500), language)?)
        }
        // A calculated value is a number more often than not.
        QuestionKind::Calculate => Value::Int(random.small(2500)),
        QuestionKind::Note => return None,
    })
}
