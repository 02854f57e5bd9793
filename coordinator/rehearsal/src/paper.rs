//! A page of a result protocol as a phone's camera would see it: paper, lines, numbers, noise. Drawn here, because no
//! photograph of a real protocol belongs into a program.

pub use jpeg_encoder::EncodingError;
use jpeg_encoder::{ColorType, Encoder};

/// How finely a page is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A4 at 200 dots per inch, as a camera has it.
    Whole,
    /// At 100, which is enough to read it and a quarter of the work.
    Small,
}

impl Size {
    /// Pixels of one dot of a letter.
    const fn dot(self) -> usize {
        match self {
            Self::Whole => 8,
            Self::Small => 4,
        }
    }

    const fn width(self) -> usize {
        207 * self.dot()
    }

    const fn height(self) -> usize {
        292 * self.dot()
    }
}

const QUALITY: u8 = 88;

/// Letters five dots wide and seven high, the top row first, the left dot in the highest of five bits.
const LETTERS: [(char, [u8; 7]); 40] = [
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
    ('F', [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('G', [0b01110, 0b10001, 0b10000, 0b10111, 0b10001, 0b10001, 0b01110]),
    ('H', [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
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
    ('V', [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100]),
    ('W', [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001]),
    ('X', [0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001]),
    ('Y', [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100]),
    ('Z', [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b11111]),
    ('_', [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b11111]),
    ('/', [0b00001, 0b00010, 0b00010, 0b00100, 0b01000, 0b01000, 0b10000]),
    ('-', [0b00000, 0b00000, 0b00000, 0b11111, 0b00000, 0b00000, 0b00000]),
    ('.', [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b01100, 0b01100]),
];

/// Draws a page with these lines, each a name and a number. Another seed, another grain of the paper.
///
/// # Errors
/// [`EncodingError`].
pub fn draw(lines: &[(String, String)], seed: u64, size: Size) -> Result<Vec<u8>, EncodingError> {
    let mut random = fastrand::Rng::with_seed(seed);
    let dot = size.dot();
    let (width, height) = (size.width(), size.height());
    // A patch of grain is enough: nobody looks for the paper's own pattern.
    let grain: Vec<u8> = (0..4099).map(|_| 215 + random.u8(..20)).collect();
    let mut page = Page { pixels: grain.iter().copied().cycle().take(width * height).collect(), width, dot };
    let step = (height - 36 * dot) / lines.len().max(1);
    let step = step.min(12 * dot);
    for (row, (name, number)) in lines.iter().enumerate() {
        let top = 18 * dot + row * step;
        page.rule(top + 9 * dot);
        page.write(15 * dot, top, name);
        page.write(width / 2 + 12 * dot, top, number);
    }
    let mut jpeg = Vec::new();
    let (width, height) = (u16::try_from(width).unwrap_or(0), u16::try_from(height).unwrap_or(0));
    Encoder::new(&mut jpeg, QUALITY).encode(&page.pixels, width, height, ColorType::Luma)?;
    Ok(jpeg)
}

struct Page {
    pixels: Vec<u8>,
    width: usize,
    /// Pixels of one dot of a letter.
    dot: usize,
}

impl Page {
    fn rule(&mut self, y: usize) {
        let margin = 12 * self.dot;
        for pixel in self.pixels.iter_mut().skip(y * self.width + margin).take(self.width - 2 * margin) {
            *pixel = 90;
        }
    }

    fn write(&mut self, left: usize, top: usize, text: &str) {
        for (position, letter) in text.to_uppercase().chars().enumerate() {
            let Some((_, rows)) = LETTERS.iter().find(|(known, _)| *known == letter) else { continue };
            for (y, row) in rows.iter().enumerate() {
                for x in (0..5).filter(|x| row >> (4 - x) & 1 == 1) {
                    self.blot(left + (position * 6 + x) * self.dot, top + y * self.dot);
                }
            }
        }
    }

    fn blot(&mut self, left: usize, top: usize) {
        for y in top..top + self.dot {
            for pixel in self.pixels.iter_mut().skip(y * self.width + left).take(self.dot) {
                *pixel = 40;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_is_another_picture_and_the_same_is_the_same() {
        let lines = |number: &str| vec![("P01".to_owned(), number.to_owned())];
        let one = draw(&lines("1200"), 1, Size::Small).expect("is drawn");
        assert_eq!(one, draw(&lines("1200"), 1, Size::Small).expect("is drawn"));
        assert_ne!(one, draw(&lines("1201"), 1, Size::Small).expect("is drawn"));
        assert!(one.len() < draw(&lines("1200"), 1, Size::Whole).expect("is drawn").len());
    }
}
