use std::io::{Seek, SeekFrom};

use image::{ImageFormat, RgbImage};

use super::*;
use crate::testing::grain as noise;

/// A page as a camera sees it: lines of writing, shading, noise, all depending on the seed.
fn page(width: u32, height: u32, seed: u64) -> DynamicImage {
    let grain = noise(4096, seed);
    let at = |number: u32| u32::from(grain[usize::try_from(number % 4096).expect("small")]);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (column, line) = (x * 24 / width, y * 32 / height);
        let ink = at(line * 24 + column) > 150;
        let shade = 120 + (x * 60 / width) + (y * 40 / height);
        let value = if ink { 60 } else { shade } + at(x.wrapping_mul(31).wrapping_add(y * 17)) % 8;
        Rgb([u8::try_from(value).expect("below 256"); 3])
    });
    DynamicImage::ImageRgb8(picture)
}

fn object(bytes: Vec<u8>) -> Object {
    Object { size: bytes.len() as u64, bytes: Box::new(Cursor::new(bytes)) }
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("encodes");
    bytes
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).expect("encodes");
    bytes.into_inner()
}

/// A JPEG with an EXIF segment of this orientation and this time.
fn with_exif(jpeg: &[u8], orientation: u8, taken: &str) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let text = format!("{taken}\0");
    let size = u32::try_from(text.len()).expect("small");
    // First directory at 8: orientation, and where the second one is (at 38), which says the time (at 56).
    tiff.extend([2, 0].iter().chain(&entry(0x0112, 3, 1, orientation.into())).chain(&entry(0x8769, 4, 1, 38)));
    tiff.extend([0; 4]);
    tiff.extend([1, 0].iter().chain(&entry(0x9003, 2, size, 56)).chain(&[0; 4]));
    tiff.extend(text.as_bytes());
    let segment = [b"Exif\0\0", tiff.as_slice()].concat();
    let length = u16::try_from(segment.len() + 2).expect("small");
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), &segment, &jpeg[2..]].concat()
}

fn differ(one: [u8; 32], other: [u8; 32]) -> u32 {
    one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum()
}

#[test]
fn copies_of_one_picture_look_alike_and_others_do_not() {
    let original = page(1200, 1600, 1);
    let like = |picture: &DynamicImage, quality| {
        examine(object(jpeg(picture, quality)), "image/jpeg").likeness.expect("has contrast")
    };
    let own = like(&original, 90);
    for copy in [like(&original, 30), like(&original.thumbnail(400, 400), 80), like(&original.brighten(30), 80)] {
        assert!(differ(own, copy) <= crate::media::ALIKE, "{}", differ(own, copy));
    }
    assert!(differ(own, examine(object(png(&original)), "image/png").likeness.expect("has contrast")) <= 4);
    for seed in 2..8 {
        let other = like(&page(1200, 1600, seed), 90);
        assert!(differ(own, other) > crate::media::ALIKE + 16, "{}", differ(own, other));
    }
    let blank = DynamicImage::ImageRgb8(RgbImage::from_pixel(300, 300, Rgb([200, 200, 200])));
    assert_eq!(examine(object(jpeg(&blank, 90)), "image/jpeg").likeness, None);
}

/// A form that is blank but for a few lines with the same words and other numbers.
fn form(seed: u64) -> DynamicImage {
    let numbers = page(1200, 1600, seed).into_rgb8();
    let words = page(1200, 1600, 0).into_rgb8();
    let grain = noise(1 << 16, seed);
    let picture = RgbImage::from_fn(1200, 1600, |x, y| {
        let grain = grain[usize::try_from(x.wrapping_mul(7919).wrapping_add(y * 104_729) % (1 << 16)).expect("small")];
        let (line, blank) = (y / 50, 210 + grain % 12);
        match (line, x) {
            (4..10, 100..500) if line % 2 == 0 => *words.get_pixel(x, y),
            (4..10, 700..900) if line % 2 == 0 => *numbers.get_pixel(x, y),
            _ => Rgb([blank; 3]),
        }
    });
    DynamicImage::ImageRgb8(picture)
}

#[test]
fn pages_of_one_form_with_other_numbers_are_not_taken_for_copies() {
    let like = |picture: &DynamicImage, quality| {
        examine(object(jpeg(picture, quality)), "image/jpeg").likeness.expect("has contrast")
    };
    let own = like(&form(1), 92);
    let small = form(1).resize(600, 800, image::imageops::FilterType::Triangle);
    for copy in [like(&form(1), 50), like(&small, 80)] {
        assert!(differ(own, copy) <= crate::media::ALIKE, "{}", differ(own, copy));
    }
    for seed in 2..6 {
        let other = differ(own, like(&form(seed), 92));
        assert!(other > crate::media::ALIKE, "{other}");
    }
}

#[test]
fn pictures_are_turned_upright_and_claims_are_read() {
    let plain = jpeg(&page(200, 300, 1), 90);
    for (orientation, size) in [(1, (200, 300)), (3, (200, 300)), (6, (300, 200)), (8, (300, 200))] {
        let bytes = with_exif(&plain, orientation, "2023:03:19 20:15:00");
        let findings = examine(object(bytes.clone()), "image/jpeg");
        assert_eq!(findings.size, Some(size));
        assert!(findings.claims.contains(&("DateTimeOriginal".to_owned(), "2023-03-19 20:15:00".to_owned())));
        let copy = redact(object(bytes), &[]).expect("works").bytes;
        assert!(examine(object(copy.clone()), "image/jpeg").claims.is_empty(), "a copy says nothing about itself");
        assert_eq!(examine(object(copy), "image/jpeg").size, Some(size));
    }
}

