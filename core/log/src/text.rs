//! Lines of the formats, read strictly: each thing can be said in one way only.

use data_encoding::BASE64;

use crate::hash::Hash;

/// A number as it must be written: decimal, without zeros in front.
pub(crate) fn number(line: &str) -> Option<u64> {
    let number: u64 = line.parse().ok()?;
    (number.to_string() == line).then_some(number)
}

/// A hash as it must be written: base64 with padding.
pub(crate) fn hash(line: &str) -> Option<Hash> {
    // Longer ones are not even decoded.
    if line.len() != 44 {
        return None;
    }
    BASE64.decode(line.as_bytes()).ok()?.try_into().ok().map(Hash)
}
