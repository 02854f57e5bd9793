//! The four tables of an exit poll, and the one of the turnout.

use std::collections::{BTreeMap, HashMap};

use super::super::table::{MOST_STRATA, Row, Table, TableError, Wrong};
use super::input::{Age, Card, Contact, Disposition, Input, PolledStation, Wave};

/// Options on cards: more than any ballot has, so that a column of names is not taken for one of votes.
const MOST_OPTIONS: usize = 200;

/// A file: as it was named, and what is in it.
pub type File<'a> = (&'a str, &'a [u8]);

/// The files of an exit poll.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// `stratum,station,registered,stratum_registered,stations_drawn,pi,interval`
    pub stations: File<'a>,
    /// `station,wave,interval,start,passed,selected`
    pub waves: File<'a>,
    /// `station,wave,disposition,sex,age`
    pub contacts: File<'a>,
    /// `station,wave,vote,sex,age`
    pub cards: File<'a>,
    /// `stratum,took_part`
    pub turnout: Option<File<'a>>,
}

/// Reads an exit poll.
///
/// # Errors
/// [`TableError`] at the first thing that is wrong.
pub fn read(files: &Files<'_>) -> Result<Input, TableError> {
    let mut input = Input { stations: stations(files.stations)?, ..Input::default() };
    let (file, bytes) = files.waves;
    let table = Table::read(file, bytes, &["station", "wave", "interval", "start", "passed", "selected"])?;
    for row in table.rows() {
        let station = row.name("station")?;
        if !input.stations.contains_key(station) {
            return Err(unknown(row, "station", "station", station, files.stations.0));
        }
        let key = (station.to_owned(), row.name("wave")?.to_owned());
        let wave = Wave {
            interval: row.positive("interval")?,
            start: row.count("start")?,
            passed: row.count("passed")?,
            selected: row.count("selected")?,
        };
        if input.waves.insert(key, wave).is_some() {
            return Err(row.error("wave", Wrong::Twice(row.text("wave").to_owned())));
        }
    }
    let waves = Waves { input: &input, file: files.waves.0 };
    let (mut contacts, mut cards) = (waves.contacts(files.contacts)?, waves.cards(files.cards)?);
    // In whatever order rows stand, sums are added up in one.
    contacts.sort_unstable();
    cards.sort_unstable();
    let took_part = files.turnout.map(|file| turnout(file, &input)).transpose()?;
    Ok(Input { contacts, cards, took_part, ..input })
}

fn unknown(row: Row<'_>, column: &str, what: &'static str, name: &str, file: &str) -> TableError {
    row.error(column, Wrong::Unknown { what, name: name.to_owned(), file: file.to_owned() })
}

fn stations((file, bytes): File<'_>) -> Result<BTreeMap<String, PolledStation>, TableError> {
    const NEEDED: [&str; 7] =
        ["stratum", "station", "registered", "stratum_registered", "stations_drawn", "pi", "interval"];
    let table = Table::read(file, bytes, &NEEDED)?;
    let mut stations = BTreeMap::new();
    // By stratum: its registered voters, stations drawn, stations listed.
    let mut strata: HashMap<&str, (u32, u32, u64)> = HashMap::new();
    for row in table.rows() {
        let (stratum, key) = (row.name("stratum")?, row.name("station")?);
        let station = PolledStation {
            stratum: stratum.to_owned(),
            registered: row.positive("registered")?,
            stratum_registered: row.positive("stratum_registered")?,
            stations_drawn: row.positive("stations_drawn")?,
            pi: row.between("pi", f64::MIN_POSITIVE.sqrt(), 1.0, "a chance above 0 and up to 1")?,
            interval: row.positive("interval")?,
        };
        if station.registered > station.stratum_registered {
            let (found, most) = (u64::from(station.registered), u64::from(station.stratum_registered));
            return Err(
                row.error("registered", Wrong::MoreThan { found, most, of: "registered voters of the stratum" })
            );
        }
        let said = (station.stratum_registered, station.stations_drawn);
        let before = strata.entry(stratum).or_insert((said.0, said.1, 0));
        for (column, before, found) in [("stratum_registered", before.0, said.0), ("stations_drawn", before.1, said.1)]
        {
            if before != found {
                let (before, found) = (before.to_string(), found.to_string());
                return Err(row.error(column, Wrong::Contradicts { stratum: stratum.to_owned(), before, found }));
            }
        }
        before.2 += 1;
        if before.2 > u64::from(said.1) {
            let (found, most) = (before.2, u64::from(said.1));
            return Err(row.error("station", Wrong::MoreThan { found, most, of: "stations that were drawn" }));
        }
        if strata.len() > MOST_STRATA {
            return Err(row.error("stratum", Wrong::TooManyStrata));
        }
        if stations.insert(key.to_owned(), station).is_some() {
            return Err(row.error("station", Wrong::Twice(key.to_owned())));
        }
    }
    if stations.is_empty() {
        return Err(table.error(Wrong::Empty));
    }
    Ok(stations)
}

