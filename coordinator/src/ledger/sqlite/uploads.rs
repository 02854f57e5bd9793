//! Uploads: what the records of devices list, and what came.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, MediaHash, RecordHash};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{file_role_number, fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use super::usage;
use crate::ledger::error::LedgerError;
use crate::ledger::uploads::{Delivered, MISMATCHES, Mismatches, NewUpload, UploadRow, UploadToken, Uploads};
use crate::ledger::usage::Usage;

/// Stale uploads looked up at a time.
const STALE: u32 = 1000;

#[async_trait]
impl Uploads for SqliteLedger {
    async fn upload(&self, token: UploadToken) -> Result<Option<UploadRow>, LedgerError> {
        self.read(move |connection| find(connection, token)).await
    }

    async fn uploads_of(&self, records: Vec<RecordHash>) -> Result<Vec<Vec<UploadRow>>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM records r JOIN attachments a ON a.record = r.id \
                 JOIN uploads u ON u.kid = r.kid AND u.media = a.media \
                 WHERE r.hash = ?1 ORDER BY a.position"
            ))?;
            let mut all = Vec::with_capacity(records.len());
            for record in records {
                all.push(query.query_map([record.0], upload)?.collect::<Result<Vec<_>, _>>()?);
            }
            Ok(all)
        })
        .await
    }

    async fn touch_upload(&self, token: UploadToken, now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE uploads SET touched_ms = MAX(touched_ms, ?2), expired = 0 WHERE token = ?1")?
                .execute(params![token.0, to_sql(now_ms)])?;
            Ok(())
        })
        .await
    }

    async fn finish_upload(
        &self,
        token: UploadToken,
        delivered: Delivered,
        receipt: Vec<u8>,
    ) -> Result<Vec<u8>, LedgerError> {
        self.write(move |connection| {
            let row = find(connection, token)?;
            let row = row.ok_or_else(|| LedgerError::Failed("an upload nobody asked for is finished".to_owned()))?;
            if let Some(first) = row.receipt {
                return Ok(first);
            }
            connection
                .prepare_cached(
                    "INSERT INTO media (hash, size, received_ms) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
                )?
                .execute(params![delivered.media.0, to_sql(delivered.size), to_sql(delivered.received_ms)])?;
            connection
                .prepare_cached("UPDATE uploads SET receipt = ?2, expired = 0 WHERE token = ?1")?
                .execute(params![token.0, receipt])?;
            let used = Usage { file_bytes: delivered.size, ..Usage::default() };
            usage::add(connection, row.kid, delivered.received_ms, used)?;
            Ok(receipt)
        })
        .await
    }

    async fn held_files(&self) -> Result<Vec<MediaHash>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT hash FROM media ORDER BY hash")?;
            let held = query.query_map([], |row| fixed(row, 0).map(MediaHash))?;
            Ok(held.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn forget_files(&self, lost: Vec<MediaHash>) -> Result<(), LedgerError> {
        self.write(move |connection| {
            let mut held = connection.prepare_cached("DELETE FROM media WHERE hash = ?1")?;
            let mut uploads = connection.prepare_cached(
                "UPDATE uploads SET receipt = NULL WHERE media = ?1 AND kid IN \
                 (SELECT r.kid FROM attachments a JOIN records r ON r.id = a.record WHERE a.media = ?1)",
            )?;
            for media in lost {
                held.execute([media.0])?;
                uploads.execute([media.0])?;
            }
            Ok(())
        })
        .await
    }

    async fn receipts_for(&self, kid: Kid) -> Result<u64, LedgerError> {
        self.read(move |connection| {
            let mut query =
                connection.prepare_cached("SELECT COUNT(*) FROM uploads WHERE kid = ?1 AND receipt IS NOT NULL")?;
            Ok(from_sql(query.query_row([kid.0], |row| row.get(0))?))
        })
        .await
    }

    async fn add_mismatch(
        &self,
        token: UploadToken,
        found: MediaHash,
        size: u64,
        now_ms: u64,
    ) -> Result<(), LedgerError> {
        self.write(move |connection| {
            let kid = connection
                .prepare_cached("UPDATE uploads SET mismatches = mismatches + 1 WHERE token = ?1 RETURNING kid")?
                .query_row([token.0], |row| fixed(row, 0).map(Kid))
                .optional()?;
            let kid = kid.ok_or_else(|| LedgerError::Failed("an upload nobody asked for is wrong".to_owned()))?;
            usage::add(connection, kid, now_ms, Usage { file_bytes: size, wrong_files: 1, ..Usage::default() })?;
            connection
                .prepare_cached("INSERT INTO mismatches (token, found, size, seen_ms) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![token.0, found.0, to_sql(size), to_sql(now_ms)])?;
            connection
                .prepare_cached(
                    "DELETE FROM mismatches WHERE token = ?1 AND id NOT IN \
                     (SELECT id FROM mismatches WHERE token = ?1 ORDER BY id DESC LIMIT ?2)",
                )?
                .execute(params![token.0, i64::try_from(MISMATCHES).unwrap_or(i64::MAX)])?;
            Ok(())
        })
        .await
    }

    async fn mismatches(&self, token: UploadToken) -> Result<Mismatches, LedgerError> {
        self.read(move |connection| {
            let mut count = connection.prepare_cached("SELECT mismatches FROM uploads WHERE token = ?1")?;
            let count: Option<i64> = count.query_row([token.0], |row| row.get(0)).optional()?;
            let mut query =
                connection.prepare_cached("SELECT found, size FROM mismatches WHERE token = ?1 ORDER BY id DESC")?;
            let newest = query.query_map([token.0], |row| Ok((MediaHash(fixed(row, 0)?), from_sql(row.get(1)?))))?;
            Ok(Mismatches { count: from_sql(count.unwrap_or(0)), newest: newest.collect::<Result<_, _>>()? })
        })
        .await
    }

    async fn stale_uploads(&self, before_ms: u64) -> Result<Vec<UploadToken>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT token FROM uploads WHERE receipt IS NULL AND expired = 0 AND touched_ms < ?1 \
                 ORDER BY touched_ms LIMIT ?2",
            )?;
            let tokens = query.query_map(params![to_sql(before_ms), STALE], |row| fixed(row, 0).map(UploadToken))?;
            Ok(tokens.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn expire_upload(&self, token: UploadToken, before_ms: u64) -> Result<bool, LedgerError> {
        self.write(move |connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE uploads SET expired = 1 WHERE token = ?1 AND receipt IS NULL AND touched_ms < ?2",
                )?
                .execute(params![token.0, to_sql(before_ms)])?;
            Ok(changed == 1)
        })
        .await
    }
}

