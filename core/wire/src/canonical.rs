//! Deterministic CBOR: written in exactly one way, read in exactly one way.
//!
//! Two phones that answer the same questions must produce the same bytes, and nobody may be able to wrap the same
//! meaning into other bytes with another hash. General CBOR readers accept non-shortest integers, repeated keys and
//! trailing bytes, so [`validate`] walks the raw bytes first and names the offset of the first rule that is broken
//! (RFC 8949 §4.2.1 core deterministic encoding, and on top of it: no floats, no tags but the caller's, no `null` or
//! `undefined`, text in Unicode NFC). [`decode`] then reads the value, writes it again and compares, which catches
//! fields the reader does not know.

use std::cmp::Ordering;

use minicbor::{Decode, Decoder, Encode};
use unicode_normalization::is_nfc;

use crate::limits;

/// Why bytes are not acceptable, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {offset}")]
pub struct Malformed {
    /// Offset of the first byte of the offending item, from the start of the bytes the caller gave.
    pub offset: usize,
    /// The rule that is broken.
    pub fault: Fault,
}

/// The rule that bytes break. [`Fault::code`] is stable; the text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes end inside an item.
    #[error("the data ends too early")]
    Truncated,
    /// Bytes follow the item.
    #[error("there are bytes after the end of the item")]
    TrailingBytes,
    /// The whole is larger than its kind may be.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Arrays and maps are nested too deep.
    #[error("nested deeper than {} levels", limits::DEPTH)]
    TooDeep,
    /// An integer or length is written in more bytes than needed.
    #[error("an integer or length is not in its shortest form")]
    NonShortest,
    /// A string, array or map of indefinite length.
    #[error("an indefinite length")]
    Indefinite,
    /// A floating-point number.
    #[error("a floating-point number")]
    Float,
    /// Map keys are not in bytewise order of their encodings.
    #[error("map keys are out of order")]
    UnsortedKeys,
    /// A map key appears twice.
    #[error("a map key appears twice")]
    DuplicateKey,
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    NotUtf8,
    /// Text that is not in Unicode normalisation form C.
    #[error("text is not in Unicode NFC")]
    NotNfc,
    /// A tag this format does not use.
    #[error("an unexpected tag")]
    Tag,
    /// A simple value other than `true` and `false`.
    #[error("an unexpected simple value")]
    Simple,
    /// An additional-information value that RFC 8949 reserves.
    #[error("a reserved header byte")]
    Reserved,
    /// Well-formed, but not the value expected here.
    #[error("not the expected value: {0}")]
    Shape(String),
    /// Well-formed, but with a field this version does not know, or a value written in a way it would not write it.
    #[error("an unknown field, or a value written in another way")]
    Unknown,
    /// The statement says it is of a version this release cannot read.
    #[error("version {0} is not supported")]
    Version(u8),
}

impl Fault {
    /// A stable name, used in test vectors, statistics and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::TrailingBytes => "trailing_bytes",
            Self::TooLarge { .. } => "too_large",
            Self::TooDeep => "too_deep",
            Self::NonShortest => "non_shortest",
            Self::Indefinite => "indefinite",
            Self::Float => "float",
            Self::UnsortedKeys => "unsorted_keys",
            Self::DuplicateKey => "duplicate_key",
            Self::NotUtf8 => "not_utf8",
            Self::NotNfc => "not_nfc",
            Self::Tag => "tag",
            Self::Simple => "simple",
            Self::Reserved => "reserved",
            Self::Shape(_) => "shape",
            Self::Unknown => "unknown_field",
            Self::Version(_) => "version",
        }
    }

    /// The fault at a place.
    #[must_use]
    pub const fn at(self, offset: usize) -> Malformed {
        Malformed { offset, fault: self }
    }
}

impl Malformed {
    /// A well-formed value that is not acceptable for the named reason; the whole item is meant, so the offset is 0.
    #[must_use]
    pub fn shape(reason: impl Into<String>) -> Self {
        Fault::Shape(reason.into()).at(0)
    }

    /// The same fault seen from an outer item in which this one starts at `base`.
    #[must_use]
    pub fn within(mut self, base: usize) -> Self {
        self.offset = self.offset.saturating_add(base);
        self
    }
}

/// Which tags an item may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// None at all.
    None,
    /// Only this one, and only on the outermost item.
    Outermost(u64),
}

