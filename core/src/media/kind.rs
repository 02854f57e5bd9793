//! What a file is, by its bytes and never by its name: what phones, their recorders and messengers make, and PDF scans.
//!
//! A file is evidence, so an unknown one is kept all the same, as bytes that nobody opens by themselves
//! (`application/octet-stream`). Refused is what could run or be shown as a page: programs, archives, documents with macros,
//! and text of any sort, since scripts, HTML and SVG are texts. Containers say little by their brand (Android writes sound
//! and film under the same): their tracks are looked at, also where a recorder has put them last.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Boxes of a container that are looked at. Recorders write some ten, and describe their tracks before the many of a
/// fragmented film.
const BOXES: usize = 4096;
/// Bytes in which a Matroska file has its kind and tracks.
const EBML: usize = 64 * 1024;
/// Bytes that are looked at to tell text from anything else.
const TEXT: usize = 4096;
/// What an unknown file is.
const BYTES: &str = "application/octet-stream";

/// Beginnings of what could run, unpack into it, or carry macros.
const DANGEROUS: [&[u8]; 26] = [
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"dex\n",
    b"\0asm",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x1f\x8b",
    b"\xfd7zXZ\0",
    b"BZh",
    b"\x28\xb5\x2f\xfd",
    b"MSCF",
    b"!<arch>",
    b"Cr24",
    b"L\0\0\0\x01\x14\x02\0",
    b"{\\rtf",
    b"#!/",
    b"#! /",
];

/// Beginnings that say it all.
const PLAIN: [(&[u8], &str); 17] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL ", "image/jxl"),
    (b"#!AMR-WB", "audio/amr-wb"),
    (b"#!AMR", "audio/amr"),
    (b"fLaC", "audio/flac"),
    (b"caff\0\x01", "audio/x-caf"),
    (b"%PDF-", "application/pdf"),
    (b"\xef\xbb\xbf%PDF-", "application/pdf"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"0&\xb2u\x8ef\xcf\x11", "video/x-ms-asf"),
    (b"FLV\x01", "video/x-flv"),
];

/// Brands of the containers of HEVC and AV1 pictures (ISO/IEC 23008-12, 23000-22), of which one is enough.
const HEIC: [&[u8]; 11] =
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"MiHB", b"MiHA", b"MiHE"];
const AVIF: [&[u8]; 3] = [b"avif", b"avis", b"MA1B"];

/// The media type of a file; `None` for what is never kept. `head` are its first bytes, `file` all of it.
///
/// # Errors
/// Those of reading the file.
pub(super) fn of(head: &[u8], file: &mut (impl Read + Seek)) -> io::Result<Option<&'static str>> {
    if let Some((_, kind)) = PLAIN.iter().find(|(start, _)| head.starts_with(start)) {
        return Ok(Some(kind));
    }
    if DANGEROUS.iter().any(|start| head.starts_with(start)) || is_page(head) {
        return Ok(None);
    }
    if let Some(kind) = boxes(head, file)? {
        return Ok(Some(kind));
    }
    let known = riff(head).or_else(|| ogg(head)).or_else(|| matroska(head)).or_else(|| frames(head));
    Ok(known.or_else(|| (!is_text(head)).then_some(BYTES)))
}

/// Begins as HTML, SVG or XML do, whatever stands behind: a browser shows a page that has zeros in it, too.
fn is_page(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    matches!(start, [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?'))
}

fn at(head: &[u8], from: usize, length: usize) -> &[u8] {
    head.get(from..from.saturating_add(length)).unwrap_or_default()
}

fn contains(within: &[u8], wanted: &[u8]) -> bool {
    within.windows(wanted.len()).any(|found| found == wanted)
}

/// Which tracks a container has.
#[derive(Debug, Default, Clone, Copy)]
struct Tracks {
    picture: bool,
    sound: bool,
}

/// ISO base media files and QuickTime: brands, then tracks.
fn boxes(head: &[u8], file: &mut (impl Read + Seek)) -> io::Result<Option<&'static str>> {
    let first = at(head, 4, 4);
    if matches!(first, b"moov" | b"mdat" | b"wide" | b"pnot") {
        return Ok(Some("video/quicktime"));
    }
    if first != b"ftyp" {
        return Ok(None);
    }
    let length = at(head, 0, 4).iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let major = at(head, 8, 4);
    let compatible = head.get(16..length.clamp(16, head.len().clamp(16, 1024)).min(head.len())).unwrap_or_default();
    let brands: Vec<&[u8]> = std::iter::once(major).chain(compatible.chunks_exact(4)).collect();
    let named = |wanted: &[&[u8]]| brands.iter().any(|brand| wanted.contains(brand));
    if matches!(major, b"mif1" | b"mif2" | b"msf1" | b"miaf") || [&HEIC[..], &AVIF[..]].concat().contains(&major) {
        let avif = named(&AVIF) && !named(&HEIC);
        return Ok(Some(match () {
            () if avif => "image/avif",
            () if named(&HEIC) => "image/heic",
            () => "image/heif",
        }));
    }
    let tracks = tracks(file)?;
    let sound = tracks.sound && !tracks.picture;
    Ok(Some(match major {
        b"qt  " if !sound => "video/quicktime",
        [b'3', b'g', b'2', _] => {
            if sound {
                "audio/3gpp2"
            } else {
                "video/3gpp2"
            }
        }
        [b'3', b'g', _, _] => {
            if sound {
                "audio/3gpp"
            } else {
                "video/3gpp"
            }
        }
        b"M4A " | b"M4B " | b"M4P " if !tracks.picture => "audio/mp4",
        b"crx " => "image/x-canon-cr3",
        b"jp2 " | b"jpx " => "image/jp2",
        _ => {
            if sound {
                "audio/mp4"
            } else {
                "video/mp4"
            }
        }
    }))
}

/// Looks for the tracks of a container, wherever in the file they are described.
fn tracks(file: &mut (impl Read + Seek)) -> io::Result<Tracks> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut handlers = vec![(0..end, 0_usize)];
    let mut tracks = Tracks::default();
    let mut left = BOXES;
    while let Some((range, depth)) = handlers.pop() {
        let Some(wanted) = [b"moov", b"trak", b"mdia", b"hdlr"].get(depth) else {
            let mut said = [0; 12];
            file.seek(SeekFrom::Start(range.start))?;
            if range.end.saturating_sub(range.start) >= 12 && file.read_exact(&mut said).is_ok() {
                tracks.picture |= said.ends_with(b"vide");
                tracks.sound |= said.ends_with(b"soun");
            }
            continue;
        };
        let within = inner(file, range, wanted, &mut left)?;
        handlers.extend(within.into_iter().map(|range| (range, depth.saturating_add(1))));
    }
    Ok(tracks)
}

