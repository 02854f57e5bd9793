//! Whether the stations that have not reported are others than those that have, and what they could change.
//!
//! Facts of the frame are known of both. Had chance alone decided which stations are missing, the sum of a fact over the missing ones of a
//! stratum would be that of a simple random sample of the drawn ones: its mean `k x̄`, its variance `k (1 − k/n) s²` for k missing of n
//! (Cochran 1977, 2.5 and 2.6). The difference is added up over strata and given in standard errors.

use std::collections::{BTreeMap, BTreeSet};

use super::super::frame::Fact;
use super::super::ratio::count;
use super::report::{Part, Polled};

/// Words of a fact that are compared one by one; a fact with more is a name, and says nothing.
const MOST_WORDS: usize = 12;

/// A fact of the frame, of stations that have reported beside those that have not.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The fact, and the word of it that is counted where it is one of some words.
    pub fact: String,
    /// That word.
    pub word: Option<String>,
    /// Its mean, or the word's share, over those that have reported, weighted as drawn.
    pub reported: f64,
    /// Over those that have not.
    pub missing: f64,
    /// By how many standard errors those that have not lie above what chance would give; nothing where nothing differs.
    pub standard_errors: Option<f64>,
}

/// Compares every fact that is known of all sampled stations.
pub(super) fn compare(polled: &[Polled<'_>]) -> Vec<Comparison> {
    let lines = || polled.iter().flat_map(|stratum| &stratum.lines);
    if lines().all(|line| line.report.is_some()) || lines().all(|line| line.report.is_none()) {
        return Vec::new();
    }
    let names: BTreeSet<&String> = lines().flat_map(|line| line.facts.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let facts: Option<Vec<&Fact>> = lines().map(|line| line.facts.get(name)).collect();
        let Some(facts) = facts else { continue };
        if facts.iter().all(|fact| matches!(fact, Fact::Number(_))) {
            found.push(compare_one(polled, name, None));
            continue;
        }
        let words: BTreeSet<String> = facts.iter().map(|fact| word(fact)).collect();
        if (2..=MOST_WORDS).contains(&words.len()) {
            found.extend(words.into_iter().map(|word| compare_one(polled, name, Some(word))));
        }
    }
    found
}

fn word(fact: &Fact) -> String {
    match fact {
        Fact::Number(number) => number.to_string(),
        Fact::Word(word) => word.clone(),
    }
}

fn compare_one(polled: &[Polled<'_>], name: &str, counted: Option<String>) -> Comparison {
    let value = |facts: &BTreeMap<String, Fact>| match (facts.get(name), &counted) {
        (Some(Fact::Number(number)), None) => *number,
        (Some(fact), Some(counted)) => f64::from(u8::from(word(fact) == *counted)),
        (_, None) | (None, _) => 0.0,
    };
    // Sums of weights and of weighted values: [missing, reported].
    let mut weighted = [(0.0, 0.0); 2];
    let (mut difference, mut variance) = (0.0, 0.0);
    for stratum in polled.iter().filter(|stratum| !stratum.lines.is_empty()) {
        let drawn = count(stratum.lines.len());
        let weight = f64::from(stratum.stations) / drawn;
        let mean = stratum.lines.iter().map(|line| value(line.facts)).sum::<f64>() / drawn;
        let mut squares = 0.0;
        let mut missing = 0_u32;
        for line in &stratum.lines {
            let (value, here) = (value(line.facts), usize::from(line.report.is_some()));
            weighted[here].0 += weight;
            weighted[here].1 += weight * value;
            squares += (value - mean).powi(2);
            if line.report.is_none() {
                missing += 1;
                difference += value - mean;
            }
        }
        let missing = f64::from(missing);
        if drawn > 1.0 {
            variance += missing * (1.0 - missing / drawn) * squares / (drawn - 1.0);
        }
    }
    let [missing, reported] = weighted.map(|(weights, sum)| sum / weights);
    let standard_errors = (variance > 0.0).then(|| difference / variance.sqrt());
    Comparison { fact: name.to_owned(), word: counted, reported, missing, standard_errors }
}

/// The lowest and the highest share that the missing stations leave possible: each taken for as large as its stratum's mean, with the
/// lowest or the highest share that was reported there. Nothing where a stratum has no report.
pub(super) fn bounds(polled: &[Polled<'_>], y: Part<'_>, x: Part<'_>) -> Option<(f64, f64)> {
    let (mut low, mut high, mut all) = (0.0, 0.0, 0.0);
    for stratum in polled {
        let reported = f64::from(stratum.reported());
        if reported == 0.0 {
            return None;
        }
        let (mut ys, mut xs) = (0.0, 0.0);
        let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
        for report in stratum.reports() {
            let (y, x) = (y(report), x(report));
            ys += y;
            xs += x;
            if x > 0.0 {
                lowest = lowest.min(y / x);
                highest = highest.max(y / x);
            }
        }
        let sampled = f64::from(stratum.sampled);
        let weight = f64::from(stratum.stations) / sampled;
        // Where nobody took part anywhere, the missing stations are taken for the same.
        let silent = if xs > 0.0 { (sampled - reported) * xs / reported } else { 0.0 };
        let filled = |share: f64| if silent > 0.0 { ys + silent * share } else { ys };
        low += weight * filled(lowest);
        high += weight * filled(highest);
        all += weight * (xs + silent);
    }
    (all > 0.0).then(|| (low / all, high / all))
}
