//! The platforms' roots, and what they have taken back.
//!
//! In this repository, each as its platform publishes it:
//!
//! | file | from | SHA-256 of the certificate |
//! |---|---|---|
//! | `google-rsa-2022.pem` | <https://android.googleapis.com/attestation/root> | `cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc` |
//! | `google-ca1-2025.pem` | the same | `6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0` |
//! | `apple-appattest.pem` | <https://www.apple.com/certificateauthority/Apple_App_Attestation_Root_CA.pem> | `1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932` |
//!
//! More can be laid into the data directory, and the list of what Google has taken back, which a coordinator never fetches by itself:
//! it has no business on the network but with phones.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer;

const SHIPPED_ANDROID: [&str; 2] =
    [include_str!("roots/google-rsa-2022.pem"), include_str!("roots/google-ca1-2025.pem")];
const SHIPPED_APPLE: [&str; 1] = [include_str!("roots/apple-appattest.pem")];

/// Folder of a data directory with more roots.
pub const FOLDER: &str = "attestation";
/// Further roots of Android within it, as PEM.
pub const ANDROID: &str = "android-roots.pem";
/// Further roots of Apple.
pub const APPLE: &str = "apple-roots.pem";
/// What Google has taken back, as <https://android.googleapis.com/attestation/status> gives it.
pub const STATUS: &str = "android-status.json";
/// Bytes of such a file at most. Google's list has some two hundred thousand.
const LIMIT: u64 = 8 * 1024 * 1024;
/// Further roots of a platform at most.
const MOST: usize = 32;

/// Why roots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} is not {expected}; take it away, or put it there as its platform publishes it")]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
}

/// One root, as DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(Vec<u8>);

impl Root {
    #[cfg(test)]
    pub(super) fn der(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn read(&self) -> Option<X509Certificate<'_>> {
        X509Certificate::from_der(&self.0).ok().map(|(_, certificate)| certificate)
    }
}

/// Whom attestations are believed from.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    android: Vec<Root>,
    apple: Vec<Root>,
    /// Serial numbers without leading zeros.
    revoked: HashSet<String>,
    revocations_dated_ms: Option<u64>,
}

/// Google's list. What else it says of an entry is its own.
#[derive(Deserialize)]
struct Status {
    entries: HashMap<String, serde_json::Value>,
}

impl Roots {
    /// Those of this repository, and what lies in the folder of a data directory.
    ///
    /// # Errors
    /// [`RootsError`]: what somebody put there is used or complained about, never passed over.
    pub fn load(data: &Path) -> Result<Self, RootsError> {
        let dir = data.join(FOLDER);
        let mut roots = Self::shipped();
        for (name, list) in [(ANDROID, &mut roots.android), (APPLE, &mut roots.apple)] {
            let path = dir.join(name);
            if let Some((bytes, _)) = read(&path)? {
                let more = certificates(&bytes).filter(|more| more.len() <= MOST);
                list.extend(more.ok_or(RootsError::Content { path, expected: "certificates in PEM, 32 at most" })?);
            }
        }
        let path = dir.join(STATUS);
        if let Some((bytes, dated_ms)) = read(&path)? {
            let status: Status = serde_json::from_slice(&bytes)
                .map_err(|_| RootsError::Content { path, expected: "Google's list of revoked certificates" })?;
            roots.revoked = status.entries.into_keys().map(|serial| normal(&serial)).collect();
            roots.revocations_dated_ms = dated_ms;
        }
        Ok(roots)
    }

    /// Those of this repository.
    #[must_use]
    pub fn shipped() -> Self {
        let all = |pems: &[&str]| pems.iter().filter_map(|pem| certificates(pem.as_bytes())).flatten().collect();
        Self { android: all(&SHIPPED_ANDROID), apple: all(&SHIPPED_APPLE), ..Self::default() }
    }

    pub(super) fn android(&self) -> &[Root] {
        &self.android
    }

    pub(super) fn apple(&self) -> &[Root] {
        &self.apple
    }

    /// Of when the list of revocations is, by its file; nothing without one.
    pub(super) fn revocations_dated_ms(&self) -> Option<u64> {
        self.revocations_dated_ms
    }

    pub(super) fn is_revoked(&self, serial: &[u8]) -> bool {
        !self.revoked.is_empty() && self.revoked.contains(&normal(&HEXLOWER.encode(serial)))
    }
}

fn normal(serial: &str) -> String {
    serial.trim_start_matches('0').to_ascii_lowercase()
}

/// Bytes of a file, and when it was written, milliseconds since 1970.
type Dated = (Vec<u8>, Option<u64>);

/// A file, if it is there.
fn read(path: &Path) -> Result<Option<Dated>, RootsError> {
    let failed = |source| RootsError::Io { path: path.to_owned(), source };
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let written = file.metadata().and_then(|metadata| metadata.modified()).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(RootsError::Content { path: path.to_owned(), expected: "as small as such files are" });
    }
    let since = written.duration_since(UNIX_EPOCH).ok();
    Ok(Some((bytes, since.and_then(|since| u64::try_from(since.as_millis()).ok()))))
}

fn certificates(pem: &[u8]) -> Option<Vec<Root>> {
    let read: Result<Vec<_>, _> = Pem::iter_from_buffer(pem).take(MOST + 1).collect();
    let roots: Vec<_> = read.ok()?.into_iter().map(|pem| Root(pem.contents)).collect();
    (!roots.is_empty() && roots.iter().all(|root| root.read().is_some())).then_some(roots)
}
