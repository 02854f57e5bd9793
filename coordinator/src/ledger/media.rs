//! What is known of files: which records list them, what a look at them found, and which copies may be published.

use kuager_wire::ids::{Kid, MediaHash, ObserverId, RecordHash};
use kuager_wire::record::AttachmentRole;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::uploads::{UploadToken, role_number};
use super::{Ledger, LedgerError, fixed, from_sql, to_sql};

/// A record with what the desk shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordView {
    /// Its hash.
    pub hash: RecordHash,
    /// The key that signed it.
    pub kid: Kid,
    /// Whose device that is.
    pub observer: ObserverId,
    /// Where.
    pub station: Option<String>,
    /// When it arrived.
    pub received_ms: u64,
    /// Whether another record of the same device corrects it.
    pub corrected: bool,
    /// The exact signed record.
    pub bytes: Vec<u8>,
    /// The files it lists, in its order.
    pub files: Vec<FileView>,
}

/// A file as one record lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Its hash.
    pub media: MediaHash,
    /// Its size as signed.
    pub size: u64,
    /// Its MIME type as signed.
    pub mime: String,
    /// What it is to the record.
    pub role: AttachmentRole,
    /// The original it was made from.
    pub of: Option<MediaHash>,
    /// The page or question it answers.
    pub label: Option<String>,
    /// Where the record's device uploads it.
    pub token: UploadToken,
    /// Whether it is here.
    pub held: bool,
    /// Whether the device has been given a receipt.
    pub receipted: bool,
}

/// A file that is here, and what a look at it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaView {
    /// Its size.
    pub size: u64,
    /// When its last byte arrived first.
    pub received_ms: u64,
    /// Whether it has been looked at.
    pub examined: bool,
    /// What was found.
    pub findings: Findings,
}

/// What a look at a picture found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Width and height in pixels, upright.
    pub size: Option<(u32, u32)>,
    /// Close for pictures that look alike.
    pub likeness: Option<[u8; 32]>,
    /// What the file says about itself, name and value.
    pub claims: Vec<(String, String)>,
}

/// A copy made for publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactionRow {
    /// The copy.
    pub media: MediaHash,
    /// What it is a copy of.
    pub original: MediaHash,
    /// Its size.
    pub size: u64,
    /// When it was made.
    pub made_ms: u64,
    /// The signed statement.
    pub statement: Vec<u8>,
}

/// A picture that looks like another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The other picture.
    pub media: MediaHash,
    /// Where a record that lists it was made.
    pub station: Option<String>,
    /// In how many of 256 places they differ; 0 for the same file.
    pub distance: u32,
}

const RECORD: &str = "r.id, r.hash, r.kid, d.observer, r.station, r.received_ms, r.bytes, \
     EXISTS (SELECT 1 FROM records later WHERE later.kid = r.kid AND later.supersedes = r.hash)";

fn record(row: &Row<'_>) -> rusqlite::Result<(i64, RecordView)> {
    Ok((
        row.get(0)?,
        RecordView {
            hash: RecordHash(fixed(row, 1)?),
            kid: Kid(fixed(row, 2)?),
            observer: ObserverId(fixed(row, 3)?),
            station: row.get(4)?,
            received_ms: from_sql(row.get(5)?),
            bytes: row.get(6)?,
            corrected: row.get(7)?,
            files: Vec::new(),
        },
    ))
}

fn role(number: u8) -> AttachmentRole {
    let roles = [AttachmentRole::Original, AttachmentRole::Preview, AttachmentRole::Redacted];
    roles.into_iter().find(|role| role_number(*role) == number).unwrap_or(AttachmentRole::Original)
}

