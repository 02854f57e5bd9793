//! Waves of an exit poll as records have them: from what interviewers signed to what an estimate is made from.
//!
//! Which of the form's questions counts whom is said by the pack ([`kuager_wire::pack::WaveFields`]). Of a card's questions, the vote is the one whose
//! choices have lines of the ballot; sex is the one with the choices `female` and `male`, age the one whose choices are all bands of age;
//! what the interviewer saw of somebody who did not answer is found the same way among the contact's. Anything else a record says is not looked
//! at. Nothing here knows the time: whoever asks has made sure that the embargo is over ([`crate::embargo`]).

use std::collections::{BTreeMap, BTreeSet};

use kuager_wire::canonical::TextMap;
use kuager_wire::form::Question;
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::{ExitPoll, Pack};
use kuager_wire::record::{Answers, Value};

use crate::estimate::exit_poll::{Age, Card, Contact, Disposition, Input, PolledStation, Wave};

/// Contacts and cards of one wave at most, whatever a record has.
const MOST: usize = 1_000;

/// How the records of a pack's exit poll are read.
#[derive(Debug, Clone)]
pub struct Reader {
    poll: ExitPoll,
    options: BTreeSet<String>,
    /// The question on the card whose answer is the vote.
    vote: Option<Question>,
    sex: Option<String>,
    age: Option<String>,
    seen_sex: Option<String>,
    seen_age: Option<String>,
}

/// What a wave's record says, without where and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    wave: String,
    counted: Wave,
    contacts: Vec<(Disposition, Option<String>, Option<Age>)>,
    cards: Vec<(Option<String>, Option<String>, Option<Age>)>,
}

/// A wave, with where and in which record.
pub type At<'a> = (&'a str, RecordHash, &'a Taken);

impl Reader {
    /// The reader of a pack; nothing for one without an exit poll, or whose form is not there.
    #[must_use]
    pub fn of(pack: &Pack) -> Option<Self> {
        let poll = pack.exit_poll.clone()?;
        let form = pack.form(&poll.form)?;
        let contest = form.contest.as_deref().and_then(|contest| pack.contest(contest));
        let options: BTreeSet<String> =
            contest.iter().flat_map(|contest| &contest.options).map(|option| option.key.clone()).collect();
        let within = |group: &str| {
            let found = form.questions.iter().find(|question| question.id == group);
            found.and_then(|question| question.questions.clone()).unwrap_or_default()
        };
        let (card, contact) = (within(&poll.fields.cards), within(&poll.fields.contacts));
        let vote = card.iter().find(|question| keys(question).any(|key| options.contains(key))).cloned();
        Some(Self {
            vote,
            sex: found(&card, is_sex),
            age: found(&card, is_age),
            seen_sex: found(&contact, is_sex),
            seen_age: found(&contact, is_age),
            options,
            poll,
        })
    }

    /// The question whose answer is the vote, as it was asked.
    #[must_use]
    pub const fn question(&self) -> Option<&Question> {
        self.vote.as_ref()
    }

    /// What a record of the poll's form says; nothing without a wave and its counts.
    #[must_use]
    pub fn read(&self, answers: &Answers) -> Option<Taken> {
        let fields = &self.poll.fields;
        let number = |id: &str| answers.get(id).and_then(Value::as_int).and_then(|number| u32::try_from(number).ok());
        let wave = answers.get(&fields.wave).and_then(Value::as_text)?;
        self.poll.wave(wave)?;
        let contacts: Vec<_> = groups(answers, &fields.contacts)
            .filter_map(|contact| {
                let disposition = disposition(contact.get(&fields.disposition)?.as_text()?)?;
                Some((disposition, text(contact, self.seen_sex.as_ref()), age(contact, self.seen_age.as_ref())))
            })
            .collect();
        let cards = groups(answers, &fields.cards).map(|card| {
            let vote = text(card, self.vote.as_ref().map(|question| &question.id));
            // A spoiled ballot is no vote, and neither is a word that the voter kept.
            let vote = vote.filter(|vote| self.options.contains(vote));
            (vote, text(card, self.sex.as_ref()), age(card, self.age.as_ref()))
        });
        let counted = Wave {
            interval: number(&fields.interval)?,
            start: number(&fields.start)?,
            passed: number(&fields.passed)?,
            selected: u32::try_from(contacts.len()).unwrap_or(u32::MAX),
        };
        Some(Taken { wave: wave.to_owned(), counted, cards: cards.collect(), contacts })
    }
}

