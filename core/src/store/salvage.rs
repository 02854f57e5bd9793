//! What to do with a damaged store: move it aside, never delete it, and carry what is still valid into a new one.
//!
//! Records prove themselves: whatever in the old file verifies under this device's key is a record, wherever it was
//! found. Drafts, packs and what else is convenient are taken along row by row as far as SQLite can still read them.
//! What the coordinator signed (genesis, credential, receipts) it will send again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kuager_wire::cose::{Envelope, Purpose, Statement};
use kuager_wire::ids::{DeploymentId, Kid, MediaHash, PublicKey};
use kuager_wire::record::{AttachmentRole, MediaClaims, Record};
use minicbor::{Decode, Encode};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::database::{FILE, connect, damage_mark, remove_files};
use super::error::StoreError;
use super::handle::Store;
use super::media::{CHUNK, FinishedMedia};
use super::meta::Meta;
use super::pages;
use super::records::NewRecord;
use super::tx::Tx;
use crate::keys::{StoreKey, sync_dir};
use crate::queue::{Urgency, media_priority, priority};

/// What was done with a damaged store. Kept in the new one and shown until somebody has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Recovery {
    /// Name of the damaged file, in the same folder.
    #[n(1)]
    pub quarantined: String,
    /// Records carried over, each verified.
    #[n(2)]
    pub records: u64,
    /// Drafts carried over.
    #[n(3)]
    pub drafts: u64,
    /// Wall clock, milliseconds since 1970.
    #[n(4)]
    pub at_ms: i64,
    /// Photos, videos and sounds carried over, each with the hash it was stored under.
    #[n(5)]
    pub media: u64,
}

/// Replaces a damaged store by a new one with everything that is still valid.
///
/// `deployment` and `devices`, the keys this device has signed with, tell which records are genuine; without them (no invite
/// was ever accepted) there can be none. Interrupted at any point, the next call goes on: the damaged file is moved only after a mark was set, and the
/// mark goes last.
///
/// # Errors
/// [`StoreError`]; the damaged file is then still there.
pub fn salvage(
    dir: &Path,
    key: &StoreKey,
    deployment: Option<DeploymentId>,
    devices: &[PublicKey],
    now_ms: i64,
) -> Result<(Store, Recovery), StoreError> {
    let unavailable = |error: std::io::Error| StoreError::Unavailable(error.to_string());
    let path = dir.join(FILE);
    std::fs::write(damage_mark(&path), b"").map_err(unavailable)?;
    let quarantined = quarantine(&path).map_err(unavailable)?;

    let records = deployment.map_or_else(BTreeMap::new, |deployment| {
        let blobs = quarantined.iter().flat_map(|old| pages::blobs(old, key).unwrap_or_default());
        genuine(blobs, deployment, devices)
    });
    let staging = dir.join(format!("{FILE}.staging"));
    std::fs::create_dir_all(&staging).map_err(unavailable)?;
    remove_files(&staging).map_err(unavailable)?;
    let store = Store::open(&staging, key)?;
    let recovery = store.write(|tx| {
        for ((device, _), (record, bytes)) in &records {
            let kid = devices.get(*device).map_or(Kid([0; 16]), PublicKey::kid);
            tx.add_record(&NewRecord::of(record, bytes, kid, priority(record.kind, Urgency::Usual)))?;
        }
        let (mut drafts, mut media) = (0, 0);
        for old in &quarantined {
            drafts += copy_rows(tx.connection, old, key)?;
            media += copy_media(tx, old, key)?;
        }
        let listed = records
            .values()
            .flat_map(|(record, _)| record.attachments.iter().flatten().map(move |file| (record.kind, file)));
        for (kind, file) in listed {
            if tx.media(file.hash)?.is_some() {
                let original = file.role == AttachmentRole::Original;
                tx.enqueue_media(file.hash, media_priority(kind, file.role), original)?;
            }
        }
        let newest = quarantined.last().and_then(|path| path.file_name()).unwrap_or_default();
        let recovery = Recovery {
            quarantined: newest.to_string_lossy().into_owned(),
            records: records.len() as u64,
            drafts,
            at_ms: now_ms,
            media,
        };
        tx.set_meta(Meta::Recovery, &recovery)?;
        tx.set_meta_bytes(Meta::GapsUnstated, &[])?;
        Ok::<_, StoreError>(recovery)
    })?;
    store.close();
    if staging.join(format!("{FILE}-wal")).metadata().is_ok_and(|wal| wal.len() > 0) {
        return Err(StoreError::Unavailable("the new store could not be completed".to_owned()));
    }
    std::fs::rename(staging.join(FILE), &path).map_err(unavailable)?;
    std::fs::remove_dir_all(&staging).map_err(unavailable)?;
    std::fs::remove_file(damage_mark(&path)).map_err(unavailable)?;
    sync_dir(dir).map_err(unavailable)?;
    Ok((Store::open(dir, key)?, recovery))
}

/// Moves the damaged file and its WAL aside and returns every file moved aside so far, oldest first.
fn quarantine(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let prefix = format!("{FILE}.quarantine-");
    let mut moved: Vec<PathBuf> = std::fs::read_dir(dir)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.strip_prefix(&prefix).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .collect();
    moved.sort();
    if path.exists() {
        let aside = dir.join(format!("{prefix}{:04}", moved.len() + 1));
        // The WAL first: a WAL without its file is found again by the next call, a file without its WAL is older.
        let wal = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push("-wal");
            PathBuf::from(name)
        };
        if wal(path).exists() {
            std::fs::rename(wal(path), wal(&aside))?;
        }
        std::fs::rename(path, &aside)?;
        let mut shm = path.as_os_str().to_owned();
        shm.push("-shm");
        // Rebuilt by SQLite whenever it is needed.
        let _ = std::fs::remove_file(shm);
        sync_dir(dir)?;
        moved.push(aside);
    }
    Ok(moved)
}

