//! From a folder a person can edit to the pack that observers receive.
//!
//! An election is data: contests, stations, forms, texts in every language. People write it as TOML and CSV, or bring
//! it as an `XLSForm` workbook (`docs/packs.md` is their guide). [`compile`] reads a folder, names file, line and column
//! of everything that is wrong, and makes the wire's [`Pack`], together with a compression dictionary trained on answers
//! simulated from the pack's own forms and with the station directory cut into a shard per region. [`Built`] is the
//! result as one file that needs no key; a deployment signs it. [`diff`] says in words what changed between two.
//!
//! Nothing here is random, and nothing asks the clock: the same source always gives the same bytes.

mod built;
mod compile;
mod diff;
mod error;
mod files;
mod finding;
mod rows;
mod scaffold;
mod simulate;
mod source;
mod stations;
mod suggest;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod workbook;
pub mod xlsform;

use kuager_wire::compression::Dictionary;
use kuager_wire::pack::{Pack, Station};

pub use built::{Built, PackSigner, SignedBuild};
pub use diff::diff;
pub use error::PackError;
pub use files::WriteError;
pub use finding::{Finding, Position, Problem, Weight};
pub use scaffold::scaffold;
pub use simulate::{SimulatedObserver, station_day};
pub use source::PackSource;

/// Bytes of the dictionary. Measured on full days (14 records) of the Kazakhstan pack that the dictionary has not seen,
/// 2,868 bytes each: 2 KiB make them 14 % larger, 64 KiB 5 % smaller, which would take a year of days to pay for itself.
const DICTIONARY_SIZE: usize = 8 * 1024;
/// Station days the dictionary is trained on.
const TRAINING_DAYS: u64 = 160;
/// Stations whose keys the dictionary sees; those of the whole country would be noise.
const TRAINING_STATIONS: usize = 200;

/// Reads, checks and completes a pack.
///
/// # Errors
/// [`PackError::Source`] with everything that is wrong, or what the system says.
pub fn compile(source: &PackSource) -> Result<Built, PackError> {
    let compile::Source { mut pack, stations, findings } = compile::read(source)?;
    pack.dictionary = Some(train(&pack, &stations, DICTIONARY_SIZE)?.into());
    let shards = stations::distribute(stations, &mut pack);
    let built = Built { pack, shards, warnings: findings };
    // What the source cannot show, such as a pack that is too large, is found here and not when it is signed.
    built.to_bytes()?;
    Ok(built)
}

fn train(pack: &Pack, stations: &[Station], size: usize) -> Result<Vec<u8>, PackError> {
    let step = stations.len().div_ceil(TRAINING_STATIONS).max(1);
    let sample = Pack { stations: stations.iter().step_by(step).cloned().collect(), ..pack.clone() };
    let samples: Vec<Vec<u8>> = (0..TRAINING_DAYS).flat_map(|seed| station_day(&sample, seed)).collect();
    Dictionary::train(&samples, size).map_err(|_| PackError::TooLittleToLearn { samples: samples.len() })
}

#[cfg(test)]
mod tests;
