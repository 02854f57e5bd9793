//! What is counted of a station, and the sample with what has come from it.

use std::collections::BTreeMap;

use super::super::frame::Fact;
use super::super::ratio::{Cluster, Stratum};
use super::super::sample::Sample;

/// Share of all sampled stations that must have reported before anything is published.
pub const RESPONSE_FLOOR: f64 = 0.9;
/// Share of the sampled stations of each stratum.
pub const STRATUM_FLOOR: f64 = 0.8;

/// The numbers of one protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Minutes after the polls closed at which it arrived; below nothing where a station closed early.
    pub arrived: f64,
    /// Voters on the list, P01.
    pub registered: u32,
    /// Voters who got a ballot, P02.
    pub issued: u32,
    /// Who took part, P04: by the law without invalid ballots, with those against all.
    pub took_part: u32,
    /// Invalid ballots, P07.
    pub invalid: u32,
    /// Votes for each option in the order of the ballot, P05 and P06.
    pub votes: Vec<u32>,
}

/// Relations of a protocol that a count stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// No more ballots were issued than there are voters.
    K01,
    /// No more ballots were found than issued.
    K04,
    /// The votes come to those who took part, with or without invalid ballots as the form has it.
    K05,
}

impl Relation {
    /// Its number in the catalogue.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::K01 => "K01",
            Self::K04 => "K04",
            Self::K05 => "K05",
        }
    }
}

impl Report {
    /// Relations that do not hold.
    #[must_use]
    pub fn failed(&self) -> Vec<Relation> {
        let votes: u64 = self.votes.iter().copied().map(u64::from).sum();
        let found = votes + u64::from(self.invalid);
        let took_part = u64::from(self.took_part);
        let checks = [
            (Relation::K01, self.issued <= self.registered),
            (Relation::K04, found <= u64::from(self.issued)),
            (Relation::K05, took_part == votes || took_part == found),
        ];
        checks.into_iter().filter(|(_, holds)| !holds).map(|(relation, _)| relation).collect()
    }
}

/// A number of a report.
pub(super) type Part<'a> = &'a dyn Fn(&Report) -> f64;

/// A sampled station that is known by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) station: &'a str,
    pub(super) facts: &'a BTreeMap<String, Fact>,
    pub(super) report: Option<&'a Report>,
}

/// A stratum of the sample with what has come from it.
#[derive(Debug, Clone)]
pub(super) struct Polled<'a> {
    pub(super) name: &'a str,
    pub(super) stations: u32,
    pub(super) sampled: u32,
    pub(super) lines: Vec<Line<'a>>,
}

impl<'a> Polled<'a> {
    /// Every stratum of a sample.
    pub(super) fn all(sample: &'a Sample, reports: &'a BTreeMap<String, Report>) -> Vec<Self> {
        let strata = sample.strata().iter();
        let polled = strata.map(|(name, stratum)| {
            let lines = stratum.drawn.iter();
            let lines =
                lines.map(|(station, drawn)| Line { station, facts: &drawn.facts, report: reports.get(station) });
            Self { name, stations: stratum.stations, sampled: stratum.sampled, lines: lines.collect() }
        });
        polled.collect()
    }

    pub(super) fn reports(&self) -> impl Iterator<Item = &'a Report> {
        self.lines.iter().filter_map(|line| line.report)
    }

    pub(super) fn reported(&self) -> u32 {
        u32::try_from(self.reports().count()).unwrap_or(u32::MAX)
    }

    pub(super) fn rate(&self) -> Option<f64> {
        (self.sampled > 0).then(|| f64::from(self.reported()) / f64::from(self.sampled))
    }

    /// A ratio's clusters, of the reports that `takes` lets in.
    pub(super) fn clusters(&self, y: Part<'_>, x: Part<'_>, takes: &dyn Fn(&Report) -> bool) -> Stratum {
        let reports = self.reports().filter(|report| takes(report));
        Stratum {
            stations: self.stations,
            reported: reports.map(|report| Cluster { y: y(report), x: x(report) }).collect(),
        }
    }
}
