//! What the observers of the demonstration enter; read from `day.toml`, because answers are data too.

use std::collections::BTreeMap;

use kuager_wire::form::{Form, QuestionKind};
use kuager_wire::record::Value;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Day {
    #[serde(rename = "observer")]
    pub(super) observers: Vec<DayOf>,
}

/// One observer's day.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct DayOf {
    pub(super) station: String,
    pub(super) language: String,
    /// Voters of the station.
    pub(super) registered: u32,
    /// The phone is killed after so many answers of its first form.
    pub(super) killed_after: Option<usize>,
    #[serde(rename = "form")]
    pub(super) forms: Vec<Filled>,
}

/// One filled form.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Filled {
    pub(super) form: String,
    default: Option<String>,
    answers: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Entry {
    Number(i64),
    Text(String),
}

impl Day {
    pub(super) fn read() -> Self {
        toml::from_str(include_str!("day.toml")).expect("shipped with the program and read by its tests")
    }
}

impl Filled {
    /// The answers in the order the form asks.
    pub(super) fn in_order(&self, form: &Form) -> Vec<(String, Value)> {
        let answer = |id: &str, kind: QuestionKind| match self.answers.get(id) {
            Some(Entry::Number(number)) => Some(Value::Int(*number)),
            Some(Entry::Text(text)) => Some(Value::Text(text.clone())),
            None => self.default.clone().filter(|_| kind == QuestionKind::YesNo).map(Value::Text),
        };
        let asked = form.questions.iter();
        asked.filter_map(|asked| Some((asked.id.clone(), answer(&asked.id, asked.kind)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kuager_pack::{PackSource, compile};

    #[test]
    fn the_day_fits_the_pack_of_the_evening() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/sources/kz-2026");
        let pack = compile(&PackSource::Folder(source.into())).unwrap().pack;
        for observer in Day::read().observers {
            for filled in &observer.forms {
                let form = pack.form(&filled.form).unwrap_or_else(|| panic!("no form {}", filled.form));
                let answers = filled.in_order(form);
                assert!(filled.answers.keys().all(|id| form.question(id).is_some()), "{:?}", filled.answers);
                for (id, value) in answers {
                    form.question(&id).unwrap().check(&value).unwrap_or_else(|fault| panic!("{id}: {fault}"));
                }
            }
        }
    }
}
