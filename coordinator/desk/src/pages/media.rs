//! One file: the picture, what is known of it, and what can be done about it.
//!
//! The bytes of originals leave the coordinator here and nowhere else, and here only to this machine. Asking for another
//! photo is a form; it is accepted from this very page only (`guard`).

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kuager_coordinator::app::short;
use kuager_coordinator::http::files;
use kuager_coordinator::inbox::ask_retake;
use kuager_coordinator::journal;
use kuager_coordinator::ledger::{Alike, DeskRole, FileView, LedgerError, PictureProblem, ReportLimits, Seen};
use kuager_coordinator::media::ALIKE;
use kuager_wire::desk::Act;
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::record::{AttachmentRole, MediaSource};
use serde::Deserialize;

use crate::answers;
use crate::assets::REDACT_JS;
use crate::entry::{Entry, is_shown};
use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::{html, refuse, trouble, unwritten};
use crate::sealed::read;
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;
use crate::views::seen;

/// Records shown that list one file.
const RECORDS: u32 = 50;
/// Similar pictures shown.
const ALIKES: usize = 20;
/// MIME types a browser may show by itself, and that hold no programs; everything else is only offered for saving.
const PLAYED: [&str; 17] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/3gpp",
    "video/ogg",
    "audio/mp4",
    "audio/x-m4a",
    "audio/mpeg",
    "audio/aac",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "audio/flac",
];
/// What is saved under a name that its owner's programs know: pictures and sound that browsers do not have, and PDF, which
/// may hold scripts and is therefore never opened here.
const SAVED: [(&str, &str, &str); 11] = [
    ("application/pdf", "application/pdf", "pdf"),
    ("image/heic", BYTES, "heic"),
    ("image/heif", BYTES, "heif"),
    ("image/avif", BYTES, "avif"),
    ("image/tiff", BYTES, "tiff"),
    ("image/bmp", BYTES, "bmp"),
    ("audio/amr", BYTES, "amr"),
    ("audio/amr-wb", BYTES, "awb"),
    ("audio/3gpp", BYTES, "3gp"),
    ("audio/x-caf", BYTES, "caf"),
    ("video/x-matroska", BYTES, "mkv"),
];
/// What nobody is told more of.
const BYTES: &str = "application/octet-stream";
/// Characters of a request for another photo.
const TEXT: usize = 1000;

#[derive(Template)]
#[template(path = "media.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    js: &'static str,
    zone: String,
    media: MediaHash,
    mime: String,
    kib: u64,
    /// What is shown: itself, or its preview.
    shown: Option<MediaHash>,
    /// Previews of its parts.
    pieces: Vec<MediaHash>,
    itself: bool,
    video: bool,
    sound: bool,
    complete: Option<Complete>,
    of: Option<MediaHash>,
    claims: Vec<(String, String)>,
    listings: Vec<Listing>,
    alike: Vec<Elsewhere>,
    /// Whether who looks at it may ask for another photo.
    retakes: bool,
    redactable: bool,
    redactions: Vec<Copy>,
    asked: bool,
}

/// A file that has arrived.
struct Complete {
    received: String,
    pixels: String,
    problem: String,
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
    /// When another photo was asked for.
    asked: Vec<String>,
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

/// How much the page says of a file.
const LIMITS: ReportLimits = ReportLimits { records: RECORDS, reach: ALIKE, alike: ALIKES };

/// A file as the first record that lists it describes it; nothing for a file that no record lists.
pub(super) async fn listed(desk: &Desk, media: MediaHash) -> Result<Option<FileView>, LedgerError> {
    let records = desk.app.ledger.records_listing(media, 1).await?;
    Ok(records.into_iter().flat_map(|record| record.files).find(|file| file.media == media))
}

pub(super) fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, "no record lists such a file")
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    pub(super) lang: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
    asked: Option<String>,
}

