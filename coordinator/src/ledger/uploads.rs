//! Files that records list, and how far each device's upload of them has come.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use kuager_wire::ids::{Kid, MediaHash, NotAnId, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Ledger, LedgerError, fixed, from_sql, to_sql};

/// Wrong files remembered per upload: enough to see a pattern, too few to fill a disk with.
const MISMATCHES: i64 = 16;

/// The unguessable part of an upload's address. Whoever knows it may upload that one file and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UploadToken(pub [u8; 16]);

impl fmt::Display for UploadToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// A capability does not belong into logs.
impl fmt::Debug for UploadToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UploadToken(..)")
    }
}

impl FromStr for UploadToken {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotAnId { expected: 32 })
    }
}

/// A file that a new record lists, and where it is to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What the record says of it.
    pub attachment: Attachment,
    /// Where it goes.
    pub token: UploadToken,
}

/// A file that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The file.
    pub media: MediaHash,
    /// Its size.
    pub size: u64,
    /// When its last byte arrived.
    pub received_ms: u64,
}

/// One device's upload of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its address.
    pub token: UploadToken,
    /// The device.
    pub kid: Kid,
    /// The file.
    pub media: MediaHash,
    /// Size as signed.
    pub size: u64,
    /// When bytes last came.
    pub touched_ms: u64,
    /// Whether it lay still for too long and what had come was thrown away.
    pub expired: bool,
    /// The device's receipt, once the file is held and somebody asked.
    pub receipt: Option<Vec<u8>>,
    /// The file with this hash, whoever sent it.
    pub held: Option<Held>,
}

const COLUMNS: &str = "u.token, u.kid, u.media, u.size, u.touched_ms, u.expired, u.receipt, m.size, m.received_ms";

fn upload(row: &Row<'_>) -> rusqlite::Result<UploadRow> {
    let media = MediaHash(fixed(row, 2)?);
    let (size, received): (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
    let held = size.zip(received);
    Ok(UploadRow {
        token: UploadToken(fixed(row, 0)?),
        kid: Kid(fixed(row, 1)?),
        media,
        size: from_sql(row.get(3)?),
        touched_ms: from_sql(row.get(4)?),
        expired: row.get(5)?,
        receipt: row.get(6)?,
        held: held.map(|(size, received)| Held { media, size: from_sql(size), received_ms: from_sql(received) }),
    })
}

/// The number of a role, as it is signed.
pub(super) const fn role_number(role: AttachmentRole) -> u8 {
    match role {
        AttachmentRole::Original => 1,
        AttachmentRole::Preview => 2,
        AttachmentRole::Redacted => 3,
    }
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
                role_number(attachment.role),
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

impl Ledger {
    /// The upload with this address.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn upload(&self, token: UploadToken) -> Result<Option<UploadRow>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM uploads u LEFT JOIN media m ON m.hash = u.media WHERE u.token = ?1"
            ))?;
            Ok(query.query_row([token.0], upload).optional()?)
        })
    }

    /// The uploads of each of these records: one entry per file it lists, in its order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn uploads_of(&self, records: &[RecordHash]) -> Result<Vec<Vec<UploadRow>>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM records r JOIN attachments a ON a.record = r.id \
                 JOIN uploads u ON u.kid = r.kid AND u.media = a.media LEFT JOIN media m ON m.hash = u.media \
                 WHERE r.hash = ?1 ORDER BY a.position"
            ))?;
            let mut all = Vec::with_capacity(records.len());
            for record in records {
                all.push(query.query_map([record.0], upload)?.collect::<Result<Vec<_>, _>>()?);
            }
            Ok(all)
        })
    }

    /// Notes that bytes are coming, and brings an expired upload back.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn touch_upload(&self, token: UploadToken, now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE uploads SET touched_ms = MAX(touched_ms, ?2), expired = 0 WHERE token = ?1")?
                .execute(params![token.0, to_sql(now_ms)])?;
            Ok(())
        })
        .await
    }

    /// Notes that a file is held, and gives the device its receipt: the one it was given before, or what `sign` makes.
    ///
    /// # Errors
    /// [`LedgerError`], also when `sign` fails.
    pub async fn finish_upload(
        &self,
        token: UploadToken,
        held: Held,
        sign: impl FnOnce(Kid, Held) -> Result<Vec<u8>, LedgerError> + Send + 'static,
    ) -> Result<Vec<u8>, LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO media (hash, size, received_ms) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
                )?
                .execute(params![held.media.0, to_sql(held.size), to_sql(held.received_ms)])?;
            let mut query = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM uploads u LEFT JOIN media m ON m.hash = u.media WHERE u.token = ?1"
            ))?;
            let row = query.query_row([token.0], upload)?;
            if let Some(receipt) = row.receipt {
                return Ok(receipt);
            }
            let receipt = sign(row.kid, row.held.unwrap_or(held))?;
            connection
                .prepare_cached("UPDATE uploads SET receipt = ?2, expired = 0 WHERE token = ?1")?
                .execute(params![token.0, receipt])?;
            Ok(receipt)
        })
        .await
    }

    /// Keeps the evidence that something else was uploaded than was signed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn add_mismatch(
        &self,
        token: UploadToken,
        found: MediaHash,
        size: u64,
        now_ms: u64,
    ) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE uploads SET mismatches = mismatches + 1 WHERE token = ?1")?
                .execute([token.0])?;
            connection
                .prepare_cached("INSERT INTO mismatches (token, found, size, seen_ms) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![token.0, found.0, to_sql(size), to_sql(now_ms)])?;
            connection
                .prepare_cached(
                    "DELETE FROM mismatches WHERE token = ?1 AND id NOT IN \
                     (SELECT id FROM mismatches WHERE token = ?1 ORDER BY id DESC LIMIT ?2)",
                )?
                .execute(params![token.0, MISMATCHES])?;
            Ok(())
        })
        .await
    }

    /// How often something else was uploaded than this device signed, and the newest wrong files with their sizes.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn mismatches(&self, token: UploadToken) -> Result<(u64, Vec<(MediaHash, u64)>), LedgerError> {
        self.read(|connection| {
            let mut count = connection.prepare_cached("SELECT mismatches FROM uploads WHERE token = ?1")?;
            let count: Option<i64> = count.query_row([token.0], |row| row.get(0)).optional()?;
            let mut query =
                connection.prepare_cached("SELECT found, size FROM mismatches WHERE token = ?1 ORDER BY id DESC")?;
            let found = query.query_map([token.0], |row| Ok((MediaHash(fixed(row, 0)?), from_sql(row.get(1)?))))?;
            Ok((from_sql(count.unwrap_or(0)), found.collect::<Result<_, _>>()?))
        })
    }

    /// Unfinished uploads that have lain still since before `before_ms`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn stale_uploads(&self, before_ms: u64) -> Result<Vec<UploadToken>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT token FROM uploads WHERE receipt IS NULL AND expired = 0 AND touched_ms < ?1 \
                 ORDER BY touched_ms LIMIT 1000",
            )?;
            let tokens = query.query_map([to_sql(before_ms)], |row| fixed(row, 0).map(UploadToken))?;
            Ok(tokens.collect::<Result<_, _>>()?)
        })
    }

    /// Marks an upload as expired, unless it has moved since `before_ms` or is finished. Returns whether it did.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn expire_upload(&self, token: UploadToken, before_ms: u64) -> Result<bool, LedgerError> {
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
