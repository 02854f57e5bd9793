use std::io::{self, Cursor};

use proptest::prelude::*;

use super::*;

fn read(file: &[u8]) -> Result<Outline, OutlineError> {
    Outline::read(Cursor::new(file), file.len() as u64)
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("small").to_be_bytes();
    [&[0xff, marker], length.as_slice(), body].concat()
}

/// A frame with these sampling factors.
fn frame(marker: u8, width: u16, height: u16, sampling: &[u8]) -> Vec<u8> {
    let components = u8::try_from(sampling.len()).expect("few");
    let mut body = vec![8];
    body.extend(height.to_be_bytes());
    body.extend(width.to_be_bytes());
    body.push(components);
    body.extend((1..=components).zip(sampling).flat_map(|(id, sampling)| [id, *sampling, 0]));
    segment(marker, &body)
}

/// A file of these parts, with so many scans of so many bytes.
fn jpeg(parts: &[Vec<u8>], scans: usize, bytes: usize) -> Vec<u8> {
    let scan = [segment(0xda, &[1, 1, 0, 0, 63, 0]), vec![0x55; bytes]].concat();
    [vec![0xff, 0xd8], parts.concat(), scan.repeat(scans), vec![0xff, 0xd9]].concat()
}

fn png(width: u32, height: u32, depth: u8, colour: u8, interlace: u8) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &sides, &[depth, colour, 0, 0, interlace], &[0; 40]].concat()
}

#[test]
fn a_photo_says_how_large_it_is() {
    let exif = segment(0xe1, b"Exif\0\0 \xff\xda is no scan here");
    let photo = jpeg(&[exif, frame(0xc0, 640, 480, &[0x22, 0x11, 0x11])], 1, 5000);
    let outline = read(&photo).expect("is one");
    assert_eq!((outline.width, outline.height, outline.samples, outline.scans), (640, 480, 3, 1));
    assert_eq!((outline.pixels(), outline.decoded(), outline.work(), outline.kept), (307_200, 921_600, 921_600, 0));
    let progressive = read(&jpeg(&[frame(0xc2, 640, 480, &[0x22, 0x11, 0x11])], 10, 500)).expect("is one");
    assert_eq!((progressive.scans, progressive.work()), (10, 9_216_000));
    // 40 × 30 units of six blocks.
    assert_eq!(progressive.kept, 40 * 30 * 6 * 64 * 2);
}

#[test]
fn a_png_says_how_large_it_is() {
    let outline = read(&png(30, 20, 16, 6, 0)).expect("is one");
    assert_eq!((outline.format, outline.decoded(), outline.kept), (Format::Png, 30 * 20 * 8, 0));
    assert_eq!(read(&png(30, 20, 1, 3, 1)).map(|outline| (outline.samples, outline.kept)).ok(), Some((4, 2400)));
}

#[test]
fn more_than_the_bytes_can_hold_is_impossible() {
    let impossible = |file: &[u8]| matches!(read(file), Err(OutlineError::Impossible));
    // A gigapixel in four kilobytes, and the most that two megabytes could hold.
    assert!(impossible(&jpeg(&[frame(0xc0, 65_535, 16_384, &[0x11])], 1, 4000)));
    assert!(!impossible(&jpeg(&[frame(0xc0, 65_535, 16_384, &[0x11])], 1, 2 << 20)));
    assert!(impossible(&png(30_000, 30_000, 1, 0, 0)));
    assert!(!impossible(&[png(30_000, 30_000, 1, 0, 0), vec![0; 110_000]].concat()));
    let scans = |count| jpeg(&[frame(0xc2, 64, 64, &[0x11])], count, 10);
    assert!(!impossible(&scans(64)) && impossible(&scans(65)), "nobody goes over a picture so often");
}

#[test]
fn tricks_do_not_hide_what_a_decoder_would_find() {
    let small = frame(0xc0, 8, 8, &[0x11]);
    let large = frame(0xc0, 8000, 8000, &[0x11]);
    assert!(matches!(read(&jpeg(&[small.clone(), large], 1, 9000)), Err(OutlineError::Malformed(_))));
    // Padding before a marker, values 0xff and restarts within a scan, and a second picture behind the end.
    let padded = [vec![0xff, 0xd8, 0xff, 0xff], small.clone(), segment(0xda, &[0; 6]), vec![0xff, 0, 0xff, 0xd3, 7]];
    let twice = [padded.concat(), vec![0xff, 0xd9], jpeg(&[frame(0xc2, 9, 9, &[0x11])], 70, 1)].concat();
    let outline = read(&twice).expect("is one");
    assert_eq!((outline.width, outline.scans), (8, 1));
    // Scans of a sequential picture, too, are gone over one by one.
    assert_eq!(read(&jpeg(&[small], 9, 10)).map(|outline| outline.scans).ok(), Some(9));
}

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    let malformed = |file: &[u8]| matches!(read(file), Err(OutlineError::Malformed(_)));
    for file in [
        jpeg(&[frame(0xc0, 0, 8, &[0x11])], 1, 10),
        jpeg(&[frame(0xc0, 8, 8, &[0x11; 5])], 1, 10),
        jpeg(&[frame(0xc0, 8, 8, &[0x51])], 1, 10),
        jpeg(&[frame(0xc0, 8, 8, &[])], 1, 10),
        jpeg(&[segment(0xe0, b"")], 1, 10),
        vec![0xff, 0xd8, 0xff, 0xe0, 0, 1, 0xff, 0xd9],
        vec![0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0, 8],
        png(0, 8, 8, 0, 0),
        png(8, 8, 3, 0, 0),
        vec![0xff],
    ] {
        assert!(malformed(&file), "{file:?}");
    }
    for file in
        [b"GIF89a".to_vec(), b"\x89PNG and then something else".to_vec(), jpeg(&[frame(0xc9, 8, 8, &[0x11])], 1, 9)]
    {
        assert!(matches!(read(&file), Err(OutlineError::Format)), "{file:?}");
    }
    // Cut in the middle of a scan it still has its size.
    let cut = jpeg(&[frame(0xc0, 80, 80, &[0x11])], 1, 500);
    assert!(read(&cut[..cut.len() - 300]).is_ok());
}

proptest! {
    #[test]
    fn whatever_comes_ends_and_costs_nothing(start in 0..3_usize, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let start: &[u8] = [b"\xff\xd8".as_slice(), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b""][start];
        let file = [start, &bytes].concat();
        if let Ok(outline) = read(&file) {
            prop_assert!(outline.scans <= 64 && outline.width > 0 && outline.height > 0);
            prop_assert!(outline.work() >= outline.decoded() && outline.decoded() >= outline.pixels());
        }
    }

    #[test]
    fn a_marker_anywhere_is_read_the_same_however_the_file_is_buffered(bytes in prop::collection::vec(prop_oneof![Just(0xff), Just(0xda), Just(0), any::<u8>()], 0..300), size in 1..9_usize) {
        let file = [jpeg(&[frame(0xc2, 64, 64, &[0x11])], 1, 10)[..].split_last_chunk::<2>().expect("has an end").0, &bytes].concat();
        let whole = read(&file).ok();
        let pieces = io::BufReader::with_capacity(size, Cursor::new(&file));
        prop_assert_eq!(Outline::read(pieces, file.len() as u64).ok(), whole);
    }
}
