//! Copies of pictures for publication: what is hidden is marked, the copy is looked at, and then it is public.
//!
//! Nothing is public before somebody has seen exactly that. To hide nothing is a decision, too, and is said; nobody makes it by
//! forgetting to mark.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::embargo;
use kuager_coordinator::ledger::{LedgerError, Seen};
use kuager_coordinator::media::Region;
use kuager_wire::desk::Act;
use kuager_wire::ids::MediaHash;
use serde::Deserialize;

use super::media::{Wanted, here, listed, not_found};
use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::previews::Preview;
use crate::response::{html, refuse, trouble, unwritten};
use crate::sealed::read;
use crate::state::Desk;
use crate::views::seen;

/// Records looked at for an embargo.
const RECORDS: u32 = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct Redact {
    regions: String,
    /// Whether somebody says that there is nothing to hide.
    nothing: Option<u8>,
}

#[derive(Template)]
#[template(path = "redact.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    media: MediaHash,
    copy: MediaHash,
    kib: usize,
    regions: usize,
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

/// Makes a copy to be looked at.
pub(crate) async fn make(
    State(desk): State<Desk>,
    Path(media): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Redact>,
) -> Result<Response, Response> {
    let wrong = |reason: &str| refuse(StatusCode::UNPROCESSABLE_ENTITY, reason);
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    if listed(&desk, media).await.map_err(trouble)?.is_none() {
        return Err(not_found());
    }
    let regions = regions(&form.regions)
        .map_err(|line| wrong(&format!("line {line} is not four whole numbers: left, top, width, height")))?;
    match (regions.is_empty(), form.nothing == Some(1)) {
        (true, false) => {
            return Err(wrong("mark at least one rectangle, or say that there is nothing to hide here"));
        }
        (false, true) => return Err(wrong("rectangles are marked, and it is said that there is nothing to hide")),
        _ => {}
    }
    if withheld(&desk, media).await.map_err(trouble)? {
        return Err(refuse(StatusCode::FORBIDDEN, "an embargo lies on what this picture belongs to"));
    }
    let made = desk.media.redacted(media, regions).await.map_err(|error| wrong(&error.to_string()))?;
    let copy = desk.previews.add(media, made);
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    Ok(Redirect::to(&format!("/media/{media}/redact/{copy}?lang={}", language.code)).into_response())
}

/// Whether an embargo lies on a record that lists a file.
async fn withheld(desk: &Desk, media: MediaHash) -> Result<bool, LedgerError> {
    let (published, now_ms) = (desk.published(), desk.app.clock.now_ms());
    let records = desk.app.ledger.records_listing(media, RECORDS).await?;
    Ok(records.iter().filter_map(|view| read(&view.bytes)).any(|record| {
        let pack = record.form.as_ref().and_then(|form| published.packs.get(&form.pack));
        embargo::withheld(&record, pack.map(|signed| &signed.pack), &published.latest.pack, now_ms).is_some()
    }))
}

/// A copy that waits.
#[expect(clippy::result_large_err, reason = "both are responses")]
fn waiting(desk: &Desk, media: &str, copy: &str) -> Result<Arc<Preview>, Response> {
    let media: MediaHash = media.parse().map_err(|_| not_found())?;
    let copy: MediaHash = copy.parse().map_err(|_| not_found())?;
    desk.previews.get(media, copy).ok_or_else(gone)
}

fn gone() -> Response {
    refuse(StatusCode::NOT_FOUND, "this copy does not wait to be looked at any more; nothing is public, make it again")
}

/// The page of a copy that is about to be public.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path((media, copy)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let preview = waiting(&desk, &media, &copy)?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let Preview { original: media, copy, made } = preview.as_ref();
    html(&Page {
        frame: Frame::new(pack, format!("/media/{media}/redact/{copy}?"), &visitor),
        language,
        media: *media,
        copy: *copy,
        kib: made.bytes.len().div_ceil(1024),
        regions: made.regions.len(),
    })
}

/// The bytes of a copy that is about to be public.
pub(crate) async fn bytes(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path((media, copy)): Path<(String, String)>,
) -> Result<Response, Response> {
    let preview = waiting(&desk, &media, &copy)?;
    // It shows what the original shows, but for what is black.
    seen(&desk, &visitor, Seen::Original(preview.original)).await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], preview.made.bytes.clone()).into_response())
}

/// Makes a copy public that was looked at.
pub(crate) async fn keep(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path((media, copy)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let preview = waiting(&desk, &media, &copy)?;
    let Preview { original: media, copy, made } = preview.as_ref();
    let regions = u64::try_from(made.regions.len()).unwrap_or(u64::MAX);
    // Written down before it counts: what is public without a name beside it cannot be explained later.
    let act = Act::Redaction { media: *media, copy: *copy, regions };
    desk.act(visitor.by(), act).await.map_err(unwritten)?;
    let kept = desk.media.make_public(*media, made.clone()).await;
    kept.map_err(|error| refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()))?;
    desk.previews.take(*media, *copy);
    Ok(Redirect::to(&format!("{}#copies", here(&desk, *media, &wanted))).into_response())
}