fn keys(question: &Question) -> impl Iterator<Item = &str> {
    question.choices.iter().flatten().map(|choice| choice.key.as_str())
}

fn found(questions: &[Question], is: fn(&Question) -> bool) -> Option<String> {
    questions.iter().find(|question| is(question)).map(|question| question.id.clone())
}

fn is_sex(question: &Question) -> bool {
    keys(question).count() > 0 && keys(question).all(|key| matches!(key, "female" | "male"))
}

fn is_age(question: &Question) -> bool {
    keys(question).count() > 0 && keys(question).all(|key| Age::of_band(key).is_some())
}

fn groups<'a>(answers: &'a Answers, id: &str) -> impl Iterator<Item = &'a TextMap<Value>> {
    let list = if let Some(Value::List(list)) = answers.get(id) { list.as_slice() } else { &[] };
    list.iter().take(MOST).filter_map(|value| if let Value::Group(group) = value { Some(group) } else { None })
}

fn text(group: &TextMap<Value>, id: Option<&String>) -> Option<String> {
    group.get(id?)?.as_text().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn age(group: &TextMap<Value>, id: Option<&String>) -> Option<Age> {
    Age::of_band(group.get(id?)?.as_text()?)
}

/// What a code of the interviewer's sheet stands for (AAPOR).
fn disposition(code: &str) -> Option<Disposition> {
    match code {
        "1.2" => Some(Disposition::Partial),
        "2.1" => Some(Disposition::Refused),
        "2.2" => Some(Disposition::Missed),
        "2.3" => Some(Disposition::Language),
        _ => match code.split('.').next()? {
            "1" => Some(Disposition::Complete),
            "3" => Some(Disposition::Unknown),
            "4" => Some(Disposition::NotEligible),
            _ => None,
        },
    }
}

/// Everything that waves at sampled stations say, and how many waves there are elsewhere. Two interviewers may work one wave at one station:
/// each is counted for itself.
#[must_use]
pub fn input<'a>(
    waves: impl IntoIterator<Item = At<'a>>,
    stations: &BTreeMap<String, PolledStation>,
) -> (Input, usize) {
    let mut input = Input { stations: stations.clone(), ..Input::default() };
    let mut elsewhere = 0_usize;
    let mut ordered: Vec<At<'a>> = waves.into_iter().collect();
    ordered.sort_by_key(|(station, record, _)| (*station, *record));
    for (station, _, taken) in ordered {
        if !stations.contains_key(station) {
            elsewhere = elsewhere.saturating_add(1);
            continue;
        }
        let mut name = taken.wave.clone();
        let mut again = 2_u32;
        while input.waves.contains_key(&(station.to_owned(), name.clone())) {
            name = format!("{} ({again})", taken.wave);
            again = again.saturating_add(1);
        }
        input.waves.insert((station.to_owned(), name.clone()), taken.counted.clone());
        let here = || (station.to_owned(), name.clone());
        input.contacts.extend(taken.contacts.iter().map(|(disposition, sex, age)| {
            let (station, wave) = here();
            Contact { station, wave, disposition: *disposition, sex: sex.clone(), age: *age }
        }));
        input.cards.extend(taken.cards.iter().map(|(vote, sex, age)| {
            let (station, wave) = here();
            Card { station, wave, vote: vote.clone(), sex: sex.clone(), age: *age }
        }));
    }
    (input, elsewhere)
}

#[cfg(test)]
mod tests {
    use kuager_pack::testing::{KAZAKHSTAN, compiled};