/// The waves that contacts and cards are of.
struct Waves<'a> {
    input: &'a Input,
    file: &'a str,
}

impl Waves<'_> {
    fn wave(&self, row: Row<'_>) -> Result<(String, String), TableError> {
        let key = (row.name("station")?.to_owned(), row.name("wave")?.to_owned());
        if !self.input.waves.contains_key(&key) {
            let name = format!("{} at {}", key.1, key.0);
            return Err(unknown(row, "wave", "wave", &name, self.file));
        }
        Ok(key)
    }

    fn contacts(&self, (file, bytes): File<'_>) -> Result<Vec<Contact>, TableError> {
        let table = Table::read(file, bytes, &["station", "wave", "disposition", "sex", "age"])?;
        let contact = |row: Row<'_>| {
            let (station, wave) = self.wave(row)?;
            Ok(Contact { station, wave, disposition: disposition(row)?, sex: sex(row)?, age: age(row)? })
        };
        table.rows().map(contact).collect()
    }

    fn cards(&self, (file, bytes): File<'_>) -> Result<Vec<Card>, TableError> {
        let table = Table::read(file, bytes, &["station", "wave", "vote", "sex", "age"])?;
        let mut options: HashMap<&str, ()> = HashMap::new();
        let mut cards = Vec::new();
        for row in table.rows() {
            let (station, wave) = self.wave(row)?;
            let vote = if row.text("vote").is_empty() { None } else { Some(row.name("vote")?) };
            if let Some(vote) = vote {
                options.insert(vote, ());
                if options.len() > MOST_OPTIONS {
                    let (found, most) = (options.len() as u64, MOST_OPTIONS as u64);
                    return Err(
                        row.error("vote", Wrong::MoreThan { found, most, of: "options that a ballot may have" })
                    );
                }
            }
            cards.push(Card { station, wave, vote: vote.map(str::to_owned), sex: sex(row)?, age: age(row)? });
        }
        Ok(cards)
    }
}

fn disposition(row: Row<'_>) -> Result<Disposition, TableError> {
    let text = row.text("disposition").replace(',', ".");
    match text.as_str() {
        "" => Err(row.error("disposition", Wrong::Blank)),
        "1" | "1.0" => Ok(Disposition::Complete),
        "1.2" => Ok(Disposition::Partial),
        "2.1" => Ok(Disposition::Refused),
        "2.2" => Ok(Disposition::Missed),
        "2.3" => Ok(Disposition::Language),
        other if is_of(other, '3') => Ok(Disposition::Unknown),
        other if is_of(other, '4') => Ok(Disposition::NotEligible),
        _ => {
            let found = row.text("disposition").to_owned();
            Err(row.error("disposition", Wrong::Not { found, wanted: "1.0, 1.2, 2.1, 2.2, 2.3, 3.x or 4.x" }))
        }
    }
}

/// Whether a disposition is the one with this digit, with or without decimals.
fn is_of(text: &str, digit: char) -> bool {
    let Some(rest) = text.strip_prefix(digit) else { return false };
    rest.is_empty()
        || rest.strip_prefix('.').is_some_and(|rest| rest == "x" || rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn sex(row: Row<'_>) -> Result<Option<String>, TableError> {
    if row.text("sex").is_empty() { Ok(None) } else { row.name("sex").map(|sex| Some(sex.to_owned())) }
}

fn age(row: Row<'_>) -> Result<Option<Age>, TableError> {
    let text = row.text("age");
    if text.is_empty() {
        return Ok(None);
    }
    let wanted = "an age, or a band of ages on one side of 45";
    Age::of_band(text).map(Some).ok_or_else(|| row.error("age", Wrong::Not { found: text.to_owned(), wanted }))
}

fn turnout((file, bytes): File<'_>, input: &Input) -> Result<BTreeMap<String, f64>, TableError> {
    let table = Table::read(file, bytes, &["stratum", "took_part"])?;
    let mut took_part = BTreeMap::new();
    for row in table.rows() {
        let stratum = row.name("stratum")?;
        if took_part.insert(stratum.to_owned(), f64::from(row.count("took_part")?)).is_some() {
            return Err(row.error("stratum", Wrong::Twice(stratum.to_owned())));
        }
    }
    let strata = input.stations.values().map(|station| &station.stratum);
    if let Some(missing) = strata.into_iter().find(|stratum| !took_part.contains_key(*stratum)) {
        let (what, name, file) = ("stratum", missing.clone(), file.to_owned());
        return Err(table.error(Wrong::Unknown { what, name, file }));
    }
    Ok(took_part)
}
