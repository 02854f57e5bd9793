//! The count as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::ratio::{Estimate, Stratum, combined_ratio, degrees_of_freedom};
use super::super::sample::{Origin, Sample};
use super::compare::{Comparison, bounds, compare};
use super::convergence::{Convergence, Settings, convergence};
use super::report::{Line, Part, Polled, RESPONSE_FLOOR, Relation, Report, STRATUM_FLOOR};

/// How many of the sampled stations of a stratum have reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Stations in the frame.
    pub stations: u32,
    /// Stations drawn.
    pub sampled: u32,
    /// Stations that have reported.
    pub reported: u32,
    /// The part of those drawn that have; missing where none was drawn.
    pub rate: Option<f64>,
}

/// Everything that is estimated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Estimates {
    /// Votes for each option, of those who took part, in the order of the ballot.
    pub shares: Vec<(String, Estimate)>,
    /// Those who took part, of those registered.
    pub turnout: Estimate,
    /// Those who got a ballot, of those registered.
    pub turnout_ballots_received: Estimate,
    /// Invalid ballots, of those issued.
    pub invalid_of_issued: Estimate,
    /// By how much the first is ahead of the second.
    pub lead: Option<Lead>,
}

/// By how much the option with the largest estimate is ahead of the next, of those who took part.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// The first option.
    pub first: String,
    /// The second.
    pub second: String,
    /// The lead. Its `deff` goes by the formula of all ratios.
    pub estimate: Estimate,
    /// The same variance over that of a lead among as many voters drawn one by one, `(p₁ + p₂ − (p₁ − p₂)²) / Σx`.
    pub deff_of_lead: Option<f64>,
}

/// A station whose protocol contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The station.
    pub station: String,
    /// What does not hold.
    pub relations: Vec<Relation>,
}

/// Why nothing of a count is published.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// A stratum of the frame was not sampled.
    NotSampled {
        /// The stratum.
        stratum: String,
    },
    /// A stratum has too few reports to say how stations differ.
    TooFew {
        /// The stratum.
        stratum: String,
        /// How many it has.
        reported: u32,
    },
    /// Too few stations have reported.
    Response {
        /// The stratum, or all of them.
        stratum: Option<String>,
        /// The part that has.
        rate: f64,
        /// The part that must have.
        floor: f64,
    },
    /// Nobody took part.
    NobodyTookPart,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSampled { stratum } => write!(f, "no station of stratum {stratum} was drawn"),
            Self::TooFew { stratum, reported } => {
                write!(f, "stratum {stratum} has {reported} reported stations; fewer than 2 have no variance")
            }
            Self::Response { stratum, rate, floor } => {
                // Rounded down, so that what is below a floor does not look as if it stood on it.
                let (rate, floor) = ((rate * 1000.0).floor() / 10.0, floor * 100.0);
                let of = stratum.as_ref().map_or(String::new(), |stratum| format!(" of stratum {stratum}"));
                write!(f, "{rate:.1} % of the stations drawn{of} have reported, {floor:.0} % are needed")
            }
            Self::NobodyTookPart => f.write_str("nobody took part at the stations that have reported"),
        }
    }
}

/// What a quick count comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct QuickCount {
    /// How the sample came about.
    pub origin: Origin,
    /// Response by stratum.
    pub response: BTreeMap<String, Response>,
    /// Response of the whole sample.
    pub response_rate: f64,
    /// Degrees of freedom of the margins.
    pub df: u32,
    /// The estimates.
    pub estimates: Estimates,
    /// How they went.
    pub convergence: Vec<Convergence>,
    /// When the last of them had converged.
    pub converged_at_minute: Option<u32>,
    /// The lowest and highest share of each option that missing stations leave possible.
    pub bounds: Vec<(String, Option<(f64, f64)>)>,
    /// Facts of the frame, of those that have reported beside those that have not.
    pub comparison: Vec<Comparison>,
    /// Stations whose protocols contradict themselves. They are in the estimates: to leave them out would bias them.
    pub failed: Vec<Failed>,
    /// The estimates without those, where there are some.
    pub without_failed: Option<Estimates>,
    /// Why nothing is published.
    pub reasons: Vec<Reason>,
}

