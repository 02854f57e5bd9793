//! PNG (W3C Recommendation, third edition): its first chunk says everything.

use std::io::BufRead;

use crate::bytes::Source;
use crate::outline::{Format, Outline, OutlineError};

/// How every PNG starts.
pub(crate) const START: [u8; 2] = [0x89, b'P'];
/// What follows: the rest of the signature, and the first chunk's length and name.
const REST: [u8; 14] = *b"NG\r\n\x1a\n\0\0\0\rIHDR";
/// The most that deflate can make of one byte.
const INFLATION: u64 = 1032;

/// Bytes that cost little, whatever a file has of them.
const SMALL: u64 = 4 << 20;

pub(crate) fn outline<R: BufRead>(mut source: Source<R>, size: u64) -> Result<Outline, OutlineError> {
    if source.array()? != REST {
        return Err(OutlineError::Format);
    }
    let width = u32::from_be_bytes(source.array()?);
    let height = u32::from_be_bytes(source.array()?);
    if width == 0 || height == 0 {
        return Err(OutlineError::Malformed("a side is 0"));
    }
    let [depth, colour, _, _, interlace] = source.array()?;
    // Values as stored, and as decoded: the colours of a palette may be transparent.
    let (stored, samples) = match (colour, depth) {
        (0, 1 | 2 | 4 | 8 | 16) => (1_u64, 1),
        (2, 8 | 16) => (3, 3),
        (3, 1 | 2 | 4 | 8) => (1, 4),
        (4, 8 | 16) => (2, 2),
        (6, 8 | 16) => (4, 4),
        _ => return Err(OutlineError::Malformed("no PNG has such colours")),
    };
    let line = u64::from(width).saturating_mul(stored).saturating_mul(u64::from(depth)).div_ceil(8);
    if line.saturating_add(1).saturating_mul(u64::from(height)) > size.saturating_mul(INFLATION).max(SMALL) {
        return Err(OutlineError::Impossible);
    }
    let sample_bytes = if depth == 16 { 2 } else { 1 };
    let outline = Outline { format: Format::Png, width, height, samples, sample_bytes, scans: 1, kept: 0 };
    // An interlaced one is put together from seven smaller ones.
    Ok(if interlace == 0 { outline } else { Outline { kept: outline.decoded(), ..outline } })
}
