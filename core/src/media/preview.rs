//! A small picture of a photo, legible enough for handwritten digits, that passes where the original does not.
//!
//! Memory is bounded whatever the camera gave: JPEGs are scaled while they are decoded (the inverse DCT gives an eighth,
//! a quarter or a half for less work), PNGs are averaged row by row. So is time: what a picture says of itself is read first
//! ([`Outline`]), and one that would keep the phone busy gets no preview. A picture may come from a stranger's message.
//!
//! What does not fit legibly into one file of [`limits::PREVIEW`] bytes is shown whole, smaller, and once more in pieces that
//! are legible; where even those do not suffice, the preview says that it is not ([`Preview::legible`]).

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_decoder::{Decoder, PixelFormat};
use kuager_picture::{Outline, OutlineError};
use kuager_wire::limits;

/// Pixels of the long side.
pub const LONG_SIDE: u16 = 1600;
/// Pixels of the short side below which a whole page is not legible: a digit of 5 mm on the width of a sheet of A4 has 19.
const SHORT_SIDE: u16 = 800;
/// Pixels of the short side of what is cut into pieces.
const FINE_SIDE: u32 = 1000;
/// Pixels in all of what is cut into pieces.
const FINE_AREA: u32 = 10_000_000;
/// Long sides to fall back to when even a low quality is too large.
const SMALLER_SIDES: [u16; 2] = [1200, 800];
/// JPEG qualities in colour, the best first; what stands on paper can be read without colour, but not without strokes.
const COLOURED: [u8; 3] = [82, 74, 66];
/// JPEG qualities in grey. Below 40 the strokes of digits begin to break.
const GREY: [u8; 5] = [74, 66, 58, 50, 42];
/// Pieces of one picture; together they are at most a megabyte.
const PIECES: usize = 7;
/// Pixels that two pieces have in common, so that no line of a table is cut in both.
const OVERLAP: u16 = 48;
/// Bytes a decoder may take.
const MEMORY: usize = 100 << 20;
/// Bytes a decoder may go over, all scans together: a photo of 350 megapixels, or a progressive one of 35 in ten scans.
const WORK: u64 = 1 << 30;

/// Why there is no preview. The original is kept all the same.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// A format that only the platform can decode.
    #[error("a preview of {0} has to come from the platform")]
    Format(String),
    /// There is nothing to see: sound, or a document.
    #[error("{0} is not a picture")]
    NoPicture(String),
    /// The picture cannot be decoded.
    #[error("the picture cannot be decoded: {0}")]
    Undecodable(String),
    /// Decoding would take more memory than a small phone has.
    #[error("the picture is too large to decode here")]
    TooLarge,
    /// It claims more than its bytes can hold: somebody made it to keep whoever opens it busy.
    #[error("the picture claims more pixels than its bytes can hold")]
    Impossible,
}

impl From<OutlineError> for PreviewError {
    fn from(error: OutlineError) -> Self {
        match error {
            OutlineError::Impossible => Self::Impossible,
            other => Self::Undecodable(other.to_string()),
        }
    }
}

fn undecodable(error: impl std::fmt::Display) -> PreviewError {
    PreviewError::Undecodable(error.to_string())
}

/// A decoded picture: 8 bits a channel, one or three channels.
struct Picture {
    width: u16,
    height: u16,
    channels: usize,
    pixels: Vec<u8>,
}

/// What is shown of a picture before it arrives: JPEGs of at most [`limits::PREVIEW`] bytes, upright, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// All of it, [`LONG_SIDE`] pixels or smaller.
    pub whole: Vec<u8>,
    /// Parts of it in more detail, from the top or the left, where the whole is not legible.
    pub pieces: Vec<Vec<u8>>,
    /// Whether handwriting on a page that fills the picture can be read, in the whole or in the pieces.
    pub legible: bool,
}

