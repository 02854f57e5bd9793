//! The exit poll as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::cells::Adjustment;
use super::clusters::{Share, Weighed, kish, shares};
use super::input::{Age, Disposition, Input};
use super::rates::{Rates, completes_are_listed};
use super::waves::{Deviation, WaveTotal, off_the_counter, off_the_list, off_the_plan, totals};

/// How far the weights go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Cards as they are.
    Unweighted,
    /// By the chance that a voter had to be chosen.
    Base,
    /// And by who did not answer.
    Nonresponse,
    /// And to those who took part in each stratum.
    Final,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Unweighted, Self::Base, Self::Nonresponse, Self::Final];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unweighted => "unweighted",
            Self::Base => "base",
            Self::Nonresponse => "nonresponse",
            Self::Final => "final",
        }
    }
}

/// Why nothing of a poll is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No card has a vote.
    NoVotes,
    /// None of a stratum's cards has.
    NoVotesOf {
        /// The stratum.
        stratum: String,
    },
    /// A stratum has too few stations with waves to say how stations differ.
    TooFew {
        /// The stratum.
        stratum: String,
        /// Stations with waves.
        reached: u32,
    },
    /// A stratum that people took part in and no station was drawn of.
    NotSampled {
        /// The stratum.
        stratum: String,
    },
    /// Nobody noted who did not answer, so no response rate is known.
    NoContacts,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVotes => f.write_str("no card has a vote"),
            Self::NoVotesOf { stratum } => write!(f, "no card of stratum {stratum} has a vote"),
            Self::TooFew { stratum, reached } => {
                write!(f, "stratum {stratum} has {reached} stations with waves; fewer than 2 have no variance")
            }
            Self::NotSampled { stratum } => write!(f, "no station of stratum {stratum} was drawn"),
            Self::NoContacts => f.write_str("nobody noted who did not answer, so there is no response rate to publish"),
        }
    }
}

/// Stations of a stratum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stations {
    /// Drawn, by the plan.
    pub drawn: u32,
    /// Listed in the file.
    pub listed: u32,
    /// With at least one wave.
    pub reached: u32,
}

/// Who was chosen and who refused, by stratum, sex and age as seen.
pub type Refusals = BTreeMap<(String, Option<String>, Option<Age>), u32>;

/// What an exit poll comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct ExitPoll {
    /// What came of the voters chosen.
    pub rates: Rates,
    /// The same by stratum.
    pub rates_by_stratum: BTreeMap<String, Rates>,
    /// Refusals by stratum, sex and age as seen.
    pub refusals: Refusals,
    /// Stations by stratum.
    pub stations: BTreeMap<String, Stations>,
    /// The base weight of every station.
    pub weights_base: BTreeMap<String, f64>,
    /// The adjustment of every cell.
    pub adjustment: BTreeMap<(String, String, Age), f64>,
    /// Cells that were put together with others.
    pub collapsed: BTreeSet<(String, String, Age)>,
    /// The options, as cards name them.
    pub options: Vec<String>,
    /// Cards with a vote.
    pub n: u32,
    /// The shares of the options at every stage.
    pub estimates: BTreeMap<Stage, Vec<Share>>,
    /// By how much unequal weights dilute the number of cards, at every stage.
    pub kish: BTreeMap<Stage, Option<f64>>,
    /// Whether the last stage goes by the turnout that was given, and not by the interviewers' counts.
    pub by_turnout: bool,
    /// Waves in which others were chosen than the counter gives.
    pub deviations: Vec<Deviation>,
    /// Waves in which another number was noted than chosen.
    pub contacts_off: Vec<Deviation>,
    /// Waves with another interval than the station's, or a start outside of it.
    pub plan_off: Vec<(String, String)>,
    /// Stations whose chance is not `n M_i / M`: drawn in any case, or a mistake.
    pub chance_off: Vec<String>,
    /// The cards of every wave.
    pub waves: Vec<WaveTotal>,
    /// Why nothing is published.
    pub reasons: Vec<Reason>,
}

