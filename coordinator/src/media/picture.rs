//! Looking at pictures strangers have sent, with bounds on what that may cost, and making copies for publication.
//!
//! Everything here decodes whole pictures: call it from blocking threads, one at a time. What decoding takes is worked out
//! from what the picture says of itself, every copy of it included, and compared with [`MEMORY`] and [`WORK`] before anything is
//! decoded. Decoders have faults all the same, so a coordinator has this done by a process of its own, see
//! [`ChildProcess`](super::ChildProcess).

use std::io::{BufReader, Cursor, Read};

use exif::{In, Tag};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageReader, Pixel, Rgb};
use kuager_picture::{Outline, OutlineError};
use serde::{Deserialize, Serialize};

use super::store::Object;
use crate::ledger::{Findings, PictureProblem};

/// Bytes of a picture that is decoded.
pub(super) const FILE: u64 = 96 << 20;
/// Pixels of its longer side.
const SIDE: u32 = 32_768;
/// Bytes that all copies of it may take together, the file's own included: a photo of 100 megapixels fits.
const MEMORY: u64 = 384 << 20;
/// Bytes a decoder may go over, all scans together.
const WORK: u64 = 2 << 30;
/// Bytes from the start of a file in which its own claims are looked for.
const CLAIMS: u64 = 4 << 20;
/// Characters of one claim that are kept.
const CLAIM: usize = 120;
/// Rectangles that can be made unreadable in one copy; the signed statement lists them all.
pub(super) const REGIONS: usize = 32;
/// Quality of a copy for publication.
const QUALITY: u8 = 90;

/// A rectangle: left, top, width, height in pixels of the upright picture.
pub type Region = [u32; 4];

/// A copy of a picture in which rectangles cannot be read any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The copy, a JPEG.
    pub bytes: Vec<u8>,
    /// The rectangles, clipped to the picture.
    pub regions: Vec<Region>,
}

/// Why a picture cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PictureError {
    /// Larger than is decoded here.
    #[error("the picture is larger than this program decodes ({} MiB, {SIDE} pixels a side, 100 megapixels)", FILE >> 20)]
    TooLarge,
    /// It claims more than its bytes can hold.
    #[error("the picture claims more pixels than its bytes can hold; it was made to do harm")]
    Impossible,
    /// Decoding was given up.
    #[error("the picture takes more time or memory than one picture may")]
    GaveUp,
    /// Neither JPEG nor PNG, or damaged.
    #[error("the file cannot be read as JPEG or PNG: {0}")]
    Unreadable(String),
    /// A rectangle that lies outside, or has no area.
    #[error("the rectangle {0} lies outside the picture, which has {1} × {2} pixels")]
    Outside(usize, u32, u32),
    /// More rectangles than a statement can list.
    #[error("at most {REGIONS} rectangles fit one copy; draw fewer, larger ones")]
    TooMany,
}

impl From<image::ImageError> for PictureError {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::Limits(_) => Self::TooLarge,
            other => Self::Unreadable(other.to_string()),
        }
    }
}

fn read(object: Object) -> Result<Vec<u8>, PictureError> {
    if object.size > FILE {
        return Err(PictureError::TooLarge);
    }
    let mut bytes = Vec::new();
    object.bytes.take(FILE).read_to_end(&mut bytes).map_err(|error| PictureError::Unreadable(error.to_string()))?;
    Ok(bytes)
}

impl From<OutlineError> for PictureError {
    fn from(error: OutlineError) -> Self {
        match error {
            OutlineError::Impossible => Self::Impossible,
            other => Self::Unreadable(other.to_string()),
        }
    }
}

impl From<&PictureError> for PictureProblem {
    fn from(error: &PictureError) -> Self {
        match error {
            PictureError::TooLarge => Self::TooLarge,
            PictureError::Impossible => Self::Impossible,
            PictureError::GaveUp => Self::GaveUp,
            PictureError::Unreadable(_) | PictureError::Outside(..) | PictureError::TooMany => Self::Unreadable,
        }
    }
}

