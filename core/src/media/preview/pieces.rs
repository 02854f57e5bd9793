//! A picture in pieces, each small enough for a slow line and large enough to be read.

use super::{LONG_SIDE, Picture, PreviewError, within};

/// Pieces of one picture; together they are at most a megabyte.
const PIECES: usize = 7;
/// Pixels that two pieces have in common, so that no line of a table is cut in both.
const OVERLAP: u16 = 48;

/// Left, top, width, height.
type Area = (u16, u16, u16, u16);

/// Cuts a picture until each piece fits; nothing when there would be too many.
pub(super) fn cut(picture: &Picture) -> Result<Option<Vec<Vec<u8>>>, PreviewError> {
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
        if pieces.len() + left.len() + 2 > PIECES || area.2.min(area.3) <= 2 * OVERLAP {
            return Ok(None);
        }
        left.extend([after, before]);
    }
    Ok(Some(pieces))
}

fn halves((x, y, width, height): Area) -> (Area, Area) {
    let split = |length: u16| {
        let half = length / 2 + OVERLAP / 2;
        (half, length - half)
    };
    if width > height {
        let (half, from) = split(width);
        ((x, y, half, height), (x + from, y, half, height))
    } else {
        let (half, from) = split(height);
        ((x, y, width, half), (x, y + from, width, half))
    }
}

fn part(picture: &Picture, (x, y, width, height): Area) -> Picture {
    let line = usize::from(picture.width) * picture.channels;
    let (from, length) = (usize::from(x) * picture.channels, usize::from(width) * picture.channels);
    let rows = picture.pixels.chunks_exact(line).skip(usize::from(y)).take(usize::from(height));
    let pixels = rows.flat_map(|row| &row[from..from + length]).copied().collect();
    Picture { width, height, channels: picture.channels, pixels }
}
