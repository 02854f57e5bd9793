//! Keys that may be there only once.

use crate::canonical::Malformed;

/// Checks that no key is there twice; says which one is.
pub(super) fn unique<'a>(what: &str, keys: impl Iterator<Item = &'a String>) -> Result<(), Malformed> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Malformed::shape(format!("{what} {} is there twice", pair[0]))),
        None => Ok(()),
    }
}