const COLUMNS: &str = "u.token, u.kid, u.media, u.size, u.touched_ms, u.expired, u.receipt";

fn upload(row: &Row<'_>) -> rusqlite::Result<UploadRow> {
    Ok(UploadRow {
        token: UploadToken(fixed(row, 0)?),
        kid: Kid(fixed(row, 1)?),
        media: MediaHash(fixed(row, 2)?),
        size: from_sql(row.get(3)?),
        touched_ms: from_sql(row.get(4)?),
        expired: row.get(5)?,
        receipt: row.get(6)?,
    })
}

fn find(connection: &Connection, token: UploadToken) -> Result<Option<UploadRow>, LedgerError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM uploads u WHERE u.token = ?1"))?;
    Ok(query.query_row([token.0], upload).optional()?)
}

/// Notes the files of a record that has just been inserted under `record`.
pub(super) fn insert(
    connection: &Connection,
    record: i64,
    kid: Kid,
    uploads: &[NewUpload],
    now_ms: u64,
) -> Result<(), LedgerError> {
    for (position, NewUpload { attachment, token }) in (0_i64..).zip(uploads) {
        connection
            .prepare_cached(
                "INSERT INTO attachments (record, position, media, size, mime, role, original, label) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                record,
                position,
                attachment.hash.0,
                to_sql(attachment.size),
                attachment.mime,
                file_role_number(attachment.role),
                attachment.of.map(|of| of.0),
                attachment.label,
            ])?;
        // A size that was signed wrongly once is corrected by the device's next record that lists the file. The address stays
        // what it was, even if the secret it was derived from is lost meanwhile.
        connection
            .prepare_cached(
                "INSERT INTO uploads (token, kid, media, size, created_ms, touched_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5) \
                 ON CONFLICT (kid, media) DO UPDATE SET size = excluded.size WHERE receipt IS NULL",
            )?
            .execute(params![token.0, kid.0, attachment.hash.0, to_sql(attachment.size), to_sql(now_ms)])?;
    }
    Ok(())
}
