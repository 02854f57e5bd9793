//! A probability sample of stations: the only thing that an estimate is made from.
//!
//! A [`Sample`] comes from a draw that anybody can repeat ([`super::draw`]), or from somebody who states which stations were drawn; its
//! [`Origin`] says which. There is no third way: stations that observers could get to are no sample, and nothing here takes them for one.

use std::collections::{BTreeMap, HashSet};

use super::frame::{Fact, Frame};

/// How a sample came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Drawn here, from a frame and a seed that agree with what was committed to before.
    Drawn {
        /// SHA-256 of the frame.
        frame: [u8; 32],
        /// SHA-256 of the seed.
        seed: [u8; 32],
    },
    /// Stated by whoever gave the file. The arithmetic is right if the statement is.
    Stated,
}

/// A station of a sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SampledStation {
    /// What was known of it before the day, by name, reported or not.
    pub facts: BTreeMap<String, Fact>,
}

/// A stratum of a sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SampledStratum {
    /// Stations that the frame has here, N.
    pub stations: u32,
    /// Stations that were drawn, n.
    pub sampled: u32,
    /// Those of them that are known by name; whichever is not counts as not reported.
    pub drawn: BTreeMap<String, SampledStation>,
}

/// Stations drawn by chance, with a known probability each.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    origin: Origin,
    strata: BTreeMap<String, SampledStratum>,
}

/// Strata that cannot be those of a sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSample {
    /// Nothing at all.
    #[error("there are no strata")]
    Empty,
    /// More was drawn than there is.
    #[error("stratum `{stratum}` has {stations} stations, and {sampled} of them are said to be drawn")]
    MoreThanThere {
        /// The stratum.
        stratum: String,
        /// Stations it has.
        stations: u32,
        /// Stations said to be drawn.
        sampled: u64,
    },
    /// More stations by name than were drawn.
    #[error("stratum `{stratum}` names {named} stations where {sampled} were drawn")]
    MoreThanDrawn {
        /// The stratum.
        stratum: String,
        /// Stations it names.
        named: u64,
        /// Stations drawn.
        sampled: u32,
    },
    /// One station in two strata.
    #[error("station `{0}` is in two strata")]
    InTwoStrata(String),
}

impl Sample {
    /// A sample as somebody states it. Who calls this says that chance has chosen these stations, by a plan that was fixed before.
    ///
    /// # Errors
    /// [`NoSample`] where the strata contradict themselves.
    pub fn stated(strata: BTreeMap<String, SampledStratum>) -> Result<Self, NoSample> {
        Self::checked(Origin::Stated, strata)
    }

    /// What was drawn of a frame, by stratum.
    pub(super) fn drawn(
        origin: Origin,
        frame: &Frame,
        chosen: &BTreeMap<String, Vec<String>>,
    ) -> Result<Self, NoSample> {
        let mut strata = BTreeMap::new();
        for (stratum, all) in frame.by_stratum() {
            let stations = u32::try_from(all.len()).unwrap_or(u32::MAX);
            let keys = chosen.get(stratum).map(Vec::as_slice).unwrap_or_default();
            let drawn = keys.iter().filter_map(|key| {
                let station = frame.stations().get(key)?;
                let mut facts = station.facts.clone();
                facts.insert("registered".to_owned(), Fact::Number(f64::from(station.registered)));
                Some((key.clone(), SampledStation { facts }))
            });
            let drawn: BTreeMap<_, _> = drawn.collect();
            let sampled = u32::try_from(drawn.len()).unwrap_or(u32::MAX);
            strata.insert(stratum.to_owned(), SampledStratum { stations, sampled, drawn });
        }
        Self::checked(origin, strata)
    }

    fn checked(origin: Origin, strata: BTreeMap<String, SampledStratum>) -> Result<Self, NoSample> {
        if strata.is_empty() {
            return Err(NoSample::Empty);
        }
        let mut seen = HashSet::new();
        for (name, stratum) in &strata {
            let (named, sampled) = (stratum.drawn.len() as u64, stratum.sampled);
            if sampled > stratum.stations {
                let (stratum, stations) = (name.clone(), stratum.stations);
                return Err(NoSample::MoreThanThere { stratum, stations, sampled: u64::from(sampled) });
            }
            if named > u64::from(sampled) {
                return Err(NoSample::MoreThanDrawn { stratum: name.clone(), named, sampled });
            }
            if let Some(twice) = stratum.drawn.keys().find(|key| !seen.insert(key.as_str())) {
                return Err(NoSample::InTwoStrata(twice.clone()));
            }
        }
        Ok(Self { origin, strata })
    }

    /// How it came about.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// Its strata by name.
    #[must_use]
    pub const fn strata(&self) -> &BTreeMap<String, SampledStratum> {
        &self.strata
    }
}
