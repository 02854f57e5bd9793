//! Files in pieces, and where each stands on its way.

use std::collections::HashSet;

use kuager_wire::canonical;
use kuager_wire::ids::MediaHash;
use kuager_wire::record::MediaClaims;
use rusqlite::{OptionalExtension, Row};

use super::error::StoreError;
use super::tx::Tx;
use crate::clock::Due;
use crate::queue::{FailureClass, HeldReason, UploadItem, UploadState};

/// Bytes of a piece. Larger ones gain nothing, smaller ones cost rows.
pub const CHUNK: usize = 64 * 1024;
const CHUNK_BITS: u32 = 24;

/// A file of this store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRow {
    /// Row number in this store.
    pub id: i64,
    /// SHA-256 of its bytes.
    pub hash: MediaHash,
    /// Size in bytes.
    pub size: u64,
    /// MIME type by content.
    pub mime: String,
    /// The original it was made from; for previews.
    pub preview_of: Option<MediaHash>,
    /// What the file says about itself.
    pub claims: MediaClaims,
    /// Where it stands.
    pub state: UploadState,
    /// Bytes the coordinator is known to hold durably.
    pub sent: u64,
    /// Attempts so far.
    pub attempts: u32,
    /// Where the coordinator wants it, once it has said so: a path below its address that nobody else can guess.
    pub path: Option<String>,
}

/// What is known about a file once it has been read to its end.
#[derive(Debug)]
pub(crate) struct FinishedMedia<'a> {
    pub(crate) hash: MediaHash,
    pub(crate) size: u64,
    pub(crate) mime: &'a str,
    pub(crate) preview_of: Option<MediaHash>,
    pub(crate) claims: &'a MediaClaims,
}

const INCOMING: u8 = 0;
const KEPT: u8 = 1;
const WAITING: u8 = 2;
const UPLOADING: u8 = 3;
const DELAYED: u8 = 4;
const HELD: u8 = 5;
const STORED: u8 = 6;

const COLUMNS: &str = "id, hash, size, mime, preview_of, orientation, taken, sent, attempts, state, wait, detail, path";

fn state_columns(state: &UploadState) -> (u8, Option<Due>, Option<&'static str>) {
    match state {
        UploadState::Kept => (KEPT, None, None),
        UploadState::Waiting => (WAITING, None, None),
        UploadState::Uploading => (UPLOADING, None, None),
        UploadState::Delayed { until, class } => (DELAYED, Some(*until), Some(class.name())),
        UploadState::Held { reason } => (HELD, None, Some(reason.name())),
        UploadState::Stored => (STORED, None, None),
    }
}

fn read_state(row: &Row<'_>, first: usize) -> Result<UploadState, StoreError> {
    let unexpected = |what: &str| StoreError::Other(format!("a media row has an unexpected {what}"));
    let number: u8 = row.get(first)?;
    let detail: Option<String> = row.get(first + 2)?;
    let detail = detail.unwrap_or_default();
    Ok(match number {
        KEPT | INCOMING => UploadState::Kept,
        WAITING => UploadState::Waiting,
        UPLOADING => UploadState::Uploading,
        DELAYED => {
            let wait: Option<Vec<u8>> = row.get(first + 1)?;
            let class = FailureClass::from_name(&detail);
            UploadState::Delayed {
                until: canonical::decode(&wait.ok_or_else(|| unexpected("wait"))?, 256)?,
                class: class.ok_or_else(|| unexpected("class"))?,
            }
        }
        HELD => {
            let reason = HeldReason::from_name(&detail);
            UploadState::Held { reason: reason.ok_or_else(|| unexpected("reason"))? }
        }
        STORED => UploadState::Stored,
        _ => return Err(unexpected("state")),
    })
}

fn read_row(row: &Row<'_>) -> Result<MediaRow, StoreError> {
    let preview_of: Option<[u8; 32]> = row.get(4)?;
    Ok(MediaRow {
        id: row.get(0)?,
        hash: MediaHash(row.get(1)?),
        size: row.get(2)?,
        mime: row.get(3)?,
        preview_of: preview_of.map(MediaHash),
        claims: MediaClaims { orientation: row.get(5)?, taken: row.get(6)? },
        sent: row.get(7)?,
        attempts: row.get(8)?,
        state: read_state(row, 9)?,
        path: row.get(12)?,
    })
}

