use std::io::Cursor;

use super::*;

fn kind(bytes: &[u8]) -> Option<&'static str> {
    of(&bytes[..bytes.len().min(512 * 1024)], &mut Cursor::new(bytes)).expect("memory can be read")
}

fn a_box(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).expect("short");
    [&length.to_be_bytes(), name.as_slice(), content].concat()
}

fn brands(major: &[u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
    let compatible: Vec<u8> = compatible.iter().flat_map(|brand| **brand).collect();
    a_box(b"ftyp", &[major.as_slice(), &[0; 4], &compatible].concat())
}

/// A recording with these tracks, described after the recording itself, as Android does.
fn recording(major: &[u8; 4], compatible: &[&[u8; 4]], tracks: &[&[u8; 4]]) -> Vec<u8> {
    let track = |handler: &&[u8; 4]| {
        let handler = a_box(b"hdlr", &[&[0; 8], handler.as_slice(), &[0; 12]].concat());
        a_box(
            b"trak",
            &[a_box(b"tkhd", &[0; 84]), a_box(b"mdia", &[a_box(b"mdhd", &[0; 24]), handler].concat())].concat(),
        )
    };
    let tracks: Vec<u8> = tracks.iter().flat_map(track).collect();
    let movie = a_box(b"moov", &[a_box(b"mvhd", &[0; 100]), tracks].concat());
    [brands(major, compatible), a_box(b"mdat", &[7; 700_000]), movie].concat()
}

#[test]
fn what_phones_and_messengers_make_is_named() {
    let webm = |kind: &str, codec: &str| {
        [b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84", kind.as_bytes(), &[0; 60], b"\x86\x85", codec.as_bytes()]
            .concat()
    };
    let ogg = |codec: &[u8]| [b"OggS\0\x02".as_slice(), &[0; 20], b"\x01\x13", codec, &[0; 9]].concat();
    let id3 = |frame: &[u8]| [b"ID3\x04\0\0\0\0\x02\x01".as_slice(), &[0; 257], frame].concat();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![0xff, 0xd8, 0xff, 0xe1, 0, 0], "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "image/png"),
        (b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), "image/webp"),
        (b"GIF89a\x01\0".to_vec(), "image/gif"),
        (b"II*\0\x08\0\0\0".to_vec(), "image/tiff"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0".to_vec(), "image/bmp"),
        (brands(b"heic", &[b"mif1"]), "image/heic"),
        (brands(b"mif1", &[b"heic"]), "image/heic"),
        (brands(b"mif1", &[b"mif1", b"heix"]), "image/heic"),
        (brands(b"mif1", &[b"MiHB", b"miaf"]), "image/heic"),
        (brands(b"MiHB", &[b"mif1"]), "image/heic"),
        (brands(b"heix", &[b"mif1", b"MiHB"]), "image/heic"),
        (brands(b"hevc", &[b"msf1"]), "image/heic"),
        (brands(b"msf1", &[b"hevc", b"iso8"]), "image/heic"),
        (brands(b"mif1", &[b"miaf"]), "image/heif"),
        (brands(b"avif", &[b"mif1"]), "image/avif"),
        (brands(b"mif1", &[b"avif"]), "image/avif"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec(), "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42".to_vec(), "audio/mp4"),
        (recording(b"hvc1", &[b"iso8"], &[b"vide", b"soun"]), "video/mp4"),
        (recording(b"iso8", &[b"hvc1"], &[b"soun", b"vide"]), "video/mp4"),
        (recording(b"isom", &[b"iso2", b"avc1"], &[b"vide"]), "video/mp4"),
        (recording(b"mp42", &[b"isom", b"mp42"], &[b"soun"]), "audio/mp4"),
        (recording(b"isom", &[b"3gp4"], &[b"soun", b"meta"]), "audio/mp4"),
        (recording(b"M4A ", &[b"isom"], &[b"soun"]), "audio/mp4"),
        (recording(b"M4V ", &[b"isom"], &[b"vide"]), "video/mp4"),
        (recording(b"3gp4", &[b"isom"], &[b"vide", b"soun"]), "video/3gpp"),
        (recording(b"3gp5", &[], &[b"soun"]), "audio/3gpp"),
        (recording(b"3g2a", &[], &[b"vide"]), "video/3gpp2"),
        (recording(b"qt  ", &[b"qt  "], &[b"vide", b"soun"]), "video/quicktime"),
        (recording(b"qt  ", &[b"qt  "], &[b"soun"]), "audio/mp4"),
        (a_box(b"moov", &[0; 40]), "video/quicktime"),
        (b"#!AMR\n\x3c\x91\x17".to_vec(), "audio/amr"),
        (b"#!AMR-WB\n\x3c\x91\x17".to_vec(), "audio/amr-wb"),
        (id3(&[0xff, 0xfb, 0x90, 0]), "audio/mpeg"),
        (id3(&[0xff, 0xf1, 0x50, 0x80]), "audio/aac"),
        (vec![0xff, 0xfb, 0x90, 0x64, 0, 0], "audio/mpeg"),
        (vec![0xff, 0xf3, 0x40, 0xc4, 0, 0], "audio/mpeg"),
        (vec![0xff, 0xfa, 0x90, 0x64, 0, 0], "audio/mpeg"),
        (vec![0xff, 0xf1, 0x50, 0x80, 0x1f, 0xfc], "audio/aac"),
        (vec![0xff, 0xf9, 0x50, 0x80, 0x1f, 0xfc], "audio/aac"),
        (ogg(b"OpusHead"), "audio/ogg"),
        (ogg(b"\x01vorbis"), "audio/ogg"),
        (ogg(b"\x80theora"), "video/ogg"),
        (b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), "audio/wav"),
        (b"RIFF\x24\0\0\0AVI LIST".to_vec(), "video/x-msvideo"),
        (b"fLaC\0\0\0\x22".to_vec(), "audio/flac"),
        (b"caff\0\x01\0\0desc".to_vec(), "audio/x-caf"),
        (webm("webm", "V_VP9"), "video/webm"),
        (webm("webm", "A_OPUS"), "audio/webm"),
        (webm("matroska", "V_MPEG4/ISO/AVC"), "video/x-matroska"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec(), "application/pdf"),
        ([[0x47].as_slice(), &[0; 187]].concat().repeat(4), "video/mp2t"),
    ];
    for (bytes, expected) in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(24)]).into_owned();
        assert_eq!(kind(&bytes), Some(expected), "{start:?}");
    }
}

