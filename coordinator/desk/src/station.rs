//! One station: its records with their numbers beside the pictures.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_wire::cose::Envelope;
use kuager_wire::ids::MediaHash;
use kuager_wire::limits;
use kuager_wire::record::{AttachmentRole, Record};
use serde::Deserialize;

use super::answers::{Line, Words};
use super::page::{CSS, LANGUAGES, Language, MediaTexts, local};
use super::{Desk, html};
use kuager_coordinator::CoordinatorError;
use kuager_coordinator::app::short;
use kuager_coordinator::ledger::{FileView, RecordView};
use kuager_coordinator::shelf::Published;

/// Records shown of one station.
const RECORDS: u32 = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    key: Option<String>,
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "station.html")]
struct Page<'a> {
    language: &'a str,
    languages: &'a [(&'static str, &'static str)],
    texts: &'a MediaTexts,
    css: &'static str,
    /// The query behind this page's address, without the language.
    query: String,
    name: String,
    key: String,
    records: Vec<Entry>,
    full: bool,
}

/// A record as it is shown.
pub(super) struct Entry {
    pub(super) hash: String,
    pub(super) title: String,
    pub(super) seq: u64,
    pub(super) received: String,
    pub(super) stamp: String,
    pub(super) device: String,
    pub(super) observer: String,
    pub(super) training: bool,
    pub(super) corrected: bool,
    pub(super) lines: Vec<Line>,
    pub(super) pictures: Vec<Picture>,
}

/// A file of a record as it is shown.
pub(super) struct Picture {
    pub(super) media: MediaHash,
    pub(super) label: String,
    /// What is shown in its place: itself, its preview, or nothing yet.
    pub(super) shown: Option<MediaHash>,
    pub(super) held: bool,
    pub(super) arrived: u64,
    pub(super) size: u64,
}

/// MIME types every browser shows, and that hold no programs.
pub(super) fn is_shown(mime: &str) -> bool {
    matches!(mime, "image/jpeg" | "image/png" | "image/webp")
}

/// Percent-encodes a value for a query.
pub(super) fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The query of a station's page, without the language.
pub(super) fn query(station: Option<&str>) -> String {
    station.map(|key| format!("key={}&", encode(key))).unwrap_or_default()
}

/// The name of a station as people know it, and its key if it is in the list.
pub(super) fn name(published: &Published, language: &Language, station: Option<&str>) -> (String, String) {
    let pack = &published.latest.pack;
    match (station, station.and_then(|key| published.stations.get(key))) {
        (Some(key), Some(listed)) => (pack.text(&listed.name, language.code).to_owned(), key.to_owned()),
        (Some(typed), None) => (typed.to_owned(), String::new()),
        (None, _) => (language.nowhere().to_owned(), String::new()),
    }
}

/// Reads a record that was verified when it was stored.
pub(super) fn read(bytes: &[u8]) -> Option<Record> {
    Envelope::parse(bytes, limits::RECORD).and_then(|envelope| envelope.statement()).ok()
}

impl Desk {
    /// What is shown of a record.
    pub(super) async fn entry(&self, view: &RecordView, language: &Language) -> Option<Entry> {
        let record = read(&view.bytes)?;
        let published = self.app.shelf.published();
        let pack = record.form.as_ref().and_then(|form| published.packs.get(&form.pack));
        let words =
            Words { pack: pack.map(|signed| &signed.pack), language: language.code, texts: &language.texts.media };
        let (received, stamp) = local(view.received_ms);
        let mut pictures = Vec::new();
        for file in view.files.iter().filter(|file| file.role != AttachmentRole::Preview) {
            pictures.push(self.picture(file, &view.files).await);
        }
        Some(Entry {
            hash: view.hash.to_string(),
            title: words.title(&record),
            seq: record.seq,
            received,
            stamp,
            device: short(view.kid),
            observer: view.observer.to_string()[..8].to_owned(),
            training: record.training == Some(true),
            corrected: view.corrected,
            lines: words.lines(&record),
            pictures,
        })
    }

    /// What is shown for a file: the small preview where there is one, since it comes first and loads quickly.
    async fn picture(&self, file: &FileView, files: &[FileView]) -> Picture {
        let preview = files.iter().find(|other| other.of == Some(file.media) && other.held && is_shown(&other.mime));
        let shown = preview.or(Some(file).filter(|file| file.held && is_shown(&file.mime)));
        let arrived = if file.held { file.size } else { self.media.arrived(file.token).await.unwrap_or(0) };
        Picture {
            media: file.media,
            label: file.label.clone().unwrap_or_default(),
            shown: shown.map(|shown| shown.media),
            held: file.held,
            arrived: arrived / 1024,
            size: file.size.div_ceil(1024),
        }
    }
}

/// The page of a station.
pub(super) async fn station(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> Result<Response, Response> {
    let language = desk.language(wanted.lang.as_deref());
    let (ledger, key) = (desk.app.ledger.clone(), wanted.key.clone());
    let read = tokio::task::spawn_blocking(move || ledger.station_records(key.as_deref(), RECORDS)).await;
    let views = read.map_err(|_| CoordinatorError::Worker).and_then(|read| Ok(read?)).map_err(super::trouble)?;
    let mut records = Vec::with_capacity(views.len());
    for view in &views {
        records.extend(desk.entry(view, &language).await);
    }
    let published: Arc<Published> = desk.app.shelf.published();
    let (name, key) = name(&published, &language, wanted.key.as_deref());
    let page = Page {
        language: language.code,
        languages: &LANGUAGES,
        texts: &language.texts.media,
        css: CSS,
        query: query(wanted.key.as_deref()),
        name,
        key,
        full: records.len() >= usize::try_from(RECORDS).unwrap_or(usize::MAX),
        records,
    };
    html(&page)
}
