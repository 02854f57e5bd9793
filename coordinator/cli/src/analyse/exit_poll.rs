//! `kuager analyse exit-poll`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use kuager_analysis::estimate::exit_poll as poll;
use kuager_analysis::estimate::table::MOST_BYTES;

use super::json;
use super::words::{EMBARGO, percent};
use crate::error::CliError;
use crate::files::read_bounded;

/// What voters who leave sampled stations say they voted.
#[derive(Debug, Args)]
pub(crate) struct ExitPoll {
    /// Sampled stations: stratum, station, registered, stratum_registered, stations_drawn, pi, interval.
    #[arg(long, value_name = "FILE")]
    stations: PathBuf,
    /// Waves: station, wave, interval, start, passed, selected.
    #[arg(long, value_name = "FILE")]
    waves: PathBuf,
    /// Voters chosen: station, wave, disposition, sex, age.
    #[arg(long, value_name = "FILE")]
    contacts: PathBuf,
    /// Cards: station, wave, vote, sex, age; without a vote it is a partial.
    #[arg(long, value_name = "FILE")]
    cards: PathBuf,
    /// Who took part, once it is known: stratum, took_part. Without it, who was counted leaving.
    #[arg(long, value_name = "FILE")]
    turnout: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ExitPoll {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), CliError> {
        let read = |path: &Path| Ok::<_, CliError>((path.display().to_string(), read_bounded(path, MOST_BYTES)?));
        let (stations, waves) = (read(&self.stations)?, read(&self.waves)?);
        let (contacts, cards) = (read(&self.contacts)?, read(&self.cards)?);
        let turnout = self.turnout.as_deref().map(read).transpose()?;
        fn file((name, bytes): &(String, Vec<u8>)) -> poll::File<'_> {
            (name, bytes)
        }
        let input = poll::read(&poll::Files {
            stations: file(&stations),
            waves: file(&waves),
            contacts: file(&contacts),
            cards: file(&cards),
            turnout: turnout.as_ref().map(file),
        })?;
        let polled = poll::exit_poll(&input);
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&json::exit_poll(&polled))?)?;
            return Ok(());
        }
        say(&polled, out)
    }
}

fn say(polled: &poll::ExitPoll, out: &mut dyn Write) -> Result<(), CliError> {
    let (drawn, reached) = polled.stations.values().fold((0_u64, 0_u64), |(drawn, reached), stations| {
        (drawn + u64::from(stations.drawn), reached + u64::from(stations.reached))
    });
    let waves = polled.waves.len();
    writeln!(out, "stations    {reached} reached of {drawn} drawn, {waves} waves, {} cards with a vote", polled.n)?;
    let rates = &polled.rates;
    let (rr1, refused) = (percent(rates.rr1()), percent(rates.ref1()));
    writeln!(out, "response    {rr1} answered (RR1), {refused} refused")?;
    if !polled.deviations.is_empty() {
        writeln!(out, "deviations  {} waves chose other voters than the counter gives", polled.deviations.len())?;
    }
    if !polled.publishable() {
        for reason in &polled.reasons {
            writeln!(out, "no result   {reason}")?;
        }
        writeln!(out, "No share is shown. --json has the arithmetic for whoever checks it.")?;
        return Ok(());
    }
    let shares = polled.estimates.get(&poll::Stage::Final).into_iter().flatten();
    for (option, share) in polled.options.iter().zip(shares) {
        let (low, high) = (percent(share.estimate.low), percent(share.estimate.high));
        let deff = share.deff_replace.map_or_else(|| "–".to_owned(), |deff| format!("{deff:.1}"));
        let estimate = percent(share.estimate.estimate);
        writeln!(out, "{estimate:>9}  {low:>9} .. {high:>9}  {option} (design effect {deff})")?;
    }
    writeln!(
        out,
        "Intervals hold in 95 of 100 samples, if those who did not answer voted like those of their sex and age who did.\n{EMBARGO}"
    )?;
    Ok(())
}
