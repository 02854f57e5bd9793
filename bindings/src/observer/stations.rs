//! The directory of stations on the phone.

use super::{ObserverHandle, read};
use crate::callbacks::Change;
use crate::error::KuagerError;
use crate::types::{RegionInfo, StationInfo, station_info};

#[uniffi::export]
impl ObserverHandle {
    /// The regions of the pack, and whether the stations of each are on the phone.
    ///
    /// # Errors
    /// `no_pack`, and those of the store.
    pub fn regions(&self, language: String) -> Result<Vec<RegionInfo>, KuagerError> {
        self.call(|core| {
            let pack = core.pack()?;
            let regions = core.regions()?.into_iter().map(|(region, here)| RegionInfo {
                key: region.key,
                name: pack.pack.text(&region.name, &language).to_owned(),
                here,
            });
            Ok(regions.collect())
        })
    }

    /// Chooses the regions whose stations this phone is to have; the next sync fetches what is missing.
    ///
    /// # Errors
    /// Those of the store.
    pub fn choose_regions(&self, regions: Vec<String>) -> Result<(), KuagerError> {
        self.change(Change::Stations, |core| Ok(core.choose_regions(&regions)?))
    }

    /// Takes the stations of a region from a file. Gives the region's key.
    ///
    /// # Errors
    /// `pack_not_acceptable`, `no_pack`, `file`, and those of the store.
    pub fn import_stations(&self, path: String) -> Result<String, KuagerError> {
        self.change(Change::Stations, |core| Ok(core.import_stations(&read(&path)?)?))
    }

    /// The best `limit` stations for what was typed, the best first: by number, name or address, in any script, with one slip
    /// of the finger. For an empty text, the first of the directory.
    ///
    /// # Errors
    /// `no_pack`, and those of the store.
    pub fn search_stations(
        &self,
        query: String,
        limit: i64,
        language: String,
    ) -> Result<Vec<StationInfo>, KuagerError> {
        self.call(|core| {
            let (pack, book) = (core.pack()?, core.station_book()?);
            let limit = usize::try_from(limit).unwrap_or(0);
            let found = if query.trim().is_empty() {
                book.stations().iter().take(limit).collect()
            } else {
                book.search(&query, limit)
            };
            Ok(found.into_iter().map(|station| station_info(&pack.pack, station, &language)).collect())
        })
    }

    /// The station with this key, if the phone has it.
    ///
    /// # Errors
    /// `no_pack`, and those of the store.
    pub fn station(&self, key: String, language: String) -> Result<Option<StationInfo>, KuagerError> {
        self.call(|core| {
            let (pack, book) = (core.pack()?, core.station_book()?);
            let found = book.stations().iter().find(|station| station.key == key);
            Ok(found.map(|station| station_info(&pack.pack, station, &language)))
        })
    }
}
