//! From a folder a person can edit to the pack that observers receive.
//!
//! An election is data: contests, stations, forms, texts in every language. People write it as TOML and CSV (the format
//! is described in `packs/README.md`); [`compile`] checks it, naming file, line and column of whatever is wrong, and
//! turns it into the wire's [`Pack`], together with a compression dictionary trained on answers simulated from the
//! pack's own forms. Nothing here is random: the same source always gives the same bytes.

mod compile;
mod error;
mod simulate;
mod source;
mod stations;
mod table;

use kuager_wire::compression::Dictionary;
use kuager_wire::pack::Pack;

pub use error::{PackError, Place, Problem};
pub use simulate::{Rng, SimulatedObserver, station_day};
pub use source::PackSource;

/// Bytes of the dictionary. Measured on station days of the rehearsal pack the dictionary has not seen (1,219 bytes
/// each): 2 KiB make them 2 % larger, 32 KiB 1 % smaller, so a little room for larger packs is all that counts.
const DICTIONARY_SIZE: usize = 8 * 1024;
/// Station days the dictionary is trained on.
const TRAINING_DAYS: u64 = 160;

/// Reads, checks and completes a pack.
///
/// # Errors
/// [`PackError`] with the place of the first thing that is wrong.
pub fn compile(source: &PackSource) -> Result<Pack, PackError> {
    let mut pack = compile::read(source)?;
    pack.dictionary = Some(train(&pack, DICTIONARY_SIZE)?.into());
    Ok(pack)
}

fn train(pack: &Pack, size: usize) -> Result<Vec<u8>, PackError> {
    let samples: Vec<Vec<u8>> = (0..TRAINING_DAYS).flat_map(|seed| station_day(pack, seed)).collect();
    Dictionary::train(&samples, size).map_err(|_| PackError::TooLittleToLearn { samples: samples.len() })
}

#[cfg(test)]
mod tests;
