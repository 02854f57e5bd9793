//! What a photo costs on the phone, each beside its floor, in one run:
//!
//! - taking a 4 MB photo into the store, against a bare SQLCipher write of the same bytes in the same pieces;
//! - making the previews of JPEGs of 12 and of 108 megapixels.
//!
//! `cargo bench -p kuager-core --bench media` ends with the ratios.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench is a test")]

mod common;

use std::fs::File;
use std::io::{Cursor, Write};
use std::time::Duration;

use common::{KEY, bare_database, bench_dir, median_ns};
use criterion::{BatchSize, Criterion};
use kuager_core::media::{MediaError, import, preview};
use kuager_core::store::{CHUNK, Store};

/// Bytes that cannot be compressed, like a photo's.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; size];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
    bytes
}

fn store(criterion: &mut Criterion) {
    let dir = tempfile::tempdir_in(bench_dir()).unwrap();
    let store = Store::open(dir.path(), &KEY).unwrap();
    let mut bare = bare_database(dir.path());
    bare.execute_batch("CREATE TABLE chunks (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)").unwrap();
    let path = dir.path().join("photo.jpg");
    let mut seed = 0;
    let mut photo = || {
        seed += 1;
        let bytes = noise(4 << 20, seed);
        File::create(&path).unwrap().write_all(&bytes).unwrap();
        bytes
    };
    let mut group = criterion.benchmark_group("photo");
    group.measurement_time(Duration::from_secs(12)).sample_size(20);
    group.bench_function("bare", |bencher| {
        bencher.iter_batched(
            &mut photo,
            |bytes| {
                let transaction = bare.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
                {
                    let mut insert = transaction.prepare_cached("INSERT INTO chunks (bytes) VALUES (?1)").unwrap();
                    for piece in bytes.chunks(CHUNK) {
                        insert.execute([piece]).unwrap();
                    }
                }
                transaction.commit().unwrap();
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("kuager", |bencher| {
        bencher.iter_batched(
            &mut photo,
            |_| import(&store, &mut File::open(&path).unwrap(), 1 << 30, 1, |_, _| Ok::<_, MediaError>(())).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// A photo of a page: paper, lines, strokes, camera noise.
fn page(width: u16, height: u16) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let noise = random.u8(..16);
            let ink = y % 120 < 4 || x % 800 < 4 || ((x / 9 + y / 7) % 11 == 0 && x % 9 < 3);
            let paper = if ink { 30 } else { 215 };
            pixels.extend([paper + noise, paper + noise, paper]);
        }
    }
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 92);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    jpeg
}

fn previews(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("preview");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    for (name, width, height) in [("12 megapixels", 4000, 3000), ("108 megapixels", 12_000, 9000)] {
        let jpeg = page(width, height);
        group.bench_function(name, |bencher| {
            bencher.iter(|| preview::make("image/jpeg", Some(6), Cursor::new(&jpeg)).unwrap());
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    store(&mut criterion);
    previews(&mut criterion);
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        let (bare, ours) = (median_ns("photo", "bare"), median_ns("photo", "kuager"));
        println!("4 MB photo: {:.2} x a bare write ({:.0} ms against {:.0} ms)", ours / bare, ours / 1e6, bare / 1e6);
        for name in ["12 megapixels", "108 megapixels"] {
            println!("preview of {name}: {:.0} ms", median_ns("preview", name) / 1e6);
        }
    }
}