/// Makes a preview.
///
/// # Errors
/// [`PreviewError`].
pub fn make<F: Read + Seek>(mime: &str, orientation: Option<u8>, mut file: F) -> Result<Preview, PreviewError> {
    let decode: fn(BufReader<F>) -> Result<Picture, PreviewError> = match mime {
        "image/jpeg" => decode_jpeg,
        "image/png" => decode_png,
        other if other.starts_with("image/") || other.starts_with("video/") => {
            return Err(PreviewError::Format(other.to_owned()));
        }
        other => return Err(PreviewError::NoPicture(other.to_owned())),
    };
    afford(&mut file)?;
    let picture = decode(BufReader::new(file))?;
    let (long, short) = (picture.width.max(picture.height), picture.width.min(picture.height));
    let fine = upright(shrink(picture, fine_side(long.into(), short.into()))?, orientation.unwrap_or(1));
    let smaller = shrink_ref(&fine, LONG_SIDE)?;
    let whole = smaller.as_ref().unwrap_or(&fine);
    let large_enough = smaller.is_none() || whole.width.min(whole.height) >= SHORT_SIDE;
    let best = within(whole)?;
    if let Some(whole) = best.clone().filter(|_| large_enough) {
        return Ok(Preview { whole, pieces: Vec::new(), legible: true });
    }
    let whole = match best {
        Some(whole) => whole,
        None => smaller_still(whole)?,
    };
    let pieces = cut(&fine)?;
    Ok(Preview { whole, legible: pieces.is_some(), pieces: pieces.unwrap_or_default() })
}

/// The long side of what is decoded, given both as they are: a preview's, or more where that would leave a strip too narrow
/// to be read.
fn fine_side(long: u32, short: u32) -> u16 {
    let (long, short) = (u64::from(long.max(1)), u64::from(short.max(1)));
    let preview = u64::from(LONG_SIDE);
    let narrow = |side: u64| side.saturating_mul(preview).checked_div(long).unwrap_or(side) < u64::from(SHORT_SIDE);
    if long <= preview || !narrow(short) {
        return LONG_SIDE;
    }
    let times_long = |number: u32| u64::from(number).saturating_mul(long).checked_div(short).unwrap_or(preview);
    let wanted = times_long(FINE_SIDE).min(times_long(FINE_AREA).isqrt());
    u16::try_from(wanted.clamp(preview, long.max(preview))).unwrap_or(u16::MAX)
}

/// The best JPEG of a picture in its size that is small enough: in colour, then in grey.
fn within(picture: &Picture) -> Result<Option<Vec<u8>>, PreviewError> {
    let limit = usize::try_from(limits::PREVIEW).unwrap_or(usize::MAX);
    if picture.channels != 1 {
        for quality in COLOURED {
            let jpeg = encode(picture, quality)?;
            if jpeg.len() <= limit {
                return Ok(Some(jpeg));
            }
            // Far too large: no lower quality in colour would do.
            if jpeg.len() > limit.saturating_mul(2) {
                break;
            }
        }
    }
    let grey = grey(picture);
    for quality in GREY {
        let jpeg = encode(&grey, quality)?;
        if jpeg.len() <= limit {
            return Ok(Some(jpeg));
        }
    }
    Ok(None)
}

fn smaller_still(picture: &Picture) -> Result<Vec<u8>, PreviewError> {
    for side in SMALLER_SIDES {
        let smaller = shrink_ref(picture, side)?;
        if let Some(jpeg) = within(smaller.as_ref().unwrap_or(picture))? {
            return Ok(jpeg);
        }
    }
    Err(PreviewError::TooLarge)
}

/// What is dark and what is light in a picture.
fn grey(picture: &Picture) -> Picture {
    let light = |pixel: &[u8]| {
        let weighed =
            pixel.iter().zip([77_u32, 150, 29]).map(|(value, weight)| u32::from(*value).saturating_mul(weight));
        u8::try_from(weighed.fold(0, u32::saturating_add) >> 8).unwrap_or(u8::MAX)
    };
    let pixels = match picture.channels {
        1 => picture.pixels.clone(),
        channels => picture.pixels.chunks_exact(channels).map(light).collect(),
    };
    Picture { channels: 1, pixels, ..*picture }
}