#[test]
fn what_could_run_or_be_shown_as_a_page_is_never_kept() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("<html>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let cases: [&[u8]; 22] = [
        b"MZ\x90\0\x03\0\0\0",
        b"\x7fELF\x02\x01\x01\0",
        b"\xca\xfe\xba\xbe\0\0\0\x34",
        b"dex\n035\0",
        b"\0asm\x01\0\0\0",
        b"PK\x03\x04\x14\0\0\0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
        b"Rar!\x1a\x07\0",
        b"7z\xbc\xaf\x27\x1c\0\x04",
        b"\x1f\x8b\x08\0",
        b"#!/bin/sh\nrm -rf /\n",
        b"#!/bin/sh\nA \0\0\0\0isom3gp4\0\0\08moo",
        b"#! /usr/bin/env python3\n\0\0\0\0",
        b"<!doctype html>\0\0\0<script>alert(1)</script>",
        b"\xef\xbb\xbf <svg onload='alert(1)'/>\0\0\0",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<html>\u{448}".as_bytes(),
        b"\n <html>\xf8\xe0 in a code page",
        "бұл мәтін".as_bytes(),
        b"text",
        &utf16,
    ];
    for bytes in cases {
        assert_eq!(kind(bytes), None, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_file_that_nobody_knows_is_bytes() {
    assert_eq!(kind(b"\0\x01\x02\x03 nothing known"), Some(BYTES));
    assert_eq!(kind(&[0; 5000]), Some(BYTES));
    assert_eq!(kind(b"\xff\xe0\xf0\x00"), Some(BYTES), "no such sound");
}

#[test]
fn a_container_that_lies_about_its_boxes_is_read_within_bounds() {
    let nested = (0..6000).fold(Vec::new(), |mut all, _| {
        all.extend(a_box(b"moov", b""));
        all
    });
    for odd in [
        nested,
        a_box(b"moov", &[0, 0, 0, 1, b't', b'r', b'a', b'k', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]),
        a_box(b"moov", &[0, 0, 0, 3, b't', b'r', b'a', b'k']),
        vec![0xff, 0xff, 0xff, 0xff, b'm', b'o', b'o', b'v', 0, 0, 0, 0],
        vec![0, 0, 0, 1, b'm', b'o', b'o', b'v'],
    ] {
        assert_eq!(kind(&[brands(b"isom", &[]), odd].concat()), Some("video/mp4"));
    }
    let whole = recording(b"mp42", &[], &[b"soun"]);
    for end in 0..200 {
        kind(&whole[..whole.len() - end]);
        kind(&whole[..end]);
    }
}
