//! Keys that may be there only once.

use crate::canonical::Malformed;

/// Checks that no key is there twice; says which one is.
pub(super) fn unique<'a>(what: &str, keys: impl Iterator<Item = &'a String>) -> Result<(), Malformed> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    match keys.iter().zip(keys.iter().skip(1)).find(|(one, next)| one == next) {
        Some((twice, _)) => Err(Malformed::shape(format!("{what} {twice} is there twice"))),
        None => Ok(()),
    }
}
