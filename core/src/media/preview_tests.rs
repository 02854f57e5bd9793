use std::io::Cursor;

use super::*;

/// A page of a protocol: paper with camera noise, a table, strokes three pixels wide like handwriting.
fn page(width: u16, height: u16) -> Picture {
    let (wide, high) = (usize::from(width), usize::from(height));
    let mut pixels = Vec::with_capacity(wide * high * 3);
    let mut random = fastrand::Rng::with_seed(7);
    for y in 0..high {
        for x in 0..wide {
            let noise = random.u8(..24);
            let line = y % (high / 24).max(8) < 4 || x % (wide / 5).max(8) < 4;
            let stroke = (x / 9 + y / 7) % 11 == 0 && x % 9 < 3;
            let paper = if line || stroke { 30 } else { 210 };
            pixels.extend([paper + noise, paper + noise, paper + noise / 2]);
        }
    }
    Picture { width, height, channels: 3, pixels }
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    encode(&page(width, height), 92).unwrap()
}

fn size_of(jpeg: &[u8]) -> (u16, u16) {
    let mut decoder = Decoder::new(jpeg);
    decoder.read_info().unwrap();
    let info = decoder.info().unwrap();
    (info.width, info.height)
}

#[test]
fn a_large_photo_becomes_small_enough_and_keeps_its_shape() {
    for (width, height) in [(4000, 3000), (3000, 4000), (2500, 400)] {
        let preview = make("image/jpeg", None, Cursor::new(jpeg(width, height))).unwrap().whole;
        assert!(preview.len() as u64 <= limits::PREVIEW, "{width}x{height}: {} bytes", preview.len());
        let (wide, high) = size_of(&preview);
        assert!(wide.max(high) <= LONG_SIDE && wide.max(high) >= 800);
        let (before, after) = (f64::from(width) / f64::from(height), f64::from(wide) / f64::from(high));
        assert!((before / after - 1.0).abs() < 0.02, "{width}x{height} became {wide}x{high}");
    }
}

/// What the largest cameras of phones make: decoded by its eighth, never as a whole.
#[test]
fn a_photo_of_108_megapixels_has_a_legible_preview() {
    let (width, height) = (12_000, 9_000);
    let row: Vec<u8> = (0..width).map(|x| if x % 240 < 12 { 40 } else { 215 }).collect();
    let photo = Picture { width, height, channels: 1, pixels: row.repeat(usize::from(height)) };
    let preview = make("image/jpeg", None, Cursor::new(encode(&photo, 90).unwrap())).unwrap();
    assert!(preview.legible && preview.pieces.is_empty() && preview.whole.len() as u64 <= limits::PREVIEW);
    assert_eq!(size_of(&preview.whole), (1600, 1200));
}

#[test]
fn a_small_photo_keeps_its_size() {
    let preview = make("image/jpeg", None, Cursor::new(jpeg(640, 480))).unwrap().whole;
    assert_eq!(size_of(&preview), (640, 480));
}

#[test]
fn a_grey_photo_stays_grey_and_is_what_the_coloured_one_would_be() {
    let page = page(2500, 1900);
    let greys = page.pixels.chunks_exact(3).map(|pixel| pixel[0]);
    let grey = Picture { channels: 1, pixels: greys.clone().collect(), ..page };
    let coloured = Picture { channels: 3, pixels: greys.flat_map(|grey| [grey; 3]).collect(), ..page };
    let [grey, coloured] = [grey, coloured].map(|picture| shrink(picture, LONG_SIDE).unwrap());
    assert_eq!((grey.width, grey.height, grey.channels), (1600, 1216, 1));
    assert!(grey.pixels.iter().eq(coloured.pixels.iter().step_by(3)));
    let preview = make("image/jpeg", None, Cursor::new(encode(&grey, 92).unwrap())).unwrap().whole;
    let mut decoder = Decoder::new(preview.as_slice());
    decoder.read_info().unwrap();
    assert_eq!(decoder.info().unwrap().pixel_format, PixelFormat::L8);
}

/// Each corner has its own brightness, so that every turn and flip shows.
fn corners() -> Picture {
    let pixels = vec![10, 90, 170, 250, 50, 130];
    Picture { width: 3, height: 2, channels: 1, pixels }
}

#[test]
fn all_eight_orientations_end_upright() {
    // 10 90 170 / 250 50 130, turned and flipped as EXIF numbers it.
    let expected: [(u16, [u8; 6]); 8] = [
        (3, [10, 90, 170, 250, 50, 130]),
        (3, [170, 90, 10, 130, 50, 250]),
        (3, [130, 50, 250, 170, 90, 10]),
        (3, [250, 50, 130, 10, 90, 170]),
        (2, [10, 250, 90, 50, 170, 130]),
        (2, [250, 10, 50, 90, 130, 170]),
        (2, [130, 170, 50, 90, 250, 10]),
        (2, [170, 130, 90, 50, 10, 250]),
    ];
    for (orientation, (width, pixels)) in (1..).zip(expected) {
        let turned = upright(corners(), orientation);
        assert_eq!((turned.width, turned.pixels.as_slice()), (width, pixels.as_slice()), "orientation {orientation}");
    }
}

