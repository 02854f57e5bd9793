use std::io::Write;

use super::*;
use crate::keys::StoreKey;

fn store() -> (tempfile::TempDir, Arc<Store>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(dir.path(), &StoreKey([3; 32])).unwrap());
    (dir, store)
}

/// A file that begins like a JPEG and goes on with noise.
fn photo(size: usize, seed: u8) -> (tempfile::NamedTempFile, Vec<u8>) {
    let mut bytes = vec![0; size.max(4)];
    fastrand::Rng::with_seed(seed.into()).fill(&mut bytes);
    bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    (file(&bytes), bytes)
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn take(store: &Store, path: &std::path::Path, limit: u64) -> Result<MediaRow, MediaError> {
    import(store, &mut File::open(path).unwrap(), limit, 1, |_, _| Ok::<_, MediaError>(()))
}

fn chunks(store: &Store) -> usize {
    store.read(|tx| tx.count_chunks()).unwrap()
}

#[test]
fn a_file_comes_back_bit_for_bit_whatever_its_size() {
    let (_dir, store) = store();
    let slice = usize::try_from(SLICE).unwrap() * CHUNK;
    for size in [4, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 77, slice, slice + 1, 2 * slice + 5] {
        let (file, bytes) = photo(size, 1);
        let row = take(&store, file.path(), u64::MAX).unwrap();
        assert_eq!((row.hash, row.size, row.mime.as_str()), (MediaHash::of(&bytes), size as u64, "image/jpeg"));
        let mut back = Vec::new();
        StoredFile::new(Arc::clone(&store), &row).read_to_end(&mut back).unwrap();
        assert!(back == bytes, "{size}");
    }
}

#[test]
fn reading_may_start_anywhere() {
    let (_dir, store) = store();
    let (file, bytes) = photo(200_000, 2);
    let row = take(&store, file.path(), u64::MAX).unwrap();
    let mut stored = StoredFile::new(store, &row);
    for from in [0_usize, 1, 65_535, 65_536, 131_071, 199_999, 200_000] {
        stored.seek(SeekFrom::Start(from as u64)).unwrap();
        let mut rest = Vec::new();
        stored.read_to_end(&mut rest).unwrap();
        assert!(rest == bytes[from..], "{from}");
    }
    assert_eq!(stored.seek(SeekFrom::End(-10)).unwrap(), 199_990);
    assert!(stored.seek(SeekFrom::Current(-200_000)).is_err());
}

#[test]
fn the_same_photo_is_stored_once() {
    let (_dir, store) = store();
    let (file, _) = photo(150_000, 3);
    let first = take(&store, file.path(), u64::MAX).unwrap();
    let before = chunks(&store);
    assert_eq!(take(&store, file.path(), u64::MAX).unwrap(), first);
    assert_eq!(chunks(&store), before);
}

#[test]
fn what_cannot_be_kept_is_named_and_leaves_nothing() {
    let (_dir, store) = store();
    let refused = |bytes: &[u8], limit| take(&store, file(bytes).path(), limit).unwrap_err();
    assert!(matches!(refused(b"", 1000), MediaError::Empty));
    assert!(matches!(refused(b"<html><script>alert(1)</script>", 1000), MediaError::UnsupportedType));
    assert!(matches!(refused(b"#!/bin/sh\n", 1000), MediaError::UnsupportedType));
    let (big, _) = photo(5000, 4);
    let error = take(&store, big.path(), 4999).unwrap_err();
    assert!(matches!(error, MediaError::TooLarge { size: 5000, limit: 4999 }), "{error}");
    assert_eq!((chunks(&store), store.read(|tx| tx.all_media()).unwrap().len()), (0, 0));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_not_kept() {
    let (_dir, store) = store();
    let slice = usize::try_from(SLICE).unwrap() * CHUNK;
    let (file, _) = photo(2 * slice, 5);
    let mut handle = File::open(file.path()).unwrap();
    let mut source = Source::new(&mut handle, u64::MAX).unwrap();
    while !source.piece().unwrap().is_empty() {}
    File::options().append(true).open(file.path()).unwrap().write_all(b"more").unwrap();
    assert!(matches!(source.finish(), Err(MediaError::Changed)));

    // The same through the whole import: the file shrinks between two slices.
    let (shrinking, _) = photo(2 * slice, 6);
    let path = shrinking.path().to_owned();
    let result = import(&store, &mut File::open(&path).unwrap(), u64::MAX, 1, |_, _| Ok::<_, MediaError>(()));
    assert!(result.is_ok());
    store.write(|tx| tx.remove_media(result.unwrap().id)).unwrap();
    assert_eq!(chunks(&store), 0);
}

#[test]
fn what_cannot_be_attached_is_not_kept_either() {
    let (_dir, store) = store();
    for size in [1000, usize::try_from(SLICE).unwrap() * CHUNK + 1000] {
        let (file, _) = photo(size, 7);
        let refuse = |_: &Tx<'_>, _: &MediaRow| Err(MediaError::Store(StoreError::Other("no draft".to_owned())));
        let error = import(&store, &mut File::open(file.path()).unwrap(), u64::MAX, 1, refuse).unwrap_err();
        assert!(matches!(error, MediaError::Store(_)));
        assert_eq!(chunks(&store), 0, "{size}");
    }
}

#[test]
fn a_full_disk_leaves_nothing_half_stored() {
    let (_dir, store) = store();
    store.write(|tx| tx.limit_pages(3000)).unwrap();
    let (file, _) = photo(40 << 20, 8);
    let error = take(&store, file.path(), u64::MAX).unwrap_err();
    assert!(matches!(error, MediaError::Store(StoreError::DiskFull)), "{error}");
    assert_eq!((chunks(&store), store.read(|tx| tx.all_media()).unwrap().len()), (0, 0));
    let (small, _) = photo(100_000, 9);
    take(&store, small.path(), u64::MAX).unwrap();
}

#[test]
fn what_a_kill_left_half_read_is_removed_later() {
    let (_dir, store) = store();
    store
        .write(|tx| {
            let id = tx.begin_media(1_000)?;
            tx.add_chunk(id, 0, b"half")
        })
        .unwrap();
    store.write(|tx| tx.remove_unfinished_media(2_000)).unwrap();
    assert_eq!(chunks(&store), 1, "another process may still be at it");
    store.write(|tx| tx.remove_unfinished_media(4_000_000)).unwrap();
    assert_eq!(chunks(&store), 0);
}

#[test]
fn claims_are_read_and_nothing_is_believed_about_them() {
    // A JPEG whose EXIF says: orientation 6, taken at the count.
    let time = b"2023:03:19 20:14:00\0";
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    };
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, 6));
    tiff.extend(entry(0x8769, 4, 1, 38));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x9003, 2, 20, 56));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(time);
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe1];
    jpeg.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    jpeg.extend(b"Exif\0\0");
    jpeg.extend(&tiff);
    jpeg.extend([0xff, 0xd9]);
    let (_dir, store) = store();
    let row = take(&store, file(&jpeg).path(), 1 << 20).unwrap();
    assert_eq!(row.claims.orientation, Some(6));
    assert_eq!(row.claims.taken.as_deref(), Some("2023:03:19 20:14:00"));
}