/// Left, top, width, height.
type Area = (u16, u16, u16, u16);

/// Cuts a picture until each piece fits; nothing when there would be too many.
fn cut(picture: &Picture) -> Result<Option<Vec<Vec<u8>>>, PreviewError> {
    let mut pieces = Vec::new();
    let mut left = vec![(0, 0, picture.width, picture.height)];
    let mut first = true;
    while let Some(area) = left.pop() {
        // The whole was tried already.
        let fits = !first && area.2.max(area.3) <= LONG_SIDE + OVERLAP;
        first = false;
        if let Some(jpeg) = if fits { within(&part(picture, area))? } else { None } {
            pieces.push(jpeg);
            continue;
        }
        let (before, after) = halves(area);
        let more = pieces.len().saturating_add(left.len()).saturating_add(2);
        if more > PIECES || area.2.min(area.3) <= 2 * OVERLAP {
            return Ok(None);
        }
        left.extend([after, before]);
    }
    Ok(Some(pieces))
}

fn halves((x, y, width, height): Area) -> (Area, Area) {
    let split = |length: u16| {
        let half = (length / 2).saturating_add(OVERLAP / 2).min(length);
        (half, length.saturating_sub(half))
    };
    if width > height {
        let (half, from) = split(width);
        ((x, y, half, height), (x.saturating_add(from), y, half, height))
    } else {
        let (half, from) = split(height);
        ((x, y, width, half), (x, y.saturating_add(from), width, half))
    }
}

fn part(picture: &Picture, (x, y, width, height): Area) -> Picture {
    let bytes = |pixels: u16| usize::from(pixels).saturating_mul(picture.channels);
    let rows = picture.pixels.chunks_exact(bytes(picture.width).max(1)).skip(usize::from(y)).take(usize::from(height));
    let pixels = rows.flat_map(|row| row.iter().skip(bytes(x)).take(bytes(width))).copied().collect();
    Picture { width, height, channels: picture.channels, pixels }
}

/// Refuses what would take more memory or time than there is, and leaves the file at its start.
fn afford(file: &mut (impl Read + Seek)) -> Result<(), PreviewError> {
    let size = file.seek(SeekFrom::End(0)).map_err(undecodable)?;
    file.rewind().map_err(undecodable)?;
    let outline = Outline::read(BufReader::new(&mut *file), size)?;
    file.rewind().map_err(undecodable)?;
    let kept = usize::try_from(outline.kept).unwrap_or(usize::MAX);
    if outline.work() > WORK || kept > MEMORY { Err(PreviewError::TooLarge) } else { Ok(()) }
}

fn decode_jpeg<R: Read>(file: BufReader<R>) -> Result<Picture, PreviewError> {
    let mut decoder = Decoder::new(file);
    decoder.set_max_decoding_buffer_size(MEMORY);
    decoder.read_info().map_err(undecodable)?;
    let info = decoder.info().ok_or_else(|| undecodable("no header"))?;
    let (long, short) = (info.width.max(info.height), info.width.min(info.height));
    let (wanted_width, wanted_height) = fit(info.width, info.height, fine_side(long.into(), short.into()));
    let (width, height) = decoder.scale(wanted_width, wanted_height).map_err(undecodable)?;
    let pixels = decoder.decode().map_err(undecodable)?;
    let (channels, pixels) = match info.pixel_format {
        PixelFormat::L8 => (1, pixels),
        PixelFormat::RGB24 => (3, pixels),
        PixelFormat::L16 => (1, pixels.as_chunks::<2>().0.iter().map(|[high, _]| *high).collect()),
        PixelFormat::CMYK32 => (3, pixels.as_chunks().0.iter().flat_map(from_cmyk).collect()),
    };
    if pixels.len() == bytes(width, height, channels) {
        Ok(Picture { width, height, channels, pixels })
    } else {
        Err(undecodable("the picture has another size than its header says"))
    }
}

