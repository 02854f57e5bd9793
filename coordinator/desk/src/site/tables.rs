//! The tables of a publication, for programs: CSV (RFC 4180) with a head, JSON of the same, and the index that the next publication is
//! compared with.

use std::collections::BTreeMap;

use csv::Writer;
use kuager_analysis::book::{Column, ContestView, Total};
use kuager_wire::ids::{ContentHash, RecordHash};
use kuager_wire::pack::{Gravity, Pack};
use kuager_wire::text::Texts;
use serde::Serialize;

use super::changes::{Change, INDEX, Index, Item, Said};
use super::folder::SiteError;
use super::input::Input;
use super::pages::public_records;
use super::station::Place;

/// A table in memory. Rows come one by one.
pub(super) struct Csv(Writer<Vec<u8>>);

impl Csv {
    pub(super) fn new(head: &[&str]) -> Result<Self, SiteError> {
        let mut table = Self(Writer::from_writer(Vec::new()));
        table.row(head.iter().map(|cell| (*cell).to_owned()))?;
        Ok(table)
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) -> Result<(), SiteError> {
        Ok(self.0.write_record(cells.into_iter().map(harmless))?)
    }

    pub(super) fn finish(self) -> Result<String, SiteError> {
        let bytes = self.0.into_inner().map_err(|error| SiteError::Io(error.into_error()))?;
        // What was written were strings.
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }
}

/// Spreadsheets take a cell for a formula by how it begins; no number does.
fn harmless(cell: String) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<i64>().is_err();
    if formula { format!("'{cell}") } else { cell }
}