impl Tx<'_> {
    /// Begins a file; its pieces follow, then [`Tx::finish_media`].
    pub(crate) fn begin_media(&self, now_ms: i64) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("INSERT INTO media (added_ms, state) VALUES (?1, ?2)")?;
        Ok(statement.insert((now_ms, INCOMING))?)
    }

    pub(crate) fn add_chunk(&self, media: i64, index: u32, bytes: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached("INSERT INTO chunks VALUES (?1, ?2)")?;
        statement.execute((media << CHUNK_BITS | i64::from(index), bytes))?;
        Ok(())
    }

    /// Names a file that is complete. The same bytes are kept once: where they are there already, the new pieces go and
    /// the older row is returned.
    pub(crate) fn finish_media(&self, media: i64, finished: &FinishedMedia<'_>) -> Result<i64, StoreError> {
        if let Some(there) = self.media(finished.hash)? {
            self.remove_media(media)?;
            return Ok(there.id);
        }
        let mut statement = self.connection.prepare_cached(
            "UPDATE media SET hash = ?2, size = ?3, mime = ?4, preview_of = ?5, orientation = ?6, taken = ?7, state = ?8
             WHERE id = ?1 AND hash IS NULL",
        )?;
        let changed = statement.execute((
            media,
            finished.hash.as_bytes(),
            finished.size,
            finished.mime,
            finished.preview_of.as_ref().map(MediaHash::as_bytes),
            finished.claims.orientation,
            finished.claims.taken.as_deref(),
            KEPT,
        ))?;
        if changed == 1 { Ok(media) } else { Err(StoreError::Other("a file that was being read is gone".to_owned())) }
    }

    /// Removes a file that no record lists.
    pub(crate) fn remove_media(&self, media: i64) -> Result<(), StoreError> {
        let mut chunks = self.connection.prepare_cached("DELETE FROM chunks WHERE id >= ?1 AND id < ?2")?;
        chunks.execute((media << CHUNK_BITS, (media + 1) << CHUNK_BITS))?;
        let mut row = self.connection.prepare_cached("DELETE FROM media WHERE id = ?1 AND state IN (?2, ?3)")?;
        row.execute((media, INCOMING, KEPT))?;
        Ok(())
    }

    /// Removes what was being read in when the process ended. What another process began within the hour stays.
    pub(crate) fn remove_unfinished_media(&self, now_ms: i64) -> Result<(), StoreError> {
        const HOUR_MS: u64 = 3_600_000;
        let mut statement = self.connection.prepare_cached("SELECT id, added_ms FROM media WHERE state = ?1")?;
        let rows = statement.query_map([INCOMING], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
            if now_ms.abs_diff(row.1) > HOUR_MS {
                self.remove_media(row.0)?;
            }
        }
        Ok(())
    }

    pub(crate) fn media(&self, hash: MediaHash) -> Result<Option<MediaRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM media WHERE hash = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([hash.as_bytes()])?;
        rows.next()?.map(read_row).transpose()
    }

    pub(crate) fn media_by_id(&self, id: i64) -> Result<Option<MediaRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM media WHERE id = ?1 AND hash IS NOT NULL");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        rows.next()?.map(read_row).transpose()
    }

    /// Every complete file, in the order they came.
    pub(crate) fn all_media(&self) -> Result<Vec<MediaRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM media WHERE hash IS NOT NULL ORDER BY id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut media = Vec::new();
        while let Some(row) = rows.next()? {
            media.push(read_row(row)?);
        }
        Ok(media)
    }

    /// The piece that holds the byte at `offset`, from that byte on; `None` behind the end.
    pub(crate) fn chunk_from(&self, media: i64, offset: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let index =
            i64::try_from(offset / CHUNK as u64).map_err(|_| StoreError::Other("a piece too far".to_owned()))?;
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM chunks WHERE id = ?1")?;
        let bytes: Option<Vec<u8>> = statement.query_row([media << CHUNK_BITS | index], |row| row.get(0)).optional()?;
        let within = usize::try_from(offset % CHUNK as u64).unwrap_or(0);
        Ok(bytes.and_then(|mut bytes| (within < bytes.len()).then(|| bytes.split_off(within))))
    }

    /// A piece of a damaged store, with SQLite's own error: whoever salvages decides what it means.
    pub(super) fn chunk_for_salvage(&self, media: i64, offset: u64) -> rusqlite::Result<Vec<u8>> {
        let index = i64::try_from(offset / CHUNK as u64).unwrap_or(i64::MAX);
        self.connection
            .query_row("SELECT bytes FROM chunks WHERE id = ?1", [media << CHUNK_BITS | index], |row| row.get(0))
    }

    /// A record now lists the file: it is to be uploaded.
    pub(crate) fn enqueue_media(&self, hash: MediaHash, priority: u32, original: bool) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE media SET state = CASE state WHEN ?3 THEN ?4 ELSE state END, priority = min(?2, CASE state WHEN ?3 THEN ?2 ELSE priority END), original = ?5
             WHERE hash = ?1",
        )?;
        let changed = statement.execute((hash.as_bytes(), priority, KEPT, WAITING, original))?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Other("an attachment is not in the store".to_owned())) }
    }

    /// Where the coordinator wants the file.
    pub(crate) fn set_media_path(&self, hash: MediaHash, path: &str) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached("UPDATE media SET path = ?2 WHERE hash = ?1")?;
        statement.execute((hash.as_bytes(), path))?;
        Ok(())
    }

    pub(crate) fn set_media_state(&self, id: i64, state: &UploadState) -> Result<(), StoreError> {
        let (number, until, detail) = state_columns(state);
        let wait = until.map(|until| canonical::encode(&until, 256)).transpose()?;
        let mut statement = self
            .connection
            .prepare_cached("UPDATE media SET state = ?2, wait = ?3, detail = ?4 WHERE id = ?1 AND state <> ?5")?;
        statement.execute((id, number, wait, detail, STORED))?;
        Ok(())
    }

    pub(crate) fn count_media_attempt(&self, id: i64) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached("UPDATE media SET attempts = attempts + 1 WHERE id = ?1")?;
        statement.execute([id])?;
        Ok(())
    }

    /// The coordinator holds so many bytes durably.
    pub(crate) fn set_media_sent(&self, id: i64, sent: u64) -> Result<(), StoreError> {
        self.connection.prepare_cached("UPDATE media SET sent = ?2 WHERE id = ?1")?.execute((id, sent))?;
        Ok(())
    }

    /// The observer wants it sent on any network, or not at all for now.
    pub(crate) fn set_media_wish(&self, hash: MediaHash, send: bool) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE media SET send_now = ?2, state = ?3, detail = ?4, wait = NULL
             WHERE hash = ?1 AND state IN (?5, ?6, ?7, ?8)",
        )?;
        let state = if send { WAITING } else { HELD };
        let detail = (!send).then(|| HeldReason::Policy.name());
        Ok(statement.execute((hash.as_bytes(), send, state, detail, WAITING, UPLOADING, DELAYED, HELD))? > 0)
    }

    /// A verified receipt: the coordinator holds the file. The first receipt stays: it says since when.
    pub(crate) fn media_stored(&self, hash: MediaHash, receipt: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE media SET state = ?2, receipt = coalesce(receipt, ?3), sent = size, wait = NULL, detail = NULL WHERE hash = ?1",
        )?;
        statement.execute((hash.as_bytes(), STORED, receipt))?;
        Ok(())
    }

    /// The coordinator says it lacks a file it had receipted: to be uploaded again. The receipt stays.
    pub(crate) fn reopen_media(&self, hash: MediaHash) -> Result<bool, StoreError> {
        let mut statement =
            self.connection.prepare_cached("UPDATE media SET state = ?2, sent = 0 WHERE hash = ?1 AND state = ?3")?;
        Ok(statement.execute((hash.as_bytes(), WAITING, STORED))? > 0)
    }

    /// Files with a receipt that are not to be delivered again.
    /// The files that have a receipt.
    pub(crate) fn stored_media(&self) -> Result<HashSet<MediaHash>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT hash FROM media WHERE state = ?1")?;
        let rows = statement.query_map([STORED], |row| Ok(MediaHash(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn media_receipt(&self, hash: MediaHash) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT receipt FROM media WHERE hash = ?1")?;
        Ok(statement.query_row([hash.as_bytes()], |row| row.get(0)).optional()?.flatten())
    }

    /// Uploads whose end nobody lived to see are open again; with `all`, those that waited by themselves too.
    pub(crate) fn release_uploads(&self, all: bool) -> Result<(), StoreError> {
        let last = if all { DELAYED } else { UPLOADING };
        let mut statement = self
            .connection
            .prepare_cached("UPDATE media SET state = ?1, wait = NULL, detail = NULL WHERE state BETWEEN ?2 AND ?3")?;
        statement.execute((WAITING, UPLOADING, last))?;
        Ok(())
    }

    /// Files that records list and the coordinator has not receipted.
    pub(crate) fn open_uploads(&self) -> Result<Vec<UploadItem>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, priority, original, send_now, path IS NOT NULL, attempts, state, wait, detail FROM media
             WHERE state BETWEEN ?1 AND ?2",
        )?;
        let mut rows = statement.query((WAITING, HELD))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(UploadItem {
                media: row.get(0)?,
                priority: row.get(1)?,
                original: row.get(2)?,
                send_now: row.get(3)?,
                has_path: row.get(4)?,
                attempts: row.get(5)?,
                state: read_state(row, 6)?,
            });
        }
        Ok(items)
    }
}

#[cfg(test)]
impl Tx<'_> {
    /// Pieces stored in all.
    pub(crate) fn count_chunks(&self) -> Result<usize, StoreError> {
        Ok(self.connection.query_row("SELECT count(*) FROM chunks", [], |row| row.get(0))?)
    }

    /// Makes the disk look full once the file has so many pages.
    pub(crate) fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        Ok(self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?)
    }
}
