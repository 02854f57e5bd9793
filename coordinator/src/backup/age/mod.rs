//! Encrypted files as the program `age` reads and writes them (<https://c2sp.org/age>, version 1): with a passphrase, or for
//! X25519 recipients.
//!
//! Of the format this has what a backup needs, on the workspace's own cryptography. Files it wrote are opened by `age`, and those
//! of `age` by this; `tests/foreign` tries both. A file that was cut is told apart from one that was altered, which the format
//! allows only where the plaintext fills its last piece: `Sealer::finish` fills it with zeros, as tape archives end anyway.

mod header;
mod keys;
mod stream;

pub(super) use header::{Failed, open, reopen, seal};
pub(super) use keys::FileKey;
pub use keys::{Identity, Key, Lock, NotARecipient, Recipient};

/// Bytes of a file's own key.
const FILE_KEY: usize = 16;

/// What is wrong with an encrypted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// Another kind of file.
    #[error("not an age file")]
    NotAge,
    /// It ends too early.
    #[error("it ends too early")]
    Truncated,
    /// Bytes in it are not what was written.
    #[error("it was altered")]
    Altered,
    /// Another passphrase.
    #[error("another passphrase")]
    WrongPassphrase,
    /// It has no passphrase.
    #[error("it was encrypted for a key")]
    NeedsIdentity,
    /// It is for other keys.
    #[error("it was encrypted for another key, or with a passphrase")]
    WrongIdentity,
}

#[cfg(test)]
mod tests;
