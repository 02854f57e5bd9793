//! How an invite is written, and how it is found again in what mail and chat made of it.
//!
//! On its way to a phone an invite is wrapped, quoted, bracketed, percent-encoded, and joined by a greeting. None of the
//! characters that come in this way are base32, or they stand behind the end; so the invite is searched for, what cannot be part of
//! it is passed over, and its own bytes say where it ends. What follows there tells a cut one from a wrong one.

use data_encoding::BASE32_NOPAD;
use minicbor::Decoder;
use minicbor::data::Type;
use unicode_normalization::UnicodeNormalization;

use super::error::InviteError;
use crate::canonical::Fault;
use crate::ids::ContentHash;
use crate::limits;
use crate::text::unseen;

/// Check (4 bytes) and length (2 bytes) behind the CBOR, from version 2 on.
const SEAL: usize = 6;
/// Places in a text that may be the start of an invite; later ones are not tried.
const PLACES: usize = 16;
/// What the check is a hash of begins with this.
const CHECKED: &[u8] = b"kuager/invite/v2\0";

/// A letter, digit, colon, slash or hash of a text, and where in it that was.
#[derive(Debug, Clone, Copy)]
struct Letter {
    char: char,
    position: usize,
    /// White space or a line's end stood before it.
    gap: bool,
    /// That, or any other mark.
    apart: bool,
}

/// What follows a place, as far as it may be base32.
#[derive(Debug, Default)]
struct Run {
    /// Capitals and digits, each with whether a gap or mark was before it.
    letters: Vec<(u8, bool)>,
    /// Where a letter or digit stands that base32 lacks, in the middle of a word.
    wrong: Option<usize>,
}

/// The base32 of an invite, sealed from version 2 on.
pub(super) fn write(cbor: &[u8], sealed: bool) -> String {
    let mut bytes = cbor.to_vec();
    if sealed {
        bytes.extend(seal(cbor));
    }
    BASE32_NOPAD.encode(&bytes)
}

