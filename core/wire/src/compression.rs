//! Compression of uploads with the pack's dictionary, in the form of RFC 9842 ("dcz").
//!
//! A checklist of 1.1 KB shrinks to about 0.7 KB alone and to a fraction of that with a dictionary trained on the
//! pack's own forms, which is what counts at 20 kbit/s. The stream starts with a fixed magic and the SHA-256 of the
//! dictionary, so a receiver either has exactly that dictionary or says that it has not.

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::cose::sha256;

/// The name in `Content-Encoding`.
pub const ENCODING: &str = "dcz";
/// RFC 9842 §5: a zstd skippable frame of 32 bytes that holds the dictionary's hash.
const MAGIC: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];
const HEADER: usize = MAGIC.len() + 32;
/// Batches are small: the highest level that is still instant on a phone.
const LEVEL: i32 = 19;

/// Names a dictionary: SHA-256 of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DictionaryHash(pub [u8; 32]);

/// Why bytes cannot be decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// The stream does not start as `dcz` must.
    #[error("the body is not a dcz stream (RFC 9842)")]
    NotDcz,
    /// It was made with another dictionary.
    #[error("the body was compressed with another dictionary")]
    OtherDictionary,
    /// It decompresses to more than is allowed.
    #[error("the body decompresses to more than {limit} bytes")]
    TooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// It is cut or altered.
    #[error("the compressed body is damaged")]
    Damaged,
    /// The dictionary itself cannot be used.
    #[error("the compression dictionary cannot be used")]
    BadDictionary,
}

/// A dictionary made ready for use on either side.
pub struct Dictionary {
    hash: DictionaryHash,
    encoder: EncoderDictionary<'static>,
    decoder: DecoderDictionary<'static>,
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Dictionary").field(&self.hash).finish()
    }
}

impl Dictionary {
    /// Prepares a dictionary in zstd's format.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            hash: DictionaryHash(sha256(bytes)),
            encoder: EncoderDictionary::copy(bytes, LEVEL),
            decoder: DecoderDictionary::copy(bytes),
        }
    }

    /// Trains a dictionary of at most `size` bytes on samples of what will be sent. The same samples give the same
    /// bytes.
    ///
    /// # Errors
    /// [`CompressionError::BadDictionary`] when the samples are too few or too alike to learn from.
    pub fn train(samples: &[Vec<u8>], size: usize) -> Result<Vec<u8>, CompressionError> {
        zstd::dict::from_samples(samples, size).map_err(|_| CompressionError::BadDictionary)
    }

    /// The name by which a stream refers to it.
    #[must_use]
    pub const fn hash(&self) -> DictionaryHash {
        self.hash
    }

    /// Compresses a body.
    ///
    /// # Errors
    /// [`CompressionError::BadDictionary`] when zstd cannot use the dictionary.
    pub fn compress(&self, body: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let mut compressor =
            Compressor::with_prepared_dictionary(&self.encoder).map_err(|_| CompressionError::BadDictionary)?;
        let frame = compressor.compress(body).map_err(|_| CompressionError::BadDictionary)?;
        let mut stream = Vec::with_capacity(HEADER.saturating_add(frame.len()));
        stream.extend_from_slice(&MAGIC);
        stream.extend_from_slice(&self.hash.0);
        stream.extend_from_slice(&frame);
        Ok(stream)
    }

    /// Decompresses a stream that [`dictionary_of`] says is made with this dictionary, to at most `limit` bytes.
    /// No more than `limit` bytes are ever allocated, whatever the stream announces.
    ///
    /// # Errors
    /// [`CompressionError`].
    pub fn decompress(&self, stream: &[u8], limit: usize) -> Result<Vec<u8>, CompressionError> {
        if dictionary_of(stream)? != self.hash {
            return Err(CompressionError::OtherDictionary);
        }
        let frame = stream.get(HEADER..).ok_or(CompressionError::NotDcz)?;
        if Decompressor::upper_bound(frame).is_some_and(|size| size > limit) {
            return Err(CompressionError::TooLarge { limit });
        }
        let mut decompressor =
            Decompressor::with_prepared_dictionary(&self.decoder).map_err(|_| CompressionError::BadDictionary)?;
        decompressor.decompress(frame, limit).map_err(|error| {
            // zstd's own words for "dstSize_tooSmall".
            if error.to_string().contains("too small") {
                CompressionError::TooLarge { limit }
            } else {
                CompressionError::Damaged
            }
        })
    }
}

/// Which dictionary a stream needs.
///
/// # Errors
/// [`CompressionError::NotDcz`].
pub fn dictionary_of(stream: &[u8]) -> Result<DictionaryHash, CompressionError> {
    let header = stream.get(..HEADER).ok_or(CompressionError::NotDcz)?;
    let (magic, hash) = header.split_at(MAGIC.len());
    match hash.try_into() {
        Ok(hash) if magic == MAGIC => Ok(DictionaryHash(hash)),
        _ => Err(CompressionError::NotDcz),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        let samples: Vec<_> =
            (0..400).map(|n| format!("station {} answers yes no not_seen {}", n * 7 % 97, n).into_bytes()).collect();
        Dictionary::new(&Dictionary::train(&samples, 2048).expect("the samples differ enough"))
    }

    #[test]
    fn what_is_compressed_comes_back() {
        let dictionary = dictionary();
        for size in [0, 1, 100, 60_000] {
            let body: Vec<u8> = (0..size).map(|n| u8::try_from(n % 251).expect("below 251")).collect();
            let stream = dictionary.compress(&body).expect("compresses");
            assert_eq!(dictionary.decompress(&stream, 64 * 1024), Ok(body));
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_blown_up() {
        let dictionary = dictionary();
        let bomb = dictionary.compress(&vec![0; 64 << 20]).expect("compresses");
        assert!(bomb.len() < 10_000);
        assert_eq!(dictionary.decompress(&bomb, 65_536), Err(CompressionError::TooLarge { limit: 65_536 }));
        // The same bomb without the announced size: zstd frames may leave it out.
        let mut stream = bomb[..HEADER].to_vec();
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).expect("a level");
        std::io::Write::write_all(&mut encoder, &vec![0; 64 << 20]).expect("writes to memory");
        stream.extend(encoder.finish().expect("writes to memory"));
        assert_eq!(dictionary.decompress(&stream, 65_536), Err(CompressionError::TooLarge { limit: 65_536 }));
    }

    #[test]
    fn damage_and_foreign_dictionaries_are_told_apart() {
        let dictionary = dictionary();
        let stream = dictionary.compress(b"station 3 answers yes").expect("compresses");
        assert_eq!(dictionary.decompress(&stream[..20], 100), Err(CompressionError::NotDcz));
        assert_eq!(
            dictionary.decompress(b"<html>captive portal</html> and so on, at some length", 100),
            Err(CompressionError::NotDcz)
        );
        assert_eq!(dictionary.decompress(&stream[..stream.len() - 3], 100), Err(CompressionError::Damaged));
        let mut other = stream.clone();
        other[10] ^= 1;
        assert_eq!(dictionary.decompress(&other, 100), Err(CompressionError::OtherDictionary));
    }
}
