//! Samples and reports as tables.
//!
//! One table, a row for each sampled station: `stratum,stratum_stations,sampled,station,registered,reported,arrived,issued,took_part,invalid`,
//! and a column for each option of the ballot. Or two: the sample, or the whole frame, and the reports.

use std::collections::{BTreeMap, HashSet};

use super::super::frame::{Fact, Frame};
use super::super::sample::{Sample, SampledStation, SampledStratum};
use super::super::table::{MOST_STRATA, Row, Table, TableError, Wrong, number};
use super::report::Report;

/// What says which stations were drawn.
const DRAWN: [&str; 4] = ["stratum", "stratum_stations", "sampled", "station"];
/// What says what a station has reported.
const REPORTED: [&str; 6] = ["registered", "reported", "arrived", "issued", "took_part", "invalid"];
/// Why a station has not.
const REASON: &str = "reason";

/// A sample and its reports.
#[derive(Debug)]
pub struct Input {
    /// The sample.
    pub sample: Sample,
    /// The options of the ballot in the order of the columns.
    pub options: Vec<String>,
    /// The reports by station.
    pub reports: BTreeMap<String, Report>,
}

/// Reports without their sample.
#[derive(Debug)]
pub struct Reports {
    /// The options of the ballot in the order of the columns.
    pub options: Vec<String>,
    /// The reports by station.
    pub reports: BTreeMap<String, Report>,
    /// Stations that have a row, reported or not.
    pub listed: BTreeMap<String, Option<String>>,
    table: Table,
}

impl Reports {
    /// How many stations have not reported, by the reason that their rows give.
    #[must_use]
    pub fn missing_by_reason(&self) -> BTreeMap<String, u32> {
        let mut counted = BTreeMap::new();
        for reason in self.listed.values().flatten() {
            *counted.entry(reason.clone()).or_default() += 1;
        }
        counted
    }

    /// A complaint about a station's row.
    fn error(&self, station: &str, wrong: Wrong) -> TableError {
        match self.table.rows().find(|row| row.text("station") == station) {
            Some(row) => row.error("station", wrong),
            None => self.table.error(wrong),
        }
    }
}

/// Reads sample and reports from one table.
///
/// # Errors
/// [`TableError`] at the first thing that is wrong.
pub fn one_table(file: &str, bytes: &[u8]) -> Result<Input, TableError> {
    let needed: Vec<&'static str> = DRAWN.into_iter().chain(REPORTED).collect();
    let table = Table::read(file, bytes, &needed)?;
    let options = options(&table, &needed)?;
    let mut strata = Strata::default();
    let mut reports = BTreeMap::new();
    for row in table.rows() {
        let reported = row.flag("reported")?;
        let mut facts = BTreeMap::new();
        // A station that has not reported may be without it.
        if reported || !matches!(row.text("registered"), "" | "NA") {
            facts.insert("registered".to_owned(), Fact::Number(f64::from(row.count("registered")?)));
        }
        let station = strata.take(row, facts)?;
        if reported {
            reports.insert(station, report(row, &options, row.count("registered")?)?);
        }
    }
    Ok(Input { sample: strata.sample(&table)?, options, reports })
}

/// Reads a sample as it was drawn, with the sizes of its strata. Whatever else stands there are facts of the stations.
///
/// # Errors
/// [`TableError`] at the first thing that is wrong.
pub fn listed_sample(file: &str, bytes: &[u8]) -> Result<Sample, TableError> {
    let table = Table::read(file, bytes, &DRAWN)?;
    let others = table.others(&DRAWN);
    let mut strata = Strata::default();
    for row in table.rows() {
        let fact = |name: &String| {
            let number = number(row.text(name), false);
            (name.clone(), number.map_or_else(|| Fact::Word(row.text(name).to_owned()), Fact::Number))
        };
        strata.take(row, others.iter().map(fact).collect())?;
    }
    strata.sample(&table)
}

/// Reads reports of stations that a sample or a frame has. Without a column `reported` every row is a report, and without a column
/// `registered`, or where it is empty, the station's list is as long as it was in the frame.
///
/// # Errors
/// [`TableError`] at the first thing that is wrong.
pub fn reports(file: &str, bytes: &[u8], registered: &dyn Fn(&str) -> Option<u32>) -> Result<Reports, TableError> {
    const NEEDED: [&str; 5] = ["station", "arrived", "issued", "took_part", "invalid"];
    let table = Table::read(file, bytes, &NEEDED)?;
    let known: Vec<&str> = DRAWN.into_iter().chain(REPORTED).chain([REASON]).collect();
    let options = options(&table, &known)?;
    let (mut found, mut listed) = (BTreeMap::new(), BTreeMap::new());
    for row in table.rows() {
        let station = row.name("station")?;
        let reported = !table.has("reported") || row.flag("reported")?;
        let reason = Some(row.text(REASON)).filter(|reason| !reported && !reason.is_empty());
        if listed.insert(station.to_owned(), reason.map(str::to_owned)).is_some() {
            return Err(row.error("station", Wrong::Twice(station.to_owned())));
        }
        if reported {
            let registered = if row.text("registered").is_empty() {
                let (what, name, file) = ("station", station.to_owned(), "the sample or the frame".to_owned());
                registered(station).ok_or_else(|| row.error("station", Wrong::Unknown { what, name, file }))?
            } else {
                row.count("registered")?
            };
            found.insert(station.to_owned(), report(row, &options, registered)?);
        }
    }
    Ok(Reports { options, reports: found, listed, table })
}