fn number(number: Option<i64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// What a line of a paper is called in tables: its meaning and, for votes, the line of the ballot.
fn line(column: &Column) -> String {
    match &column.option {
        Some(option) => format!("{}.{option}", column.role.name()),
        None => column.role.name().to_owned(),
    }
}

/// All tables over stations, filled place by place.
pub(super) struct Tables {
    stations: Csv,
    /// By contest, in the order of the choice.
    protocols: Vec<(String, Csv)>,
    turnout: Csv,
    incidents: Csv,
    pictures: Csv,
    pub(super) index: Index,
}

impl Tables {
    pub(super) fn new(input: &Input) -> Result<Self, SiteError> {
        let pack = &input.published.latest.pack;
        let mut head = vec!["station".to_owned(), "region".to_owned(), "number".to_owned()];
        head.extend(pack.languages.iter().map(|language| format!("name_{language}")));
        head.extend(["heard".to_owned(), "records".to_owned()]);
        head.extend(input.choice.contests.iter().map(|contest| format!("status_{contest}")));
        let mut stations = Csv(Writer::from_writer(Vec::new()));
        stations.row(head)?;
        let totals = input.book.totals(None);
        let mut protocols = Vec::new();
        for contest in &input.choice.contests {
            let columns = totals.iter().find(|total| total.contest == *contest).map(|total| total.columns.as_slice());
            let mut head: Vec<String> =
                ["station", "status", "source", "record", "verified"].map(str::to_owned).to_vec();
            head.extend(columns.unwrap_or_default().iter().map(line));
            let mut table = Csv(Writer::from_writer(Vec::new()));
            table.row(head)?;
            protocols.push((contest.clone(), table));
        }
        Ok(Self {
            stations,
            protocols,
            turnout: Csv::new(&["station", "hour", "told", "counted", "whole", "observer", "record"])?,
            incidents: Csv::new(&["station", "codes", "gravity", "status", "record"])?,
            pictures: Csv::new(&["station", "picture", "original", "record"])?,
            index: Index::new(),
        })
    }

    /// Adds a station.
    pub(super) fn add(&mut self, input: &Input, place: &Place<'_>) -> Result<(), SiteError> {
        let pack = &input.published.latest.pack;
        let (key, records) = (place.listed.key.as_str(), public_records(input, place));
        let mut cells = vec![key.to_owned(), place.listed.region.clone(), place.listed.number.to_string()];
        cells.extend(pack.languages.iter().map(|language| pack.text(&place.listed.name, language).to_owned()));
        cells.extend([u8::from(place.view.is_some()).to_string(), records.len().to_string()]);
        cells.extend(input.choice.contests.iter().map(|contest| place.status(contest).name().to_owned()));
        self.stations.row(cells)?;
        for contest in place.contests() {
            self.contest(place, contest)?;
        }
        for figure in place.turnout() {
            let hour = format!("{:02}:{:02}", figure.at / 60, figure.at % 60);
            let observer = place.observer(figure.observer).to_string();
            let whole = u8::from(figure.whole).to_string();
            let cells = [key.to_owned(), hour, number(figure.told), number(figure.own), whole, observer];
            self.turnout.row(cells.into_iter().chain([figure.record.to_string()]))?;
        }
        for incident in place.incidents() {
            let gravity = incident.gravity.map_or("", Gravity::name).to_owned();
            let status = incident.status.name().to_owned();
            self.incidents.row([
                key.to_owned(),
                incident.codes.join(" "),
                gravity,
                status,
                incident.record.to_string(),
            ])?;
        }
        for picture in place.pictures {
            let (copy, original) = (picture.row.media.to_string(), picture.row.original.to_string());
            self.pictures.row([key.to_owned(), copy.clone(), original.clone(), picture.record.to_string()])?;
            self.note("picture", key, original, "public".to_owned(), copy);
        }
        let station = StationJson::new(input, place);
        if !station.turnout.is_empty() {
            let hours = station.turnout.len().to_string();
            self.note("turnout", key, String::new(), hours, digest(&station.turnout)?);
        }
        if !station.incidents.is_empty() {
            let count = station.incidents.len().to_string();
            self.note("incidents", key, String::new(), count, digest(&station.incidents)?);
        }
        for contest in &station.contests {
            let status = contest.status.to_owned();
            self.note("protocol", key, contest.contest.to_owned(), status, digest(contest)?);
        }
        Ok(())
    }

    fn contest(&mut self, place: &Place<'_>, view: &ContestView) -> Result<(), SiteError> {
        let Some((_, table)) = self.protocols.iter_mut().find(|(contest, _)| *contest == view.contest) else {
            return Ok(());
        };
        let key = place.listed.key.as_str();
        let status = view.status.name();
        for copy in &view.copies {
            let source = format!("observer {}", place.observer(copy.observer));
            let verified = u8::from(copy.verified.is_some()).to_string();
            let cells = [key.to_owned(), status.to_owned(), source, copy.record.to_string(), verified];
            table.row(cells.into_iter().chain(copy.values.iter().copied().map(number)))?;
        }
        if let Some((_, figures)) = &view.official {
            let cells = [key.to_owned(), status.to_owned(), "official".to_owned(), String::new(), String::new()];
            let figures = (0..view.columns.len()).map(|at| number(figures.get(at).copied().flatten()));
            table.row(cells.into_iter().chain(figures))?;
        }
        Ok(())
    }

    fn note(&mut self, what: &str, station: &str, of: String, status: String, digest: String) {
        let item = Item { what: what.to_owned(), station: station.to_owned(), of };
        self.index.insert(item, Said { status, digest });
    }

    /// All of them, by their names in the folder.
    pub(super) fn finish(self) -> Result<BTreeMap<String, String>, SiteError> {
        let mut index = Csv::new(&INDEX)?;
        for (item, said) in self.index {
            index.row([item.what, item.station, item.of, said.status, said.digest])?;
        }
        let mut tables = BTreeMap::new();
        let mut add = |name: &str, table: Csv| -> Result<(), SiteError> {
            tables.insert(format!("data/{name}.csv"), table.finish()?);
            Ok(())
        };
        for (number, (_, table)) in (1..).zip(self.protocols) {
            add(&format!("protocols-{number}"), table)?;
        }
        add("stations", self.stations)?;
        add("turnout", self.turnout)?;
        add("incidents", self.incidents)?;
        add("pictures", self.pictures)?;
        add("index", index)?;
        Ok(tables)
    }
}

fn digest(what: &impl Serialize) -> Result<String, SiteError> {
    Ok(ContentHash::of(&serde_json::to_vec(what)?).to_string().chars().take(32).collect())
}

/// Every record that counts, by its hash: evidence that somebody shows elsewhere is found here.
pub(super) fn records(input: &Input) -> Result<String, SiteError> {
    let mut table = Csv::new(&["record", "station", "form"])?;
    for hashed in &input.records {
        let cell = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or_default().to_owned();
        table.row([hashed.record.to_string(), cell(&hashed.station), cell(&hashed.form)])?;
    }
    table.finish()
}

/// Sums over the country and over each region.
pub(super) fn totals(input: &Input, regions: &[String]) -> Result<String, SiteError> {
    let head = ["contest", "region", "line", "sum", "counted", "failing", "disputed", "stations"];
    let mut table = Csv::new(&head)?;
    let whole = std::iter::once(None).chain(regions.iter().map(|region| Some(region.as_str())));
    for region in whole {
        for total in input.book.totals(region).iter().filter(|total| input.choice.contests.contains(&total.contest)) {
            for (column, sum) in total.columns.iter().zip(&total.sums).filter(|(_, sum)| sum.is_some()) {
                table.row(sum_row(total, region, column, *sum))?;
            }
        }
    }
    table.finish()
}

fn sum_row(total: &Total, region: Option<&str>, column: &Column, sum: Option<i64>) -> Vec<String> {
    let counts = [total.counted, total.failing, total.disputed, total.stations];
    let cells = [total.contest.clone(), region.unwrap_or_default().to_owned(), line(column), number(sum)];
    cells.into_iter().chain(counts.map(|count| count.to_string())).collect()
}

/// What is other than before.
pub(super) fn changes(changes: &[Change]) -> Result<String, SiteError> {
    let mut table = Csv::new(&["change", "what", "station", "of", "before", "now"])?;
    for change in changes {
        let item = &change.item;
        let cell = |status: &Option<String>| status.clone().unwrap_or_default();
        table.row([
            change.kind().to_owned(),
            item.what.clone(),
            item.station.clone(),
            item.of.clone(),
            cell(&change.before),
            cell(&change.now),
        ])?;
    }
    table.finish()
}

/// A station for programs.
#[derive(Serialize)]
pub(super) struct StationJson<'a> {
    station: &'a str,
    region: &'a str,
    number: u32,
    name: BTreeMap<&'a str, &'a str>,
    contests: Vec<ContestJson<'a>>,
    turnout: Vec<TurnoutJson>,
    incidents: Vec<IncidentJson<'a>>,
    pictures: Vec<PictureJson>,
    records: Vec<String>,
}