impl QuickCount {
    /// Whether response and variance allow to show shares. That the law allows it, too, is not known here.
    #[must_use]
    pub fn publishable(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Reports that are not of this count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    /// Of a station that was not drawn: it may be right, and it is no part of a sample.
    #[error("station `{0}` is not in the sample")]
    NotSampled(String),
    /// With another number of options.
    #[error("station `{0}` has votes for another number of options")]
    OtherBallot(String),
}

/// Counts what has been reported of a sample. `options` are those of the ballot, against all among them.
///
/// # Errors
/// [`NotCounted`] for a report that does not belong to the sample or the ballot.
pub fn quick_count(
    sample: &Sample,
    options: &[String],
    reports: &BTreeMap<String, Report>,
    settings: &Settings,
) -> Result<QuickCount, NotCounted> {
    let polled = Polled::all(sample, reports);
    let drawn: BTreeSet<&str> = polled.iter().flat_map(|part| &part.lines).map(|line| line.station).collect();
    if let Some(station) = reports.keys().find(|station| !drawn.contains(station.as_str())) {
        return Err(NotCounted::NotSampled(station.clone()));
    }
    if let Some((station, _)) = reports.iter().find(|(_, report)| report.votes.len() != options.len()) {
        return Err(NotCounted::OtherBallot(station.clone()));
    }
    let failed: Vec<Failed> = polled.iter().flat_map(|part| &part.lines).filter_map(failed).collect();
    let left_out: BTreeSet<&str> = failed.iter().map(|failed| failed.station.as_str()).collect();
    let without_failed = (!failed.is_empty()).then(|| {
        let kept = polled.iter().cloned().map(|mut part| {
            part.lines.retain(|line| !left_out.contains(line.station));
            part
        });
        estimates(&kept.collect::<Vec<_>>(), options)
    });
    let convergence = convergence(&polled, options, settings);
    let converged: Option<Vec<u32>> = convergence.iter().map(|option| option.converged_at_minute).collect();
    let (reported, sampled) = polled.iter().fold((0.0, 0.0), |(reported, sampled), part| {
        (reported + f64::from(part.reported()), sampled + f64::from(part.sampled))
    });
    let response_rate = if sampled > 0.0 { reported / sampled } else { 0.0 };
    let estimates = estimates(&polled, options);
    let votes = |option: usize| move |report: &Report| f64::from(report.votes[option]);
    Ok(QuickCount {
        origin: sample.origin(),
        response: polled.iter().map(response).collect(),
        response_rate,
        df: degrees_of_freedom(&clusters(&polled, &took_part, &took_part)),
        bounds: options
            .iter()
            .enumerate()
            .map(|(index, option)| (option.clone(), bounds(&polled, &votes(index), &took_part)))
            .collect(),
        converged_at_minute: converged.and_then(|minutes| minutes.into_iter().max()),
        convergence,
        comparison: compare(&polled),
        reasons: reasons(&polled, response_rate, &estimates),
        estimates,
        failed,
        without_failed,
    })
}

fn took_part(report: &Report) -> f64 {
    f64::from(report.took_part)
}

fn failed(line: &Line<'_>) -> Option<Failed> {
    let relations = line.report?.failed();
    (!relations.is_empty()).then(|| Failed { station: line.station.to_owned(), relations })
}

fn response(part: &Polled<'_>) -> (String, Response) {
    let (stations, sampled, reported, rate) = (part.stations, part.sampled, part.reported(), part.rate());
    (part.name.to_owned(), Response { stations, sampled, reported, rate })
}

fn clusters(polled: &[Polled<'_>], y: Part<'_>, x: Part<'_>) -> Vec<Stratum> {
    polled.iter().map(|part| part.clusters(y, x, &|_| true)).collect()
}

fn estimates(polled: &[Polled<'_>], options: &[String]) -> Estimates {
    let ratio = |y: Part<'_>, x: Part<'_>| combined_ratio(&clusters(polled, y, x));
    let registered = |report: &Report| f64::from(report.registered);
    let issued = |report: &Report| f64::from(report.issued);
    let share = |(index, option): (usize, &String)| {
        (option.clone(), ratio(&|report| f64::from(report.votes[index]), &took_part))
    };
    let shares: Vec<(String, Estimate)> = options.iter().enumerate().map(share).collect();
    Estimates {
        turnout: ratio(&took_part, &registered),
        turnout_ballots_received: ratio(&issued, &registered),
        invalid_of_issued: ratio(&|report| f64::from(report.invalid), &issued),
        lead: lead(polled, &shares),
        shares,
    }
}

fn lead(polled: &[Polled<'_>], shares: &[(String, Estimate)]) -> Option<Lead> {
    let mut order: Vec<(usize, f64)> =
        shares.iter().enumerate().filter_map(|(index, (_, share))| Some((index, share.estimate?))).collect();
    // Stable, so that of two that are equal the one that stands first on the ballot is first.
    order.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let [(first, p), (second, q), ..] = order[..] else { return None };
    let difference = |report: &Report| f64::from(report.votes[first]) - f64::from(report.votes[second]);
    let estimate = combined_ratio(&clusters(polled, &difference, &took_part));
    let voters: f64 = polled.iter().flat_map(Polled::reports).map(took_part).sum();
    let simple = (p + q - (p - q).powi(2)) / voters;
    let deff_of_lead = estimate.se_without_fpc.filter(|_| simple > 0.0).map(|se| se * se / simple);
    Some(Lead { first: shares[first].0.clone(), second: shares[second].0.clone(), estimate, deff_of_lead })
}

fn reasons(polled: &[Polled<'_>], response_rate: f64, estimates: &Estimates) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if response_rate < RESPONSE_FLOOR {
        reasons.push(Reason::Response { stratum: None, rate: response_rate, floor: RESPONSE_FLOOR });
    }
    for part in polled {
        let stratum = || part.name.to_owned();
        let Some(rate) = part.rate() else {
            reasons.push(Reason::NotSampled { stratum: stratum() });
            continue;
        };
        if rate < STRATUM_FLOOR {
            reasons.push(Reason::Response { stratum: Some(stratum()), rate, floor: STRATUM_FLOOR });
        }
        if !part.clusters(&took_part, &took_part, &|_| true).has_variance() {
            reasons.push(Reason::TooFew { stratum: stratum(), reported: part.reported() });
        }
    }
    let complete = polled.iter().all(|part| part.reported() > 0);
    if complete && estimates.shares.iter().any(|(_, share)| share.estimate.is_none()) {
        reasons.push(Reason::NobodyTookPart);
    }
    reasons
}
