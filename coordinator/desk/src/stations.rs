//! Stations as people know them, and where their pages are.

use std::collections::BTreeSet;

use kuager_coordinator::shelf::Published;
use kuager_wire::text;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::language::Language;

/// All but what may stand in a query as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as it stands in a query.
pub(crate) fn escaped(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}

/// The query of a station's page, without the language.
pub(crate) fn query(station: Option<&str>) -> String {
    station.map(|key| format!("key={}&", escaped(key))).unwrap_or_default()
}

/// Keys of the regions that have stations, in the order of the pack; behind them those that only stations name.
pub(crate) fn regions(published: &Published) -> Vec<String> {
    let there: BTreeSet<&str> = published.stations.values().map(|station| station.region.as_str()).collect();
    let known = published.latest.pack.regions.iter().flatten().map(|region| region.key.as_str());
    let mut regions: Vec<&str> = known.filter(|key| there.contains(key)).collect();
    let others: Vec<&str> = there.iter().copied().filter(|key| !regions.contains(key)).collect();
    regions.extend(others);
    regions.into_iter().map(str::to_owned).collect()
}

/// A station's name, and its key if it is in the list; what was typed for one that is not.
pub(crate) fn name(published: &Published, language: &Language, station: Option<&str>) -> (String, String) {
    let pack = &published.latest.pack;
    match (station, station.and_then(|key| published.stations.get(key))) {
        (Some(key), Some(listed)) => (pack.text(&listed.name, &language.code).to_owned(), key.to_owned()),
        // Records from before names were checked may hold anything.
        (Some(typed), None) => (text::name(typed), String::new()),
        (None, _) => (language.say("station-none"), String::new()),
    }
}
