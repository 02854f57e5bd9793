//! The station directory: one row per station, the languages as columns.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};
use kuager_wire::canonical::nfc;
use kuager_wire::form::Texts;
use kuager_wire::pack::Station;

use super::error::{PackError, Place, Problem};

/// Reads the directory.
pub(super) fn read(file: &str, text: &str, languages: &[String]) -> Result<Vec<Station>, PackError> {
    let mut rows = ReaderBuilder::new().from_reader(text.as_bytes());
    let at = |line: Option<u64>, column: Option<usize>| Place {
        file: file.to_owned(),
        line: line.and_then(|line| usize::try_from(line).ok()),
        column,
    };
    let csv_error = |error: csv::Error| {
        let line = error.position().map(csv::Position::line);
        PackError::new(at(line, None), Problem::Csv(error.to_string()))
    };
    let header = rows.headers().map_err(csv_error)?.clone();
    let columns = Columns::find(&header, languages).map_err(|problem| PackError::new(at(Some(1), None), problem))?;
    let mut stations = Vec::new();
    let mut keys = HashSet::new();
    for row in rows.records() {
        let row = row.map_err(csv_error)?;
        let line = row.position().map(csv::Position::line);
        let station = columns.station(&row, languages).map_err(|(column, problem)| {
            // Inside a row the column of a field counts fields, which is what a spreadsheet shows.
            PackError::new(at(line, Some(column + 1)), problem)
        })?;
        if !keys.insert(station.key.clone()) {
            let problem = Problem::Twice { what: "station", name: station.key };
            return Err(PackError::new(at(line, Some(columns.key + 1)), problem));
        }
        stations.push(station);
    }
    if stations.is_empty() { Err(PackError::new(at(Some(1), None), Problem::Empty("stations"))) } else { Ok(stations) }
}

struct Columns {
    key: usize,
    region: usize,
    number: usize,
    names: Vec<usize>,
}

impl Columns {
    fn find(header: &StringRecord, languages: &[String]) -> Result<Self, Problem> {
        let find = |name: &str| {
            header.iter().position(|field| field == name).ok_or_else(|| Problem::Missing(format!("column {name}")))
        };
        let names = languages.iter().map(|language| find(language)).collect::<Result<_, _>>()?;
        Ok(Self { key: find("key")?, region: find("region")?, number: find("number")?, names })
    }

    fn station(&self, row: &StringRecord, languages: &[String]) -> Result<Station, (usize, Problem)> {
        let field = |column: usize, name: &str| {
            // The reader refuses rows with fewer fields than the header.
            let text = nfc(row.get(column).unwrap_or_default());
            if text.is_empty() || text.trim() != text {
                return Err((column, Problem::Untrimmed(name.to_owned())));
            }
            Ok(text)
        };
        let (key, region) = (field(self.key, "key")?, field(self.region, "region")?);
        let number = field(self.number, "number")?
            .parse::<u32>()
            .map_err(|_| (self.number, Problem::Type { field: "number".to_owned(), expected: "a whole number" }))?;
        let wanted = format!("{region}-{number}");
        if key != wanted {
            return Err((self.key, Problem::StationKey(wanted)));
        }
        let name = languages
            .iter()
            .zip(&self.names)
            .map(|(language, column)| Ok((language.clone(), field(*column, language)?)))
            .collect::<Result<Texts, _>>()?;
        Ok(Station { key, region, number, name })
    }
}