/// Where the content of the boxes of one type is within a range; `left` boxes are looked at in all.
fn inner(
    file: &mut (impl Read + Seek),
    range: Range<u64>,
    wanted: &[u8; 4],
    left: &mut usize,
) -> io::Result<Vec<Range<u64>>> {
    let mut found = Vec::new();
    let mut from = range.start;
    while *left > 0 && range.end.saturating_sub(from) >= 8 {
        *left = left.saturating_sub(1);
        let mut header = [0; 16];
        let room = range.end.saturating_sub(from);
        let long = room >= 16;
        file.seek(SeekFrom::Start(from))?;
        let (short, rest) = header.split_at_mut(8);
        file.read_exact(short)?;
        if long {
            file.read_exact(rest)?;
        }
        let [a, b, c, d, kind @ .., e, f, g, h, i, j, k, l] = header;
        let (length, start) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (room, 8),
            1 if long => (u64::from_be_bytes([e, f, g, h, i, j, k, l]), 16),
            length => (u64::from(length), 8),
        };
        if length < start {
            break;
        }
        let end = from.saturating_add(length).min(range.end);
        if &kind == wanted {
            found.push(from.saturating_add(start)..end);
        }
        from = end;
    }
    Ok(found)
}

fn riff(head: &[u8]) -> Option<&'static str> {
    match (at(head, 0, 4), at(head, 8, 4)) {
        (b"RIFF", b"WEBP") => Some("image/webp"),
        (b"RIFF" | b"RF64" | b"BW64", b"WAVE") => Some("audio/wav"),
        (b"RIFF", b"AVI ") => Some("video/x-msvideo"),
        (b"FORM", b"AIFF" | b"AIFC") => Some("audio/aiff"),
        _ => None,
    }
}

/// So many bytes of a beginning, or all there are.
fn first(head: &[u8], most: usize) -> &[u8] {
    head.get(..most).unwrap_or(head)
}

fn ogg(head: &[u8]) -> Option<&'static str> {
    let film = contains(first(head, TEXT), b"\x80theora");
    head.starts_with(b"OggS").then_some(if film { "video/ogg" } else { "audio/ogg" })
}

fn matroska(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\x1a\x45\xdf\xa3")?;
    let head = first(head, EBML);
    let film = contains(head, b"V_") || !contains(head, b"A_");
    Some(match (contains(first(head, TEXT), b"webm"), film) {
        (true, true) => "video/webm",
        (true, false) => "audio/webm",
        (false, true) => "video/x-matroska",
        (false, false) => "audio/x-matroska",
    })
}

/// Sound in frames, which has no beginning of its own, and what else is told by more than one place.
fn frames(head: &[u8]) -> Option<&'static str> {
    if let [b'I', b'D', b'3', _, _, _, size @ ..] = head {
        let size = size.iter().take(4).fold(0, |size, byte| size << 7 | usize::from(*byte & 0x7f));
        let aac = adts(at(head, usize::saturating_add(size, 10), 4));
        return Some(if aac { "audio/aac" } else { "audio/mpeg" });
    }
    if adts(head) {
        return Some("audio/aac");
    }
    if let [0xff, second, third, ..] = head {
        let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
        // Layer I is no format of phones, and would take the mark of a text in UTF-16 for sound.
        let sound = second & 0xe0 == 0xe0 && version != 1 && matches!(layer, 1 | 2);
        if sound && third >> 4 != 15 && third >> 2 & 3 != 3 {
            return Some("audio/mpeg");
        }
    }
    let packet = |number: usize| head.get(number.saturating_mul(188)) == Some(&0x47);
    if packet(0) && packet(1) && packet(2) {
        return Some("video/mp2t");
    }
    let bitmap = head.starts_with(b"BM") && at(head, 6, 4) == [0; 4] && head.len() > 10;
    bitmap.then_some("image/bmp")
}

/// Whether an AAC frame begins here.
fn adts(head: &[u8]) -> bool {
    matches!(head, [0xff, second, third, ..] if second & 0xf6 == 0xf0 && third >> 2 & 0xf < 13)
}

/// Whether a file is text in UTF-8 or UTF-16, which a browser or a shell could take for a program.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let head = first(head, TEXT);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(first(head, error.valid_up_to())).unwrap_or("")
        }
        // Other encodings: what looks like markup or a script is taken for one.
        Err(_) => {
            return head.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte == b'<')
                || head.starts_with(b"#!");
        }
    };
    text.chars().all(|letter| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
#[path = "kind_tests.rs"]
mod tests;
