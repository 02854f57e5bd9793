//! What is known of files.

use std::collections::{BTreeMap, VecDeque};

use async_trait::async_trait;
use kuager_wire::ids::{Kid, MediaHash, ObserverId, RecordHash};
use kuager_wire::record::AttachmentRole;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{file_role, file_role_number, fixed, from_sql};
use super::handle::SqliteLedger;
use super::redactions;
use crate::ledger::error::LedgerError;
use crate::ledger::files::{
    Alike, FileReport, FileView, Files, Findings, MediaView, PictureProblem, RecordView, ReportLimits, Unexamined,
};
use crate::ledger::uploads::UploadToken;

#[async_trait]
impl Files for SqliteLedger {
    async fn station_records_behind(
        &self,
        station: Option<&str>,
        newer: u32,
        limit: u32,
    ) -> Result<Vec<RecordView>, LedgerError> {
        let station = station.map(str::to_owned);
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.station IS ?1 AND (?1 IS NOT NULL \
                 OR r.follows IS NULL OR NOT EXISTS (SELECT 1 FROM records about WHERE about.hash = r.follows)) \
                 ORDER BY r.id DESC LIMIT ?2 OFFSET ?3"
            ))?;
            let rows = query.query_map(params![station, limit, newer], record)?.collect::<Result<Vec<_>, _>>()?;
            with_files(connection, with_words(connection, rows)?)
        })
        .await
    }

    async fn records_named(&self, records: Vec<RecordHash>) -> Result<Vec<RecordView>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.hash = ?1"
            ))?;
            let mut rows = Vec::with_capacity(records.len());
            for hash in records {
                rows.extend(query.query_row([hash.0], record).optional()?);
            }
            with_files(connection, with_words(connection, rows)?)
        })
        .await
    }

    async fn records_listing(&self, media: MediaHash, limit: u32) -> Result<Vec<RecordView>, LedgerError> {
        self.read(move |connection| listing(connection, media, limit)).await
    }

    async fn record_view(&self, hash: RecordHash) -> Result<Option<RecordView>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.hash = ?1"
            ))?;
            let rows = query.query_row([hash.0], record).optional()?.into_iter().collect();
            Ok(with_files(connection, rows)?.pop())
        })
        .await
    }

    async fn media(&self, media: MediaHash) -> Result<Option<MediaView>, LedgerError> {
        self.read(move |connection| view(connection, media)).await
    }

    async fn report(&self, media: MediaHash, limits: ReportLimits) -> Result<FileReport, LedgerError> {
        self.read(move |connection| {
            Ok(FileReport {
                records: listing(connection, media, limits.records)?,
                held: view(connection, media)?,
                preview: preview(connection, media)?,
                alike: alike(connection, media, limits)?,
                redactions: redactions::of(connection, media)?,
            })
        })
        .await
    }

    async fn next_unexamined(&self) -> Result<Option<Unexamined>, LedgerError> {
        self.write(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT m.hash, m.size, (SELECT a.mime FROM attachments a JOIN records r ON r.id = a.record \
                 JOIN uploads u ON u.kid = r.kid AND u.media = a.media WHERE a.media = m.hash \
                 AND u.receipt IS NOT NULL ORDER BY a.record LIMIT 1) \
                 FROM media m WHERE m.examined = 0 ORDER BY m.received_ms LIMIT 1",
            )?;
            let next = query.query_row([], |row| {
                let mime: Option<String> = row.get(2)?;
                Ok(Unexamined {
                    media: MediaHash(fixed(row, 0)?),
                    size: from_sql(row.get(1)?),
                    mime: mime.unwrap_or_default(),
                })
            });
            let next = next.optional()?;
            if let Some(Unexamined { media, .. }) = &next {
                connection.prepare_cached("UPDATE media SET examined = 1 WHERE hash = ?1")?.execute([media.0])?;
            }
            Ok(next)
        })
        .await
    }

    async fn set_findings(&self, media: MediaHash, findings: Findings) -> Result<(), LedgerError> {
        let claims = serde_json::to_string(&findings.claims).map_err(|error| LedgerError::Failed(error.to_string()))?;
        self.write(move |connection| {
            let (width, height) = findings.size.unzip();
            connection
                .prepare_cached(
                    "UPDATE media SET examined = 1, width = ?2, height = ?3, likeness = ?4, claims = ?5, \
                     problem = ?6 WHERE hash = ?1",
                )?
                .execute(params![
                    media.0,
                    width,
                    height,
                    findings.likeness,
                    claims,
                    findings.problem.map(PictureProblem::name)
                ])?;
            Ok(())
        })
        .await
    }
}

const RECORD: &str = "r.id, r.hash, r.kid, d.observer, r.station, r.received_ms, r.bytes, \
     (EXISTS (SELECT 1 FROM records later JOIN devices o ON o.kid = later.kid WHERE later.supersedes = r.hash \
     AND o.observer = d.observer AND NOT EXISTS (SELECT 1 FROM apart l WHERE l.record = later.id)) \
     OR EXISTS (SELECT 1 FROM records later JOIN devices o ON o.kid = later.kid WHERE later.supersedes = r.supersedes \
     AND o.observer = d.observer AND CASE WHEN later.kid = r.kid THEN later.seq > r.seq ELSE later.id > r.id END \
     AND NOT EXISTS (SELECT 1 FROM apart l WHERE l.record = later.id))), \
     EXISTS (SELECT 1 FROM apart a WHERE a.record = r.id)";

/// Words shown of one record, the newest.
const WORDS: u32 = 50;
/// Words shown with all records that are asked for.
const ALL_WORDS: usize = 1000;

