//! Small things in age files, whole and in memory.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use super::age::{self, Failed, Key, Lock};

/// What every age file begins with.
const BEGINS: &[u8] = b"age-encryption.org/v1\n";

/// Why something encrypted was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotOpened(String);

/// Whether these bytes are an age file.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(BEGINS)
}

/// Encrypts some bytes; what does not fill the last 64 KiB is filled with zeros.
///
/// # Errors
/// What the system says.
pub(crate) fn sealed(lock: &Lock, plain: &[u8]) -> io::Result<Vec<u8>> {
    let (mut sealer, _) = age::seal(Vec::new(), lock)?;
    sealer.write_all(plain)?;
    sealer.finish()
}

/// Decrypts some bytes, so many at most.
///
/// # Errors
/// [`NotOpened`].
pub(crate) fn opened(sealed: &[u8], key: &Key, limit: usize) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let opener = age::open(sealed, key).map_err(|failed| match failed {
        Failed::Fault(fault) => NotOpened(fault.to_string()),
        Failed::Io(error) => NotOpened(error.to_string()),
    })?;
    let mut plain = Zeroizing::new(Vec::new());
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bounded = opener.take(most.saturating_add(1));
    bounded.read_to_end(&mut plain).map_err(|error| {
        let fault = bounded.get_ref().fault().map(|fault| fault.to_string());
        NotOpened(fault.unwrap_or_else(|| error.to_string()))
    })?;
    if plain.len() > limit {
        return Err(NotOpened("it is longer than any".to_owned()));
    }
    Ok(plain)
}
