//! What the benches of this crate share.

use std::path::{Path, PathBuf};

use kuager_core::keys::StoreKey;

/// The key of every store that is measured.
pub(crate) const KEY: StoreKey = StoreKey([42; 32]);

/// A SQLCipher file with the store's settings and no tables.
pub(crate) fn bare_database(dir: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(dir.join("bare.db")).unwrap();
    connection.query_row(&format!("PRAGMA key = \"x'{}'\"", "2a".repeat(32)), [], |_| Ok(())).unwrap();
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    connection.execute_batch("PRAGMA synchronous = FULL").unwrap();
    connection
}

/// On the disk that holds the project, not in a memory file system, where an fsync costs nothing.
pub(crate) fn bench_dir() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned();
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The median criterion has just written down for a function.
pub(crate) fn median_ns(group: &str, function: &str) -> f64 {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let path = target.join("criterion").join(group).join(function).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    estimates["median"]["point_estimate"].as_f64().unwrap()
}