#[test]
fn rectangles_cannot_be_read_any_more() {
    let bytes = jpeg(&page(200, 300, 1), 95);
    let made = redact(object(bytes.clone()), &[[10, 20, 50, 60], [150, 250, 500, 500]]).expect("works");
    assert_eq!(made.regions, [[10, 20, 50, 60], [150, 250, 50, 50]], "clipped to the picture");
    let copy = decode(made.bytes, Use::Look).expect("is a picture").0.into_rgb8();
    let inside = |x: u32, y: u32| {
        (12..58).contains(&x) && (22..78).contains(&y) || (152..200).contains(&x) && (252..300).contains(&y)
    };
    for (x, y, pixel) in copy.enumerate_pixels() {
        if inside(x, y) {
            assert!(pixel.0.iter().all(|value| *value < 24), "{x}, {y}: {pixel:?}");
        }
    }
    assert!(copy.get_pixel(100, 150).0[0] > 24, "the rest is there");
    let outside = redact(object(bytes.clone()), &[[0, 0, 1, 1], [200, 0, 5, 5]]);
    assert_eq!(outside, Err(PictureError::Outside(2, 200, 300)));
    assert_eq!(redact(object(bytes.clone()), &[[0, 0, 0, 5]]), Err(PictureError::Outside(1, 200, 300)));
    assert_eq!(redact(object(bytes), &[[0, 0, 1, 1]; 33]), Err(PictureError::TooMany));
}

/// A file without an end.
struct Zeros;

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(0);
        Ok(buffer.len())
    }
}

impl Seek for Zeros {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn what_is_no_picture_or_too_large_is_told_apart() {
    assert!(matches!(redact(object(noise(5000, 1)), &[]), Err(PictureError::Unreadable(_))));
    let cut = jpeg(&page(200, 300, 1), 90);
    let problem = |problem| Findings { problem: Some(problem), ..Findings::default() };
    assert_eq!(examine(object(b"<svg/>".to_vec()), "image/jpeg"), problem(PictureProblem::Unreadable));
    assert_eq!(examine(object(cut[..60].to_vec()), "image/jpeg"), problem(PictureProblem::Unreadable));
    // A PNG that claims to be enormous: refused before anything is allocated for it.
    let mut bomb = png(&page(10, 10, 1));
    bomb[16..24].copy_from_slice(&[0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff]);
    assert_eq!(examine(object(bomb.clone()), "image/png"), problem(PictureProblem::Impossible));
    assert_eq!(redact(object(bomb), &[]), Err(PictureError::Impossible));
    let huge = Object { size: FILE + 1, bytes: Box::new(Zeros) };
    assert_eq!(redact(huge, &[]), Err(PictureError::TooLarge));
    let video = Object { size: u64::MAX, bytes: Box::new(Zeros) };
    assert_eq!(examine(video, "video/mp4"), Findings::default());
}

/// Pictures that lie in the file as they are seen compare like those that are to be turned.
#[test]
fn a_turned_picture_resembles_the_same_as_an_upright_one() {
    let upright_page = page(400, 600, 1);
    let stored = [
        (2, upright_page.fliph()),
        (3, upright_page.rotate180()),
        (4, upright_page.flipv()),
        (6, upright_page.rotate270()),
        (8, upright_page.rotate90()),
        (5, upright_page.fliph().rotate270()),
        (7, upright_page.fliph().rotate90()),
    ];
    let own = likeness(&upright_page, Orientation::NoTransforms).expect("has contrast");
    for (number, picture) in stored {
        let orientation = Orientation::from_exif(number).expect("is one");
        let mut turned_copy = picture.clone();
        turned_copy.apply_orientation(orientation);
        assert!(turned_copy == upright_page, "{number}");
        assert_eq!(turned(orientation, picture.dimensions()), (400, 600));
        assert_eq!(likeness(&picture, orientation), Some(own), "{number}");
    }
}

#[test]
fn all_copies_of_a_picture_count() {
    let outline = |width, samples, sample_bytes, kept| Outline {
        format: kuager_picture::Format::Png,
        width,
        height: width,
        samples,
        sample_bytes,
        scans: 1,
        kept,
    };
    let may = |outline: &Outline, wanted| afford(outline, 1 << 20, wanted).is_ok();
    // 100 megapixels can be looked at; turning them would take twice their memory.
    assert!(may(&outline(10_000, 3, 1, 0), Use::Look) && !may(&outline(10_000, 3, 1, 0), Use::Redact));
    assert!(may(&outline(8000, 3, 1, 0), Use::Redact));
    assert!(!may(&outline(6320, 4, 2, 0), Use::Redact), "320 MB and an upright copy of it");
    assert!(!may(&outline(17_900, 1, 1, 0), Use::Redact));
    assert!(!may(&outline(8000, 3, 1, 8000 * 8000 * 6), Use::Look), "a progressive one is kept twice");
    assert!(!may(&Outline { scans: 64, ..outline(5000, 3, 1, 0) }, Use::Look), "it would take too long");
    assert_eq!(afford(&outline(8000, 3, 1, 0), 96 << 20, Use::Redact), Err(PictureError::TooLarge));
}