fn files(connection: &Connection, id: i64, kid: Kid) -> Result<Vec<FileView>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT a.media, a.size, a.mime, a.role, a.original, a.label, u.token, m.hash IS NOT NULL, \
         u.receipt IS NOT NULL FROM attachments a JOIN uploads u ON u.kid = ?2 AND u.media = a.media \
         LEFT JOIN media m ON m.hash = a.media WHERE a.record = ?1 ORDER BY a.position",
    )?;
    let files = query.query_map(params![id, kid.0], |row| {
        Ok(FileView {
            media: MediaHash(fixed(row, 0)?),
            size: from_sql(row.get(1)?),
            mime: row.get(2)?,
            role: role(row.get(3)?),
            of: row.get::<_, Option<[u8; 32]>>(4)?.map(MediaHash),
            label: row.get(5)?,
            token: UploadToken(fixed(row, 6)?),
            held: row.get(7)?,
            receipted: row.get(8)?,
        })
    })?;
    Ok(files.collect::<Result<_, _>>()?)
}

fn redaction(row: &Row<'_>) -> rusqlite::Result<RedactionRow> {
    Ok(RedactionRow {
        media: MediaHash(fixed(row, 0)?),
        original: MediaHash(fixed(row, 1)?),
        size: from_sql(row.get(2)?),
        made_ms: from_sql(row.get(3)?),
        statement: row.get(4)?,
    })
}

/// In how many places two likenesses differ.
fn distance(one: &[u8; 32], other: &[u8; 32]) -> u32 {
    one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum()
}

