//! `kuager sample`: which stations, and how many.

mod size;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use kuager_analysis::estimate::draw::{BySize, Commitment, Hash, Method, Seed, allocate, draw_by_size, draw_simple};
use kuager_analysis::estimate::exit_poll::interval;
use kuager_analysis::estimate::frame::{Fact, Frame};
use kuager_analysis::estimate::sample as drawn;
use kuager_analysis::estimate::table::{MOST_BYTES, Table};
use kuager_coordinator::samples::{self, Given, Plan};
use zeroize::Zeroizing;

use crate::data::Data;
use crate::error::CliError;
use crate::files::{read_bounded, write_new};

/// Draw a sample of stations that anybody can repeat, and say how large it has to be.
///
/// Before the day: `commit`, and publish the commitment and the frame. Then `draw`. After the vote has ended: publish the seed, and anybody can
/// `verify`. Which stations were drawn is secret until then: whoever knows where it is looked can behave there.
#[derive(Debug, Subcommand)]
pub(super) enum Sample {
    /// Say how many stations a sample needs.
    #[command(subcommand)]
    Size(size::Size),
    /// Make a seed, and commit to it, to the frame and to how many stations of each stratum are drawn.
    Commit(Commit),
    /// Draw the stations that frame and seed give.
    Draw(Draw),
    /// Repeat a draw, and compare.
    Verify(Verify),
    /// Let the desk know a sample, so that it makes a quick count or an exit poll of what arrives.
    Use(Use),
}

/// What a draw is made from, once it is opened.
#[derive(Debug, Args)]
pub(crate) struct Opened {
    /// The commitment that was published before.
    #[arg(long, value_name = "FILE", requires = "seed")]
    commitment: Option<PathBuf>,
    /// The file with the seed.
    #[arg(long, value_name = "FILE", requires = "commitment")]
    seed: Option<PathBuf>,
    /// The public value that the commitment names, as it turned out.
    #[arg(long, value_name = "VALUE", requires = "commitment")]
    public_value: Option<String>,
}

impl Opened {
    /// Commitment and seed, where they are given.
    pub(crate) fn read(&self) -> Result<Option<(Commitment, Seed)>, CliError> {
        let (Some(commitment), Some(seed)) = (&self.commitment, &self.seed) else { return Ok(None) };
        let commitment = Commitment::from_json(&read_bounded(commitment, MOST_BYTES)?)?;
        Ok(Some((commitment, read_seed(seed)?)))
    }

    pub(crate) fn value(&self) -> Option<&str> {
        self.public_value.as_deref()
    }

    /// For what is no whole frame: nothing can be drawn from it again.
    pub(crate) fn refuse(&self) -> Result<(), CliError> {
        match self.commitment {
            Some(_) => Err(CliError::Options("--commitment and --seed go with --frame and the whole frame".to_owned())),
            None => Ok(()),
        }
    }

    fn need(&self) -> Result<(Commitment, Seed), CliError> {
        self.read()?.ok_or_else(|| CliError::Options("give --commitment and --seed".to_owned()))
    }
}

/// Commit to a draw.
#[derive(Debug, Args)]
pub(super) struct Commit {
    /// Every station: stratum, station, registered, and whatever else is known of them.
    #[arg(long, value_name = "FILE")]
    frame: PathBuf,
    /// The folder to write `seed` and `commitment.json` into; it is made.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    sizes: Sizes,
    /// Draw with a chance in proportion to registered voters, for an exit poll.
    #[arg(long)]
    pps: bool,
    /// Which public value, unknown today and in nobody's hands, the seed is mixed with: "the numbers of lottery 6/49 of 5 December".
    #[arg(long, value_name = "WHICH")]
    public_value_of: Option<String>,
}

/// How many stations are drawn.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Sizes {
    /// Of all strata together, shared out in proportion to their stations, two each at least.
    #[arg(long, value_name = "N")]
    stations: Option<u32>,
    /// Of one stratum; to be given for each.
    #[arg(long, value_name = "STRATUM=N", value_parser = size_of_stratum)]
    size: Vec<(String, u32)>,
}

fn size_of_stratum(text: &str) -> Result<(String, u32), String> {
    let (stratum, size) = text.rsplit_once('=').ok_or("write it as STRATUM=N")?;
    Ok((stratum.to_owned(), size.parse().map_err(|_| "N is a whole number")?))
}

/// Draw the stations that frame and seed give.
#[derive(Debug, Args)]
pub(super) struct Draw {
    /// The frame that was committed to.
    #[arg(long, value_name = "FILE")]
    frame: PathBuf,
    #[command(flatten)]
    opened: Opened,
    /// The list to write, which is not there yet. Only you can read it.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    interval: Interval,
}

/// Of how many voters one is asked: expected turnout over cards.
#[derive(Debug, Args)]
struct Interval {
    /// For an exit poll: cards wanted at each station.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3_000))]
    cards: Option<u32>,
    /// For an exit poll: the part of registered voters who are expected.
    #[arg(long, value_name = "PART")]
    expected_turnout: Option<f64>,
}

