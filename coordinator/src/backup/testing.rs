//! What tests of forged backups need: a key, and any bytes locked for it as if they were an archive.

use std::io::{self, Write};

use zeroize::Zeroizing;

use super::age::{Identity, Key, Lock, Recipient, seal};

fn identity() -> Identity {
    Identity::of(Zeroizing::new([7; 32]))
}

/// What opens [`sealed`] bytes.
#[must_use]
pub fn key() -> Key {
    Key::Identities(vec![identity()])
}

/// A file that is encrypted as backups are, with these bytes where the archive would be.
///
/// # Errors
/// When the system has no randomness.
pub fn sealed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (mut sealer, _) = seal(Vec::new(), &Lock::Recipients(vec![identity().recipient()]))?;
    sealer.write_all(bytes)?;
    sealer.finish()
}

/// A public key and what opens what is encrypted for it; another seed, another pair.
#[must_use]
pub fn pair(seed: u8) -> (Recipient, Key) {
    let identity = Identity::of(Zeroizing::new([seed; 32]));
    (identity.recipient(), Key::Identities(vec![identity]))
}
