//! `kuager simulate`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use kuager_rehearsal::{Size, simulate};

use crate::data::{Data, wait};
use crate::error::CliError;

/// Make a deployment with a whole election day that never happened, to rehearse with.
///
/// Every record is signed by a device of its own, and goes through the real intake; only the clock is made up. `official.csv` and
/// `planted.json` in the data directory say what the commissions published and what is to be found. Nothing of it can be
/// taken for a real day: it is a deployment with keys of its own.
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// Stations of the country.
    #[arg(long, value_name = "N", default_value_t = Size::SMALL.stations)]
    stations: usize,
    /// Of a hundred stations, how many have an observer.
    #[arg(long, value_name = "N", default_value_t = Size::SMALL.observed)]
    observed: u32,
    /// Of a hundred of these, how many have a second one.
    #[arg(long, value_name = "N", default_value_t = Size::SMALL.twice)]
    twice: u32,
    /// How often each kind of trouble is planted.
    #[arg(long, value_name = "N", default_value_t = Size::SMALL.each)]
    each: usize,
    /// Stations whose official figures differ from the protocol.
    #[arg(long, value_name = "N", default_value_t = Size::SMALL.discrepancies)]
    discrepancies: usize,
    /// As large as Kazakhstan, with some 145,000 records: a minute in a release build.
    #[arg(long, conflicts_with_all = ["stations", "observed", "twice", "each", "discrepancies"])]
    country: bool,
    /// The same number gives the same day.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl Simulate {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let own = Size {
            stations: self.stations,
            observed: self.observed,
            twice: self.twice,
            each: self.each,
            discrepancies: self.discrepancies,
        };
        let size = if self.country { Size::COUNTRY } else { own };
        let mut said = 0;
        let outcome = wait(async {
            let progress = |what: &str, done: usize, all: usize| {
                // To the terminal, not into the result: nobody has to see it.
                if done >= all || done.saturating_sub(said) >= all / 10 || done < said {
                    said = done;
                    let _ = writeln!(io::stderr(), "{what}: {done} of {all}");
                }
            };
            Ok(simulate(data.dir(), size, self.seed, progress).await?)
        })?;
        let dir = data.dir().display();
        writeln!(out, "{} stations, {} devices, {} records", outcome.stations, outcome.devices, outcome.records)?;
        writeln!(out, "{} things to find: {dir}/planted.json", outcome.planted.len())?;
        writeln!(out, "official figures: {dir}/official.csv")?;
        writeln!(out, "Look at it: kuager serve --data {dir}")?;
        Ok(ExitCode::SUCCESS)
    }
}