/// The first invite in a text that can be read.
///
/// # Errors
/// [`InviteError`], about the first place where there might be one.
pub(super) fn find(text: &str) -> Result<Vec<u8>, InviteError> {
    if text.len() > limits::INVITE_TEXT {
        return Err(Fault::TooLarge { limit: limits::INVITE_TEXT }.at(0).into());
    }
    let letters = letters(text);
    let mut first = None;
    for place in places(&letters) {
        match read(&run(letters.get(place..).unwrap_or_default())) {
            Ok(cbor) => return Ok(cbor),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(InviteError::NotAnInvite))
}

/// Whether there is a place in a text where an invite may start.
pub(super) fn is_like(text: &str) -> bool {
    text.len() <= limits::INVITE_TEXT && !places(&letters(text)).is_empty()
}

/// What a text can have an invite of: without marks, and without what does not show; escapes of URLs and mail undone, wide
/// characters made narrow.
fn letters(text: &str) -> Vec<Letter> {
    let mut chars: Vec<(char, usize)> = text.chars().zip(0..).collect();
    // Twice: a link inside a link is escaped twice.
    for _ in 0..2 {
        chars = unescaped(&chars);
    }
    let mut letters = Vec::with_capacity(chars.len());
    let (mut gap, mut apart) = (false, false);
    for (char, position) in chars {
        if unseen(char) && !char.is_whitespace() {
            continue;
        }
        for char in std::iter::once(char).nfkc().map(plain) {
            if char.is_alphanumeric() || matches!(char, ':' | '/' | '#') {
                let (gap, apart) = (std::mem::take(&mut gap), std::mem::take(&mut apart));
                letters.push(Letter { char, position, gap, apart: gap || apart });
            } else {
                gap |= char.is_whitespace();
                apart = true;
            }
        }
    }
    letters
}

/// `%3A` of URLs and `=3A` of quoted-printable (RFC 3986 §2.1, RFC 2045 §6.7), as UTF-8.
fn unescaped(chars: &[(char, usize)]) -> Vec<(char, usize)> {
    let byte = |at: usize| {
        let digit = |at: usize| chars.get(at)?.0.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (mark, _) = chars.get(at)?;
        matches!(mark, '%' | '=').then_some(())?;
        digit(at.checked_add(1)?)?.checked_mul(16)?.checked_add(digit(at.checked_add(2)?)?)
    };
    let mut plain = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(&(char, position)) = chars.get(at) {
        let mut bytes = Vec::new();
        while let Some(byte) = byte(at) {
            bytes.push(byte);
            at = at.saturating_add(3);
        }
        if bytes.is_empty() {
            plain.push((char, position));
            at = at.saturating_add(1);
        } else {
            plain.extend(String::from_utf8_lossy(&bytes).chars().map(|char| (char, position)));
        }
    }
    plain
}

/// The colon and the slash that others are taken for.
const fn plain(char: char) -> char {
    match char {
        '\u{2236}' | '\u{a789}' | '\u{2d0}' | '\u{fe13}' => ':',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
        other => other,
    }
}

/// Where invites may start: behind the prefix, then behind the `#` of `https` links.
fn places(letters: &[Letter]) -> Vec<usize> {
    let is = |at: usize, wanted: &str| {
        let there = letters.get(at..).unwrap_or_default().iter().map(|letter| letter.char.to_ascii_uppercase());
        there.take(wanted.len()).eq(wanted.chars())
    };
    let slashes =
        |at: usize| letters.get(at..).unwrap_or_default().iter().take_while(|letter| letter.char == '/').count();
    let mut places = Vec::new();
    let mut links = Vec::new();
    let mut in_link = false;
    for at in 0..letters.len() {
        if is(at, "KUAGER:") {
            // Who makes links of all that has a colon writes two slashes behind it.
            let name = at.saturating_add("KUAGER:".len());
            let name = name.saturating_add(slashes(name).min(3));
            let behind = name.saturating_add("INVITE".len());
            if is(name, "INVITE/") {
                places.push(behind.saturating_add(slashes(behind)));
            }
        } else if is(at, "HTTPS://") {
            in_link = true;
        } else if in_link && is(at, "#") {
            links.push(at.saturating_add(1));
        }
    }
    places.append(&mut links);
    places.truncate(PLACES);
    places
}

fn run(letters: &[Letter]) -> Run {
    let mut run = Run::default();
    let (mut capitals, mut in_word) = (true, true);
    for (at, letter) in letters.iter().enumerate().take(limits::INVITE * 4) {
        let small = |letter: &Letter| letter.char.is_ascii_lowercase();
        if letter.gap && capitals && !run.letters.is_empty() {
            let word = letters.iter().skip(at);
            // It was written in capitals so far: the greeting begins.
            if small(letter) || word.skip(1).take_while(|letter| !letter.gap).any(small) {
                break;
            }
        }
        let apart = letter.apart || !in_word;
        in_word = letter.char.is_alphanumeric();
        if !in_word {
            continue;
        }
        capitals &= !small(letter);
        match u8::try_from(letter.char.to_ascii_uppercase()) {
            Ok(byte @ (b'A'..=b'Z' | b'2'..=b'7')) => run.letters.push((byte, apart)),
            _ => {
                run.wrong = (!apart).then_some(letter.position);
                break;
            }
        }
    }
    run
}

fn read(run: &Run) -> Result<Vec<u8>, InviteError> {
    let there = bytes(run);
    let missing = || match run.wrong {
        Some(position) => InviteError::Character { position },
        None if run.letters.len() > limits::INVITE * 2 => Fault::TooLarge { limit: limits::INVITE }.at(0).into(),
        // The end is there, so it was not cut.
        None if ends_with_seal(&there) => InviteError::Altered,
        None => InviteError::Cut { there: run.letters.len() },
    };
    let mut decoder = Decoder::new(&there);
    match decoder.skip() {
        Err(error) if error.is_end_of_input() => return Err(missing()),
        Err(_) => return Err(InviteError::Altered),
        Ok(()) => {}
    }
    let end = decoder.position();
    let cbor = there.get(..end).unwrap_or_default();
    if version(&Decoder::new(cbor)) == Some(1) {
        // It has no seal, so nothing may touch it.
        return match run.letters.get(characters(end)) {
            Some((_, false)) => Err(Fault::TrailingBytes.at(end).into()),
            _ if is_written(cbor, run) => Ok(cbor.to_vec()),
            _ => Err(InviteError::Altered),
        };
    }
    let sealed = there.get(..end.saturating_add(SEAL)).ok_or_else(missing)?;
    if sealed.ends_with(&seal(cbor)) && is_written(sealed, run) { Ok(cbor.to_vec()) } else { Err(InviteError::Altered) }
}

/// The version in field 1, which is the first one.
pub(super) fn version(decoder: &Decoder<'_>) -> Option<u8> {
    let mut decoder = decoder.clone();
    decoder.map().ok()?;
    (decoder.datatype().ok()? == Type::U8 && decoder.u8().ok()? == 1).then_some(())?;
    decoder.u8().ok()
}

/// The bytes in a run, those of the text behind the invite included; bits that fill no byte are left out.
fn bytes(run: &Run) -> Vec<u8> {
    let mut text: Vec<u8> = run.letters.iter().map(|&(letter, _)| letter).collect();
    let whole = text.len().saturating_mul(5) / 8;
    // `A` is zero, and eight of them are five bytes.
    text.resize(text.len().next_multiple_of(8), b'A');
    let mut bytes = BASE32_NOPAD.decode(&text).unwrap_or_default();
    bytes.truncate(whole);
    bytes
}

/// Whether a run begins with just what writing these bytes gives: the last character may have bits left over, which are zero.
fn is_written(bytes: &[u8], run: &Run) -> bool {
    let written = BASE32_NOPAD.encode(bytes);
    written.bytes().eq(run.letters.iter().take(written.len()).map(|&(letter, _)| letter))
}

/// Characters that so many bytes take in base32.
const fn characters(bytes: usize) -> usize {
    bytes.saturating_mul(8).div_ceil(5)
}

/// The first four bytes of a hash over the CBOR, and how long that is.
fn seal(cbor: &[u8]) -> [u8; SEAL] {
    let [a, b, c, d, ..] = ContentHash::of(&[CHECKED, cbor].concat()).0;
    let [high, low] = u16::try_from(cbor.len()).unwrap_or(u16::MAX).to_be_bytes();
    [a, b, c, d, high, low]
}

/// Whether the last two bytes are the length of what is before the seal.
fn ends_with_seal(bytes: &[u8]) -> bool {
    let length = bytes.len().checked_sub(SEAL).and_then(|length| u16::try_from(length).ok());
    length.is_some_and(|length| bytes.ends_with(&length.to_be_bytes()))
}