/// Inverted CMYK, as Adobe writes it and the decoder leaves it.
fn from_cmyk(&[cyan, magenta, yellow, black]: &[u8; 4]) -> [u8; 3] {
    let darker = |colour| u8::try_from(u16::from(colour).saturating_mul(u16::from(black)) / 255).unwrap_or(u8::MAX);
    [cyan, magenta, yellow].map(darker)
}

/// Bytes of so many pixels.
fn bytes(width: u16, height: u16, channels: usize) -> usize {
    usize::from(width).saturating_mul(usize::from(height)).saturating_mul(channels)
}

fn decode_png<R: Read + Seek>(file: BufReader<R>) -> Result<Picture, PreviewError> {
    let mut decoder = png::Decoder::new_with_limits(file, png::Limits { bytes: MEMORY });
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(undecodable)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let samples = reader.output_color_type().0.samples();
    let channels = if samples < 3 { 1 } else { 3 };
    // Averaging whole blocks brings the picture near the wanted size; the resizer does the rest.
    let (long, short) = (width.max(height), width.min(height));
    let block = long.checked_div(u32::from(fine_side(long, short))).unwrap_or(1).max(1);
    let (wide, high) = (width.checked_div(block).unwrap_or(width), height.checked_div(block).unwrap_or(height));
    let too_large = |_| PreviewError::TooLarge;
    let (out_width, out_height) = (u16::try_from(wide).map_err(too_large)?, u16::try_from(high).map_err(too_large)?);
    let mut rows = Rows::new(&mut reader)?;
    let mut pixels = Vec::with_capacity(bytes(out_width, out_height, channels));
    let line = bytes(out_width, 1, channels);
    let block = usize::try_from(block).map_err(too_large_size)?;
    for _ in 0..out_height {
        let mut sums = vec![0_u32; line];
        for _ in 0..block {
            let blocks = rows.next()?.chunks(samples.saturating_mul(block).max(1));
            for (sums, block) in sums.chunks_exact_mut(channels).zip(blocks) {
                for pixel in block.chunks_exact(samples) {
                    for (sum, sample) in sums.iter_mut().zip(pixel) {
                        *sum = sum.saturating_add(u32::from(*sample));
                    }
                }
            }
        }
        let area = u32::try_from(block.saturating_mul(block)).map_err(too_large_size)?;
        let mean = |sum: u32| sum.checked_div(area).and_then(|mean| u8::try_from(mean).ok()).unwrap_or(u8::MAX);
        pixels.extend(sums.into_iter().map(mean));
    }
    Ok(Picture { width: out_width, height: out_height, channels, pixels })
}

fn too_large_size(_: std::num::TryFromIntError) -> PreviewError {
    PreviewError::TooLarge
}

/// The rows of a PNG from the top: one at a time, or, when it is interlaced, from a whole that was decoded first.
enum Rows<'a, R: BufRead + Seek> {
    Streamed(&'a mut png::Reader<R>, Vec<u8>),
    Whole { pixels: Vec<u8>, line: usize, next: usize },
}

impl<'a, R: BufRead + Seek> Rows<'a, R> {
    fn new(reader: &'a mut png::Reader<R>) -> Result<Self, PreviewError> {
        if !reader.info().interlaced {
            return Ok(Self::Streamed(reader, Vec::new()));
        }
        let size = reader.output_buffer_size().ok_or(PreviewError::TooLarge)?;
        let mut pixels = vec![0; size];
        let frame = reader.next_frame(&mut pixels).map_err(undecodable)?;
        Ok(Self::Whole { pixels, line: frame.line_size, next: 0 })
    }

    fn next(&mut self) -> Result<&[u8], PreviewError> {
        match self {
            Self::Streamed(reader, row) => {
                let read = reader.next_row().map_err(undecodable)?.ok_or_else(|| undecodable("too few rows"))?;
                row.clear();
                row.extend_from_slice(read.data());
                Ok(row)
            }
            Self::Whole { pixels, line, next } => {
                let from = next.saturating_mul(*line);
                *next = next.saturating_add(1);
                pixels.get(from..from.saturating_add(*line)).ok_or_else(|| undecodable("too few rows"))
            }
        }
    }
}