/// These records and the words about them, and about those, in the order of arrival backwards.
fn with_words(connection: &Connection, rows: Vec<(i64, RecordView)>) -> Result<Vec<(i64, RecordView)>, LedgerError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.follows = ?1 ORDER BY r.id DESC LIMIT ?2"
    ))?;
    let most = rows.len().saturating_add(ALL_WORDS);
    let mut all: BTreeMap<i64, RecordView> = BTreeMap::new();
    let mut waiting: VecDeque<(i64, RecordView)> = rows.into();
    while let Some((id, view)) = waiting.pop_front() {
        if all.len() >= most || all.contains_key(&id) {
            continue;
        }
        for word in query.query_map(params![view.hash.0, WORDS], record)? {
            waiting.push_back(word?);
        }
        all.insert(id, view);
    }
    Ok(all.into_iter().rev().collect())
}

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
            apart: row.get(8)?,
            files: Vec::new(),
        },
    ))
}

fn listing(connection: &Connection, media: MediaHash, limit: u32) -> Result<Vec<RecordView>, LedgerError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {RECORD} FROM records r JOIN devices d ON d.kid = r.kid WHERE r.id IN \
         (SELECT record FROM attachments WHERE media = ?1) ORDER BY r.id LIMIT ?2"
    ))?;
    let rows = query.query_map(params![media.0, limit], record)?.collect::<Result<Vec<_>, _>>()?;
    with_files(connection, rows)
}

fn with_files(connection: &Connection, rows: Vec<(i64, RecordView)>) -> Result<Vec<RecordView>, LedgerError> {
    let mut records = Vec::with_capacity(rows.len());
    for (id, mut view) in rows {
        view.files = files(connection, id, view.kid)?;
        records.push(view);
    }
    Ok(records)
}

fn files(connection: &Connection, id: i64, kid: Kid) -> Result<Vec<FileView>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT a.media, a.size, a.mime, a.role, a.original, a.label, u.token, u.receipt IS NOT NULL \
         FROM attachments a JOIN uploads u ON u.kid = ?2 AND u.media = a.media \
         WHERE a.record = ?1 ORDER BY a.position",
    )?;
    let files = query.query_map(params![id, kid.0], |row| {
        Ok(FileView {
            media: MediaHash(fixed(row, 0)?),
            size: from_sql(row.get(1)?),
            mime: row.get(2)?,
            role: file_role(row.get(3)?),
            of: row.get::<_, Option<[u8; 32]>>(4)?.map(MediaHash),
            label: row.get(5)?,
            token: UploadToken(fixed(row, 6)?),
            delivered: row.get(7)?,
        })
    })?;
    Ok(files.collect::<Result<_, _>>()?)
}

fn view(connection: &Connection, media: MediaHash) -> Result<Option<MediaView>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT size, received_ms, examined, width, height, likeness, claims, problem FROM media WHERE hash = ?1",
    )?;
    let view = query.query_row([media.0], |row| {
        let (width, height): (Option<u32>, Option<u32>) = (row.get(3)?, row.get(4)?);
        let claims: Option<String> = row.get(6)?;
        let problem: Option<String> = row.get(7)?;
        Ok(MediaView {
            size: from_sql(row.get(0)?),
            received_ms: from_sql(row.get(1)?),
            examined: row.get(2)?,
            findings: Findings {
                size: width.zip(height),
                likeness: row.get(5)?,
                claims: claims.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
                problem: problem.and_then(|name| name.parse().ok()),
            },
        })
    });
    Ok(view.optional()?)
}

/// Anybody can call a picture the preview of a file; the device that listed the file first is believed.
fn preview(connection: &Connection, original: MediaHash) -> Result<Option<MediaHash>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT a.media FROM attachments a JOIN records r ON r.id = a.record \
         JOIN uploads u ON u.kid = r.kid AND u.media = a.media \
         WHERE a.original = ?1 AND a.role = ?2 AND u.receipt IS NOT NULL AND r.kid = \
         (SELECT first.kid FROM attachments f JOIN records first ON first.id = f.record WHERE f.media = ?1 \
         ORDER BY f.record LIMIT 1) ORDER BY a.record LIMIT 1",
    )?;
    let role = file_role_number(AttachmentRole::Preview);
    Ok(query.query_row(params![original.0, role], |row| fixed(row, 0)).optional()?.map(MediaHash))
}

fn alike(connection: &Connection, media: MediaHash, limits: ReportLimits) -> Result<Vec<Alike>, LedgerError> {
    let mut likeness = connection.prepare_cached("SELECT likeness FROM media WHERE hash = ?1")?;
    let own = likeness.query_row([media.0], |row| row.get::<_, Option<[u8; 32]>>(0)).optional()?.flatten();
    let mut query = connection.prepare_cached(
        "SELECT r.station FROM attachments a JOIN records r ON r.id = a.record \
         JOIN uploads u ON u.kid = r.kid AND u.media = a.media \
         WHERE a.media = ?1 AND u.receipt IS NOT NULL GROUP BY r.station ORDER BY MIN(r.id)",
    )?;
    let mut stations =
        |media: &[u8; 32]| query.query_map([media], |row| row.get(0))?.collect::<Result<Vec<Option<String>>, _>>();
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
        if other == media.0 || distance > limits.reach {
            continue;
        }
        for station in stations(&other)? {
            if !own_stations.contains(&station) {
                found.push(Alike { media: MediaHash(other), station, distance });
            }
        }
    }
    found.sort_by_key(|alike| alike.distance);
    found.truncate(limits.alike);
    Ok(found)
}

/// In how many places two likenesses differ.
fn distance(one: &[u8; 32], other: &[u8; 32]) -> u32 {
    one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum()
}
