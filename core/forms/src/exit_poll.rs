//! The exit poll: whom to ask, and how answers are kept so that nobody can tell who gave them.
//!
//! Every k-th voter who leaves is asked, from a random start. All who leave are counted. A selected voter becomes a
//! *contact* with a disposition; one who fills in a card drops it, and only the card is typed.
//!
//! A list of cards in the order they came, beside a line of people somebody watched, is no secret vote. So contacts and
//! cards are kept sorted by their content, in the record and in the draft before it: the same people in another order
//! give the same bytes. No answer carries a time; the wave is the only time there is.
//!
//! What this cannot undo: until SQLite reuses them, the store's write-ahead log may hold earlier versions of a draft, in the
//! order they were written. They are encrypted; whoever has the phone *and* its unlocked keystore on the same day could
//! compare them.

use kuager_wire::canonical::TextMap;
use kuager_wire::pack::{ExitPoll, LegalMode};
use kuager_wire::record::{Answers, Value};

/// Why the exit poll cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExitPollError {
    /// The pack has no exit poll.
    #[error("this election has no exit poll")]
    None,
    /// There is no legal ground.
    #[error("the exit poll is off: the pack names no organisation with a notice to the commission")]
    Off,
    /// No such wave.
    #[error("there is no wave {0}")]
    UnknownWave(String),
    /// No such disposition.
    #[error("there is no disposition {0}")]
    UnknownDisposition(String),
    /// A card without a disposition that has one, or the other way round.
    #[error("disposition {code} {}", if *.card { "comes with a card" } else { "comes without a card" })]
    Card {
        /// The disposition.
        code: String,
        /// Whether it has a card.
        card: bool,
    },
    /// What was seen is noted only of people who did not answer.
    #[error("nothing that was seen is noted with disposition {0}")]
    Observed(String),
    /// The draft is not one of a wave.
    #[error("this draft is not a wave that was begun")]
    NotAWave,
}

/// The ground the poll is held on.
///
/// # Errors
/// [`ExitPollError::Off`]; [`ExitPoll::off_reason`] has the words for the observer.
pub fn legal(poll: &ExitPoll) -> Result<&LegalMode, ExitPollError> {
    let complete = |legal: &&LegalMode| !legal.organisation.trim().is_empty() && !legal.notice.trim().is_empty();
    poll.legal.as_ref().filter(complete).ok_or(ExitPollError::Off)
}

/// The answers a wave begins with. `random` gives a number below its argument; the start is 1 to k.
///
/// # Errors
/// [`ExitPollError::Off`], [`ExitPollError::UnknownWave`].
pub fn begin(poll: &ExitPoll, wave: &str, random: &mut dyn FnMut(u32) -> u32) -> Result<Answers, ExitPollError> {
    let legal = legal(poll)?;
    let wave = poll.wave(wave).ok_or_else(|| ExitPollError::UnknownWave(wave.to_owned()))?;
    let interval = poll.interval.max(1);
    let start = 1 + random(interval).min(interval - 1);
    let fields = &poll.fields;
    let mut answers: Answers = [
        (fields.wave.clone(), Value::Text(wave.key.clone())),
        (fields.interval.clone(), Value::Int(i64::from(interval))),
        (fields.start.clone(), Value::Int(i64::from(start))),
        (fields.passed.clone(), Value::Int(0)),
    ]
    .into_iter()
    .collect();
    if let Some(embargo) = &fields.embargo {
        answers.insert(embargo.clone(), Value::Int(legal.embargo_until_ms));
    }
    Ok(answers)
}

fn number(answers: &Answers, field: &str) -> Result<i64, ExitPollError> {
    answers.get(field).and_then(Value::as_int).ok_or(ExitPollError::NotAWave)
}

/// Whether the voter with this number, from 1, is to be asked.
#[must_use]
pub const fn is_selected(number: i64, start: i64, interval: i64) -> bool {
    interval > 0 && number >= start && (number - start) % interval == 0
}

/// Counts voters who left, or takes back a tap too many. Returns whether the last of them is to be asked.
///
/// # Errors
/// [`ExitPollError::NotAWave`].
pub fn pass(poll: &ExitPoll, answers: &mut Answers, voters: i32) -> Result<bool, ExitPollError> {
    let fields = &poll.fields;
    let passed = number(answers, &fields.passed)?.saturating_add(i64::from(voters)).max(0);
    let (start, interval) = (number(answers, &fields.start)?, number(answers, &fields.interval)?);
    answers.insert(fields.passed.clone(), Value::Int(passed));
    Ok(voters > 0 && is_selected(passed, start, interval))
}

