//! Wave by wave: whether the counter was followed, and what may be shown of the cards.

use std::collections::BTreeMap;

use super::input::{Input, Wave};

/// Of fewer cards than these nothing is shown: at one station, in two hours, somebody might be known by them.
pub const SUPPRESSED_BELOW: u32 = 10;

/// How many voters the counter chooses of those who pass.
#[must_use]
pub const fn expected(passed: u32, start: u32, interval: u32) -> u32 {
    if interval == 0 || passed < start { 0 } else { 1 + (passed - start) / interval }
}

/// A wave whose numbers are not those that the plan gives. It is kept, and said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// The station.
    pub station: String,
    /// The wave.
    pub wave: String,
    /// Voters chosen, as noted.
    pub selected: u32,
    /// What the counter, or the list of contacts, gives.
    pub expected: u32,
}

/// Waves whose `selected` is not what the counter gives.
pub(super) fn off_the_counter(input: &Input) -> Vec<Deviation> {
    let off = input.waves.iter().filter_map(|((station, wave), counted)| {
        let expected = expected(counted.passed, counted.start, counted.interval);
        let (station, wave, selected) = (station.clone(), wave.clone(), counted.selected);
        (selected != expected).then_some(Deviation { station, wave, selected, expected })
    });
    off.collect()
}

/// Waves that have not as many contacts as voters chosen; nothing where contacts leave out the completed ones.
pub(super) fn off_the_list(input: &Input, completes_are_listed: bool) -> Vec<Deviation> {
    let mut noted: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for contact in &input.contacts {
        *noted.entry((&contact.station, &contact.wave)).or_default() += 1;
    }
    if !completes_are_listed {
        for card in &input.cards {
            *noted.entry((&card.station, &card.wave)).or_default() += 1;
        }
    }
    let off = input.waves.iter().filter_map(|((station, wave), counted)| {
        let expected = noted.get(&(station.as_str(), wave.as_str())).copied().unwrap_or_default();
        let (station, wave, selected) = (station.clone(), wave.clone(), counted.selected);
        (selected != expected).then_some(Deviation { station, wave, selected, expected })
    });
    off.collect()
}

/// Waves with an interval that is not the station's, or a start that is not within it.
pub(super) fn off_the_plan(input: &Input) -> Vec<(String, String)> {
    let off = |((station, _), wave): &(&(String, String), &Wave)| {
        let planned = input.stations.get(station).map(|station| station.interval);
        planned != Some(wave.interval) || !(1..=wave.interval).contains(&wave.start)
    };
    input.waves.iter().filter(off).map(|((station, wave), _)| (station.clone(), wave.clone())).collect()
}

/// Votes on cards, or that there are too few to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// How many of each option.
    Votes(BTreeMap<String, u32>),
    /// Not shown.
    Suppressed,
}

/// The cards of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveTotal {
    /// The station.
    pub station: String,
    /// The wave.
    pub wave: String,
    /// Cards with a vote; not shown where the votes are not.
    pub n: Option<u32>,
    /// The votes.
    pub votes: Shown,
}

/// The cards of every wave. Waves with few cards are not shown, and together they must be enough not to be found by subtracting what is shown from
/// the sum, which is published; if they are not, the smallest of the others is not shown either.
pub(super) fn totals(input: &Input) -> Vec<WaveTotal> {
    let mut waves: BTreeMap<(&str, &str), BTreeMap<String, u32>> =
        input.waves.keys().map(|(station, wave)| ((station.as_str(), wave.as_str()), BTreeMap::new())).collect();
    for card in &input.cards {
        if let (Some(vote), Some(votes)) = (&card.vote, waves.get_mut(&(card.station.as_str(), card.wave.as_str()))) {
            *votes.entry(vote.clone()).or_default() += 1;
        }
    }
    let sizes: Vec<u32> = waves.values().map(|votes| votes.values().sum()).collect();
    let mut hidden: Vec<bool> = sizes.iter().map(|size| *size < SUPPRESSED_BELOW).collect();
    let together = |hidden: &[bool]| -> u32 {
        sizes.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(size, _)| size).sum()
    };
    // What is hidden and empty gives nobody away.
    while (1..SUPPRESSED_BELOW).contains(&together(&hidden)) {
        let Some(next) = (0..sizes.len()).filter(|at| !hidden[*at]).min_by_key(|at| sizes[*at]) else { break };
        hidden[next] = true;
    }
    let shown = waves.into_iter().zip(sizes).zip(hidden).map(|((((station, wave), votes), size), hidden)| WaveTotal {
        station: station.to_owned(),
        wave: wave.to_owned(),
        n: (!hidden).then_some(size),
        votes: if hidden { Shown::Suppressed } else { Shown::Votes(votes) },
    });
    shown.collect()
}
