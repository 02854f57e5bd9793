//! How the estimate went as reports arrived, and from when on it stood.

use super::super::ratio::{Stratum, combined_ratio};
use super::report::{Polled, RESPONSE_FLOOR, Report, STRATUM_FLOOR};

/// Moments of a count: two days of quarters of an hour. What arrives later is in the count, and in no moment.
const MOST_MOMENTS: u32 = 192;

/// When a count has converged, and how often it is looked at. To be fixed before the day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Minutes between moments.
    pub every: u32,
    /// Response of the whole sample that must be reached.
    pub response: f64,
    /// Response of each stratum.
    pub stratum: f64,
    /// How close together the last three estimates must lie.
    pub within: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { every: 15, response: RESPONSE_FLOOR, stratum: STRATUM_FLOOR, within: 0.005 }
    }
}

/// An estimate with what had arrived by a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Minutes after the polls closed.
    pub minute: u32,
    /// Stations that had reported.
    pub reported: u32,
    /// The estimate; missing while a stratum has fewer than two reports.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
}

/// How the share of one option went.
#[derive(Debug, Clone, PartialEq)]
pub struct Convergence {
    /// The option.
    pub option: String,
    /// The moments in their order.
    pub moments: Vec<Moment>,
    /// The first moment at which it had converged.
    pub converged_at_minute: Option<u32>,
}

/// How the share of every option went.
pub(super) fn convergence(polled: &[Polled<'_>], options: &[String], settings: &Settings) -> Vec<Convergence> {
    let every = settings.every.max(1);
    let reports = || polled.iter().flat_map(Polled::reports);
    let last = reports().map(|report| report.arrived).fold(0.0_f64, f64::max);
    let minutes = (1..=MOST_MOMENTS).map(|step| step.saturating_mul(every));
    // Up to the first moment by which everything had arrived.
    let before = minutes.clone().filter(|minute| f64::from(*minute) < last).count();
    let minutes: Vec<u32> = minutes.take(before + 1).collect();
    let enough: Vec<bool> = minutes.iter().map(|minute| has_enough(polled, f64::from(*minute), settings)).collect();
    let one = |(index, option): (usize, &String)| {
        let moments: Vec<Moment> = minutes.iter().map(|minute| moment(polled, index, *minute)).collect();
        let stands = |at: &usize| enough[*at] && *at >= 2 && lie_within(&moments[*at - 2..=*at], settings.within);
        let converged_at_minute = (0..moments.len()).find(stands).map(|at| moments[at].minute);
        Convergence { option: option.clone(), moments, converged_at_minute }
    };
    options.iter().enumerate().map(one).collect()
}

fn has_enough(polled: &[Polled<'_>], minute: f64, settings: &Settings) -> bool {
    let (mut all, mut sampled) = (0_u32, 0_u32);
    for stratum in polled {
        let arrived = stratum.reports().filter(|report| report.arrived <= minute).count();
        let arrived = u32::try_from(arrived).unwrap_or(u32::MAX);
        if stratum.sampled == 0 || f64::from(arrived) / f64::from(stratum.sampled) < settings.stratum {
            return false;
        }
        all = all.saturating_add(arrived);
        sampled = sampled.saturating_add(stratum.sampled);
    }
    f64::from(all) / f64::from(sampled) >= settings.response
}

fn moment(polled: &[Polled<'_>], option: usize, minute: u32) -> Moment {
    let until = f64::from(minute);
    let votes = |report: &Report| report.votes.get(option).copied().map_or(0.0, f64::from);
    let took_part = |report: &Report| f64::from(report.took_part);
    let strata: Vec<_> =
        polled.iter().map(|stratum| stratum.clusters(&votes, &took_part, &|report| report.arrived <= until)).collect();
    let reported = strata.iter().map(|stratum| stratum.reported.len()).sum::<usize>();
    let reported = u32::try_from(reported).unwrap_or(u32::MAX);
    if !strata.iter().all(Stratum::has_variance) {
        return Moment { minute, reported, estimate: None, se: None };
    }
    let estimate = combined_ratio(&strata);
    Moment { minute, reported, estimate: estimate.estimate, se: estimate.se }
}

fn lie_within(moments: &[Moment], within: f64) -> bool {
    let estimates: Option<Vec<f64>> = moments.iter().map(|moment| moment.estimate).collect();
    let Some(estimates) = estimates else { return false };
    let low = estimates.iter().copied().fold(f64::INFINITY, f64::min);
    let high = estimates.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low <= within
}
