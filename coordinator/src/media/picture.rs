//! Looking at pictures strangers have sent, with bounds on what that may cost, and making copies for publication.
//!
//! Everything here decodes whole pictures: call it from blocking threads, one at a time.

use std::io::{Cursor, Read};

use exif::{In, Tag};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Rgb};

use super::store::Object;
use crate::ledger::Findings;

/// Bytes of a picture that is decoded.
const FILE: u64 = 96 << 20;
/// Pixels of its longer side.
const SIDE: u32 = 32_768;
/// Bytes its decoder may take: a photo of 100 megapixels.
const MEMORY: u64 = 320 << 20;
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

/// Why a picture cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Larger than is decoded here.
    #[error("the picture is larger than this program decodes ({} MiB, {SIDE} pixels a side, 100 megapixels)", FILE >> 20)]
    TooLarge,
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

/// Decodes a picture and turns it upright.
fn decode(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let unreadable = |error: std::io::Error| PictureError::Unreadable(error.to_string());
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(unreadable)?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    if decoder.total_bytes() > MEMORY {
        return Err(PictureError::TooLarge);
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Looks at a file: what it says about itself, and, if it is a picture, how large it is and what it resembles.
pub(super) fn examine(object: Object, mime: &str) -> Findings {
    let mut findings = Findings::default();
    if matches!(mime, "image/jpeg" | "image/png") {
        let Ok(bytes) = read(object) else { return findings };
        findings.claims = claims(&bytes);
        if let Ok(picture) = decode(&bytes) {
            findings.size = Some((picture.width(), picture.height()));
            findings.likeness = likeness(&picture);
        }
    } else if mime.starts_with("image/") {
        let mut start = Vec::new();
        if object.bytes.take(CLAIMS).read_to_end(&mut start).is_ok() {
            findings.claims = claims(&start);
        }
    }
    findings
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
    let start = &bytes[..bytes.len().min(usize::try_from(CLAIMS).unwrap_or(usize::MAX))];
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
/// without contrast, since all of those would look alike.
fn likeness(picture: &DynamicImage) -> Option<[u8; 32]> {
    let grey = picture.to_luma8();
    let (width, height) = grey.dimensions();
    if width < GRID.0 || height < GRID.1 {
        return None;
    }
    let mut sums = [[(0_u64, 0_u64); 17]; 16];
    for (x, y, pixel) in grey.enumerate_pixels() {
        let cell = |at: u32, size: u32, fields: u32| u64::from(at) * u64::from(fields) / u64::from(size);
        let (column, row) = (cell(x, width, GRID.0), cell(y, height, GRID.1));
        let (sum, count) = &mut sums[usize::try_from(row).ok()?][usize::try_from(column).ok()?];
        *sum += u64::from(pixel.0[0]);
        *count += 1;
    }
    // In 65,536ths of a grey level.
    let means = sums.map(|row| row.map(|(sum, count)| (sum << 16) / count.max(1)));
    let all = means.iter().flatten();
    if all.clone().max()? - all.min()? < 16 << 16 {
        return None;
    }
    let mut bits = [0_u8; 32];
    for (row, means) in means.iter().enumerate() {
        for (column, pair) in means.windows(2).enumerate() {
            if pair[0] < pair[1] {
                bits[row * 2 + column / 8] |= 1 << (column % 8);
            }
        }
    }
    Some(bits)
}

/// Makes a copy that may be published: upright, these rectangles filled with black, nothing in it but pixels.
///
/// Filled and not blurred: from a blur or a mosaic of digits the digits can be guessed.
pub(super) fn redact(object: Object, regions: &[Region]) -> Result<(Vec<u8>, Vec<Region>), PictureError> {
    if regions.len() > REGIONS {
        return Err(PictureError::TooMany);
    }
    let mut picture = decode(&read(object)?)?.into_rgb8();
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
        filled.push([*left, *top, right - left, bottom - top]);
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&picture)?;
    Ok((bytes, filled))
}

#[cfg(test)]
mod tests;
