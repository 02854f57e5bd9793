//! The station directory: one row per station, the languages as columns; a large one is cut into a shard per region.

use std::collections::{BTreeMap, HashMap, HashSet};

use kuager_wire::pack::{Member, Pack, Station, StationShard};

use crate::finding::{Log, Problem};
use crate::rows::Rows;

/// Stations a pack carries itself. More make every phone load a country to observe one station.
pub(super) const CARRIED: usize = 600;
/// Prefixes of the columns that hold texts beside the name.
const ADDRESS: &str = "address_";
const BORDERS: &str = "borders_";

/// Reads the directory. Regions are checked when the pack lists them.
pub(super) fn read(file: &str, text: &str, log: &Log, languages: &[String], pack: &Pack) -> Vec<Station> {
    let required: Vec<&str> =
        ["key", "region", "number"].into_iter().chain(languages.iter().map(String::as_str)).collect();
    let prefixed =
        |prefix: &str| languages.iter().map(move |language| format!("{prefix}{language}")).collect::<Vec<_>>();
    let (addresses, borders) = (prefixed(ADDRESS), prefixed(BORDERS));
    let texts = addresses.iter().chain(&borders).map(String::as_str);
    let optional: Vec<&str> = ["kind", "registered", "district", "synonyms"].into_iter().chain(texts).collect();
    let rows = Rows::read(file, text, log, &required, &optional, false);
    let has = |columns: &[String]| columns.iter().any(|column| rows.has(column));
    let (with_address, with_borders) = (has(&addresses), has(&borders));
    let regions: Option<HashSet<&str>> =
        pack.regions.as_ref().map(|regions| regions.iter().map(|region| region.key.as_str()).collect());
    let mut stations = Vec::new();
    let mut keys = HashSet::new();
    for row in rows.iter() {
        let (key, region) = (row.need("key"), row.need("region"));
        let Some(number) = row.number::<u32>("number") else {
            if row.text("number").is_none() {
                row.error("number", Problem::kind("number", "a whole number"));
            }
            continue;
        };
        if let Some(regions) = &regions
            && !region.is_empty()
            && !regions.contains(region.as_str())
        {
            let mut known: Vec<&str> = regions.iter().copied().collect();
            known.sort_unstable();
            row.error("region", Problem::unknown("region", &region, known));
        }
        let wanted = format!("{region}-{number}");
        if key != wanted && !key.is_empty() && !region.is_empty() {
            row.error("key", Problem::StationKey(wanted));
        }
        if !keys.insert(key.clone()) {
            row.error("key", Problem::Twice { what: "station", name: key });
            continue;
        }
        stations.push(Station {
            key,
            region,
            number,
            name: row.languages("", languages),
            address: if with_address { row.some_languages(ADDRESS, languages) } else { None },
            borders: if with_borders { row.some_languages(BORDERS, languages) } else { None },
            kind: row.text("kind"),
            registered: row.number("registered"),
            district: row.text("district"),
            commission: None,
            synonyms: row.several("synonyms"),
        });
    }
    if stations.is_empty() {
        rows.error(Problem::Empty("stations"));
    }
    stations
}

/// Reads the members of commissions, a row each, and puts them to their stations in the order of the file.
pub(super) fn read_members(
    file: &str,
    text: &str,
    log: &Log,
    languages: &[String],
    pack: &Pack,
    stations: &mut [Station],
) {
    let optional: Vec<&str> = std::iter::once("party").chain(languages.iter().map(String::as_str)).collect();
    let rows = Rows::read(file, text, log, &["station", "role"], &optional, false);
    let named = languages.iter().any(|language| rows.has(language));
    let index: HashMap<String, usize> =
        stations.iter().enumerate().map(|(at, station)| (station.key.clone(), at)).collect();
    for row in rows.iter() {
        let (key, role) = (row.need("station"), row.need("role"));
        let Some(at) = index.get(&key) else {
            if !key.is_empty() {
                let known = stations.iter().map(|station| station.key.as_str());
                row.error("station", Problem::unknown("station", &key, known));
            }
            continue;
        };
        let party = row.text("party");
        let parties = || pack.parties.iter().flatten().map(|party| party.key.as_str());
        if let Some(party) = &party
            && !parties().any(|known| known == party)
        {
            row.error("party", Problem::unknown("party", party, parties()));
        }
        let name = if named { row.some_languages("", languages) } else { None };
        stations[*at].commission.get_or_insert_default().push(Member { role, name, party });
    }
}

/// Puts the stations where they belong: into the pack, or into shards, by region and in the order of the directory.
pub(super) fn distribute(stations: Vec<Station>, pack: &mut Pack) -> Vec<StationShard> {
    if stations.len() <= CARRIED {
        pack.stations = stations;
        return Vec::new();
    }
    let mut regions: BTreeMap<String, Vec<Station>> = BTreeMap::new();
    for station in stations {
        regions.entry(station.region.clone()).or_default().push(station);
    }
    let shard =
        |(region, stations)| StationShard { version: kuager_wire::VERSION, pack: pack.id.clone(), region, stations };
    regions.into_iter().map(shard).collect()
}
