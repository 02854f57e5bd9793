//! What is held of official figures: a fold over the desk's journal, the only one there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kuager_wire::desk::{Act, DeskEntry, Figures};
use kuager_wire::form::Form;
use kuager_wire::ids::{EntryHash, PackHash};
use kuager_wire::pack::SignedPack;

use crate::book::{Column, Official};

/// Whose figures of which station: stage, form, station.
type Source = (String, String, String);
/// What figures are of: station, contest.
type Place = (String, String);

/// Figures that somebody took over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The entry they rest on.
    pub entry: EntryHash,
    /// Its place in the journal.
    seq: u64,
    /// The pack whose form names them; nothing in entries of before.
    pack: Option<PackHash>,
    /// As they were taken over, by question.
    pub figures: Figures,
    /// What they are of, and what each means; nothing while no pack has their form.
    means: Option<(String, Vec<(Column, i64)>)>,
}

/// All of them. Of one stage about a station the last word counts; of several stages, the one that spoke last, and once that takes its word
/// back, the one before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Officials {
    held: BTreeMap<Source, Held>,
    /// Who has spoken about each place, in the order of the journal.
    spoken: HashMap<Place, BTreeMap<u64, Source>>,
    /// Those that no pack explains yet.
    unexplained: BTreeSet<Source>,
}

impl Officials {
    /// Takes in the next entry of the journal. Returns what the book is to be told: what counts now where something else did.
    pub fn add(&mut self, hash: EntryHash, entry: &DeskEntry, packs: &[&SignedPack]) -> Vec<(EntryHash, Official)> {
        let Act::Official { stage, form, station, figures, pack, .. } = &entry.act else { return Vec::new() };
        let source = (stage.clone(), form.clone(), station.clone());
        let mut places: BTreeSet<Place> = self.forget(&source).into_iter().collect();
        if !figures.is_empty() {
            let held = Held { entry: hash, seq: entry.seq, pack: *pack, figures: figures.clone(), means: None };
            self.held.insert(source.clone(), held);
            places.extend(self.explain(&source, packs));
        }
        places.into_iter().map(|place| self.told(place, hash)).collect()
    }

    /// Looks again at what no pack explained, when there are others. Returns what the book is to be told.
    pub fn look_again(&mut self, packs: &[&SignedPack]) -> Vec<(EntryHash, Official)> {
        let waiting = std::mem::take(&mut self.unexplained);
        let places: BTreeSet<Place> = waiting.iter().filter_map(|source| self.explain(source, packs)).collect();
        places.into_iter().map(|place| self.told(place, EntryHash([0; 32]))).collect()
    }

    /// The figures of a stage.
    #[must_use]
    pub fn of(&self, stage: &str, form: &str, station: &str) -> Option<&Held> {
        self.held.get(&(stage.to_owned(), form.to_owned(), station.to_owned()))
    }

    /// Stations of which figures of a stage and form are held.
    pub fn stations<'a>(&'a self, stage: &'a str, form: &'a str) -> impl Iterator<Item = &'a str> {
        let of_both = self.held.keys().filter(move |(held, of, _)| held == stage && of == form);
        of_both.map(|(_, _, station)| station.as_str())
    }

    /// Whose word counts about a contest at a station: stage and form.
    #[must_use]
    pub fn speaker(&self, station: &str, contest: &str) -> Option<(&str, &str)> {
        let spoken = self.spoken.get(&(station.to_owned(), contest.to_owned()))?;
        let (_, (stage, form, _)) = spoken.last_key_value()?;
        Some((stage, form))
    }

    fn forget(&mut self, source: &Source) -> Option<Place> {
        self.unexplained.remove(source);
        let held = self.held.remove(source)?;
        let place = (source.2.clone(), held.means?.0);
        let spoken = self.spoken.get_mut(&place)?;
        spoken.remove(&held.seq);
        if spoken.is_empty() {
            self.spoken.remove(&place);
        }
        Some(place)
    }

    fn explain(&mut self, source: &Source, packs: &[&SignedPack]) -> Option<Place> {
        let held = self.held.get_mut(source)?;
        let Some(form) = form_of(packs, held.pack, &source.1, &held.figures) else {
            self.unexplained.insert(source.clone());
            return None;
        };
        let contest = form.contest.clone().unwrap_or_else(|| form.id.clone());
        let meant = held.figures.iter().filter_map(|(question, figure)| Some((column(form, question)?, *figure)));
        held.means = Some((contest.clone(), meant.collect()));
        let place = (source.2.clone(), contest);
        self.spoken.entry(place.clone()).or_default().insert(held.seq, source.clone());
        Some(place)
    }

    /// What counts of a place now; no figures where nothing does.
    fn told(&self, (station, contest): Place, hash: EntryHash) -> (EntryHash, Official) {
        let last = self.spoken.get(&(station.clone(), contest.clone())).and_then(BTreeMap::last_key_value);
        let held = last.and_then(|(_, source)| self.held.get(source));
        let figures = held.and_then(|held| held.means.as_ref()).map(|(_, figures)| figures.clone());
        let entry = held.map_or(hash, |held| held.entry);
        (entry, Official { station, contest, figures: figures.unwrap_or_default() })
    }
}

/// The form that names figures: that of its own pack; in entries that do not say which, of the newest pack in which every question is a line.
fn form_of<'a>(packs: &[&'a SignedPack], pack: Option<PackHash>, form: &str, figures: &Figures) -> Option<&'a Form> {
    let explains = |signed: &&'a SignedPack| {
        let found = signed.pack.form(form)?;
        figures.iter().all(|(question, _)| column(found, question).is_some()).then_some(found)
    };
    match pack {
        Some(pack) => packs.iter().find(|signed| signed.hash == pack)?.pack.form(form),
        None => packs.iter().find_map(explains),
    }
}

/// What a question of a protocol's form reads.
fn column(form: &Form, question: &str) -> Option<Column> {
    let line = form.template.as_ref()?.lines.iter().find(|line| line.question == question)?;
    Some(Column { role: line.role, option: line.option.clone() })
}