impl Interval {
    fn of(&self, registered: u32) -> Result<u32, CliError> {
        let (Some(cards), Some(turnout)) = (self.cards, self.expected_turnout) else {
            return Err(CliError::Options("stations of an exit poll need --cards and --expected-turnout".to_owned()));
        };
        if !(turnout > 0.0 && turnout <= 1.0) {
            return Err(CliError::Senseless("--expected-turnout is a part above 0 and up to 1"));
        }
        Ok(interval(registered, turnout, cards))
    }
}

/// Let the desk of a deployment know a sample.
///
/// Frame, commitment and seed are kept in the data directory, for you alone; the desk draws the stations again from them. A running desk takes
/// notice by itself. What was committed to is not changed: a second sample of the same kind is refused.
#[derive(Debug, Args)]
pub(super) struct Use {
    /// The frame that was committed to.
    #[arg(long, value_name = "FILE")]
    frame: PathBuf,
    /// The commitment that was published before.
    #[arg(long, value_name = "FILE")]
    commitment: PathBuf,
    /// The file with the seed.
    #[arg(long, value_name = "FILE")]
    seed: PathBuf,
    /// The public value that the commitment names, as it turned out.
    #[arg(long, value_name = "VALUE")]
    public_value: Option<String>,
    #[command(flatten)]
    interval: Interval,
}

impl Use {
    fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let deployment = data.open()?;
        let listed: HashSet<String> =
            deployment.stations(deployment.latest_pack())?.into_iter().map(|station| station.key).collect();
        let (frame, commitment) = (read_bounded(&self.frame, MOST_BYTES)?, read_bounded(&self.commitment, MOST_BYTES)?);
        let seed = read_seed(&self.seed)?;
        let Interval { cards, expected_turnout } = self.interval;
        let plan = Plan { public_value: self.public_value, cards, expected_turnout };
        let given = Given { frame: &frame, commitment: &commitment, seed: &seed, plan };
        let (method, stations) = samples::keep(data.dir(), &given, &|station| listed.contains(station))?;
        let what = match method {
            Method::Simple => "a quick count",
            Method::BySize => "an exit poll",
        };
        writeln!(out, "the desk makes {what} of {stations} stations")?;
        writeln!(
            out,
            "Which they are is secret until the vote has ended; send observers there, and tell nobody else."
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Repeat a draw, and compare.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The frame that was published.
    #[arg(long, value_name = "FILE")]
    frame: PathBuf,
    #[command(flatten)]
    opened: Opened,
    /// The list that was said to be drawn.
    #[arg(long, value_name = "FILE")]
    sample: Option<PathBuf>,
}

impl Sample {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self {
            Self::Use(used) => used.run(data, out),
            Self::Size(size) => size.run(out),
            Self::Commit(commit) => commit.run(out),
            Self::Draw(draw) => draw.run(out),
            Self::Verify(verify) => verify.run(out),
        }
    }
}

fn read_seed(path: &Path) -> Result<Seed, CliError> {
    let text = Zeroizing::new(read_bounded(path, 1_024)?);
    let opened = std::str::from_utf8(&text).ok().and_then(Seed::from_hex);
    opened.ok_or_else(|| CliError::NoSeed(path.to_owned()))
}

fn read_frame(path: &Path) -> Result<Frame, CliError> {
    Ok(Frame::read(&path.display().to_string(), &read_bounded(path, MOST_BYTES)?)?)
}