#[derive(Serialize)]
struct ContestJson<'a> {
    contest: &'a str,
    status: &'static str,
    lines: Vec<String>,
    copies: Vec<CopyJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    official: Option<&'a [Option<i64>]>,
}

#[derive(Serialize)]
struct CopyJson<'a> {
    observer: usize,
    record: String,
    verified: bool,
    values: &'a [Option<i64>],
}

#[derive(Serialize)]
struct TurnoutJson {
    hour: String,
    told: Option<i64>,
    counted: Option<i64>,
    whole: bool,
    observer: usize,
    record: String,
}

#[derive(Serialize)]
struct IncidentJson<'a> {
    codes: &'a [String],
    status: &'static str,
    record: String,
}

#[derive(Serialize)]
struct PictureJson {
    picture: String,
    original: String,
    record: String,
}

impl<'a> StationJson<'a> {
    pub(super) fn new(input: &'a Input, place: &'a Place<'_>) -> Self {
        let hash = |record: RecordHash| record.to_string();
        Self {
            station: &place.listed.key,
            region: &place.listed.region,
            number: place.listed.number,
            name: texts(&place.listed.name, &input.published.latest.pack),
            contests: place
                .contests()
                .iter()
                .map(|view| ContestJson {
                    contest: &view.contest,
                    status: view.status.name(),
                    lines: view.columns.iter().map(line).collect(),
                    official: view.official.as_ref().map(|(_, figures)| figures.as_slice()),
                    copies: view
                        .copies
                        .iter()
                        .map(|copy| CopyJson {
                            observer: place.observer(copy.observer),
                            record: hash(copy.record),
                            verified: copy.verified.is_some(),
                            values: &copy.values,
                        })
                        .collect(),
                })
                .collect(),
            turnout: place
                .turnout()
                .iter()
                .map(|figure| TurnoutJson {
                    hour: format!("{:02}:{:02}", figure.at / 60, figure.at % 60),
                    told: figure.told,
                    counted: figure.own,
                    whole: figure.whole,
                    observer: place.observer(figure.observer),
                    record: hash(figure.record),
                })
                .collect(),
            incidents: place
                .incidents()
                .iter()
                .map(|incident| IncidentJson {
                    codes: &incident.codes,
                    status: incident.status.name(),
                    record: hash(incident.record),
                })
                .collect(),
            pictures: place
                .pictures
                .iter()
                .map(|picture| PictureJson {
                    picture: picture.row.media.to_string(),
                    original: picture.row.original.to_string(),
                    record: hash(picture.record),
                })
                .collect(),
            records: public_records(input, place).into_iter().map(hash).collect(),
        }
    }
}

fn texts<'a>(texts: &'a Texts, pack: &'a Pack) -> BTreeMap<&'a str, &'a str> {
    pack.languages.iter().filter_map(|code| Some((code.as_str(), texts.get(code)?.as_str()))).collect()
}

/// What the publication is, for programs.
#[derive(Serialize)]
pub(super) struct About<'a> {
    pub(super) deployment: String,
    pub(super) election: BTreeMap<&'a str, &'a str>,
    pub(super) election_day: &'a str,
    pub(super) receipt_key: &'a str,
    pub(super) entries: u64,
    pub(super) arrival: u64,
    pub(super) at_ms: u64,
    pub(super) follows: Option<String>,
    pub(super) contests: &'a [String],
    pub(super) parts: Vec<&'static str>,
    pub(super) stations: usize,
    pub(super) stations_observed: usize,
    pub(super) stations_heard: usize,
    pub(super) stations_with_protocol: usize,
    pub(super) records: usize,
    pub(super) records_withheld: u64,
}

impl<'a> About<'a> {
    pub(super) fn election(pack: &'a Pack) -> BTreeMap<&'a str, &'a str> {
        texts(&pack.title, pack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+7 701", "'+7 701"),
            ("-5", "-5"),
            ("-5+1", "'-5+1"),
            ("@a", "'@a"),
            ("\t=1", "'\t=1"),
            ("12", "12"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(harmless(cell.to_owned()), safe);
        }
        let mut table = Csv::new(&["a", "b"]).expect("writes");
        table.row(["x,\"y\"\nz".to_owned(), "=cmd".to_owned()]).expect("writes");
        assert_eq!(table.finish().expect("writes"), "a,b\n\"x,\"\"y\"\"\nz\",'=cmd\n");
    }
}