/// What is done with a picture, and so how many copies of it there are at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Nothing but the decoded picture.
    Look,
    /// One in three bytes a pixel, and another one turned upright.
    Redact,
}

/// Refuses what would take more than there is.
fn afford(outline: &Outline, file: u64, wanted: Use) -> Result<(), PictureError> {
    let side = outline.width.max(outline.height);
    let colours = outline.pixels().saturating_mul(3);
    let copies = match wanted {
        Use::Look => 0,
        Use::Redact => outline.decoded().saturating_add(colours).max(colours.saturating_mul(2)),
    };
    let decoding = outline.decoded().saturating_add(outline.kept);
    // The decoder reads the file into memory once more.
    let memory = decoding.max(copies).saturating_add(file.saturating_mul(2));
    if side > SIDE || memory > MEMORY || outline.work() > WORK { Err(PictureError::TooLarge) } else { Ok(()) }
}

/// Decodes a picture as it is stored, and says how it is to be turned.
fn decode(bytes: Vec<u8>, wanted: Use) -> Result<(DynamicImage, Orientation), PictureError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let outline = Outline::read(BufReader::new(bytes.as_slice()), size)?;
    afford(&outline, size, wanted)?;
    let unreadable = |error: std::io::Error| PictureError::Unreadable(error.to_string());
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(unreadable)?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    if decoder.dimensions() != (outline.width, outline.height) {
        return Err(PictureError::Unreadable("it has two sizes".to_owned()));
    }
    let orientation = decoder.orientation()?;
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

/// Looks at a file: what it says about itself, and, if it is a picture, how large it is and what it resembles.
pub(super) fn examine(object: Object, mime: &str) -> Findings {
    let mut findings = Findings::default();
    if matches!(mime, "image/jpeg" | "image/png") {
        let looked = read(object).and_then(|bytes| {
            findings.claims = claims(&bytes);
            let (picture, orientation) = decode(bytes, Use::Look)?;
            findings.size = Some(turned(orientation, picture.dimensions()));
            findings.likeness = likeness(&picture, orientation);
            Ok(())
        });
        findings.problem = looked.err().as_ref().map(PictureProblem::from);
    } else if mime.starts_with("image/") {
        let mut start = Vec::new();
        if object.bytes.take(CLAIMS).read_to_end(&mut start).is_ok() {
            findings.claims = claims(&start);
        }
    }
    findings
}

/// The size of a picture once it is upright.
fn turned(orientation: Orientation, (width, height): (u32, u32)) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            (height, width)
        }
        _ => (width, height),
    }
}

/// Where a pixel of a stored picture is once it is upright.
fn upright(orientation: Orientation, (width, height): (u32, u32), (x, y): (u32, u32)) -> (u32, u32) {
    let (right, bottom) = (width.saturating_sub(x).saturating_sub(1), height.saturating_sub(y).saturating_sub(1));
    match orientation {
        Orientation::NoTransforms => (x, y),
        Orientation::FlipHorizontal => (right, y),
        Orientation::Rotate180 => (right, bottom),
        Orientation::FlipVertical => (x, bottom),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate90 => (bottom, x),
        Orientation::Rotate270FlipH => (bottom, right),
        Orientation::Rotate270 => (y, right),
    }
}

/// What a file says about itself (EXIF). Claims, not facts.
fn claims(bytes: &[u8]) -> Vec<(String, String)> {
    const TAGS: [Tag; 12] = [
        Tag::DateTimeOriginal,
        Tag::OffsetTimeOriginal,
        Tag::DateTime,
        Tag::Make,
        Tag::Model,
        Tag::Software,
        Tag::Orientation,
        Tag::PixelXDimension,
        Tag::PixelYDimension,
        Tag::GPSLatitude,
        Tag::GPSLongitude,
        Tag::GPSTimeStamp,
    ];
    let start = bytes.get(..usize::try_from(CLAIMS).unwrap_or(usize::MAX)).unwrap_or(bytes);
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(start)) else { return Vec::new() };
    let claim = |tag| {
        let field = exif.get_field(tag, In::PRIMARY)?;
        let value: String = field.display_value().with_unit(&exif).to_string().chars().take(CLAIM).collect();
        Some((tag.to_string(), value))
    };
    TAGS.into_iter().filter_map(claim).collect()
}

