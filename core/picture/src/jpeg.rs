//! JPEG (ITU-T T.81): the frame says how large it is, and its scans have to be counted.

use std::io::BufRead;

use crate::bytes::Source;
use crate::outline::{Format, Outline, OutlineError};

/// How every JPEG starts.
pub(crate) const START: [u8; 2] = [0xff, 0xd8];
const PROGRESSIVE: u8 = 0xc2;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// Scans of one picture. Encoders make ten or so of a progressive one.
const SCANS: u32 = 64;
/// Blocks that cost little, whatever a file has of them: a few megapixels. One that was cut is for the decoder to judge.
const SMALL: u64 = 1 << 16;
/// Values of a block.
const BLOCK: u64 = 64;
/// Bytes of a value that a decoder keeps between scans.
const COEFFICIENT: u64 = 2;

/// What the frame says.
struct Frame {
    progressive: bool,
    width: u16,
    height: u16,
    components: u8,
    blocks: u64,
}

pub(crate) fn outline<R: BufRead>(mut source: Source<R>, size: u64) -> Result<Outline, OutlineError> {
    let mut frame: Option<Frame> = None;
    let mut scans = 0_u32;
    // Ends with the file at the latest: every turn passes over a byte. A file that was cut has the scans that are there.
    while source.pass(0xff)? {
        let marker = loop {
            match source.next()? {
                // Padding.
                Some(0xff) => {}
                marker => break marker,
            }
        };
        let marker = marker.unwrap_or(END);
        match marker {
            END => break,
            // These stand alone: a value 0xff and restarts within a scan, another start.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            0xc0..=PROGRESSIVE => {
                if frame.is_some() {
                    return Err(OutlineError::Malformed("it has two frames"));
                }
                let (read, rest) = Frame::read(&mut source, marker == PROGRESSIVE)?;
                source.skip(rest)?;
                frame = Some(read);
            }
            // Lossless, hierarchical and arithmetic ones, which no decoder here knows. c4, c8 and cc are no frames.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Err(OutlineError::Format),
            _ => {
                if marker == SCAN {
                    scans = scans.saturating_add(1);
                    if scans > SCANS {
                        return Err(OutlineError::Impossible);
                    }
                }
                let length = usize::from(source.word()?);
                source.skip(length.checked_sub(2).ok_or(OutlineError::Malformed("a segment is too short"))?)?;
            }
        }
    }
    let frame = frame.ok_or(OutlineError::Malformed("it has no frame"))?;
    if frame.blocks > size.saturating_mul(8).max(SMALL) {
        return Err(OutlineError::Impossible);
    }
    let kept = if frame.progressive || scans > 1 { frame.blocks.saturating_mul(BLOCK * COEFFICIENT) } else { 0 };
    Ok(Outline {
        format: Format::Jpeg,
        width: u32::from(frame.width),
        height: u32::from(frame.height),
        samples: frame.components,
        sample_bytes: 1,
        scans: scans.max(1),
        kept,
    })
}

impl Frame {
    /// The frame, and how many bytes of its segment are left.
    fn read<R: BufRead>(source: &mut Source<R>, progressive: bool) -> Result<(Self, usize), OutlineError> {
        let length = usize::from(source.word()?);
        let [_precision] = source.array()?;
        let (height, width) = (source.word()?, source.word()?);
        let components = source.byte()?;
        if width == 0 || height == 0 {
            return Err(OutlineError::Malformed("a side is 0"));
        }
        if !(1..=4).contains(&components) {
            return Err(OutlineError::Malformed("no JPEG has so many colours"));
        }
        let mut sampling = [(1, 1); 4];
        for factors in sampling.iter_mut().take(usize::from(components)) {
            let [_, both, _] = source.array()?;
            *factors = (u64::from(both >> 4), u64::from(both & 0xf));
            if !(1..=4).contains(&factors.0) || !(1..=4).contains(&factors.1) {
                return Err(OutlineError::Malformed("no JPEG is sampled so"));
            }
        }
        let sampling = sampling.get(..usize::from(components)).unwrap_or_default();
        let most = |factor: fn(&(u64, u64)) -> u64| sampling.iter().map(factor).max().unwrap_or(1);
        let units = |side: u16, factor: u64| u64::from(side).div_ceil(factor.saturating_mul(8));
        let units = units(width, most(|factors| factors.0)).saturating_mul(units(height, most(|factors| factors.1)));
        let of_a_unit: u64 = sampling.iter().map(|(across, down)| across.saturating_mul(*down)).sum();
        let frame = Self { progressive, width, height, components, blocks: units.saturating_mul(of_a_unit) };
        let read = usize::from(components).saturating_mul(3).saturating_add(8);
        let rest = length.checked_sub(read).ok_or(OutlineError::Malformed("the frame is too short"))?;
        Ok((frame, rest))
    }
}