/// How many more voters leave before the next one is asked.
///
/// # Errors
/// [`ExitPollError::NotAWave`].
pub fn until_next(poll: &ExitPoll, answers: &Answers) -> Result<i64, ExitPollError> {
    let fields = &poll.fields;
    let (passed, start) = (number(answers, &fields.passed)?, number(answers, &fields.start)?);
    let interval = number(answers, &fields.interval)?.max(1);
    Ok(if passed < start { start - passed } else { interval - (passed - start) % interval })
}

/// Notes how asking a selected voter ended: the disposition, what was seen of somebody who did not answer, and the card of
/// somebody who did.
///
/// # Errors
/// [`ExitPollError`]; nothing is noted then.
pub fn note_contact(
    poll: &ExitPoll,
    answers: &mut Answers,
    code: &str,
    observed: &TextMap<Value>,
    card: Option<Answers>,
) -> Result<(), ExitPollError> {
    let fields = &poll.fields;
    number(answers, &fields.start)?;
    let disposition = poll.disposition(code).ok_or_else(|| ExitPollError::UnknownDisposition(code.to_owned()))?;
    if card.is_some() != (disposition.card == Some(true)) {
        return Err(ExitPollError::Card { code: code.to_owned(), card: disposition.card == Some(true) });
    }
    // Sex and age beside a filled card would make the card traceable.
    if !observed.is_empty() && disposition.observed != Some(true) {
        return Err(ExitPollError::Observed(code.to_owned()));
    }
    let mut contact = observed.clone();
    contact.insert(fields.disposition.clone(), Value::Text(code.to_owned()));
    insert_sorted(answers, &fields.contacts, contact);
    if let Some(card) = card {
        insert_sorted(answers, &fields.cards, card);
    }
    Ok(())
}

/// Puts an entry into a list that is in the order of its content.
fn insert_sorted(answers: &mut Answers, field: &str, entry: TextMap<Value>) {
    let mut list = match answers.remove(field) {
        Some(Value::List(list)) => list,
        _ => Vec::new(),
    };
    let entry = Value::Group(entry);
    let at = list.partition_point(|held| order(held, &entry).is_lt());
    list.insert(at, entry);
    answers.insert(field, Value::List(list));
}

/// An order of answers by nothing but their content.
fn order(left: &Value, right: &Value) -> std::cmp::Ordering {
    let rank = |value: &Value| match value {
        Value::Int(_) => 0,
        Value::Text(_) => 1,
        Value::List(_) => 2,
        Value::Group(_) => 3,
    };
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::List(left), Value::List(right)) => {
            let differing = left.iter().zip(right).map(|(left, right)| order(left, right)).find(|order| order.is_ne());
            differing.unwrap_or_else(|| left.len().cmp(&right.len()))
        }
        (Value::Group(left), Value::Group(right)) => {
            let entries = left.iter().zip(right.iter());
            let mut compared = entries.map(|(left, right)| left.0.cmp(right.0).then_with(|| order(left.1, right.1)));
            compared.find(|order| order.is_ne()).unwrap_or_else(|| left.len().cmp(&right.len()))
        }
        _ => rank(left).cmp(&rank(right)),
    }
}

/// How a wave stands, for the interviewer's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveState {
    /// All who left.
    pub passed: i64,
    /// Voters to be asked so far, by the counter.
    pub selected: i64,
    /// Contacts by disposition, in the order of the pack.
    pub contacts: Vec<(String, usize)>,
    /// Cards.
    pub cards: usize,
}

/// How a wave stands.
///
/// # Errors
/// [`ExitPollError::NotAWave`].
pub fn state(poll: &ExitPoll, answers: &Answers) -> Result<WaveState, ExitPollError> {
    let fields = &poll.fields;
    let (passed, start) = (number(answers, &fields.passed)?, number(answers, &fields.start)?);
    let interval = number(answers, &fields.interval)?.max(1);
    let list = |field: &str| match answers.get(field) {
        Some(Value::List(list)) => list.as_slice(),
        _ => &[],
    };
    let with_code = |code: &str| {
        let code_of = |contact: &&Value| match contact {
            Value::Group(contact) => contact.get(&fields.disposition).and_then(Value::as_text) == Some(code),
            _ => false,
        };
        list(&fields.contacts).iter().filter(code_of).count()
    };
    let contacts = poll.dispositions.iter().map(|disposition| {
        let code = disposition.code.as_str();
        (code.to_owned(), with_code(code))
    });
    Ok(WaveState {
        passed,
        selected: if passed < start { 0 } else { 1 + (passed - start) / interval },
        contacts: contacts.collect(),
        cards: list(&fields.cards).len(),
    })
}

/// Puts the contacts and cards of a draft into the order of their content, whatever order they were typed in.
pub fn settle(poll: &ExitPoll, answers: &mut Answers) {
    for field in [&poll.fields.contacts, &poll.fields.cards] {
        if let Some(Value::List(mut list)) = answers.remove(field) {
            list.sort_by(order);
            answers.insert(field.clone(), Value::List(list));
        }
    }
}