/// The sample that reports state: every station that has a row was drawn, and the frame says from how many.
///
/// # Errors
/// [`TableError`] for a station that the frame does not have.
pub fn stated_of_frame(frame_file: &str, frame: &Frame, reports: &Reports) -> Result<Sample, TableError> {
    let mut strata: BTreeMap<String, SampledStratum> = BTreeMap::new();
    for (name, stations) in frame.by_stratum() {
        let stations = u32::try_from(stations.len()).unwrap_or(u32::MAX);
        strata.insert(name.to_owned(), SampledStratum { stations, ..SampledStratum::default() });
    }
    for station in reports.listed.keys() {
        let Some(known) = frame.stations().get(station) else {
            let (name, file) = (station.clone(), frame_file.to_owned());
            return Err(reports.error(station, Wrong::Unknown { what: "station", name, file }));
        };
        let mut facts = known.facts.clone();
        facts.insert("registered".to_owned(), Fact::Number(f64::from(known.registered)));
        let stratum = strata.entry(known.stratum.clone()).or_default();
        stratum.sampled = stratum.sampled.saturating_add(1);
        stratum.drawn.insert(station.clone(), SampledStation { facts });
    }
    Sample::stated(strata).map_err(|wrong| reports.table.error(Wrong::NotATable(wrong.to_string())))
}

fn options(table: &Table, known: &[&str]) -> Result<Vec<String>, TableError> {
    let options = table.others(known);
    if options.is_empty() {
        return Err(table.error(Wrong::NoColumn("<option>")));
    }
    Ok(options)
}

fn report(row: Row<'_>, options: &[String], registered: u32) -> Result<Report, TableError> {
    Ok(Report {
        arrived: row.between("arrived", -1_440.0, 1_000_000.0, "minutes after the polls closed")?,
        registered,
        issued: row.count("issued")?,
        took_part: row.count("took_part")?,
        invalid: row.count("invalid")?,
        votes: options.iter().map(|option| row.count(option)).collect::<Result<_, _>>()?,
    })
}

/// Strata as rows name them, one after the other.
#[derive(Default)]
struct Strata {
    strata: BTreeMap<String, SampledStratum>,
    stations: HashSet<String>,
}

impl Strata {
    fn take(&mut self, row: Row<'_>, facts: BTreeMap<String, Fact>) -> Result<String, TableError> {
        let (name, station) = (row.name("stratum")?, row.name("station")?);
        let (stations, sampled) = (row.positive("stratum_stations")?, row.positive("sampled")?);
        let new = || SampledStratum { stations, sampled, drawn: BTreeMap::new() };
        if self.strata.len() == MOST_STRATA && !self.strata.contains_key(name) {
            return Err(row.error("stratum", Wrong::TooManyStrata));
        }
        let stratum = self.strata.entry(name.to_owned()).or_insert_with(new);
        for (column, before, found) in
            [("stratum_stations", stratum.stations, stations), ("sampled", stratum.sampled, sampled)]
        {
            if before != found {
                let (before, found) = (before.to_string(), found.to_string());
                return Err(row.error(column, Wrong::Contradicts { stratum: name.to_owned(), before, found }));
            }
        }
        if sampled > stations {
            let (found, most) = (u64::from(sampled), u64::from(stations));
            return Err(row.error("sampled", Wrong::MoreThan { found, most, of: "stations of the stratum" }));
        }
        if !self.stations.insert(station.to_owned()) {
            return Err(row.error("station", Wrong::Twice(station.to_owned())));
        }
        stratum.drawn.insert(station.to_owned(), SampledStation { facts });
        if stratum.drawn.len() as u64 > u64::from(sampled) {
            let (found, most) = (stratum.drawn.len() as u64, u64::from(sampled));
            return Err(row.error("station", Wrong::MoreThan { found, most, of: "stations that were drawn" }));
        }
        Ok(station.to_owned())
    }

    fn sample(self, table: &Table) -> Result<Sample, TableError> {
        if self.strata.is_empty() {
            return Err(table.error(Wrong::Empty));
        }
        Sample::stated(self.strata).map_err(|wrong| table.error(Wrong::NotATable(wrong.to_string())))
    }
}
