//! Answers of earlier records that a form compares with: the last turnout told against the protocol, one contest's
//! voter list against another's.
//!
//! What a relation says of them is sealed, and may accuse somebody. So nothing here goes by the order of typing where a record
//! says what hour it is for ([`Carried::by`]), and values that are compared with one another can be had from one record
//! ([`Carried::with`]). A correction stands where the record stood that it corrects, only the latest version of a record
//! counts, and a correction is not compared with what it corrects.

use std::cmp::Ordering;
use std::collections::HashMap;

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Carried, CarriedFrom, Form};
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{Answers, Record, Value};

/// The record that looks back, sealed or still a draft.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// Its station.
    pub station: Option<&'a str>,
    /// Whether it is an exercise.
    pub training: bool,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// What it answers; says for which hour it is.
    pub answers: &'a Answers,
}

/// An earlier record, as far as it is looked back at: whoever keeps many need not keep them whole.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    /// Its id.
    pub hash: RecordHash,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// Its station.
    pub station: Option<&'a str>,
    /// Whether it is an exercise.
    pub training: bool,
    /// The form it answers.
    pub form: Option<&'a str>,
    /// Its answers; those that no form carries may be left out.
    pub answers: Option<&'a Answers>,
}

impl<'a> Noted<'a> {
    /// What is looked back at of a record.
    #[must_use]
    pub fn of((hash, record): &'a (RecordHash, Record)) -> Self {
        Self {
            hash: *hash,
            supersedes: record.supersedes,
            station: record.station.as_deref(),
            training: record.training == Some(true),
            form: record.form.as_ref().map(|reference| reference.form.as_str()),
            answers: record.body.answers.as_ref(),
        }
    }
}

/// What a form sees of earlier records. `records` are those sealed on this device, oldest first; corrections at another
/// station belong to them. Only records of the same station count, exercises apart from the rest, and what another record
/// corrects does not count any more.
#[must_use]
pub fn carried(form: &Form, looking: Looking<'_>, records: &[(RecordHash, Record)]) -> TextMap<Value> {
    carried_of(form, looking, &records.iter().map(Noted::of).collect::<Vec<_>>())
}

/// As [`carried`], from what was noted of those records.
#[must_use]
pub fn carried_of(form: &Form, looking: Looking<'_>, noted: &[Noted<'_>]) -> TextMap<Value> {
    let current = latest_versions(looking.supersedes, noted);
    let mut found = TextMap::default();
    for wanted in form.carried.iter().flatten() {
        let with = wanted.with.as_deref().unwrap_or(std::slice::from_ref(&wanted.question));
        let relevant = current.iter().filter(|noted| {
            noted.station == looking.station
                && noted.training == looking.training
                && noted.form == Some(wanted.form.as_str())
        });
        let answers = relevant.filter_map(|noted| noted.answers);
        let answering = answers.filter(|answers| with.iter().any(|question| answers.get(question).is_some()));
        if let Some(value) = value(wanted, looking.answers, answering.collect()) {
            found.insert(wanted.name.clone(), value);
        }
    }
    found
}

/// The latest version of every record, each where its first version stood, without the one that is being corrected.
fn latest_versions<'a>(being_corrected: Option<RecordHash>, noted: &[Noted<'a>]) -> Vec<Noted<'a>> {
    let mut places: HashMap<RecordHash, usize> = HashMap::new();
    let mut versions: Vec<Option<Noted<'a>>> = Vec::new();
    for record in noted {
        let place = record.supersedes.and_then(|before| places.get(&before).copied()).unwrap_or(versions.len());
        places.insert(record.hash, place);
        match versions.get_mut(place) {
            Some(version) => *version = Some(*record),
            None => versions.push(Some(*record)),
        }
    }
    let corrected = being_corrected.and_then(|hash| places.get(&hash).copied());
    if let Some(version) = corrected.and_then(|place| versions.get_mut(place)) {
        *version = None;
    }
    versions.into_iter().flatten().collect()
}

fn value(wanted: &Carried, own: &Answers, mut answering: Vec<&Answers>) -> Option<Value> {
    let said = |answers: &&Answers| answers.get(&wanted.question).cloned();
    if wanted.by.is_some() {
        let mut ranked: Vec<(Rank<'_>, &Answers)> =
            answering.into_iter().filter_map(|answers| Some((rank(wanted, answers)?, answers))).collect();
        // Those for the same hour stay in the order of noting, and the one noted last is kept.
        ranked.sort_by(|one, other| one.0.compare(&other.0));
        ranked.reverse();
        ranked.dedup_by(|one, other| one.0.compare(&other.0).is_eq());
        ranked.reverse();
        match wanted.from {
            CarriedFrom::Before => {
                let own = rank(wanted, own)?;
                ranked.retain(|(rank, _)| rank.compare(&own).is_lt());
            }
            CarriedFrom::After => {
                let own = rank(wanted, own)?;
                ranked.retain(|(rank, _)| rank.compare(&own).is_gt());
            }
            CarriedFrom::Latest | CarriedFrom::All => {}
        }
        answering = ranked.into_iter().map(|(_, answers)| answers).collect();
    } else if matches!(wanted.from, CarriedFrom::Before | CarriedFrom::After) {
        return None;
    }
    match wanted.from {
        CarriedFrom::Latest | CarriedFrom::Before => answering.last().and_then(said),
        CarriedFrom::After => answering.first().and_then(said),
        CarriedFrom::All => {
            let list: Vec<Value> = answering.iter().filter_map(said).collect();
            (!list.is_empty()).then_some(Value::List(list))
        }
    }
}

/// What a record is for, as it is put in order.
#[derive(Debug)]
enum Rank<'a> {
    /// The place of a choice, a number, minutes.
    Number(i64),
    /// A date: as it is written, it sorts.
    Text(&'a str),
}

impl Rank<'_> {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// Nothing where the record does not say what it is for, or says what the form does not know.
fn rank<'a>(wanted: &Carried, answers: &'a Answers) -> Option<Rank<'a>> {
    match (answers.get(wanted.by.as_deref()?)?, &wanted.order) {
        (Value::Text(key), Some(order)) => {
            let place = order.iter().position(|known| known == key)?;
            Some(Rank::Number(i64::try_from(place).unwrap_or(i64::MAX)))
        }
        (Value::Text(date), None) => Some(Rank::Text(date)),
        (Value::Int(number), None) => Some(Rank::Number(*number)),
        _ => None,
    }
}
