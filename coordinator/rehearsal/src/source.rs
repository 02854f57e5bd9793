//! The source of the pack that is rehearsed with: that of Kazakhstan, with the stations of the simulated country.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::country::Country;
use crate::error::RehearsalError;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../pack/sources/kz-2026/", $name)))),*]
    };
}

const FILES: [(&str, &str); 20] = files![
    "pack.toml",
    "act.toml",
    "exit-poll.toml",
    "regions.csv",
    "contest-kinds.csv",
    "parties.csv",
    "candidates.csv",
    "incident-groups.csv",
    "incidents.csv",
    "glossary.csv",
    "forms/opening.toml",
    "forms/voting.toml",
    "forms/count.toml",
    "forms/compliance.toml",
    "forms/turnout.toml",
    "forms/protocol-list.toml",
    "forms/protocol-single.toml",
    "forms/protocol-referendum.toml",
    "forms/incident.toml",
    "forms/exit-poll.toml",
];

/// Writes it into an empty folder, with more stations beside those of the country: their keys, a region and a number, and their voters.
pub(crate) fn write(country: &Country, more: &[(&str, u32)], folder: &Path) -> Result<(), RehearsalError> {
    let forms = folder.join("forms");
    fs::create_dir_all(&forms).map_err(RehearsalError::io("create", &forms))?;
    let stations = stations(country, more);
    for (name, text) in FILES.iter().map(|(name, text)| (*name, *text)).chain([("stations.csv", stations.as_str())]) {
        let path = folder.join(name);
        fs::write(&path, text).map_err(RehearsalError::io("write", &path))?;
    }
    Ok(())
}

fn stations(country: &Country, more: &[(&str, u32)]) -> String {
    let mut csv = "key,region,number,registered,kk,ru,en\n".to_owned();
    let more = more.iter().filter_map(|(key, registered)| {
        let (region, number) = key.split_once('-')?;
        Some((*key, region, number.parse().ok()?, *registered))
    });
    let places = country.places.iter().map(|place| (place.key.as_str(), place.region, place.number, place.registered));
    for (key, region, number, registered) in places.chain(more) {
        let number: u32 = number;
        let [kk, ru, en] = named(region);
        let _ = writeln!(
            csv,
            "{key},{region},{number},{registered},\"№ {number} сайлау учаскесі, {kk}\",\"Избирательный участок № {number}, {ru}\",\"Polling station No. {number}, {en}\""
        );
    }
    csv
}

/// What the pack calls a region in its languages.
fn named(region: &str) -> [&'static str; 3] {
    let regions = FILES.iter().find(|(name, _)| *name == "regions.csv").map_or("", |(_, text)| *text);
    let line = regions.lines().find_map(|line| line.strip_prefix(region)?.strip_prefix(','));
    let mut names = line.unwrap_or_default().split(',');
    std::array::from_fn(|_| names.next().unwrap_or_default())
}
