//! A page of a result protocol as a phone's camera would see it: paper, lines, numbers, noise. Drawn here, because no
//! photograph of a real protocol belongs into a program.

use jpeg_encoder::{ColorType, Encoder, EncodingError};

/// A4 at 200 dots per inch.
const WIDTH: usize = 1654;
const HEIGHT: usize = 2339;
/// Pixels of one dot of a letter.
const DOT: usize = 8;
const QUALITY: u8 = 88;

/// Letters five dots wide and seven high, the top row first, the left dot in the highest of five bits.
const LETTERS: [(char, [u8; 7]); 33] = [
    ('0', [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110]),
    ('1', [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('2', [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111]),
    ('3', [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('4', [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010]),
    ('5', [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110]),
    ('6', [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110]),
    ('7', [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000]),
    ('8', [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110]),
    ('9', [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100]),
    ('P', [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('N', [0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001, 0b10001]),
    ('A', [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('B', [0b11110, 0b10001, 0b10001, 0b11110, 0b10001, 0b10001, 0b11110]),
    ('C', [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110]),
    ('D', [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110]),
    ('E', [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111]),
    ('I', [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('J', [0b00111, 0b00010, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100]),
    ('K', [0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001]),
    ('L', [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111]),
    ('M', [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001]),
    ('O', [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('Q', [0b01110, 0b10001, 0b10001, 0b10001, 0b10101, 0b10010, 0b01101]),
    ('R', [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001]),
    ('S', [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('T', [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100]),
    ('U', [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('Y', [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100]),
    ('_', [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b11111]),
    ('/', [0b00001, 0b00010, 0b00010, 0b00100, 0b01000, 0b01000, 0b10000]),
    ('-', [0b00000, 0b00000, 0b00000, 0b11111, 0b00000, 0b00000, 0b00000]),
    ('.', [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b01100, 0b01100]),
];

/// Draws a page with these lines, each a name and a number.
pub(super) fn draw(lines: &[(String, String)], seed: u64) -> Result<Vec<u8>, EncodingError> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut pixels: Vec<u8> = (0..WIDTH * HEIGHT).map(|_| 215 + random.u8(..20)).collect();
    let step = (HEIGHT - 300) / lines.len().max(1);
    let step = step.min(12 * DOT);
    for (row, (name, number)) in lines.iter().enumerate() {
        let top = 150 + row * step;
        rule(&mut pixels, top + 9 * DOT);
        write(&mut pixels, 120, top, name);
        write(&mut pixels, WIDTH / 2 + 100, top, number);
    }
    let mut jpeg = Vec::new();
    let (width, height) = (u16::try_from(WIDTH).unwrap_or(0), u16::try_from(HEIGHT).unwrap_or(0));
    Encoder::new(&mut jpeg, QUALITY).encode(&pixels, width, height, ColorType::Luma)?;
    Ok(jpeg)
}

fn rule(pixels: &mut [u8], y: usize) {
    for pixel in pixels.iter_mut().skip(y * WIDTH + 100).take(WIDTH - 200) {
        *pixel = 90;
    }
}

fn write(pixels: &mut [u8], left: usize, top: usize, text: &str) {
    for (position, letter) in text.to_uppercase().chars().enumerate() {
        let Some((_, rows)) = LETTERS.iter().find(|(known, _)| *known == letter) else { continue };
        for (y, row) in rows.iter().enumerate() {
            for x in (0..5).filter(|x| row >> (4 - x) & 1 == 1) {
                dot(pixels, left + (position * 6 + x) * DOT, top + y * DOT);
            }
        }
    }
}

fn dot(pixels: &mut [u8], left: usize, top: usize) {
    for y in top..top + DOT {
        for pixel in pixels.iter_mut().skip(y * WIDTH + left).take(DOT) {
            *pixel = 40;
        }
    }
}
