//! The frame: every station from which a sample is drawn, known and published before anybody votes.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::table::{MOST_STRATA, Table, TableError, Wrong, number};

/// What is known of a station before the day: the last result, town or village, how many are registered.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A number.
    Number(f64),
    /// One of some words.
    Word(String),
}

/// A station of the frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameStation {
    /// The stratum it is in.
    pub stratum: String,
    /// Voters on its list.
    pub registered: u32,
    /// Whatever else is known of it, by name.
    pub facts: BTreeMap<String, Fact>,
}

/// Every station, by its key. The hash is that of the file, so that anybody can compare what was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    stations: BTreeMap<String, FrameStation>,
    sha256: [u8; 32],
}

impl Frame {
    /// Reads `stratum,station,registered` and whatever else is known of the stations.
    ///
    /// # Errors
    /// [`TableError`], also for a station that stands there twice.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, TableError> {
        const NEEDED: [&str; 3] = ["stratum", "station", "registered"];
        let table = Table::read(file, bytes, &NEEDED)?;
        let others = table.others(&NEEDED);
        let (mut stations, mut strata) = (BTreeMap::new(), BTreeSet::new());
        for row in table.rows() {
            let key = row.name("station")?;
            strata.insert(row.name("stratum")?);
            if strata.len() > MOST_STRATA {
                return Err(row.error("stratum", Wrong::TooManyStrata));
            }
            let station = FrameStation {
                stratum: row.name("stratum")?.to_owned(),
                registered: row.count("registered")?,
                facts: others.iter().map(|name| (name.clone(), fact(row.text(name)))).collect(),
            };
            if stations.insert(key.to_owned(), station).is_some() {
                return Err(row.error("station", Wrong::Twice(key.to_owned())));
            }
        }
        if stations.is_empty() {
            return Err(table.error(Wrong::Empty));
        }
        Ok(Self { stations, sha256: Sha256::digest(bytes).into() })
    }

    /// The SHA-256 of the file that was read.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The stations by their keys.
    #[must_use]
    pub const fn stations(&self) -> &BTreeMap<String, FrameStation> {
        &self.stations
    }

    /// The stations of each stratum, by name and key.
    #[must_use]
    pub fn by_stratum(&self) -> BTreeMap<&str, Vec<(&str, &FrameStation)>> {
        let mut strata: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (key, station) in &self.stations {
            strata.entry(&station.stratum).or_default().push((key.as_str(), station));
        }
        strata
    }
}

fn fact(text: &str) -> Fact {
    number(text, false).map_or_else(|| Fact::Word(text.to_owned()), Fact::Number)
}
