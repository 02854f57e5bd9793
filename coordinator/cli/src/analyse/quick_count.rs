//! `kuager analyse quick-count`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use kuager_analysis::estimate::draw::draw_simple;
use kuager_analysis::estimate::frame::{Fact, Frame};
use kuager_analysis::estimate::quick_count as count;
use kuager_analysis::estimate::ratio::Estimate;
use kuager_analysis::estimate::sample::{Origin, Sample};
use kuager_analysis::estimate::table::{MOST_BYTES, Table};

use super::json;
use super::words::{EMBARGO, percent};
use crate::error::CliError;
use crate::files::read_bounded;
use crate::sample::Opened;

/// What protocols of sampled stations say about the whole result.
///
/// Either one FILE with a row for each sampled station, or the reports with the sample as `kuager sample draw` wrote it, or with the whole
/// frame. With the frame, commitment and seed say which stations were drawn; without these, every station that has a row among the reports is
/// taken for drawn, and the result says that somebody states it. Stations that were not drawn by chance give no result, whatever this prints.
#[derive(Debug, Args)]
pub(crate) struct QuickCount {
    /// One table: stratum, stratum_stations, sampled, station, registered, reported, arrived, issued, took_part, invalid, and the options.
    #[arg(value_name = "FILE", required_unless_present = "frame")]
    file: Option<PathBuf>,
    /// The sample, or the whole frame: stratum, station, registered and what else is known before the day.
    #[arg(long, value_name = "FILE", conflicts_with = "file", requires = "reports")]
    frame: Option<PathBuf>,
    /// The reports: station, arrived, issued, took_part, invalid, and the options; also reported, registered, reason.
    #[arg(long, value_name = "FILE", requires = "frame")]
    reports: Option<PathBuf>,
    #[command(flatten)]
    opened: Opened,
    /// Minutes between the moments at which it is looked back.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(5..=240))]
    every: u32,
    /// Response from which on the count may have converged.
    #[arg(long, value_name = "PART", default_value_t = count::RESPONSE_FLOOR)]
    converged_response: f64,
    /// Response of each stratum from which on it may have.
    #[arg(long, value_name = "PART", default_value_t = count::STRATUM_FLOOR)]
    converged_stratum: f64,
    /// How close together its last three estimates must lie.
    #[arg(long, value_name = "SHARE", default_value_t = count::Settings::default().within)]
    converged_within: f64,
    /// A share that was published officially, to compare with; may be given several times.
    #[arg(long, value_name = "OPTION=SHARE", value_parser = official)]
    official: Vec<(String, f64)>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn official(text: &str) -> Result<(String, f64), String> {
    let (option, share) = text.rsplit_once('=').ok_or("write it as OPTION=SHARE")?;
    match share.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok((option.to_owned(), share)),
        _ => Err("the share is a number from 0 to 1".to_owned()),
    }
}

/// What is counted, and why others are missing.
struct Counted {
    input: count::Input,
    missing_by_reason: Option<BTreeMap<String, u32>>,
}

