//! The stations of a pack and of the regions that were fetched, as one directory.

use kuager_wire::ids::{PackHash, ShardHash};
use kuager_wire::pack::{SignedPack, Station, StationShard};
use kuager_wire::spelling;

use super::index::{StationIndex, StationText};

/// The stations that are on the phone, ready to be searched.
#[derive(Debug)]
pub struct StationBook {
    /// The pack and the regions it was made from.
    made_from: (PackHash, Vec<ShardHash>),
    stations: Vec<Station>,
    index: StationIndex,
}

impl StationBook {
    pub(crate) fn new(pack: &SignedPack, shards: Vec<(ShardHash, StationShard)>) -> Self {
        let made_from = (pack.hash, shards.iter().map(|(hash, _)| *hash).collect());
        let mut stations = pack.pack.stations.clone();
        stations.extend(shards.into_iter().flat_map(|(_, shard)| shard.stations));
        let regions = pack.pack.regions.as_deref().unwrap_or_default();
        let region = |station: &Station| regions.iter().find(|region| region.key == station.region);
        let index = StationIndex::new(stations.iter().map(|station| StationText {
            number: station.number,
            name: &station.name,
            address: station.address.as_ref(),
            region: region(station).map(|region| &region.name),
            synonyms: station.synonyms.as_deref().unwrap_or_default(),
            region_synonyms: region(station).and_then(|region| region.synonyms.as_deref()).unwrap_or_default(),
        }));
        Self { made_from, stations, index }
    }

    #[cfg(test)]
    pub(super) fn of(stations: Vec<Station>) -> Self {
        Self { made_from: (PackHash([0; 32]), Vec::new()), stations, index: StationIndex::default() }
    }

    /// Whether it was made from this pack and these shards.
    pub(crate) fn is_made_from(&self, pack: PackHash, shards: &[ShardHash]) -> bool {
        self.made_from.0 == pack && self.made_from.1 == shards
    }

    /// All of them.
    #[must_use]
    pub fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// The one station with this key or name, whatever marks, spaces and capitals stand in it; none where several have it.
    #[must_use]
    pub fn named(&self, typed: &str) -> Option<&Station> {
        if let Some(station) = self.stations.iter().find(|station| station.key == typed) {
            return Some(station);
        }
        let wanted = spelling::squeezed(typed);
        let is = |text: &str| spelling::squeezed(text) == wanted;
        let mut found = self.stations.iter().filter(|station| is(&station.key));
        let keyed = (!wanted.is_empty()).then(|| found.next()).flatten();
        if keyed.is_some() {
            return keyed.filter(|_| found.next().is_none());
        }
        let mut found = self.stations.iter().filter(|station| station.name.iter().any(|(_, name)| is(name)));
        let named = (!wanted.is_empty()).then(|| found.next()).flatten();
        named.filter(|_| found.next().is_none())
    }

    /// The best `limit` for what was typed, the best first; see [`StationIndex`].
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<&Station> {
        self.index.search(query, limit).into_iter().filter_map(|hit| self.stations.get(hit.index)).collect()
    }
}
