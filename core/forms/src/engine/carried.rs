//! Answers of earlier records that a form compares with: the last turnout told against the protocol, one contest's
//! voter list against another's. A correction stands where the record stood that it corrects.

use std::collections::HashMap;

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{CarriedFrom, Form};
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{Record, Value};

/// What a form sees of earlier records. `records` are those sealed on this device, oldest first. Only records of the same
/// station count, exercises apart from the rest, and what another record corrects does not count any more.
#[must_use]
pub fn carried(form: &Form, station: Option<&str>, training: bool, records: &[(RecordHash, Record)]) -> TextMap<Value> {
    let mut found = TextMap::default();
    let corrected: Vec<RecordHash> = records.iter().filter_map(|(_, record)| record.supersedes).collect();
    let mut places: HashMap<RecordHash, usize> = HashMap::new();
    for (number, (hash, record)) in records.iter().enumerate() {
        let place = record.supersedes.and_then(|before| places.get(&before).copied()).unwrap_or(number);
        places.insert(*hash, place);
    }
    let mut records: Vec<&(RecordHash, Record)> = records.iter().collect();
    records.sort_by_key(|(hash, _)| places.get(hash).copied());
    for wanted in form.carried.iter().flatten() {
        let relevant = records.iter().filter(|(hash, record)| {
            record.station.as_deref() == station
                && (record.training == Some(true)) == training
                && record.form.as_ref().is_some_and(|reference| reference.form == wanted.form)
                && !corrected.contains(hash)
        });
        let mut answers =
            relevant.filter_map(|(_, record)| record.body.answers.as_ref()?.get(&wanted.question).cloned());
        let value = match wanted.from {
            CarriedFrom::Latest => answers.next_back(),
            CarriedFrom::All => {
                let list: Vec<Value> = answers.collect();
                (!list.is_empty()).then_some(Value::List(list))
            }
        };
        if let Some(value) = value {
            found.insert(wanted.name.clone(), value);
        }
    }
    found
}