/// Fields of the grid in which pictures are compared: rows of 17 fields have 16 pairs of neighbours.
const GRID: (u32, u32) = (17, 16);

/// 256 comparisons of neighbouring brightness (a "difference hash"). Copies of one picture that were compressed, resized
/// or brightened agree in nearly all of them. The fields are averaged exactly and not in whole grey levels: on the blank
/// half of a page the grain of the sensor and the slope of the light are all there is to compare. Nothing for a picture
/// without contrast, since all of those would look alike. The picture is compared upright and stays as it is: a turned or a
/// grey copy might not fit the memory.
fn likeness(picture: &DynamicImage, orientation: Orientation) -> Option<[u8; 32]> {
    let stored = picture.dimensions();
    let (width, height) = turned(orientation, stored);
    if width < GRID.0 || height < GRID.1 {
        return None;
    }
    let mut sums = [[(0_u64, 0_u64); 17]; 16];
    for (x, y, pixel) in picture.pixels() {
        let (x, y) = upright(orientation, stored, (x, y));
        let cell = |at: u32, size: u32, fields: u32| {
            usize::try_from(u64::from(at).saturating_mul(u64::from(fields)).checked_div(u64::from(size))?).ok()
        };
        let (column, row) = (cell(x, width, GRID.0)?, cell(y, height, GRID.1)?);
        let (sum, count) = sums.get_mut(row)?.get_mut(column)?;
        *sum = sum.saturating_add(u64::from(pixel.to_luma().0[0]));
        *count = count.saturating_add(1);
    }
    // In 65,536ths of a grey level.
    let means = sums.map(|row| row.map(|(sum, count)| (sum << 16).checked_div(count).unwrap_or(0)));
    let all = means.iter().flatten();
    if all.clone().max()?.saturating_sub(*all.min()?) < 16 << 16 {
        return None;
    }
    let mut bits = [0_u8; 32];
    let pairs = means.iter().flat_map(|row| row.iter().zip(row.iter().skip(1)));
    for (at, (one, next)) in pairs.enumerate() {
        if one < next {
            *bits.get_mut(at / 8)? |= 1 << (at % 8);
        }
    }
    Some(bits)
}

/// Makes a copy that may be published: upright, these rectangles filled with black, nothing in it but pixels.
///
/// Filled and not blurred: from a blur or a mosaic of digits the digits can be guessed.
pub(super) fn redact(object: Object, regions: &[Region]) -> Result<Redacted, PictureError> {
    if regions.len() > REGIONS {
        return Err(PictureError::TooMany);
    }
    let (picture, orientation) = decode(read(object)?, Use::Redact)?;
    let mut picture = DynamicImage::ImageRgb8(picture.into_rgb8());
    picture.apply_orientation(orientation);
    let mut picture = picture.into_rgb8();
    let (width, height) = picture.dimensions();
    let mut filled = Vec::with_capacity(regions.len());
    for (number, [left, top, wide, high]) in (1..).zip(regions) {
        let (right, bottom) = (left.saturating_add(*wide).min(width), top.saturating_add(*high).min(height));
        if *left >= right || *top >= bottom {
            return Err(PictureError::Outside(number, width, height));
        }
        for y in *top..bottom {
            for x in *left..right {
                picture.put_pixel(x, y, Rgb([0, 0, 0]));
            }
        }
        filled.push([*left, *top, right.saturating_sub(*left), bottom.saturating_sub(*top)]);
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&picture)?;
    Ok(Redacted { bytes, regions: filled })
}

#[cfg(test)]
mod tests;