/// Checks that `bytes` are exactly one deterministic item of at most `limit` bytes.
///
/// # Errors
/// The first broken rule with its offset.
pub fn validate(bytes: &[u8], limit: usize, tags: Tags) -> Result<(), Malformed> {
    let length = validate_first(bytes, limit, tags)?;
    if length < bytes.len() { Err(Fault::TrailingBytes.at(length)) } else { Ok(()) }
}

/// Checks the first item of a CBOR sequence (RFC 8742) and returns how many bytes it takes.
///
/// # Errors
/// The first broken rule with its offset.
pub fn validate_first(bytes: &[u8], limit: usize, tags: Tags) -> Result<usize, Malformed> {
    // The limit is checked while walking, so that a huge announced length is refused without looking at its bytes.
    let mut walker = Walker { bytes, limit };
    walker.item(0, 0, tags)
}

struct Walker<'a> {
    bytes: &'a [u8],
    limit: usize,
}

struct Head {
    major: u8,
    argument: u64,
    end: usize,
}

impl Walker<'_> {
    /// Validates the item at `at` and returns the offset behind it.
    fn item(&mut self, at: usize, depth: usize, tags: Tags) -> Result<usize, Malformed> {
        let head = self.head(at)?;
        match head.major {
            0 | 1 => Ok(head.end),
            2 => self.take(at, &head).map(|(_, end)| end),
            3 => {
                let (raw, end) = self.take(at, &head)?;
                let text = std::str::from_utf8(raw).map_err(|_| Fault::NotUtf8.at(at))?;
                if is_nfc(text) { Ok(end) } else { Err(Fault::NotNfc.at(at)) }
            }
            4 | 5 if depth >= limits::DEPTH => Err(Fault::TooDeep.at(at)),
            4 => {
                let mut end = head.end;
                for _ in 0..head.argument {
                    end = self.item(end, depth.saturating_add(1), Tags::None)?;
                }
                Ok(end)
            }
            5 => self.map(&head, depth),
            6 if tags == Tags::Outermost(head.argument) => self.item(head.end, depth, Tags::None),
            6 => Err(Fault::Tag.at(at)),
            // Major type 7: `head` has already refused floats and breaks.
            _ if matches!(head.argument, 20 | 21) => Ok(head.end),
            _ => Err(Fault::Simple.at(at)),
        }
    }

    fn map(&mut self, head: &Head, depth: usize) -> Result<usize, Malformed> {
        let mut end = head.end;
        let mut previous: Option<std::ops::Range<usize>> = None;
        for _ in 0..head.argument {
            let key = end..self.item(end, depth.saturating_add(1), Tags::None)?;
            if let Some(previous) = previous {
                match self.bytes.get(previous).cmp(&self.bytes.get(key.clone())) {
                    Ordering::Less => {}
                    Ordering::Equal => return Err(Fault::DuplicateKey.at(key.start)),
                    Ordering::Greater => return Err(Fault::UnsortedKeys.at(key.start)),
                }
            }
            end = self.item(key.end, depth.saturating_add(1), Tags::None)?;
            previous = Some(key);
        }
        Ok(end)
    }

    fn head(&self, at: usize) -> Result<Head, Malformed> {
        if at >= self.limit {
            return Err(Fault::TooLarge { limit: self.limit }.at(at));
        }
        let first = *self.bytes.get(at).ok_or(Fault::Truncated.at(at))?;
        let (major, info) = (first >> 5, first & 0x1f);
        if major == 7 && (25..=27).contains(&info) {
            return Err(Fault::Float.at(at));
        }
        let width = match info {
            0..=23 => 0,
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            31 if major == 7 => return Err(Fault::Reserved.at(at)),
            31 if (2..=5).contains(&major) => return Err(Fault::Indefinite.at(at)),
            _ => return Err(Fault::Reserved.at(at)),
        };
        let start = at.saturating_add(1);
        let end = start.saturating_add(width);
        let raw = self.bytes.get(start..end).ok_or(Fault::Truncated.at(at))?;
        let argument =
            if width == 0 { u64::from(info) } else { raw.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) };
        let shortest = match width {
            0 => true,
            1 if major == 7 => argument >= 32,
            1 => argument > 23,
            2 => argument > 0xff,
            4 => argument > 0xffff,
            _ => argument > 0xffff_ffff,
        };
        if shortest { Ok(Head { major, argument, end }) } else { Err(Fault::NonShortest.at(at)) }
    }

    fn take(&self, at: usize, head: &Head) -> Result<(&[u8], usize), Malformed> {
        let too_large = || Fault::TooLarge { limit: self.limit }.at(at);
        let length = usize::try_from(head.argument).map_err(|_| too_large())?;
        let end = head.end.checked_add(length).ok_or_else(too_large)?;
        if end > self.limit {
            return Err(too_large());
        }
        Ok((self.bytes.get(head.end..end).ok_or(Fault::Truncated.at(at))?, end))
    }
}