/// The page of a file.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(media): Path<String>,
    Query(wanted): Query<Asked>,
) -> Result<Response, Response> {
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    seen(&desk, &visitor, Seen::File(media)).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let (language, zone) = (&Language::choose(pack, wanted.lang.as_deref()), Zone::of(pack));
    let known = desk.app.ledger.report(media, LIMITS).await.map_err(trouble)?;
    let mut listings = Vec::new();
    let mut file = None;
    for view in &known.records {
        for listed in view.files.iter().filter(|file| file.media == media) {
            let Some(entry) = Entry::new(&desk, view, language).await else { continue };
            let record = read(&view.bytes);
            let label = listed.label.as_deref().zip(record.as_ref()).map(|(label, record)| {
                let pack = record.form.as_ref().and_then(|form| published.packs.get(&form.pack));
                answers::label(record, pack.map(|signed| &signed.pack), language, label)
            });
            let attachments = record.iter().flat_map(|record| record.attachments.iter().flatten());
            let attachment = attachments.clone().find(|attachment| attachment.hash == media);
            let source = attachment.and_then(|attachment| attachment.source);
            let said = attachment.and_then(|attachment| attachment.claims.clone()).unwrap_or_default();
            let entries = journal::about(&desk.app, view.hash).await.map_err(unwritten)?;
            let asked = entries.iter().filter(|entry| entry.asks_again(media));
            let arrived =
                if listed.delivered { listed.size } else { desk.media.arrived(listed.token).await.unwrap_or(0) };
            listings.push(Listing {
                record: entry.hash,
                title: entry.title,
                station: stations::name(&published, language, view.station.as_deref()).0,
                query: stations::query(view.station.as_deref()),
                label: label.unwrap_or_default(),
                role: language.say(role(listed.role)),
                source: source.map(|source| language.say(self::source(source))).unwrap_or_default(),
                asked: asked.map(|entry| zone.moment(entry.entry.at_ms).full).collect(),
                received: entry.received.full,
                device: short(view.kid),
                receipted: listed.delivered,
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
    // Those of the record that brought the preview which is shown; anybody can call a picture a part of another.
    let brought = known.records.iter().find(|view| view.files.iter().any(|file| Some(file.media) == known.preview));
    let made = brought.iter().flat_map(|view| &view.files).filter(|file| {
        file.of == Some(media) && file.role == AttachmentRole::Preview && file.delivered && is_shown(&file.mime)
    });
    let pieces: Vec<MediaHash> = made.map(|file| file.media).filter(|piece| Some(*piece) != known.preview).collect();
    let problem = known.held.as_ref().and_then(|held| held.findings.problem);
    // What could not be examined here is not given to a browser by itself either.
    let itself = known.held.is_some() && problem.is_none() && PLAYED.contains(&file.mime.as_str());
    let elsewhere = |alike: &Alike| Elsewhere {
        media: alike.media,
        same: alike.distance == 0 && alike.media == media,
        station: stations::name(&published, language, alike.station.as_deref()).0,
        query: stations::query(alike.station.as_deref()),
    };
    let pixels = known.held.as_ref().and_then(|held| held.findings.size);
    let page = Page {
        frame: Frame::new(pack, format!("/media/{media}?"), &visitor),
        language,
        js: REDACT_JS,
        zone: zone.name(),
        media,
        kib: file.size.div_ceil(1024),
        shown: if itself { Some(media) } else { known.preview },
        pieces: if itself { Vec::new() } else { pieces },
        itself,
        video: itself && file.mime.starts_with("video/"),
        sound: itself && file.mime.starts_with("audio/"),
        complete: known.held.as_ref().map(|held| Complete {
            received: zone.moment(held.received_ms).full,
            pixels: pixels.map(|(width, height)| format!("{width} × {height}")).unwrap_or_default(),
            problem: problem.map(|problem| language.say(self::problem(problem))).unwrap_or_default(),
        }),
        of: file.of,
        claims: known.held.map(|held| held.findings.claims).unwrap_or_default(),
        alike: known.alike.iter().map(elsewhere).collect(),
        retakes: visitor.has(DeskRole::Coordinator),
        redactable: visitor.has(DeskRole::Publisher)
            && itself
            && file.role == AttachmentRole::Original
            && pixels.is_some(),
        redactions: known
            .redactions
            .iter()
            .map(|row| Copy { media: row.media, made: zone.moment(row.made_ms).full, kib: row.size.div_ceil(1024) })
            .collect(),
        asked: wanted.asked.is_some(),
        mime: file.mime,
        listings,
    };
    html(&page)
}

/// The bytes of a file, or of a redacted copy.
pub(crate) async fn bytes(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(media): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, Response> {
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let mime = match listed(&desk, media).await.map_err(trouble)? {
        Some(file) => {
            // Previews belong to the page that shows them, which was written down.
            if file.role == AttachmentRole::Original {
                seen(&desk, &visitor, Seen::Original(media)).await?;
            }
            file.mime
        }
        None => {
            let copy = desk.app.ledger.redaction(media).await.map_err(trouble)?;
            copy.map(|_| "image/jpeg".to_owned()).ok_or_else(not_found)?
        }
    };
    let object = desk.media.object(media).await.map_err(IntoResponse::into_response)?;
    let object = object.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "the file is not here yet"))?;
    let played = PLAYED.iter().find(|known| **known == mime);
    let mut response = files::answer(&method, &asked, media, object);
    let headers = response.headers_mut();
    let saved = SAVED.iter().find(|(known, ..)| *known == mime);
    let kind = played.copied().or(saved.map(|(_, kind, _)| *kind)).unwrap_or(BYTES);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if played.is_none() {
        let name = saved.and_then(|(.., ending)| {
            let name = format!("attachment; filename=\"{}.{ending}\"", &media.to_string()[..16]);
            HeaderValue::try_from(name).ok()
        });
        let disposition = name.unwrap_or(HeaderValue::from_static("attachment"));
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Retake {
    record: RecordHashText,
    text: String,
}

/// The page of a file in the language that is being read.
pub(super) fn here(desk: &Desk, media: MediaHash, wanted: &Wanted) -> String {
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    format!("/media/{media}?lang={}", language.code)
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
pub(crate) async fn retake(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(media): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Retake>,
) -> Result<Response, Response> {
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let text: String = form.text.trim().chars().take(TEXT).collect();
    if text.is_empty() {
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "say what to photograph again"));
    }
    let records = desk.app.ledger.records_listing(media, RECORDS).await.map_err(trouble)?;
    let record = records.into_iter().find(|record| record.hash == form.record.0).ok_or_else(not_found)?;
    match ask_retake(&desk.app, record.observer, &text, record.hash, media).await {
        Ok(message) => {
            let act = Act::Retake { record: record.hash, media, message };
            desk.act(visitor.by(), act).await.map_err(unwritten)?;
            Ok(Redirect::to(&format!("{}&asked=1", here(&desk, media, &wanted))).into_response())
        }
        Err(error) => Err(refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())),
    }
}

fn role(role: AttachmentRole) -> &'static str {
    match role {
        AttachmentRole::Original => "file-original",
        AttachmentRole::Preview => "file-preview",
        AttachmentRole::Redacted => "file-redacted",
    }
}

fn problem(problem: PictureProblem) -> &'static str {
    match problem {
        PictureProblem::TooLarge => "file-problem-too-large",
        PictureProblem::Impossible => "file-problem-impossible",
        PictureProblem::Unreadable => "file-problem-unreadable",
        PictureProblem::GaveUp => "file-problem-gave-up",
    }
}

fn source(source: MediaSource) -> &'static str {
    match source {
        MediaSource::Captured => "file-captured",
        MediaSource::Imported => "file-imported",
        MediaSource::Derived => "file-derived",
    }
}

#[cfg(test)]
mod tests;