fn png_of(width: u32, height: u32, interlaced: bool) -> Vec<u8> {
    let _ = interlaced;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    let row: Vec<u8> = (0..width).flat_map(|x| [u8::try_from(x % 256).unwrap(), 128, 30, 255]).collect();
    let pixels = row.repeat(usize::try_from(height).unwrap());
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn a_png_becomes_a_jpeg() {
    for (width, height, expected) in [(300, 200, (300, 200)), (3300, 2200, (1600, 1066)), (5000, 1000, (1600, 320))] {
        let preview = make("image/png", None, Cursor::new(png_of(width, height, false))).unwrap().whole;
        let (wide, high) = size_of(&preview);
        assert!(wide.abs_diff(expected.0) <= 1 && high.abs_diff(expected.1) <= 2, "{width}x{height}: {wide}x{high}");
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    assert!(matches!(make("image/heic", None, Cursor::new(vec![0; 10])), Err(PreviewError::Format(_))));
    let cut = jpeg(800, 600)[..200].to_vec();
    assert!(matches!(make("image/jpeg", None, Cursor::new(cut)), Err(PreviewError::Undecodable(_))));
    let mut lies = jpeg(64, 64);
    // The header says 65,535 pixels square.
    let at = lies.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    lies[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert!(matches!(make("image/jpeg", None, Cursor::new(lies.clone())), Err(PreviewError::Impossible)));
    // With so many bytes it could be true, and would still take minutes.
    lies.resize(30 << 20, 0);
    assert!(matches!(make("image/jpeg", None, Cursor::new(lies)), Err(PreviewError::TooLarge)));
    let photo = jpeg(64, 64);
    let scan = photo.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let scans = [&photo[..scan], &photo[scan..photo.len() - 2].repeat(100)].concat();
    assert!(matches!(make("image/jpeg", None, Cursor::new(scans)), Err(PreviewError::Impossible)));
    let claims = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff".as_slice(), &[16, 6, 0, 0, 0]].concat();
    assert!(matches!(make("image/png", None, Cursor::new(claims)), Err(PreviewError::Impossible)));
    assert!(make("image/png", None, Cursor::new(b"\x89PNG\r\n\x1a\nxxxx".to_vec())).is_err());
}

/// Whether a preview is within bounds, and the sizes of its whole and its pieces.
fn sizes(preview: &Preview) -> ((u16, u16), Vec<(u16, u16)>) {
    for jpeg in preview.pieces.iter().chain([&preview.whole]) {
        assert!(jpeg.len() as u64 <= limits::PREVIEW);
    }
    (size_of(&preview.whole), preview.pieces.iter().map(|piece| size_of(piece)).collect())
}

#[test]
fn a_page_full_of_detail_comes_in_legible_pieces() {
    // Strokes as small as pixels of the preview and noise on all of it: nothing that fits one file at 1600 pixels.
    let mut random = fastrand::Rng::with_seed(3);
    let mut pixels = vec![0; 1200 * 1600];
    pixels.iter_mut().for_each(|pixel| *pixel = if random.u8(..) < 60 { 40 } else { 200 + random.u8(..40) });
    let page = Picture { width: 1200, height: 1600, channels: 1, pixels };
    let preview = make("image/jpeg", None, Cursor::new(encode(&page, 95).unwrap())).unwrap();
    let (whole, pieces) = sizes(&preview);
    assert!(whole.1 >= 400, "{whole:?}");
    if preview.legible {
        assert!(pieces.len() >= 2 && pieces.iter().all(|(width, height)| width.min(height) >= &400), "{pieces:?}");
    } else {
        assert_eq!(pieces, [], "it says so");
    }
}

#[test]
fn a_long_strip_is_legible_in_pieces_from_its_top() {
    for orientation in [None, Some(6)] {
        let preview = make("image/jpeg", orientation, Cursor::new(jpeg(900, 6000))).unwrap();
        let (whole, pieces) = sizes(&preview);
        assert!(preview.legible, "{whole:?}");
        assert_eq!(whole.0.max(whole.1), LONG_SIDE);
        assert!((2..=7).contains(&pieces.len()), "{pieces:?}");
        for (width, height) in &pieces {
            assert!(*width.min(height) >= 800, "{pieces:?}");
        }
        let along: u32 =
            pieces.iter().map(|(width, height)| u32::from(if orientation.is_none() { *height } else { *width })).sum();
        assert!((6000..6000 + 48 * 7).contains(&along), "all of it, and what two have in common: {pieces:?}");
    }
}

#[test]
fn what_cannot_be_shown_legibly_says_so() {
    let preview = make("image/jpeg", None, Cursor::new(jpeg(400, 20_000))).unwrap();
    let (whole, pieces) = sizes(&preview);
    assert_eq!((whole.1, preview.legible, pieces), (LONG_SIDE, false, Vec::new()));
}
