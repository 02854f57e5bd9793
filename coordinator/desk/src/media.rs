//! One file: the picture, what is known of it, and what can be done about it.
//!
//! The bytes of originals leave the coordinator here and nowhere else, and here only to this machine. Asking for another
//! photo and making a redacted copy are forms; they are accepted from this very page only (`sent_from_here`).

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::record::{AttachmentRole, MediaSource};
use serde::Deserialize;

use super::page::{CSS, LANGUAGES, MediaTexts, REDACT_JS, local};
use super::station::{self, is_shown};
use super::{Desk, Wanted, html, refuse, trouble};
use kuager_coordinator::CoordinatorError;
use kuager_coordinator::app::short;
use kuager_coordinator::http::files::stream;
use kuager_coordinator::inbox::ask_retake;
use kuager_coordinator::ledger::{Alike, FileView, LedgerError, MediaView, RecordView, RedactionRow};
use kuager_coordinator::media::{ALIKE, Region};

/// Records shown that list one file.
const RECORDS: u32 = 50;
/// Similar pictures shown.
const ALIKES: usize = 20;
/// MIME types a browser may show by itself; everything else is only offered for saving.
const PLAYED: [&str; 6] = ["image/jpeg", "image/png", "image/webp", "video/mp4", "audio/mp4", "audio/x-m4a"];
/// Characters of a request for another photo.
const TEXT: usize = 1000;

#[derive(Template)]
#[template(path = "media.html")]
struct Page<'a> {
    language: &'a str,
    languages: &'a [(&'static str, &'static str)],
    texts: &'a MediaTexts,
    css: &'static str,
    js: &'static str,
    media: MediaHash,
    mime: String,
    kib: u64,
    /// What is shown: itself, or its preview.
    shown: Option<MediaHash>,
    itself: bool,
    video: bool,
    held: Option<Held>,
    of: Option<MediaHash>,
    claims: Vec<(String, String)>,
    listings: Vec<Listing>,
    alike: Vec<Elsewhere>,
    redactable: bool,
    redactions: Vec<Copy>,
    asked: bool,
}

struct Held {
    received: String,
    pixels: String,
}

struct Listing {
    record: String,
    title: String,
    station: String,
    query: String,
    label: String,
    role: String,
    source: String,
    received: String,
    device: String,
    receipted: bool,
    percent: u64,
    claims: Vec<(String, String)>,
}

struct Elsewhere {
    media: MediaHash,
    same: bool,
    station: String,
    query: String,
}

struct Copy {
    media: MediaHash,
    made: String,
    kib: u64,
}

/// Everything the ledger says of a file.
struct Known {
    records: Vec<RecordView>,
    held: Option<MediaView>,
    preview: Option<MediaHash>,
    alike: Vec<Alike>,
    redactions: Vec<RedactionRow>,
}

impl Desk {
    async fn known(&self, media: MediaHash) -> Result<Known, CoordinatorError> {
        let ledger = self.app.ledger.clone();
        let read = tokio::task::spawn_blocking(move || {
            Ok::<_, LedgerError>(Known {
                records: ledger.records_listing(media, RECORDS)?,
                held: ledger.media(media)?,
                preview: ledger.preview_of(media)?,
                alike: ledger.alike(media, ALIKE, ALIKES)?,
                redactions: ledger.redactions_of(media)?,
            })
        });
        Ok(read.await.map_err(|_| CoordinatorError::Worker)??)
    }

    /// A file as the first record that lists it describes it; nothing for a file that no record lists.
    async fn listed(&self, media: MediaHash) -> Result<Option<FileView>, CoordinatorError> {
        let ledger = self.app.ledger.clone();
        let read = tokio::task::spawn_blocking(move || ledger.records_listing(media, 1)).await;
        let records = read.map_err(|_| CoordinatorError::Worker)??;
        Ok(records.into_iter().flat_map(|record| record.files).find(|file| file.media == media))
    }
}

fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, "no record lists such a file")
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
    asked: Option<String>,
}