/// The blobs that are records of this device, by the place of their key and by number. Where several verify under one number,
/// the first one stays.
fn genuine(
    blobs: impl Iterator<Item = Vec<u8>>,
    deployment: DeploymentId,
    devices: &[PublicKey],
) -> BTreeMap<(usize, u64), (Record, Vec<u8>)> {
    let mut records = BTreeMap::new();
    for bytes in blobs {
        let Ok(envelope) = Envelope::parse(&bytes, Record::LIMIT) else { continue };
        let signer = devices.iter().enumerate().find(|(_, device)| device.kid() == envelope.kid());
        let Some((place, device)) = signer else { continue };
        let opened = envelope.verify(Purpose::Record, deployment, device).and_then(|()| envelope.statement::<Record>());
        if let Ok(record) = opened {
            records.entry((place, record.seq)).or_insert((record, bytes));
        }
    }
    records
}

/// Copies what is not signed, as far as it can be read; returns how many drafts came along.
fn copy_rows(new: &Connection, old: &Path, key: &StoreKey) -> Result<u64, StoreError> {
    let tables = [
        ("drafts", "INSERT OR IGNORE INTO drafts (id, content) VALUES (?1, ?2)", 2),
        ("packs", "INSERT OR IGNORE INTO packs VALUES (?1, ?2, ?3)", 3),
        ("meta", "INSERT OR IGNORE INTO meta VALUES (?1, ?2)", 2),
        ("messages", "INSERT OR IGNORE INTO messages VALUES (?1, ?2, ?3, ?4)", 4),
        ("former_keys", "INSERT OR IGNORE INTO former_keys VALUES (?1, ?2, ?3, ?4, ?5)", 5),
    ];
    let mut drafts = 0;
    for (table, insert, columns) in tables {
        // After an error SQLCipher refuses everything else on a connection, hence one for each table.
        let Ok(connection) = connect(old, key) else { continue };
        let Ok(mut select) = connection.prepare(&format!("SELECT * FROM {table}")) else { continue };
        let Ok(mut rows) = select.query([]) else { continue };
        while let Ok(Some(row)) = rows.next() {
            let values: Result<Vec<rusqlite::types::Value>, _> = (0..columns).map(|column| row.get(column)).collect();
            let Ok(values) = values else { continue };
            let inserted = new.prepare_cached(insert)?.execute(rusqlite::params_from_iter(values))?;
            if table == "drafts" {
                drafts += inserted as u64;
            }
        }
    }
    Ok(drafts)
}

/// Times a damaged file is opened again after SQLCipher gave up on a connection.
const REOPENED: usize = 256;

/// Reads a damaged file as long as it makes sense, with a fresh connection after every error.
struct Damaged<'a> {
    path: &'a Path,
    key: &'a StoreKey,
    connection: Option<Connection>,
    left: usize,
}

impl Damaged<'_> {
    fn read<T>(&mut self, query: impl Fn(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        if self.connection.is_none() {
            self.left = self.left.checked_sub(1)?;
            self.connection = Some(connect(self.path, self.key).ok()?);
        }
        match query(self.connection.as_ref()?) {
            Ok(value) => Some(value),
            Err(rusqlite::Error::QueryReturnedNoRows) => None,
            Err(_) => {
                self.connection = None;
                None
            }
        }
    }
}

/// Copies the files whose every piece can still be read and which still have their hash; returns how many.
fn copy_media(tx: &Tx<'_>, old: &Path, key: &StoreKey) -> Result<u64, StoreError> {
    let mut damaged = Damaged { path: old, key, connection: None, left: REOPENED };
    let last = damaged.read(|old| old.query_row("SELECT max(id) FROM media", [], |row| row.get::<_, Option<i64>>(0)));
    let mut copied = 0;
    for id in 1..=last.flatten().unwrap_or(0) {
        let row = damaged.read(|old| {
            let sql = "SELECT hash, size, mime, preview_of, orientation, taken, path, added_ms FROM media
                       WHERE id = ?1 AND hash IS NOT NULL";
            old.query_row(sql, [id], |row| {
                let hash = MediaHash(row.get(0)?);
                let of: Option<[u8; 32]> = row.get(3)?;
                let claims = MediaClaims { orientation: row.get(4)?, taken: row.get(5)? };
                let (size, mime): (u64, String) = (row.get(1)?, row.get(2)?);
                Ok((
                    hash,
                    size,
                    mime,
                    of.map(MediaHash),
                    claims,
                    row.get::<_, Option<String>>(6)?,
                    row.get::<_, i64>(7)?,
                ))
            })
        });
        let Some((hash, size, mime, preview_of, claims, path, added_ms)) = row else { continue };
        let new = tx.begin_media(added_ms)?;
        let mut hasher = Sha256::new();
        for index in 0..size.div_ceil(CHUNK as u64) {
            let at = index * CHUNK as u64;
            let Some(piece) = damaged.read(|old| Tx { connection: old }.chunk_for_salvage(id, at)) else { break };
            hasher.update(&piece);
            tx.add_chunk(new, u32::try_from(index).unwrap_or(u32::MAX), &piece)?;
        }
        if hasher.finalize().as_slice() != hash.0 {
            tx.remove_media(new)?;
            continue;
        }
        let finished = FinishedMedia { hash, size, mime: &mime, preview_of, claims: &claims };
        let kept = tx.finish_media(new, &finished)?;
        if let Some(path) = path {
            tx.set_media_path(hash, &path)?;
        }
        copied += u64::from(kept == new);
    }
    Ok(copied)
}