impl ExitPoll {
    /// Whether it can be published by what is here. That the law allows it, too, is not known here.
    #[must_use]
    pub fn publishable(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// How far a chance may lie from `n M_i / M`, in parts of it: what rounding in a table makes.
const CHANCE_ROUNDED: f64 = 0.001;

/// Works out an exit poll.
#[must_use]
pub fn exit_poll(input: &Input) -> ExitPoll {
    let reached: BTreeSet<&str> = input.waves.keys().map(|(station, _)| station.as_str()).collect();
    let mut stations: BTreeMap<String, Stations> = BTreeMap::new();
    for (key, station) in &input.stations {
        let counted = stations.entry(station.stratum.clone()).or_default();
        counted.drawn = station.stations_drawn;
        counted.listed += 1;
        counted.reached += u32::from(reached.contains(key.as_str()));
    }
    let rates = Rates::of(input, &|_| true);
    let adjustment = Adjustment::of(input);
    let options: BTreeSet<&String> = input.cards.iter().filter_map(|card| card.vote.as_ref()).collect();
    let cards = Cards::of(input, &stations, &options, &adjustment, &rates);
    let n = cards.by_stage[&Stage::Unweighted].len();
    let sizes: Vec<usize> = stations.values().map(|stations| stations.reached as usize).collect();
    let shares = |(stage, cards): (&Stage, &Vec<Weighed>)| (*stage, shares(cards, &sizes, options.len()));
    let by_stratum = |stratum: &String| {
        let of = |station: &str| input.stations.get(station).is_some_and(|station| station.stratum == *stratum);
        (stratum.clone(), Rates::of(input, &of))
    };
    ExitPoll {
        rates_by_stratum: stations.keys().map(by_stratum).collect(),
        refusals: refusals(input),
        weights_base: input.stations.iter().map(|(key, station)| (key.clone(), station.base_weight())).collect(),
        n: u32::try_from(n).unwrap_or(u32::MAX),
        estimates: cards.by_stage.iter().map(shares).collect(),
        kish: cards.by_stage.iter().map(|(stage, cards)| (*stage, kish(cards))).collect(),
        by_turnout: input.took_part.is_some(),
        deviations: off_the_counter(input),
        contacts_off: off_the_list(input, completes_are_listed(input)),
        plan_off: off_the_plan(input),
        chance_off: chance_off(input),
        waves: totals(input),
        reasons: reasons(input, &stations, &cards.with_votes, &rates),
        adjustment: adjustment.cells,
        collapsed: adjustment.collapsed,
        options: options.into_iter().cloned().collect(),
        rates,
        stations,
    }
}

/// Cards with a vote, with the weights of every stage.
struct Cards {
    by_stage: BTreeMap<Stage, Vec<Weighed>>,
    /// Strata that have such cards.
    with_votes: BTreeSet<String>,
}

impl Cards {
    fn of(
        input: &Input,
        strata: &BTreeMap<String, Stations>,
        options: &BTreeSet<&String>,
        adjustment: &Adjustment,
        rates: &Rates,
    ) -> Self {
        let stratum_at: BTreeMap<&str, usize> = strata.keys().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
        let station_at: BTreeMap<&str, usize> =
            input.stations.keys().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
        let option_at: BTreeMap<&str, usize> = options.iter().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
        let mut by_stage: BTreeMap<Stage, Vec<Weighed>> = Stage::ALL.map(|stage| (stage, Vec::new())).into();
        let mut sums = vec![0.0; strata.len()];
        for card in &input.cards {
            let (Some(vote), Some(station)) = (&card.vote, input.stations.get(&card.station)) else { continue };
            let base = station.base_weight();
            let adjusted = base * adjustment.of_card(&station.stratum, card.sex.as_ref(), card.age).unwrap_or(1.0);
            let stratum = stratum_at[station.stratum.as_str()];
            sums[stratum] += adjusted;
            let (station, option) = (station_at[card.station.as_str()], option_at[vote.as_str()]);
            for (stage, weight) in Stage::ALL.into_iter().zip([1.0, base, adjusted, adjusted]) {
                by_stage.entry(stage).or_default().push(Weighed { stratum, station, option, weight });
            }
        }
        let took_part = took_part(input, rates);
        let part: Vec<f64> = strata.keys().map(|stratum| took_part.get(stratum).copied().unwrap_or_default()).collect();
        for card in by_stage.entry(Stage::Final).or_default() {
            card.weight *= part[card.stratum] / sums[card.stratum];
        }
        let with_votes = strata.keys().zip(&sums).filter(|(_, sum)| **sum > 0.0).map(|(name, _)| name.clone());
        Self { by_stage, with_votes: with_votes.collect() }
    }
}

/// Who took part in each stratum: as given, or by those who left the stations that were reached, less the part of them that had not voted there.
fn took_part(input: &Input, rates: &Rates) -> BTreeMap<String, f64> {
    if let Some(took_part) = &input.took_part {
        return took_part.clone();
    }
    let eligible = 1.0 - rates.ineligible_share().unwrap_or_default();
    let mut took_part: BTreeMap<String, f64> = BTreeMap::new();
    for ((station, _), wave) in &input.waves {
        if let Some(station) = input.stations.get(station) {
            let passed = f64::from(wave.passed) * eligible / station.pi;
            *took_part.entry(station.stratum.clone()).or_default() += passed;
        }
    }
    took_part
}

fn refusals(input: &Input) -> Refusals {
    let mut refusals = Refusals::new();
    for contact in input.contacts.iter().filter(|contact| contact.disposition == Disposition::Refused) {
        if let Some(station) = input.stations.get(&contact.station) {
            *refusals.entry((station.stratum.clone(), contact.sex.clone(), contact.age)).or_default() += 1;
        }
    }
    refusals
}

fn chance_off(input: &Input) -> Vec<String> {
    let off = input.stations.iter().filter(|(_, station)| {
        let registered = f64::from(station.registered) / f64::from(station.stratum_registered);
        let planned = f64::from(station.stations_drawn) * registered;
        (station.pi / planned - 1.0).abs() > CHANCE_ROUNDED
    });
    off.map(|(key, _)| key.clone()).collect()
}

fn reasons(
    input: &Input,
    stations: &BTreeMap<String, Stations>,
    with_votes: &BTreeSet<String>,
    rates: &Rates,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if with_votes.is_empty() {
        reasons.push(Reason::NoVotes);
    }
    for (stratum, counted) in stations {
        let stratum = || stratum.clone();
        if counted.reached < 2 {
            reasons.push(Reason::TooFew { stratum: stratum(), reached: counted.reached });
        }
        if !with_votes.is_empty() && !with_votes.contains(&stratum()) {
            reasons.push(Reason::NoVotesOf { stratum: stratum() });
        }
    }
    for stratum in input.took_part.iter().flatten().filter(|(_, part)| **part > 0.0).map(|(stratum, _)| stratum) {
        if !stations.contains_key(stratum) {
            reasons.push(Reason::NotSampled { stratum: stratum.clone() });
        }
    }
    let silent = [rates.partial, rates.refused, rates.missed, rates.language, rates.unknown, rates.not_eligible];
    if input.contacts.is_empty() && silent.iter().all(|count| *count == 0) && !with_votes.is_empty() {
        reasons.push(Reason::NoContacts);
    }
    reasons
}