/// The page of a file.
pub(super) async fn page(
    State(desk): State<Desk>,
    Path(media): Path<String>,
    Query(wanted): Query<Asked>,
) -> Result<Response, Response> {
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let language = desk.language(wanted.lang.as_deref());
    let texts = &language.texts.media;
    let known = desk.known(media).await.map_err(trouble)?;
    let published = desk.app.shelf.published();
    let mut listings = Vec::new();
    let mut file = None;
    for view in &known.records {
        for listed in view.files.iter().filter(|file| file.media == media) {
            let Some(entry) = desk.entry(view, &language).await else { continue };
            let record = station::read(&view.bytes);
            let attachments = record.iter().flat_map(|record| record.attachments.iter().flatten());
            let attachment = attachments.clone().find(|attachment| attachment.hash == media);
            let source = attachment.and_then(|attachment| attachment.source);
            let said = attachment.and_then(|attachment| attachment.claims.clone()).unwrap_or_default();
            let arrived = if listed.held { listed.size } else { desk.media.arrived(listed.token).await.unwrap_or(0) };
            listings.push(Listing {
                record: entry.hash,
                title: entry.title,
                station: station::name(&published, &language, view.station.as_deref()).0,
                query: station::query(view.station.as_deref()),
                label: listed.label.clone().unwrap_or_default(),
                role: texts.role(listed.role).to_owned(),
                source: source.map_or("", |source| texts.source(source)).to_owned(),
                received: entry.received,
                device: short(view.kid),
                receipted: listed.receipted,
                percent: arrived.saturating_mul(100).checked_div(listed.size).unwrap_or(100),
                claims: [
                    said.taken.map(|taken| ("DateTimeOriginal".to_owned(), taken)),
                    said.orientation.map(|orientation| ("Orientation".to_owned(), orientation.to_string())),
                ]
                .into_iter()
                .flatten()
                .collect(),
            });
            file.get_or_insert_with(|| listed.clone());
        }
    }
    let file = file.ok_or_else(not_found)?;
    let itself = known.held.is_some() && PLAYED.contains(&file.mime.as_str());
    let elsewhere = |alike: &Alike| Elsewhere {
        media: alike.media,
        same: alike.distance == 0 && alike.media == media,
        station: station::name(&published, &language, alike.station.as_deref()).0,
        query: station::query(alike.station.as_deref()),
    };
    let pixels = known.held.as_ref().and_then(|held| held.findings.size);
    let page = Page {
        language: language.code,
        languages: &LANGUAGES,
        texts,
        css: CSS,
        js: REDACT_JS,
        media,
        kib: file.size.div_ceil(1024),
        shown: if itself { Some(media) } else { known.preview },
        itself,
        video: itself && !is_shown(&file.mime),
        held: known.held.as_ref().map(|held| Held {
            received: local(held.received_ms).0,
            pixels: pixels.map(|(width, height)| format!("{width} × {height}")).unwrap_or_default(),
        }),
        of: file.of,
        claims: known.held.map(|held| held.findings.claims).unwrap_or_default(),
        alike: known.alike.iter().map(elsewhere).collect(),
        redactable: itself && file.role == AttachmentRole::Original && pixels.is_some(),
        redactions: known
            .redactions
            .iter()
            .map(|row| Copy { media: row.media, made: local(row.made_ms).0, kib: row.size.div_ceil(1024) })
            .collect(),
        asked: wanted.asked.is_some(),
        mime: file.mime,
        listings,
    };
    html(&page)
}