impl QuickCount {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), CliError> {
        let Counted { input, missing_by_reason } = self.read()?;
        if let Some((option, _)) = self.official.iter().find(|(option, _)| !input.options.contains(option)) {
            return Err(CliError::Options(format!("--official: there is no option `{option}`")));
        }
        let settings = count::Settings {
            every: self.every,
            response: self.converged_response,
            stratum: self.converged_stratum,
            within: self.converged_within,
        };
        let counted = count::quick_count(&input.sample, &input.options, &input.reports, &settings)?;
        if self.json {
            let value = json::quick_count(&counted, missing_by_reason.as_ref(), &self.official);
            writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
            return Ok(());
        }
        say(&counted, out)
    }

    fn read(&self) -> Result<Counted, CliError> {
        let read = |path: &Path| Ok::<_, CliError>((path.display().to_string(), read_bounded(path, MOST_BYTES)?));
        let (Some(frame_file), Some(reports_file)) = (&self.frame, &self.reports) else {
            let (name, bytes) = read(self.file.as_deref().unwrap_or(Path::new("")))?;
            self.opened.refuse()?;
            return Ok(Counted { input: count::one_table(&name, &bytes)?, missing_by_reason: None });
        };
        let (frame_name, frame) = read(frame_file)?;
        let (reports_name, reports) = read(reports_file)?;
        if Table::read(&frame_name, &frame, &[])?.has("stratum_stations") {
            self.opened.refuse()?;
            let sample = count::listed_sample(&frame_name, &frame)?;
            let reports = count::reports(&reports_name, &reports, &|station| registered(&sample, station))?;
            return Ok(counted(sample, reports));
        }
        let frame = Frame::read(&frame_name, &frame)?;
        let in_frame = |station: &str| frame.stations().get(station).map(|station| station.registered);
        let reports = count::reports(&reports_name, &reports, &in_frame)?;
        let sample = match self.opened.read()? {
            Some((commitment, seed)) => draw_simple(&frame, &commitment, &seed, self.opened.value())?,
            None => count::stated_of_frame(&frame_name, &frame, &reports)?,
        };
        Ok(counted(sample, reports))
    }
}

fn counted(sample: Sample, reports: count::Reports) -> Counted {
    let missing_by_reason = Some(reports.missing_by_reason());
    let input = count::Input { sample, options: reports.options, reports: reports.reports };
    Counted { input, missing_by_reason }
}

/// The registered voters that a list of the sample has for a station.
fn registered(sample: &Sample, station: &str) -> Option<u32> {
    let drawn = sample.strata().values().find_map(|stratum| stratum.drawn.get(station))?;
    match drawn.facts.get("registered")? {
        Fact::Number(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number) => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within its bounds")]
            let number = *number as u32;
            Some(number)
        }
        _ => None,
    }
}

fn say(counted: &count::QuickCount, out: &mut dyn Write) -> Result<(), CliError> {
    let (reported, sampled) = counted.response.values().fold((0_u64, 0_u64), |(reported, sampled), stratum| {
        (reported + u64::from(stratum.reported), sampled + u64::from(stratum.sampled))
    });
    let strata = counted.response.len();
    let rate = percent(Some(counted.response_rate));
    writeln!(out, "response    {reported} of {sampled} sampled stations in {strata} strata, {rate}")?;
    let origin = match counted.origin {
        Origin::Drawn { .. } => "drawn as it was committed to",
        Origin::Stated => "stated by whoever gave the file; nothing here shows that it was drawn",
    };
    writeln!(out, "sample      {origin}")?;
    if !counted.failed.is_empty() {
        writeln!(out, "relations   {} protocols contradict themselves; they are counted", counted.failed.len())?;
    }
    if !counted.publishable() {
        for reason in &counted.reasons {
            writeln!(out, "no result   {reason}")?;
        }
        writeln!(out, "No share is shown. --json has the arithmetic for whoever checks it.")?;
        return Ok(());
    }
    let line = |out: &mut dyn Write, name: &str, of: &Estimate| {
        let (low, high) = (percent(of.low), percent(of.high));
        writeln!(out, "{:>9}  {low:>9} .. {high:>9}  {name}", percent(of.estimate))
    };
    let estimates = &counted.estimates;
    for (option, share) in &estimates.shares {
        line(out, option, share)?;
    }
    if let Some(lead) = &estimates.lead {
        line(out, &format!("lead of {} over {}", lead.first, lead.second), &lead.estimate)?;
    }
    line(out, "turnout: took part, of registered", &estimates.turnout)?;
    line(out, "turnout: received a ballot, of registered", &estimates.turnout_ballots_received)?;
    line(out, "invalid, of issued", &estimates.invalid_of_issued)?;
    if let Some(minute) = counted.converged_at_minute {
        writeln!(out, "converged   {minute} minutes after the polls closed")?;
    }
    writeln!(
        out,
        "Intervals hold in 95 of 100 samples, by Student's t with {} degrees of freedom.\n{EMBARGO}",
        counted.df
    )?;
    Ok(())
}