    use super::*;
    use crate::estimate::exit_poll::exit_poll;

    fn group(pairs: &[(&str, &str)]) -> Value {
        Value::Group(pairs.iter().map(|(id, text)| (*id, Value::from(*text))).collect())
    }

    fn wave(key: &str, passed: i64, contacts: Vec<Value>, cards: Vec<Value>) -> Answers {
        [
            ("wave", Value::from(key)),
            ("interval", Value::Int(10)),
            ("start", Value::Int(3)),
            ("passed", Value::Int(passed)),
            ("contacts", Value::List(contacts)),
            ("cards", Value::List(cards)),
        ]
        .into_iter()
        .collect()
    }

    fn station(stratum: &str) -> PolledStation {
        let (stratum, registered, stratum_registered) = (stratum.to_owned(), 1_000, 10_000);
        PolledStation { stratum, registered, stratum_registered, stations_drawn: 2, pi: 0.2, interval: 10 }
    }

    #[test]
    fn a_record_becomes_a_wave_with_its_contacts_and_cards() {
        let reader = Reader::of(&compiled(KAZAKHSTAN)).expect("has a poll");
        assert_eq!(reader.question().map(|question| question.id.as_str()), Some("Q1"));
        let contacts = vec![
            group(&[("disposition", "1.0")]),
            group(&[("disposition", "1.2")]),
            group(&[("disposition", "2.1"), ("seen_sex", "male"), ("seen_age", "60+")]),
            group(&[("disposition", "4.1")]),
            group(&[("disposition", "9.9")]),
            Value::Int(7),
        ];
        let cards = vec![
            group(&[("Q1", "sample_1"), ("Q4", "female"), ("Q5", "18-29")]),
            group(&[("Q1", "spoiled"), ("Q4", "female"), ("Q5", "60+")]),
        ];
        let taken = reader.read(&wave("w1", 33, contacts, cards)).expect("is a wave");
        assert_eq!(taken.counted, Wave { interval: 10, start: 3, passed: 33, selected: 4 });
        assert_eq!(taken.contacts[2], (Disposition::Refused, Some("male".to_owned()), Some(Age::Older)));
        assert_eq!(taken.cards[0], (Some("sample_1".to_owned()), Some("female".to_owned()), Some(Age::Younger)));
        assert_eq!(taken.cards[1].0, None, "a spoiled ballot is no vote");
        assert!(reader.read(&wave("w9", 3, Vec::new(), Vec::new())).is_none(), "no such wave");
        assert!(reader.read(&wave("w1", -3, Vec::new(), Vec::new())).is_none());
        assert!(reader.read(&Answers::default()).is_none());

        let stations: BTreeMap<String, PolledStation> =
            [("A", station("n")), ("B", station("n"))].map(|(key, polled)| (key.to_owned(), polled)).into();
        let [one, other, far] = [1, 2, 3].map(|byte| RecordHash([byte; 32]));
        let (input, elsewhere) =
            input([("B", other, &taken), ("A", one, &taken), ("A", other, &taken), ("C", far, &taken)], &stations);
        assert_eq!((input.waves.len(), input.cards.len(), elsewhere), (3, 6, 1));
        let poll = exit_poll(&input);
        assert_eq!((poll.rates.complete, poll.rates.refused, poll.n), (3, 3, 3));
        assert!(poll.publishable(), "{:?}", poll.reasons);
    }

    #[test]
    fn whatever_a_device_files_a_wave_stays_small() {
        let reader = Reader::of(&compiled(KAZAKHSTAN)).expect("has a poll");
        let many = vec![group(&[("disposition", "2.1"), ("seen_sex", "x")]); 5 * MOST];
        let taken = reader.read(&wave("w1", i64::from(u32::MAX), many.clone(), many)).expect("is a wave");
        assert_eq!((taken.contacts.len(), taken.cards.len()), (MOST, MOST));
        let mut none = compiled(KAZAKHSTAN);
        none.exit_poll = None;
        assert!(Reader::of(&none).is_none());
    }
}
