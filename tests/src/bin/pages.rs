//! Pages with handwritten digits and their previews, for a judge that reads them (`tests/ocr/run`): `test-pages FOLDER` writes for
//! each kind of page the original, its preview with its pieces, and the digits that stand on it, a row per line.
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places on a page are small and checked")]

use std::error::Error;
use std::io::Cursor;
use std::path::Path;

use kuager_core::media::preview::make;

/// Pages of each kind: of one alone, chance decides about some digits in a hundred.
const PAGES: u64 = 6;

/// The strokes of a digit in a square, from the top left: arcs as lines, as a pen draws them.
fn strokes(digit: u8) -> Vec<Vec<(f64, f64)>> {
    let arc = |x: f64, y: f64, wide: f64, high: f64, from: f64, to: f64| -> Vec<(f64, f64)> {
        let step = |number: i32| (from + (to - from) * f64::from(number) / 24.0).to_radians();
        (0..=24).map(|number| (x + wide * step(number).cos(), y + high * step(number).sin())).collect()
    };
    let join = |parts: Vec<Vec<(f64, f64)>>| vec![parts.concat()];
    match digit {
        0 => vec![arc(0.5, 0.5, 0.3, 0.5, 0.0, 360.0)],
        1 => vec![vec![(0.25, 0.25), (0.55, 0.0), (0.55, 1.0)]],
        2 => join(vec![arc(0.5, 0.28, 0.3, 0.28, -170.0, 30.0), vec![(0.2, 1.0), (0.82, 1.0)]]),
        3 => join(vec![arc(0.47, 0.25, 0.27, 0.25, -150.0, 90.0), arc(0.47, 0.74, 0.31, 0.26, -90.0, 150.0)]),
        4 => vec![vec![(0.6, 1.0), (0.6, 0.0), (0.15, 0.68), (0.85, 0.68)]],
        5 => join(vec![vec![(0.78, 0.0), (0.28, 0.0), (0.24, 0.45)], arc(0.47, 0.68, 0.31, 0.32, -120.0, 140.0)]),
        6 => vec![arc(0.75, 0.65, 0.53, 0.65, -90.0, -180.0), arc(0.5, 0.7, 0.28, 0.3, 0.0, 360.0)],
        7 => vec![vec![(0.2, 0.0), (0.8, 0.0), (0.42, 1.0)]],
        8 => vec![arc(0.5, 0.25, 0.25, 0.25, 0.0, 360.0), arc(0.5, 0.75, 0.3, 0.25, 0.0, 360.0)],
        _ => vec![arc(0.5, 0.3, 0.28, 0.3, 0.0, 360.0), vec![(0.78, 0.3), (0.72, 1.0)]],
    }
}

struct Page {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Page {
    /// Draws with a round pen.
    fn line(&mut self, from: (f64, f64), to: (f64, f64), pen: f64) {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) * 2.0).max(1.0);
        let mut at = 0.0;
        while at <= steps {
            let (x, y) = (from.0 + (to.0 - from.0) * at / steps, from.1 + (to.1 - from.1) * at / steps);
            let reach = pen.ceil() as i64;
            for (right, down) in (-reach..=reach).flat_map(|right| (-reach..=reach).map(move |down| (right, down))) {
                let (column, row) = (x as i64 + right, y as i64 + down);
                if (right * right + down * down) as f64 > pen * pen || column < 0 || row < 0 {
                    continue;
                }
                let (column, row) = (column as usize, row as usize);
                if column < self.width && row < self.height {
                    self.pixels[(row * self.width + column) * 3..][..3].copy_from_slice(&[45, 50, 110]);
                }
            }
            at += 1.0;
        }
    }
}

/// A page of rows of digits of this height, with camera noise of so many levels; gives the JPEG and the rows.
fn page(
    width: usize,
    height: usize,
    digit: f64,
    noise: u8,
    seed: u64,
) -> Result<(Vec<u8>, Vec<String>), Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut page = Page { width, height, pixels: [214, 210, 198].repeat(width * height) };
    let (step, gap) = (digit * 0.95, digit * 2.2);
    let columns = ((width as f64 - 2.0 * digit) / step).min(12.0) as usize;
    let mut rows = Vec::new();
    let mut top = digit;
    while top + digit * 1.5 < height as f64 {
        let mut row = String::new();
        for column in 0..columns {
            let digit_here = random.u8(..10);
            row.push(char::from(b'0' + digit_here));
            let mut jitter = |by: f64| (random.f64() - 0.5) * by * digit;
            let (left, upper, slant) = (digit + column as f64 * step + jitter(0.06), top + jitter(0.08), 0.08);
            let size = digit + jitter(0.1);
            for stroke in strokes(digit_here) {
                let at = |(x, y): (f64, f64)| (left + (x * 0.75 + (1.0 - y) * slant) * size, upper + y * size);
                for pair in stroke.windows(2) {
                    page.line(at(pair[0]), at(pair[1]), digit / 22.0);
                }
            }
        }
        rows.push(row);
        top += gap;
    }
    for pixel in &mut page.pixels {
        *pixel = pixel.saturating_add(random.u8(..noise)).saturating_sub(noise / 2);
    }
    let mut jpeg = Vec::new();
    let (wide, high) = (u16::try_from(width)?, u16::try_from(height)?);
    jpeg_encoder::Encoder::new(&mut jpeg, 92).encode(&page.pixels, wide, high, jpeg_encoder::ColorType::Rgb)?;
    Ok((jpeg, rows))
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: test-pages FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    // A sheet of A4 that fills the photo has 14 pixels a millimetre in the first; digits are 5 mm high.
    let kinds = [("sheet", 3000, 4000, 70.0, 24), ("grainy", 3000, 4000, 70.0, 120), ("strip", 1000, 6000, 34.0, 16)];
    for ((kind, width, height, digit, noise), seed) in
        kinds.iter().flat_map(|kind| (1..=PAGES).map(move |seed| (*kind, seed)))
    {
        let name = format!("{kind}-{seed}");
        let (jpeg, rows) = page(width, height, digit, noise, seed)?;
        let preview = make("image/jpeg", None, Cursor::new(&jpeg))?;
        let (size, pieces) = (preview.whole.len(), preview.pieces.len());
        println!("{name}: {size} bytes and {pieces} pieces, legible: {}", preview.legible);
        if !preview.legible {
            return Err(format!("{name} is not legible").into());
        }
        std::fs::write(folder.join(format!("{name}-original.jpg")), jpeg)?;
        std::fs::write(folder.join(format!("{name}.txt")), rows.join("\n"))?;
        let shown = if preview.pieces.is_empty() { vec![preview.whole] } else { preview.pieces };
        for (number, piece) in shown.iter().enumerate() {
            std::fs::write(folder.join(format!("{name}-preview-{number}.jpg")), piece)?;
        }
    }
    Ok(())
}
