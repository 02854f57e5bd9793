//! Checksums a client may send with a part of a file (tus checksum extension).

use data_encoding::BASE64;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Why an `Upload-Checksum` header cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumError {
    /// Not an algorithm that is known here.
    #[error("the checksum must be one of: {}", Checksum::ALGORITHMS)]
    Algorithm,
    /// Not base64 of as many bytes as the algorithm gives.
    #[error("the checksum must be the algorithm, a space, and its bytes in base64")]
    Form,
}

/// What the bytes of one request should hash to, and the hash of those that have come so far.
#[derive(Debug, Clone)]
pub struct Checksum {
    expected: Vec<u8>,
    hasher: Hasher,
}

#[derive(Debug, Clone)]
enum Hasher {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// What is offered, as the protocol lists it. SHA-1 because tus demands it of every server; the file itself is
    /// checked against the signed SHA-256 whatever a client sends.
    pub const ALGORITHMS: &str = "sha1,sha256";

    /// Reads the header.
    ///
    /// # Errors
    /// [`ChecksumError`].
    pub fn parse(header: &str) -> Result<Self, ChecksumError> {
        let (algorithm, value) = header.trim().split_once(' ').ok_or(ChecksumError::Form)?;
        let (hasher, size) = match algorithm {
            "sha1" => (Hasher::Sha1(Sha1::new()), 20),
            "sha256" => (Hasher::Sha256(Sha256::new()), 32),
            _ => return Err(ChecksumError::Algorithm),
        };
        let expected = BASE64.decode(value.trim().as_bytes()).map_err(|_| ChecksumError::Form)?;
        if expected.len() == size { Ok(Self { expected, hasher }) } else { Err(ChecksumError::Form) }
    }

    /// Counts bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.hasher {
            Hasher::Sha1(hasher) => hasher.update(bytes),
            Hasher::Sha256(hasher) => hasher.update(bytes),
        }
    }

    /// Whether the bytes are the announced ones.
    #[must_use]
    pub fn holds(self) -> bool {
        match self.hasher {
            Hasher::Sha1(hasher) => hasher.finalize().as_slice() == self.expected,
            Hasher::Sha256(hasher) => hasher.finalize().as_slice() == self.expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_hold_or_not() {
        // "hello world", from the tus specification and from sha256sum.
        for header in ["sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="] {
            let mut checksum = Checksum::parse(header).expect("is one");
            checksum.update(b"hello ");
            let mut other = checksum.clone();
            checksum.update(b"world");
            other.update(b"World");
            assert!(checksum.holds() && !other.holds(), "{header}");
        }
        assert_eq!(Checksum::parse("md5 AAAA").err(), Some(ChecksumError::Algorithm));
        for header in ["", "sha1", "sha1 ?", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0="] {
            assert_eq!(Checksum::parse(header).err(), Some(ChecksumError::Form), "{header}");
        }
    }
}