/// The bytes of a file, or of a redacted copy.
pub(super) async fn bytes(State(desk): State<Desk>, Path(media): Path<String>) -> Result<Response, Response> {
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let mime = match desk.listed(media).await.map_err(trouble)? {
        Some(file) => file.mime,
        None => {
            let ledger = desk.app.ledger.clone();
            let read = tokio::task::spawn_blocking(move || ledger.redaction(media)).await;
            let copy = read.map_err(|_| CoordinatorError::Worker).and_then(|read| Ok(read?)).map_err(trouble)?;
            copy.map(|_| "image/jpeg".to_owned()).ok_or_else(not_found)?
        }
    };
    let object = desk.media.object(media).await.map_err(IntoResponse::into_response)?;
    let object = object.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "the file is not here yet"))?;
    let played = PLAYED.iter().find(|known| **known == mime);
    let mut response = stream(object).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(played.copied().unwrap_or("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    if played.is_none() {
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    Ok(response)
}

/// Whether a form was sent by a page of this desk, and not by another web page that happens to be open in the same
/// browser. Browsers say where a form comes from, and other pages cannot make them lie.
fn sent_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let origin = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    !host.is_empty() && origin == Some(host) && site.is_none_or(|site| site == "same-origin")
}

fn foreign_form() -> Response {
    refuse(StatusCode::FORBIDDEN, "this form was not sent by the desk's own page; open the page again")
}

#[derive(Debug, Deserialize)]
pub(super) struct Retake {
    record: RecordHashText,
    text: String,
}

/// A record hash in a form.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct RecordHashText(RecordHash);

impl TryFrom<String> for RecordHashText {
    type Error = kuager_wire::ids::NotAnId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// Asks the observer for another photo.
pub(super) async fn retake(
    State(desk): State<Desk>,
    Path(media): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    Form(form): Form<Retake>,
) -> Result<Response, Response> {
    if !sent_from_here(&headers) {
        return Err(foreign_form());
    }
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let text: String = form.text.trim().chars().take(TEXT).collect();
    if text.is_empty() {
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "say what to photograph again"));
    }
    let records = desk.known(media).await.map_err(trouble)?.records;
    let record = records.into_iter().find(|record| record.hash == form.record.0).ok_or_else(not_found)?;
    let app = desk.app.clone();
    let sent = tokio::task::spawn_blocking(move || ask_retake(&app, record.observer, &text, record.hash, media));
    match sent.await {
        Ok(Ok(())) => {
            let lang = desk.language(wanted.lang.as_deref()).code;
            Ok(Redirect::to(&format!("/media/{media}?lang={lang}&asked=1")).into_response())
        }
        Ok(Err(error)) => Err(refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())),
        Err(_) => Err(trouble(CoordinatorError::Worker)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Redact {
    regions: String,
}

/// Rectangles, one per line: left, top, width, height. The error is the number of the line that is none.
fn regions(text: &str) -> Result<Vec<Region>, usize> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let numbers = line.split([',', ';', ' ', '\t']).filter(|part| !part.is_empty()).map(str::parse);
            let numbers = numbers.collect::<Result<Vec<u32>, _>>().map_err(|_| number)?;
            numbers.try_into().map_err(|_| number)
        })
        .collect()
}

/// Makes a redacted copy.
pub(super) async fn redact(
    State(desk): State<Desk>,
    Path(media): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    Form(form): Form<Redact>,
) -> Result<Response, Response> {
    if !sent_from_here(&headers) {
        return Err(foreign_form());
    }
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let regions = regions(&form.regions).map_err(|line| {
        let text = format!("line {line} is not four whole numbers: left, top, width, height");
        refuse(StatusCode::UNPROCESSABLE_ENTITY, &text)
    })?;
    if desk.listed(media).await.map_err(trouble)?.is_none() {
        return Err(not_found());
    }
    match desk.media.redact(media, regions).await {
        Ok(_) => {
            let lang = desk.language(wanted.lang.as_deref()).code;
            Ok(Redirect::to(&format!("/media/{media}?lang={lang}#copies")).into_response())
        }
        Err(error) => Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())),
    }
}

impl MediaTexts {
    fn role(&self, role: AttachmentRole) -> &str {
        match role {
            AttachmentRole::Original => &self.original,
            AttachmentRole::Preview => &self.preview,
            AttachmentRole::Redacted => &self.redacted,
        }
    }

    fn source(&self, source: MediaSource) -> &str {
        match source {
            MediaSource::Captured => &self.captured,
            MediaSource::Imported => &self.imported,
            MediaSource::Derived => &self.derived,
        }
    }
}

#[cfg(test)]
mod tests;
