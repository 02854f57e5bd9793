//! Files as phones have them.

use std::path::Path;

use crate::chance::noise;

/// What looks like a JPEG of so many bytes from outside: its first bytes, and noise behind them.
#[must_use]
pub fn photo(size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = noise(size, seed);
    bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    bytes
}

/// A JPEG of a page with a table and strokes on it.
#[must_use]
pub fn page_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height));
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let ink = y % 90 < 3 || x % 400 < 3 || ((x / 9 + y / 7) % 11 == 0 && x % 9 < 3);
            pixels.push(if ink { 30 } else { 215 } + random.u8(..16));
        }
    }
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Luma).unwrap();
    jpeg
}

/// Copies a folder with everything in it, and who may read it.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
