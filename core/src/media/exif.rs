//! What a photo says about itself. Claims only: anybody can write anything into EXIF.

use std::io::Cursor;

use exif::{In, Reader, Tag, Value};
use kuager_wire::record::MediaClaims;

/// Bytes of a claimed time that are copied at most.
const TIME_LENGTH: usize = 32;

/// Orientation and time of capture, as far as the start of the file says.
pub(super) fn claims(head: &[u8]) -> MediaClaims {
    let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(head)) else { return MediaClaims::default() };
    let orientation = exif
        .get_field(Tag::Orientation, In::PRIMARY)
        .and_then(|field| field.value.get_uint(0))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value));
    let taken = exif.get_field(Tag::DateTimeOriginal, In::PRIMARY).and_then(|field| match &field.value {
        Value::Ascii(lines) => lines.first().map(|line| String::from_utf8_lossy(line).trim().to_owned()),
        _ => None,
    });
    let printable = |text: &String| text.len() <= TIME_LENGTH && text.is_ascii() && !text.is_empty();
    MediaClaims { orientation, taken: taken.filter(printable) }
}
