//! `kuager sample size`

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use kuager_analysis::estimate::quantile::{Z95, Z99};
use kuager_analysis::estimate::size::{
    exit_poll_margin, margin_by_spread, stations_by_spread, stations_by_voters, with_reserve,
};

use crate::error::CliError;

/// Say how many stations a sample needs.
#[derive(Debug, Subcommand)]
pub(crate) enum Size {
    /// By how much stations differ: what to plan with.
    Stations(Stations),
    /// By voters, as the guide of the National Democratic Institute has it: as if voters of a station did not vote alike.
    Voters(Voters),
    /// What margin an exit poll of that many stations will have.
    ExitPoll(ExitPoll),
}

/// By how much stations differ.
#[derive(Debug, Args)]
pub(crate) struct Stations {
    /// Standard deviation of the share between stations, at the last election: 0.15 is usual.
    #[arg(long, value_name = "S")]
    spread: f64,
    /// Half of the interval that is wanted: 0.02 for two per cent.
    #[arg(long, value_name = "E")]
    margin: f64,
    /// Stations that the frame has.
    #[arg(long, value_name = "M")]
    stations: u32,
    #[command(flatten)]
    sure: Sure,
    /// The part of the stations that is expected to report.
    #[arg(long, value_name = "PART", default_value_t = 0.9)]
    response: f64,
}

/// How sure the interval is.
#[derive(Debug, Args)]
struct Sure {
    /// In how many of 100 samples the interval holds.
    #[arg(long, value_name = "95|99", default_value = "95", value_parser = ["95", "99"])]
    confidence: String,
    /// The same as standard errors.
    #[arg(long, value_name = "Z", conflicts_with = "confidence")]
    z: Option<f64>,
}

impl Sure {
    fn z(&self) -> f64 {
        self.z.unwrap_or(if self.confidence == "99" { Z99 } else { Z95 })
    }
}

/// By voters.
#[derive(Debug, Args)]
pub(crate) struct Voters {
    /// The share that is expected; a half is the worst.
    #[arg(long, value_name = "P", default_value_t = 0.5)]
    share: f64,
    /// Half of the interval that is wanted.
    #[arg(long, value_name = "E")]
    margin: f64,
    /// Registered voters.
    #[arg(long, value_name = "N")]
    voters: u32,
    /// Voters of a station, on average.
    #[arg(long, value_name = "N")]
    per_station: f64,
    #[command(flatten)]
    sure: Sure,
}

/// What margin an exit poll will have.
#[derive(Debug, Args)]
pub(crate) struct ExitPoll {
    /// Stations.
    #[arg(long, value_name = "N")]
    stations: u32,
    /// Cards at each.
    #[arg(long, value_name = "N")]
    cards: u32,
    /// How alike the answers at one station are, from 0 to 1.
    #[arg(long, value_name = "RHO", default_value_t = 0.05)]
    alike: f64,
    /// The share that is expected.
    #[arg(long, value_name = "P", default_value_t = 0.5)]
    share: f64,
}

impl Size {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self {
            Self::Stations(by) => {
                let z = by.sure.z();
                let wrong = "spread up to 0.5, margin below 1, stations above 0, response up to 1";
                let stations =
                    stations_by_spread(by.spread, by.margin, by.stations, z).ok_or(CliError::Senseless(wrong))?;
                let drawn = with_reserve(stations, by.response).ok_or(CliError::Senseless(wrong))?.min(by.stations);
                let margin = margin_by_spread(by.spread, stations, by.stations, z);
                let margin = margin.ok_or(CliError::Senseless(wrong))?;
                writeln!(out, "stations    {stations} must report, for a margin of {:.2} %", margin * 100.0)?;
                writeln!(out, "to draw     {drawn}, where {:.0} % report", by.response * 100.0)?;
            }
            Self::Voters(by) => {
                let size = stations_by_voters(by.share, by.margin, by.voters, by.per_station, by.sure.z());
                let wrong = "share and margin between 0 and 1, voters above 0, at least one per station";
                let size = size.ok_or(CliError::Senseless(wrong))?;
                writeln!(out, "voters      {}", size.voters)?;
                writeln!(out, "stations    {}, by a formula that takes voters for drawn one by one", size.stations)?;
            }
            Self::ExitPoll(by) => {
                let wrong = "stations and cards above 0, alike from 0 to 1, share between 0 and 1";
                let margin = exit_poll_margin(by.share, by.stations, by.cards, by.alike);
                let margin = margin.ok_or(CliError::Senseless(wrong))?;
                let effect = 1.0 + (f64::from(by.cards) - 1.0) * by.alike;
                writeln!(out, "margin      {:.2} %, with a design effect of {effect:.2}", margin * 100.0)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