impl Commit {
    fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let frame = read_frame(&self.frame)?;
        let sizes = match self.sizes.stations {
            Some(stations) => allocate(&frame, stations)?,
            None => self.sizes.size.into_iter().collect(),
        };
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)?;
        let seed = Seed::from_bytes(*bytes);
        let method = if self.pps { Method::BySize } else { Method::Simple };
        let commitment = Commitment::new(method, &frame, &seed, sizes, self.public_value_of)?;
        fs::create_dir_all(&self.output).map_err(|source| CliError::WriteNew { path: self.output.clone(), source })?;
        let (secret, public) = (self.output.join("seed"), self.output.join("commitment.json"));
        write_new(&secret, format!("{}\n", seed.to_hex()).as_bytes())?;
        let text = commitment.to_json();
        write_new(&public, text.as_bytes())?;
        let stations: u64 = commitment.stations.values().copied().map(u64::from).sum();
        writeln!(out, "frame       {}", commitment.frame_sha256)?;
        writeln!(out, "seed        {}, the SHA-256 of its 32 bytes", commitment.seed_sha256)?;
        writeln!(out, "stations    {stations} of {} in {} strata", frame.stations().len(), commitment.stations.len())?;
        writeln!(out, "public      {}: publish it with the frame, before the day", public.display())?;
        writeln!(out, "secret      {}: until the vote has ended, then publish it, too", secret.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Draw {
    fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let frame = read_frame(&self.frame)?;
        let (commitment, seed) = self.opened.need()?;
        let value = self.opened.value();
        let (list, stations) = match commitment.method {
            Method::Simple => {
                let sample = draw_simple(&frame, &commitment, &seed, value)?;
                (table_of(&sample)?, sample.strata().values().map(|stratum| stratum.drawn.len()).sum())
            }
            Method::BySize => {
                let drawn = draw_by_size(&frame, &commitment, &seed, value)?;
                (table_by_size(&drawn, &self.interval)?, drawn.len())
            }
        };
        write_new(&self.output, &list)?;
        writeln!(out, "frame       {}", Hash(frame.sha256()))?;
        writeln!(out, "drawn       {stations} stations, in {}", self.output.display())?;
        writeln!(
            out,
            "Keep the list secret until the vote has ended: whoever knows where it is looked can behave there."
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Verify {
    fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let frame = read_frame(&self.frame)?;
        let (commitment, seed) = self.opened.need()?;
        let value = self.opened.value();
        let drawn: BTreeMap<String, String> = match commitment.method {
            Method::Simple => {
                let sample = draw_simple(&frame, &commitment, &seed, value)?;
                let strata = sample.strata().iter();
                strata.flat_map(|(name, stratum)| stratum.drawn.keys().map(|key| (key.clone(), name.clone()))).collect()
            }
            Method::BySize => {
                let drawn = draw_by_size(&frame, &commitment, &seed, value)?;
                drawn.into_iter().map(|station| (station.station, station.stratum)).collect()
            }
        };
        writeln!(out, "frame       {}, as committed to", commitment.frame_sha256)?;
        writeln!(out, "seed        {}, as committed to", commitment.seed_sha256)?;
        let Some(path) = self.sample else {
            for (station, stratum) in &drawn {
                writeln!(out, "{stratum}  {station}")?;
            }
            return Ok(ExitCode::SUCCESS);
        };
        let table =
            Table::read(&path.display().to_string(), &read_bounded(&path, MOST_BYTES)?, &["stratum", "station"])?;
        let mut listed = BTreeMap::new();
        for row in table.rows() {
            listed.insert(row.name("station")?.to_owned(), row.name("stratum")?.to_owned());
        }
        if listed == drawn && table.rows().count() == drawn.len() {
            writeln!(out, "the list holds the {} stations that these give, and no others", drawn.len())?;
            return Ok(ExitCode::SUCCESS);
        }
        for (station, stratum) in listed.iter().filter(|(station, stratum)| drawn.get(*station) != Some(stratum)) {
            writeln!(out, "was not drawn: {station} of {stratum}")?;
        }
        for (station, stratum) in drawn.iter().filter(|(station, stratum)| listed.get(*station) != Some(stratum)) {
            writeln!(out, "is not listed: {station} of {stratum}")?;
        }
        writeln!(out, "the list is not what was drawn")?;
        Ok(ExitCode::FAILURE)
    }
}

/// A sample as a quick count reads it, with what the frame knows of the stations.
fn table_of(sample: &drawn::Sample) -> Result<Vec<u8>, CliError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let stations = || sample.strata().values().flat_map(|stratum| stratum.drawn.values());
    let facts: Vec<&String> = stations().next().into_iter().flat_map(|station| station.facts.keys()).collect();
    let head = ["stratum", "stratum_stations", "sampled", "station"].into_iter();
    writer.write_record(head.chain(facts.iter().map(|fact| fact.as_str()))).map_err(broken)?;
    for (name, stratum) in sample.strata() {
        for (key, station) in &stratum.drawn {
            let head = [name.clone(), stratum.stations.to_string(), stratum.sampled.to_string(), key.clone()];
            let facts = facts.iter().map(|fact| match station.facts.get(*fact) {
                Some(Fact::Number(number)) => number.to_string(),
                Some(Fact::Word(word)) => word.clone(),
                None => String::new(),
            });
            writer.write_record(head.into_iter().chain(facts)).map_err(broken)?;
        }
    }
    writer.into_inner().map_err(|error| CliError::Io(error.into_error()))
}

/// Stations of an exit poll, as it reads them.
fn table_by_size(drawn: &[BySize], interval: &Interval) -> Result<Vec<u8>, CliError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = ["stratum", "station", "registered", "stratum_registered", "stations_drawn", "pi", "interval"];
    writer.write_record(head).map_err(broken)?;
    for station in drawn {
        let numbers = [u64::from(station.registered), station.stratum_registered, u64::from(station.stations_drawn)];
        let head = [station.stratum.clone(), station.station.clone()].into_iter();
        let tail = [station.pi.to_string(), interval.of(station.registered)?.to_string()];
        writer.write_record(head.chain(numbers.map(|number| number.to_string())).chain(tail)).map_err(broken)?;
    }
    writer.into_inner().map_err(|error| CliError::Io(error.into_error()))
}

fn broken(error: csv::Error) -> CliError {
    CliError::Io(error.into())
}
