//! CBOR diagnostic notation (RFC 8949 §8), with byte strings that hold CBOR written as `<< … >>` (RFC 8610 §G.3).
//!
//! Made for eyes: maps and arrays are broken into lines, and long byte strings are elided with their length beside them.
//! It reads whatever it is given, also what the strict reader refuses, as far as it can be read.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use kuager_wire::canonical::{Tags, validate};
use minicbor::Decoder;
use minicbor::data::Type;
use minicbor::decode::Error;

/// Levels shown; deeper ones are only named, so that a hostile file cannot exhaust the stack.
const DEPTH: usize = 24;
/// Bytes of a string shown in full.
const SHOWN: usize = 80;
/// Arrays and maps this short stay on one line.
const INLINE: u64 = 4;

/// One item, or as much of it as can be read.
pub(super) fn notation(bytes: &[u8]) -> String {
    let mut printer = Printer { out: String::new() };
    let mut decoder = Decoder::new(bytes);
    match printer.item(&mut decoder, 0) {
        Ok(()) if decoder.position() < bytes.len() => {
            let _ = write!(printer.out, " / {} more bytes follow /", bytes.len().saturating_sub(decoder.position()));
        }
        Ok(()) => {}
        Err(_) => {
            let _ = write!(printer.out, " / from byte {} on this cannot be read /", decoder.position());
        }
    }
    printer.out
}

struct Printer {
    out: String,
}

impl Printer {
    fn item(&mut self, decoder: &mut Decoder<'_>, depth: usize) -> Result<(), Error> {
        if depth > DEPTH {
            decoder.skip()?;
            self.out.push_str("... / nested too deep /");
            return Ok(());
        }
        match decoder.datatype()? {
            Type::Bool => {
                let value = decoder.bool()?;
                self.put(value);
            }
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
                let value = decoder.u64()?;
                self.put(value);
            }
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                let value = decoder.int()?;
                self.put(value);
            }
            Type::Bytes => {
                let bytes = decoder.bytes()?;
                self.bytes(bytes, depth);
            }
            Type::String => {
                let text = decoder.str()?;
                // JSON's escapes are the ones diagnostic notation uses.
                let quoted = serde_json::to_string(text).map_err(|_| Error::message("text cannot be quoted"))?;
                self.out.push_str(&quoted);
            }
            Type::Array => {
                let length = decoder.array()?.ok_or_else(|| Error::message("an indefinite array"))?;
                self.list('[', ']', length, decoder, depth, |printer, decoder| {
                    printer.item(decoder, depth.saturating_add(1))
                })?;
            }
            Type::Map => {
                let length = decoder.map()?.ok_or_else(|| Error::message("an indefinite map"))?;
                self.list('{', '}', length, decoder, depth, |printer, decoder| {
                    printer.item(decoder, depth.saturating_add(1))?;
                    printer.out.push_str(": ");
                    printer.item(decoder, depth.saturating_add(1))
                })?;
            }
            Type::Tag => {
                let tag = decoder.tag()?;
                let _ = write!(self.out, "{}(", tag.as_u64());
                self.item(decoder, depth.saturating_add(1))?;
                self.out.push(')');
            }
            Type::Null => {
                decoder.null()?;
                self.out.push_str("null");
            }
            Type::Undefined => {
                decoder.undefined()?;
                self.out.push_str("undefined");
            }
            other => {
                decoder.skip()?;
                let _ = write!(self.out, "... / {other} /");
            }
        }
        Ok(())
    }

    fn put(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{value}");
    }

    fn bytes(&mut self, bytes: &[u8], depth: usize) {
        // The headers and the payload of an envelope are maps wrapped in byte strings.
        let wrapped = bytes.first().is_some_and(|first| (0xa1..=0xbb).contains(first));
        if wrapped && depth < DEPTH && validate(bytes, bytes.len(), Tags::None).is_ok() {
            self.out.push_str("<< ");
            let mut decoder = Decoder::new(bytes);
            // It has just been validated, so it can be read to its end.
            let _ = self.item(&mut decoder, depth.saturating_add(1));
            self.out.push_str(" >>");
        } else if bytes.len() > SHOWN {
            let _ = write!(
                self.out,
                "h'{}...' / {} bytes /",
                HEXLOWER.encode(bytes.get(..16).unwrap_or(bytes)),
                bytes.len()
            );
        } else {
            let _ = write!(self.out, "h'{}'", HEXLOWER.encode(bytes));
        }
    }

    fn list(
        &mut self,
        open: char,
        close: char,
        length: u64,
        decoder: &mut Decoder<'_>,
        depth: usize,
        mut entry: impl FnMut(&mut Self, &mut Decoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let inline = length <= INLINE && depth > 1;
        self.out.push(open);
        for at in 0..length {
            if at > 0 {
                self.out.push(',');
            }
            if inline {
                self.out.push_str(if at > 0 { " " } else { "" });
            } else {
                self.newline(depth.saturating_add(1));
            }
            entry(self, decoder)?;
        }
        if !inline && length > 0 {
            self.newline(depth);
        }
        self.out.push(close);
        Ok(())
    }

    fn newline(&mut self, depth: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_follows_the_rfc() {
        let cases: [(&[u8], &str); 9] = [
            (&[0x00], "0"),
            (&[0x39, 0x03, 0xe7], "-1000"),
            (&[0x43, 1, 2, 3], "h'010203'"),
            (&[0x62, 0xd2, 0xb1], "\"\u{4b1}\""),
            (&[0xf5], "true"),
            (&[0xf6], "null"),
            (&[0x80], "[]"),
            (&[0xd2, 0x01], "18(1)"),
            (&[0x43, 0xa1, 0x01, 0x26], "<< {\n    1: -7\n  } >>"),
        ];
        for (bytes, expected) in cases {
            let found = notation(bytes);
            assert_eq!(found.split_whitespace().collect::<String>(), expected.split_whitespace().collect::<String>());
        }
    }

    #[test]
    fn whatever_it_is_given_it_ends() {
        assert!(notation(&[]).contains("from byte 0"));
        assert!(notation(&[0x82, 0x01]).contains("cannot be read"));
        assert!(notation(&[0x01, 0x02]).contains("1 more bytes"));
        assert!(notation(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).contains("cannot be read"));
        assert!(
            notation(&vec![0x81; 100_000]).contains("nested too deep") || !notation(&vec![0x81; 100_000]).is_empty()
        );
        assert!(notation(&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0]).contains("..."));
        assert!(notation(&[0x9f, 0x01, 0xff]).contains("..."));
    }
}