/// The size with this long side and the same shape; never larger than it was.
fn fit(width: u16, height: u16, long_side: u16) -> (u16, u16) {
    let long = width.max(height).max(1);
    if long <= long_side {
        return (width, height);
    }
    let scaled = |side: u16| {
        let scaled = u32::from(side).saturating_mul(u32::from(long_side)).checked_div(u32::from(long));
        u16::try_from(scaled.unwrap_or(1).max(1)).unwrap_or(long_side)
    };
    (scaled(width), scaled(height))
}

fn shrink(picture: Picture, long_side: u16) -> Result<Picture, PreviewError> {
    Ok(shrink_ref(&picture, long_side)?.unwrap_or(picture))
}

/// A smaller copy; `None` when it is small enough.
fn shrink_ref(picture: &Picture, long_side: u16) -> Result<Option<Picture>, PreviewError> {
    let (width, height) = fit(picture.width, picture.height, long_side);
    if (width, height) == (picture.width, picture.height) {
        return Ok(None);
    }
    let from = (picture.width, picture.height);
    let pixels = if picture.channels == 1 {
        if picture.pixels.len() > MEMORY / 3 {
            return Err(PreviewError::TooLarge);
        }
        let coloured: Vec<u8> = picture.pixels.iter().flat_map(|&grey| [grey; 3]).collect();
        resample(&coloured, from, (width, height))?.into_iter().step_by(3).collect()
    } else {
        resample(&picture.pixels, from, (width, height))?
    };
    Ok(Some(Picture { width, height, channels: picture.channels, pixels }))
}

/// Resamples a picture of three channels. By one type of pixel, whatever the picture has: each type that is named links code
/// for every precision and every processor, and asking at run time links all of them, three megabytes.
fn resample(pixels: &[u8], from: (u16, u16), to: (u16, u16)) -> Result<Vec<u8>, PreviewError> {
    let (width, height) = (u32::from(to.0), u32::from(to.1));
    let mut resampled = vec![0; bytes(to.0, to.1, 3)];
    let source = TypedImageRef::<U8x3>::from_buffer(from.0.into(), from.1.into(), pixels).map_err(undecodable)?;
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut resampled).map_err(undecodable)?;
    // Lanczos keeps thin strokes; plain averaging greys them.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(undecodable)?;
    Ok(resampled)
}

/// Turns a picture as its EXIF orientation (1 to 8) wants it.
fn upright(picture: Picture, orientation: u8) -> Picture {
    if orientation <= 1 {
        return picture;
    }
    let (width, height) = (usize::from(picture.width), usize::from(picture.height));
    let turned = orientation >= 5;
    let (to_width, to_height) = if turned { (height, width) } else { (width, height) };
    let mut pixels = Vec::with_capacity(picture.pixels.len());
    let across = |at: usize| width.saturating_sub(1).saturating_sub(at);
    let down = |at: usize| height.saturating_sub(1).saturating_sub(at);
    for y in 0..to_height {
        for x in 0..to_width {
            let (from_x, from_y) = match orientation {
                2 => (across(x), y),
                3 => (across(x), down(y)),
                4 => (x, down(y)),
                5 => (y, x),
                6 => (y, down(x)),
                7 => (across(y), down(x)),
                _ => (across(y), x),
            };
            let at = from_y.saturating_mul(width).saturating_add(from_x).saturating_mul(picture.channels);
            let end = at.saturating_add(picture.channels);
            pixels.extend_from_slice(picture.pixels.get(at..end).unwrap_or_default());
        }
    }
    let (width, height) = if turned { (picture.height, picture.width) } else { (picture.width, picture.height) };
    Picture { width, height, channels: picture.channels, pixels }
}

fn encode(picture: &Picture, quality: u8) -> Result<Vec<u8>, PreviewError> {
    let color = if picture.channels == 1 { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(&picture.pixels, picture.width, picture.height, color).map_err(undecodable)?;
    Ok(jpeg)
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;