/// Writes a value as deterministic CBOR.
///
/// # Errors
/// When the value holds text that is not NFC, nests too deep or is larger than `limit`: what this function returns is
/// always accepted by [`decode`] with the same limit.
pub fn encode<T: Encode<()>>(value: &T, limit: usize) -> Result<Vec<u8>, Malformed> {
    let bytes = minicbor::to_vec(value).map_err(|error| Malformed::shape(error.to_string()))?;
    validate(&bytes, limit, Tags::None)?;
    Ok(bytes)
}

/// Reads a value from deterministic CBOR of at most `limit` bytes.
///
/// # Errors
/// The first broken rule with its offset.
pub fn decode<T: Encode<()> + for<'b> Decode<'b, ()>>(bytes: &[u8], limit: usize) -> Result<T, Malformed> {
    validate(bytes, limit, Tags::None)?;
    let mut decoder = Decoder::new(bytes);
    let value: T = decoder.decode().map_err(|error| {
        let offset = error.position().unwrap_or_else(|| decoder.position());
        Fault::Shape(error.to_string()).at(offset)
    })?;
    let mut again = Vec::with_capacity(bytes.len());
    minicbor::encode(&value, &mut again).map_err(|error| Malformed::shape(error.to_string()))?;
    if again == bytes {
        return Ok(value);
    }
    let same = again.iter().zip(bytes).take_while(|(left, right)| left == right).count();
    Err(Fault::Unknown.at(same))
}

/// Splits a CBOR sequence (RFC 8742) into its items without judging them, so that one bad item does not hide the next.
///
/// The last element is an error when the rest cannot be split any further; it then holds that rest.
pub fn split_sequence(bytes: &[u8]) -> Vec<Result<&[u8], &[u8]>> {
    let mut items = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut decoder = Decoder::new(rest);
        match decoder.skip() {
            Ok(()) if decoder.position() > 0 && decoder.position() <= rest.len() => {
                let (item, behind) = rest.split_at(decoder.position());
                items.push(Ok(item));
                rest = behind;
            }
            _ => {
                items.push(Err(rest));
                break;
            }
        }
    }
    items
}

/// Text in Unicode normalisation form C, the only form that is signed. People's keyboards produce other forms.
#[must_use]
pub fn nfc(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

/// A map from text to values in the order CBOR demands: shorter keys first, then bytewise (RFC 8949 §4.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMap<V>(Vec<(String, V)>);

impl<V> Default for TextMap<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> TextMap<V> {
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(held, _)| (held.len(), held.as_str()).cmp(&(key.len(), key)))
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        let (_, value) = self.0.get(self.find(key).ok()?)?;
        Some(value)
    }

    /// Puts a value under a key and returns the one that was there.
    pub fn insert(&mut self, key: impl Into<String>, value: V) -> Option<V> {
        let key = key.into();
        match self.find(&key) {
            Ok(at) => self.0.get_mut(at).map(|(_, held)| std::mem::replace(held, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes the value under a key out of the map.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }

    /// Keys and values in canonical order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &V)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys in canonical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<String>, V> FromIterator<(K, V)> for TextMap<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<C, V: Encode<C>> Encode<C> for TextMap<V> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.map(self.0.len() as u64)?;
        for (key, value) in &self.0 {
            encoder.str(key)?;
            value.encode(encoder, context)?;
        }
        Ok(())
    }
}

impl<'b, C, V: Decode<'b, C>> Decode<'b, C> for TextMap<V> {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = decoder.position();
        let length = decoder.map()?.ok_or_else(|| minicbor::decode::Error::message("an indefinite map").at(at))?;
        let mut map = Self::default();
        for _ in 0..length {
            let key = decoder.str()?.to_owned();
            let value = V::decode(decoder, context)?;
            map.insert(key, value);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests;