impl Ledger {
    /// The newest records of a station (`None`: records that name none), the newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn station_records(&self, station: Option<&str>, limit: u32) -> Result<Vec<RecordView>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.station IS ?1 \
                 ORDER BY r.id DESC LIMIT ?2"
            ))?;
            let rows = query.query_map(params![station, limit], record)?.collect::<Result<Vec<_>, _>>()?;
            with_files(connection, rows)
        })
    }

    /// The records that list a file, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn records_listing(&self, media: MediaHash, limit: u32) -> Result<Vec<RecordView>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.id IN \
                 (SELECT record FROM attachments WHERE media = ?1) ORDER BY r.id LIMIT ?2"
            ))?;
            let rows = query.query_map(params![media.0, limit], record)?.collect::<Result<Vec<_>, _>>()?;
            with_files(connection, rows)
        })
    }

    /// A file that is here.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn media(&self, media: MediaHash) -> Result<Option<MediaView>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT size, received_ms, examined, width, height, likeness, claims FROM media WHERE hash = ?1",
            )?;
            let view = query.query_row([media.0], |row| {
                let (width, height): (Option<u32>, Option<u32>) = (row.get(3)?, row.get(4)?);
                let claims: Option<String> = row.get(6)?;
                Ok(MediaView {
                    size: from_sql(row.get(0)?),
                    received_ms: from_sql(row.get(1)?),
                    examined: row.get(2)?,
                    findings: Findings {
                        size: width.zip(height),
                        likeness: row.get(5)?,
                        claims: claims.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
                    },
                })
            });
            Ok(view.optional()?)
        })
    }

    /// A preview of a file that is here, if there is one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn preview_of(&self, original: MediaHash) -> Result<Option<MediaHash>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT a.media FROM attachments a JOIN media m ON m.hash = a.media \
                 WHERE a.original = ?1 AND a.role = ?2 ORDER BY a.record LIMIT 1",
            )?;
            let preview =
                query.query_row(params![original.0, role_number(AttachmentRole::Preview)], |row| fixed(row, 0));
            Ok(preview.optional()?.map(MediaHash))
        })
    }

    /// The next file nobody has looked at, with its MIME type as signed. It counts as looked at from now on, so that a
    /// file that brings the program down does so once.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn next_unexamined(&self) -> Result<Option<(MediaHash, u64, String)>, LedgerError> {
        self.write(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT m.hash, m.size, (SELECT a.mime FROM attachments a WHERE a.media = m.hash LIMIT 1) \
                 FROM media m WHERE m.examined = 0 ORDER BY m.received_ms LIMIT 1",
            )?;
            let next = query.query_row([], |row| {
                let mime: Option<String> = row.get(2)?;
                Ok((MediaHash(fixed(row, 0)?), from_sql(row.get(1)?), mime.unwrap_or_default()))
            });
            let next = next.optional()?;
            if let Some((media, ..)) = &next {
                connection.prepare_cached("UPDATE media SET examined = 1 WHERE hash = ?1")?.execute([media.0])?;
            }
            Ok(next)
        })
        .await
    }

    /// Keeps what a look at a file found.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn set_findings(&self, media: MediaHash, findings: Findings) -> Result<(), LedgerError> {
        let claims =
            serde_json::to_string(&findings.claims).map_err(|error| LedgerError::Database(error.to_string()))?;
        self.write(move |connection| {
            let (width, height) = findings.size.unzip();
            connection
                .prepare_cached(
                    "UPDATE media SET examined = 1, width = ?2, height = ?3, likeness = ?4, claims = ?5 WHERE hash = ?1",
                )?
                .execute(params![media.0, width, height, findings.likeness, claims])?;
            Ok(())
        })
        .await
    }

    /// Pictures of other stations that are this very file, or differ from it in at most `reach` places. Previews of one
    /// original are not counted beside it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn alike(&self, media: MediaHash, reach: u32, limit: usize) -> Result<Vec<Alike>, LedgerError> {
        self.read(|connection| {
            let mut likeness = connection.prepare_cached("SELECT likeness FROM media WHERE hash = ?1")?;
            let own = likeness.query_row([media.0], |row| row.get::<_, Option<[u8; 32]>>(0)).optional()?.flatten();
            let mut query = connection.prepare_cached(
                "SELECT r.station FROM attachments a JOIN records r ON r.id = a.record WHERE a.media = ?1 \
                 GROUP BY r.station ORDER BY MIN(r.id)",
            )?;
            let mut stations = |media: &[u8; 32]| {
                query.query_map([media], |row| row.get(0))?.collect::<Result<Vec<Option<String>>, _>>()
            };
            let own_stations = stations(&media.0)?;
            let mut found = Vec::new();
            // The first station that showed it is its own; any further one is news.
            for station in own_stations.iter().skip(1) {
                found.push(Alike { media, station: station.clone(), distance: 0 });
            }
            let Some(own) = own else { return Ok(found) };
            let mut all = connection.prepare_cached("SELECT hash, likeness FROM media WHERE likeness IS NOT NULL")?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let (other, likeness): ([u8; 32], [u8; 32]) = (row.get(0)?, row.get(1)?);
                let distance = distance(&own, &likeness);
                if other == media.0 || distance > reach {
                    continue;
                }
                for station in stations(&other)? {
                    if !own_stations.contains(&station) {
                        found.push(Alike { media: MediaHash(other), station, distance });
                    }
                }
            }
            found.sort_by_key(|alike| alike.distance);
            found.truncate(limit);
            Ok(found)
        })
    }

    /// Keeps the statement that one file is a redacted copy of another; the first one for the same copy stays.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn add_redaction(&self, new: RedactionRow) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO redactions (media, original, size, made_ms, statement) VALUES (?1, ?2, ?3, ?4, ?5) \
                     ON CONFLICT (media) DO NOTHING",
                )?
                .execute(params![new.media.0, new.original.0, to_sql(new.size), to_sql(new.made_ms), new.statement])?;
            Ok(())
        })
        .await
    }

    /// The redacted copy with this hash; nothing for any other file.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn redaction(&self, media: MediaHash) -> Result<Option<RedactionRow>, LedgerError> {
        self.read(|connection| {
            let mut query = connection
                .prepare_cached("SELECT media, original, size, made_ms, statement FROM redactions WHERE media = ?1")?;
            Ok(query.query_row([media.0], redaction).optional()?)
        })
    }

    /// The redacted copies of a file, the newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn redactions_of(&self, original: MediaHash) -> Result<Vec<RedactionRow>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT media, original, size, made_ms, statement FROM redactions WHERE original = ?1 \
                 ORDER BY made_ms DESC",
            )?;
            let rows = query.query_map([original.0], redaction)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn with_files(connection: &Connection, rows: Vec<(i64, RecordView)>) -> Result<Vec<RecordView>, LedgerError> {
    let mut records = Vec::with_capacity(rows.len());
    for (id, mut view) in rows {
        view.files = files(connection, id, view.kid)?;
        records.push(view);
    }
    Ok(records)
}
