//! The stations of the newest pack in their order, as people look for them, and what is expected of each.

use std::collections::HashMap;
use std::sync::Arc;

use kuager_wire::pack::{Region, SignedPack, Station};
use kuager_wire::record::RecordKind;
use kuager_wire::spelling;
use kuager_wire::text::Texts;

use super::names::Names;

/// A station of the directory.
#[derive(Debug)]
pub(super) struct Listed {
    /// As in rows: the number of its name, counted from 1.
    pub(super) station: u32,
    /// The place of its region.
    pub(super) region: usize,
    /// Voters registered there, where the directory says so.
    pub(super) registered: Option<u32>,
    number: u32,
    /// Everything it can be found by, in one spelling, each word behind a line break.
    words: Box<str>,
}

impl Listed {
    /// The row in which its records count.
    pub(super) const fn row(&self) -> u32 {
        self.station.saturating_mul(2)
    }
}

/// The directory.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) latest: Option<Arc<SignedPack>>,
    /// In the order of regions and numbers.
    pub(super) listed: Vec<Listed>,
    of: HashMap<u32, usize>,
    /// Keys of regions in the order of the pack; behind them those that only stations name.
    pub(super) regions: Vec<String>,
    /// Forms expected of every station of a region, by its place.
    pub(super) expected: Vec<Vec<String>>,
}

impl Directory {
    pub(super) fn new<'a>(
        latest: Arc<SignedPack>,
        stations: impl IntoIterator<Item = &'a Station>,
        names: &mut Names,
    ) -> Self {
        let pack = &latest.pack;
        let known: &[Region] = pack.regions.as_deref().unwrap_or_default();
        let mut regions: Vec<String> = known.iter().map(|region| region.key.clone()).collect();
        let mut place: HashMap<String, usize> = regions.iter().enumerate().map(|(at, key)| (key.clone(), at)).collect();
        // A region's names are reduced once, and not for every station.
        let mut called: Vec<String> = known.iter().map(of_region).collect();
        let mut listed = Vec::new();
        // Whoever gives them may have them in any order; regions that only stations name must not depend on it.
        let mut stations: Vec<&Station> = stations.into_iter().collect();
        stations
            .sort_by(|one, other| (&one.region, one.number, &one.key).cmp(&(&other.region, other.number, &other.key)));
        for station in stations {
            let region = *place.entry(station.region.clone()).or_insert_with(|| {
                regions.push(station.region.clone());
                called.push(String::from("\n"));
                regions.len().saturating_sub(1)
            });
            let words = of_station(station, called.get(region).map_or("\n", String::as_str));
            let number = names.number(&station.key).saturating_add(1);
            let (registered, words) = (station.registered, words.into());
            listed.push(Listed { station: number, region, registered, number: station.number, words });
        }
        listed.sort_by(|one, other| {
            let key = |listed: &Listed| (listed.region, listed.number);
            key(one).cmp(&key(other)).then_with(|| {
                names.name(one.station.saturating_sub(1)).cmp(names.name(other.station.saturating_sub(1)))
            })
        });
        let of = listed.iter().enumerate().map(|(at, listed)| (listed.station, at)).collect();
        let expected = regions.iter().map(|region| expected(&latest, region)).collect();
        Self { latest: Some(latest), listed, of, regions, expected }
    }

    /// The listed station with this number.
    pub(super) fn station(&self, station: u32) -> Option<&Listed> {
        self.of.get(&station).and_then(|at| self.listed.get(*at))
    }
}

/// Forms expected of every station of a region: checklists, turnout, and the protocols of the contests that are held there. Whether
/// there are incidents, or interviewers outside, nobody can expect.
fn expected(latest: &SignedPack, region: &str) -> Vec<String> {
    let pack = &latest.pack;
    let held = |contest: &String| {
        let regions = pack.contest(contest).and_then(|contest| contest.regions.as_ref());
        regions.is_none_or(|regions| regions.iter().any(|held| held == region))
    };
    let forms = pack.forms.iter().filter(|form| {
        matches!(form.kind, RecordKind::Checklist | RecordKind::Turnout | RecordKind::Protocol)
            && form.contest.as_ref().is_none_or(held)
    });
    forms.map(|form| form.id.clone()).collect()
}

fn of_region(region: &Region) -> String {
    let mut words = String::from("\n");
    of_texts(&region.name, &mut words);
    for synonym in region.synonyms.iter().flatten() {
        push(synonym, &mut words);
    }
    words
}

fn of_station(station: &Station, region: &str) -> String {
    let mut words = String::from(region);
    push(&station.key, &mut words);
    push(&station.number.to_string(), &mut words);
    of_texts(&station.name, &mut words);
    station.address.iter().for_each(|address| of_texts(address, &mut words));
    for synonym in station.synonyms.iter().flatten() {
        push(synonym, &mut words);
    }
    words
}

fn of_texts(texts: &Texts, words: &mut String) {
    texts.iter().for_each(|(_, text)| push(text, words));
}

fn push(text: &str, words: &mut String) {
    for word in spelling::words(text) {
        // Much is said again in each language.
        if !words.contains(&format!("\n{word}\n")) {
            words.push_str(&word);
            words.push('\n');
        }
    }
}

/// What somebody looks for, made ready to be compared with many stations.
#[derive(Debug, Default)]
pub(super) struct Sought(Vec<String>);

impl Sought {
    /// Words of a query that count; more add nothing but time.
    const WORDS: usize = 8;

    pub(super) fn new(typed: &str) -> Self {
        let words = spelling::words(typed).into_iter().take(Self::WORDS);
        // Numbers are meant as they stand, words as their beginnings.
        Self(words.map(|word| if is_number(&word) { format!("\n{word}\n") } else { format!("\n{word}") }).collect())
    }

    /// Whether nothing is looked for.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every word is one of the station's.
    pub(super) fn is_in(&self, listed: &Listed) -> bool {
        self.0.iter().all(|word| listed.words.contains(word.as_str()))
    }

    /// Whether every word is one of a name that somebody typed.
    pub(super) fn is_in_name(&self, name: &str) -> bool {
        let mut words = String::from("\n");
        push(name, &mut words);
        self.0.iter().all(|word| words.contains(word.as_str()))
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}
