//! The list of which person is which observer, encrypted for people whose secret keys are not on this machine.
//!
//! Observers are pseudonyms here, and whoever takes this machine learns no names: the list is an age file (`backup::age`), the coordinator
//! keeps it as it is given, and there is nothing here that opens it. There is none unless somebody makes one.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::backup::{Key, Lock, NotOpened, is_sealed, opened, sealed};
use crate::deployment::{Deployment, DeploymentError, replace};

/// The file in the data directory.
const FILE: &str = "names.age";
/// Bytes of a list at most: a country's observers, with telephone numbers and a few words each.
pub const LIMIT: usize = 8 << 20;
/// Lists are filled up to multiples of this, so that their size says little of how many people are on them.
const PIECE: usize = 64 * 1024;

/// Why a list was not kept or opened.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// Nobody could open it.
    #[error("say for whom the list is encrypted: --recipient age1…, as age-keygen prints it")]
    NoRecipient,
    /// It is longer than any.
    #[error("the list has more than {LIMIT} bytes")]
    TooLarge,
    /// It is not encrypted.
    #[error("{0} is no age file; a list of names is kept encrypted or not at all")]
    Plain(PathBuf),
    /// It cannot be opened.
    #[error("the list cannot be opened: {0}")]
    NotOpened(#[from] NotOpened),
    /// The disk.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The machine gives no random numbers, or has no memory.
    #[error("the list cannot be encrypted: {0}")]
    Io(#[from] io::Error),
}

/// Encrypts a list for some people.
///
/// # Errors
/// [`NamesError`].
pub fn encrypt(list: &[u8], lock: &Lock) -> Result<Vec<u8>, NamesError> {
    if matches!(lock, Lock::Recipients(recipients) if recipients.is_empty()) {
        return Err(NamesError::NoRecipient);
    }
    if list.len() > LIMIT {
        return Err(NamesError::TooLarge);
    }
    let mut filled = Zeroizing::new(list.to_vec());
    let size = list.len().max(1).div_ceil(PIECE).saturating_mul(PIECE);
    filled.resize(size, b'\n');
    Ok(sealed(lock, &filled)?)
}

/// Opens a list.
///
/// # Errors
/// [`NamesError::NotOpened`].
pub fn open(list: &[u8], key: &Key) -> Result<Zeroizing<Vec<u8>>, NamesError> {
    let mut plain = opened(list, key, LIMIT.saturating_add(PIECE))?;
    let end = plain.iter().rposition(|byte| !matches!(byte, b'\n' | 0)).map_or(0, |at| at.saturating_add(1));
    plain.truncate(end);
    Ok(plain)
}

/// Where the list of a deployment lies, whether there is one or not.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join(FILE)
}

/// Keeps an encrypted list in the place of the one before.
///
/// # Errors
/// [`NamesError`].
pub fn keep(deployment: &Deployment, list: &[u8]) -> Result<(), NamesError> {
    let path = path(deployment.dir());
    if !is_sealed(list) {
        return Err(NamesError::Plain(path));
    }
    // With a header and a tag for each piece.
    if list.len() > LIMIT.saturating_mul(2) {
        return Err(NamesError::TooLarge);
    }
    Ok(replace(&path, list)?)
}

/// The encrypted list; nothing where none is kept.
///
/// # Errors
/// [`NamesError`].
pub fn kept(deployment: &Deployment) -> Result<Option<Vec<u8>>, NamesError> {
    match fs::read(path(deployment.dir())) {
        Ok(list) => Ok(Some(list)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Forgets the list. Returns whether there was one.
///
/// # Errors
/// [`NamesError`].
pub fn forget(deployment: &Deployment) -> Result<bool, NamesError> {
    match fs::remove_file(path(deployment.dir())) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::testing;
    use crate::testing::Fixture;

    #[tokio::test]
    async fn only_who_has_the_key_reads_the_names() {
        let fixture = Fixture::new();
        let (deployment, list) = (&fixture.deployment, b"observer,name\n00,Aigerim\n");
        let (recipient, key) = testing::pair(1);
        let sealed = encrypt(list, &Lock::Recipients(vec![recipient])).expect("is encrypted");
        assert!(!sealed.windows(7).any(|part| part == b"Aigerim"));
        assert!(kept(deployment).expect("reads").is_none(), "there is none unless somebody makes one");
        keep(deployment, &sealed).expect("is kept");
        assert_eq!(kept(deployment).expect("reads").as_deref(), Some(sealed.as_slice()));
        assert_eq!(open(&sealed, &key).expect("opens").as_slice(), &list[..list.len() - 1]);
        let (_, other) = testing::pair(2);
        assert!(matches!(open(&sealed, &other), Err(NamesError::NotOpened(_))));
        let short = encrypt(b"a", &Lock::Recipients(vec![testing::pair(1).0])).expect("is encrypted");
        assert_eq!(short.len(), sealed.len(), "its size does not say how many are on it");
        let mut altered = sealed.clone();
        *altered.last_mut().expect("has bytes") ^= 1;
        assert!(open(&altered, &key).is_err());
        assert!(forget(deployment).expect("works") && !forget(deployment).expect("works"));
    }

    #[tokio::test]
    async fn names_are_kept_encrypted_or_not_at_all() {
        let fixture = Fixture::new();
        assert!(matches!(keep(&fixture.deployment, b"observer,name\n"), Err(NamesError::Plain(_))));
        assert!(matches!(encrypt(b"a", &Lock::Recipients(vec![])), Err(NamesError::NoRecipient)));
        let (recipient, _) = testing::pair(1);
        let long = vec![b'a'; LIMIT + 1];
        assert!(matches!(encrypt(&long, &Lock::Recipients(vec![recipient])), Err(NamesError::TooLarge)));
    }
}
