//! Weighted shares with stations as ultimate clusters.
//!
//! ```text
//! p      = Σ w y / Σ w                                    z_i = Σ w (y − p) / Σ w  over the cards of station i
//! Var(p) = Σ_h n/(n−1) Σ_i (z_i − z̄)²                      n stations of stratum h that were reached
//! ```
//!
//! Särndal, Swensson, Wretman (1992), chapter 5; Lohr (2010), chapter 9: what happens within a station is in how stations differ. Weights are taken as
//! given, so what they gain or lose by chance themselves is not in it.

use std::collections::BTreeMap;

use super::super::ratio::{Estimate, count};

/// The share of one option.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    /// The share with its margins.
    pub estimate: Estimate,
    /// The variance over that of as many cards drawn one by one from as many voters as the weights come to, without replacement.
    pub deff: Option<f64>,
    /// The same with replacement: `Var ÷ (p (1 − p) / (n − 1))`.
    pub deff_replace: Option<f64>,
}

/// A card with a vote as the estimate sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    /// Its stratum, by number.
    pub(super) stratum: usize,
    /// Its station within the stratum, by number.
    pub(super) station: usize,
    /// Its option, by number.
    pub(super) option: usize,
    /// Its weight.
    pub(super) weight: f64,
}

/// Sums of weights by stratum and station, with one for each option.
struct Sums {
    all: f64,
    by_option: Vec<f64>,
}

/// The shares of all options. `stations` has, for every stratum, how many stations were reached.
pub(super) fn shares(cards: &[Weighed], stations: &[usize], options: usize) -> Vec<Share> {
    let total: f64 = cards.iter().map(|card| card.weight).sum();
    if total <= 0.0 {
        return vec![Share::default(); options];
    }
    let mut sums: BTreeMap<(usize, usize), Sums> = BTreeMap::new();
    for card in cards {
        let new = || Sums { all: 0.0, by_option: vec![0.0; options] };
        let sums = sums.entry((card.stratum, card.station)).or_insert_with(new);
        sums.all += card.weight;
        sums.by_option[card.option] += card.weight;
    }
    let df = stations.iter().map(|stations| stations.saturating_sub(1)).sum::<usize>();
    let df = u32::try_from(df).unwrap_or(u32::MAX);
    let n = count(cards.len());
    let share = |option: usize| {
        let p = sums.values().map(|station| station.by_option[option]).sum::<f64>() / total;
        let residual = |station: &Sums| (station.by_option[option] - p * station.all) / total;
        let variance: Option<f64> =
            stations.iter().enumerate().map(|(stratum, reached)| variance_of(&sums, stratum, *reached, residual)).sum();
        let simple = p * (1.0 - p) / (n - 1.0);
        let over =
            |simple: f64| variance.filter(|_| simple > 0.0 && simple.is_finite()).map(|variance| variance / simple);
        Share {
            estimate: Estimate::with_margins(p, variance.map(f64::sqrt), df),
            deff: over(simple * (1.0 - n / total)),
            deff_replace: over(simple),
        }
    };
    (0..options).map(share).collect()
}

/// What a stratum adds. A station that was reached and has no card counts: its part is nothing, which is as much of a value as any other.
fn variance_of(
    sums: &BTreeMap<(usize, usize), Sums>,
    stratum: usize,
    reached: usize,
    residual: impl Fn(&Sums) -> f64,
) -> Option<f64> {
    match reached {
        0 => return Some(0.0),
        1 => return None,
        _ => {}
    }
    let n = count(reached);
    let of = || sums.range((stratum, 0)..(stratum + 1, 0)).map(|(_, station)| residual(station));
    let mean = of().sum::<f64>() / n;
    let silent = n - count(of().count());
    let squares = of().map(|z| (z - mean).powi(2)).sum::<f64>() + silent * mean * mean;
    Some(n / (n - 1.0) * squares)
}

/// How many cards of one weight these are worth: `(Σw)² / Σw²` (Kish 1965), and how much their number is diluted, `n Σw² / (Σw)²`.
pub(super) fn kish(cards: &[Weighed]) -> Option<f64> {
    let (sum, squares) =
        cards.iter().fold((0.0, 0.0), |(sum, squares), card| (sum + card.weight, squares + card.weight * card.weight));
    (sum > 0.0).then(|| count(cards.len()) * squares / (sum * sum))
}
