//! Weights for those who did not answer, in cells of stratum, sex and age.

use std::collections::{BTreeMap, BTreeSet};

use super::input::{Age, Disposition, Input};

/// A cell with fewer votes is put together with others: by age first, then by sex.
const FEWEST_VOTES: u32 = 5;

/// A cell: stratum, sex, age.
pub(super) type Cell = (String, String, Age);

/// Who is in a cell, each counted with the station's base weight.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    votes: u32,
    weight_of_votes: f64,
    weight_of_all: f64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.votes = self.votes.saturating_add(other.votes);
        self.weight_of_votes += other.weight_of_votes;
        self.weight_of_all += other.weight_of_all;
    }

    fn of<'a>(sums: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        sums.into_iter().for_each(|sum| all.add(*sum));
        all
    }

    fn has_few(&self) -> bool {
        self.votes < FEWEST_VOTES
    }
}

/// The cells of one stratum.
type Cells<'a> = BTreeMap<(&'a str, Age), Sum>;

/// The adjustment of every cell, and of cards that say no sex or no age.
#[derive(Debug, Default)]
pub(super) struct Adjustment {
    /// By stratum, sex and age.
    pub(super) cells: BTreeMap<Cell, f64>,
    /// Cells that were put together with others.
    pub(super) collapsed: BTreeSet<Cell>,
    elsewhere: BTreeMap<String, f64>,
}

impl Adjustment {
    /// Works out `a = Σ d of cards, refusals, missed and language ÷ Σ d of cards with a vote` in each cell.
    ///
    /// Whoever is not known by sex and age is taken for spread over the stratum's cells like those who are: all cells of the stratum are
    /// raised alike. A card that does not say both stands for its part of the whole stratum.
    pub(super) fn of(input: &Input) -> Self {
        let mut strata: BTreeMap<&str, (Cells<'_>, Sum)> = BTreeMap::new();
        let silent =
            |disposition| matches!(disposition, Disposition::Refused | Disposition::Missed | Disposition::Language);
        let cards = input.cards.iter().map(|card| (&card.station, &card.sex, card.age, card.vote.is_some()));
        let contacts = input.contacts.iter().filter(|contact| silent(contact.disposition));
        let contacts = contacts.map(|contact| (&contact.station, &contact.sex, contact.age, false));
        for (station, sex, age, has_vote) in cards.chain(contacts) {
            let Some(station) = input.stations.get(station) else { continue };
            let weight = station.base_weight();
            let weight_of_votes = if has_vote { weight } else { 0.0 };
            let sum = Sum { votes: u32::from(has_vote), weight_of_votes, weight_of_all: weight };
            let (cells, elsewhere) = strata.entry(&station.stratum).or_default();
            match (sex, age) {
                (Some(sex), Some(age)) => cells.entry((sex, age)).or_default().add(sum),
                _ => elsewhere.add(sum),
            }
        }
        let mut adjustment = Self::default();
        for (stratum, (cells, elsewhere)) in strata {
            adjustment.take(stratum, &cells, elsewhere);
        }
        adjustment
    }

    fn take(&mut self, stratum: &str, cells: &Cells<'_>, elsewhere: Sum) {
        let known = Sum::of(cells.values());
        let all = Sum::of([&known, &elsewhere]);
        if all.votes == 0 {
            return;
        }
        let whole = all.weight_of_all / all.weight_of_votes;
        self.elsewhere.insert(stratum.to_owned(), whole);
        let raised = if elsewhere.weight_of_all > 0.0 && known.weight_of_all > 0.0 {
            (all.weight_of_all - whole * elsewhere.weight_of_votes) / known.weight_of_all
        } else {
            1.0
        };
        for &(sex, age) in cells.keys() {
            let (group, parts) = group(cells, sex, age);
            let cell = (stratum.to_owned(), sex.to_owned(), age);
            if parts > 1 {
                self.collapsed.insert(cell.clone());
            }
            if group.votes > 0 {
                self.cells.insert(cell, raised * group.weight_of_all / group.weight_of_votes);
            }
        }
    }

    /// The adjustment of a card with a vote.
    pub(super) fn of_card(&self, stratum: &str, sex: Option<&String>, age: Option<Age>) -> Option<f64> {
        match (sex, age) {
            (Some(sex), Some(age)) => self.cells.get(&(stratum.to_owned(), sex.clone(), age)).copied(),
            _ => self.elsewhere.get(stratum).copied(),
        }
    }
}

/// What a cell is put together with, and of how many cells that is: the other age of its sex where one of the two has few votes, and the whole
/// stratum where one of the sexes then still has.
fn group(cells: &Cells<'_>, sex: &str, age: Age) -> (Sum, usize) {
    let of_sex =
        |sex: &str| -> Vec<&Sum> { cells.iter().filter(|((other, _), _)| *other == sex).map(|(_, sum)| sum).collect() };
    let sexes: BTreeSet<&str> = cells.keys().map(|(sex, _)| *sex).collect();
    if sexes.iter().any(|sex| Sum::of(of_sex(sex)).has_few()) {
        return (Sum::of(cells.values()), cells.len());
    }
    let ages = of_sex(sex);
    if ages.iter().any(|sum| sum.has_few()) {
        return (Sum::of(ages.iter().copied()), ages.len());
    }
    (cells.get(&(sex, age)).copied().unwrap_or_default(), 1)
}
