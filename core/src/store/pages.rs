//! Reading the pages of a damaged database without SQLite.
//!
//! SQLCipher stops at the first page whose check fails, and a B-tree with one damaged inner page hides everything
//! below it. Records prove themselves by their signatures, so for them neither is needed: every page is decrypted,
//! every table leaf is read (SQLite file format, section 1.6), and whatever is a blob may be a record.
//!
//! SQLCipher 4 with a raw key: pages of 4096 bytes, AES-256-CBC, the last 80 bytes of a page hold the 16-byte IV and an
//! HMAC (not checked here, signatures decide); the first 16 bytes of the file are the salt in the clear.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use aes::Aes256;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};

use crate::keys::StoreKey;

const PAGE: usize = 4096;
const RESERVED: usize = 80;
const USABLE: usize = PAGE - RESERVED;
const SALT: usize = 16;
const IV: usize = 16;
const FILE_HEADER: usize = 100;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const TABLE_LEAF: u8 = 0x0d;
/// Bytes of a row beyond which it is not read: no record is that large.
const ROW_LIMIT: usize = 1 << 20;

/// Every blob of every table row that can still be read, from the database file and its WAL, older versions included.
pub(super) fn blobs(database: &Path, key: &StoreKey) -> io::Result<Vec<Vec<u8>>> {
    let pages = read_pages(database, key)?;
    // Later entries are newer (the WAL follows the file): they win where a row continues on another page.
    let newest: HashMap<u32, &[u8]> = pages.iter().map(|(number, page)| (*number, page.as_slice())).collect();
    let mut found = Vec::new();
    for (number, page) in &pages {
        leaf_blobs(*number, page, &newest, &mut found);
    }
    Ok(found)
}

fn read_pages(database: &Path, key: &StoreKey) -> io::Result<Vec<(u32, Vec<u8>)>> {
    let mut pages = Vec::new();
    let file = fs::read(database)?;
    for (index, page) in file.chunks_exact(PAGE).enumerate() {
        let number = u32::try_from(index + 1).map_err(io::Error::other)?;
        pages.push((number, decrypt(page, number, key)));
    }
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    let wal = match fs::read(&wal) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(pages),
        other => other?,
    };
    for frame in wal.get(WAL_HEADER..).unwrap_or_default().chunks_exact(FRAME_HEADER + PAGE) {
        let (header, page) = frame.split_at(FRAME_HEADER);
        let number = header.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        pages.push((number, decrypt(page, number, key)));
    }
    Ok(pages)
}

fn decrypt(page: &[u8], number: u32, key: &StoreKey) -> Vec<u8> {
    let start = if number == 1 { SALT } else { 0 };
    let mut plain = page[..USABLE].to_vec();
    let mut iv = [0; IV];
    iv.copy_from_slice(&page[USABLE..USABLE + IV]);
    let cipher = cbc::Decryptor::<Aes256>::new(&key.0.into(), &iv.into());
    // Without padding the only failure is a length that is no multiple of a block, and these are.
    let _ = cipher.decrypt_padded::<NoPadding>(&mut plain[start..]);
    plain
}

fn leaf_blobs(number: u32, page: &[u8], newest: &HashMap<u32, &[u8]>, found: &mut Vec<Vec<u8>>) {
    let start = if number == 1 { FILE_HEADER } else { 0 };
    if page.get(start) != Some(&TABLE_LEAF) {
        return;
    }
    let cells = usize::from(be16(page, start + 3).unwrap_or(0));
    for cell in 0..cells {
        let row = be16(page, start + 8 + 2 * cell).and_then(|at| row(page, usize::from(at), newest));
        if let Some(row) = row {
            row_blobs(&row, found);
        }
    }
}

/// The whole content of a row, its overflow pages included.
fn row(page: &[u8], at: usize, newest: &HashMap<u32, &[u8]>) -> Option<Vec<u8>> {
    let (size, at) = varint(page, at)?;
    let (_, at) = varint(page, at)?;
    let size = usize::try_from(size).ok().filter(|size| *size <= ROW_LIMIT)?;
    let most = USABLE - 35;
    if size <= most {
        return page.get(at..at + size).map(<[u8]>::to_vec);
    }
    let least = (USABLE - 12) * 32 / 255 - 23;
    let fitting = least + (size - least) % (USABLE - 4);
    let local = if fitting <= most { fitting } else { least };
    let mut content = page.get(at..at + local)?.to_vec();
    let mut next = be32(page, at + local)?;
    while content.len() < size {
        let overflow = newest.get(&next)?;
        let part = (size - content.len()).min(USABLE - 4);
        content.extend_from_slice(overflow.get(4..4 + part)?);
        next = be32(overflow, 0)?;
    }
    Some(content)
}

/// The blob columns of a row (SQLite file format, section 2.1).
fn row_blobs(row: &[u8], found: &mut Vec<Vec<u8>>) {
    let Some((header, mut at)) = varint(row, 0) else { return };
    let Ok(header) = usize::try_from(header) else { return };
    let mut body = header;
    while at < header {
        let Some((kind, next)) = varint(row, at) else { return };
        at = next;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            _ => kind.saturating_sub(12) / 2,
        };
        let Ok(size) = usize::try_from(size) else { return };
        let Some(end) = body.checked_add(size) else { return };
        let Some(column) = row.get(body..end) else { return };
        if kind >= 12 && kind % 2 == 0 && size > 0 {
            found.push(column.to_vec());
        }
        body = end;
    }
}

fn varint(bytes: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for _ in 0..8 {
        let byte = *bytes.get(at)?;
        at += 1;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(at)?), at + 1))
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn varints_as_sqlite_writes_them() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00], 0), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0x81], 0), None);
    }

    proptest! {
        #[test]
        fn garbage_is_read_without_panic(mut page in prop::collection::vec(any::<u8>(), USABLE), number in 1_u32..5) {
            page[if number == 1 { FILE_HEADER } else { 0 }] = TABLE_LEAF;
            let newest = HashMap::from([(number, page.as_slice())]);
            let mut found = Vec::new();
            leaf_blobs(number, &page, &newest, &mut found);
            prop_assert!(found.iter().all(|blob| blob.len() <= ROW_LIMIT));
        }
    }
}
