//! All tables, and each as a file.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use kuager_coordinator::ledger::Seen;
use kuager_tables::{Column, Format, Separator};
use serde::Deserialize;
use tokio::io::AsyncReadExt;

use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::{html, refuse};
use crate::state::Desk;
use crate::tables::{self, Asked, ExportError, Table, Whole};
use crate::time::Zone;
use crate::views::seen;

/// Bytes sent at once.
const CHUNK: usize = 64 * 1024;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
    /// Exercises, in the place of what counts.
    training: Option<u8>,
    /// What separates the fields of CSV.
    separator: Option<String>,
}

#[derive(Template)]
#[template(path = "tables.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    tables: Vec<Shown>,
}

struct Shown {
    name: String,
    about: String,
    columns: Vec<Column>,
    formats: Vec<&'static str>,
    withheld: Option<String>,
}

/// The page of all tables.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let (language, zone) = (&Language::choose(pack, wanted.lang.as_deref()), Zone::of(pack));
    let now_ms = desk.app.clock.now_ms();
    let tables = tables::all(&published).into_iter().map(|table| Shown {
        withheld: table
            .withheld(&published, now_ms)
            .map(|until_ms| language.say_with("tables-withheld", &[("until", zone.moment(until_ms).full.as_str())])),
        formats: formats(&table).map(Format::name).collect(),
        name: table.layout.name.into_owned(),
        about: table.layout.about.into_owned(),
        columns: table.layout.columns.into_owned(),
    });
    html(&Page { frame: Frame::new(pack, "/export?".to_owned(), &visitor), language, tables: tables.collect() })
}

/// The formats that there are of a table.
fn formats(table: &Table) -> impl Iterator<Item = Format> {
    let places = table.layout.has_places();
    Format::ALL.into_iter().filter(move |format| places || *format != Format::GeoJson)
}

/// A table as a file: whole, or not at all.
pub(crate) async fn file(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(file): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let unknown =
        || refuse(StatusCode::NOT_FOUND, "there is no such table; the page /export lists all, and the formats of each");
    let (name, format) = file.rsplit_once('.').ok_or_else(unknown)?;
    let format: Format = format.parse().map_err(|_| unknown())?;
    let table = tables::find(&published, name).ok_or_else(unknown)?;
    if !formats(&table).any(|known| known == format) {
        return Err(unknown());
    }
    may_go_out(&desk, &table)?;
    let language = Language::choose(&published.latest.pack, wanted.lang.as_deref()).code;
    let separator = match wanted.separator.as_deref() {
        // In the language of the page that leads here; without one, as RFC 4180 has it.
        None => wanted.lang.as_deref().map_or(Separator::Comma, |_| Separator::of_language(&language)),
        Some(named) => named.parse().map_err(|error: String| refuse(StatusCode::UNPROCESSABLE_ENTITY, &error))?,
    };
    let Ok(_turn) = desk.exports.try_acquire() else {
        let reason = "two tables are being written at this moment; try again in some seconds";
        let mut refusal = refuse(StatusCode::SERVICE_UNAVAILABLE, reason);
        refusal.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return Err(refusal);
    };
    seen(&desk, &visitor, Seen::Table(name.to_owned())).await?;
    let whole = Whole { asked: Asked { language, training: wanted.training == Some(1) }, format, separator };
    let (mut out, length) = written(&desk, &table, &whole).await.map_err(unwritten)?;
    out.seek(SeekFrom::Start(0)).map_err(|error| unwritten(ExportError::Write(error.into())))?;
    let stamp: String = Zone::of(&published.latest.pack)
        .moment(desk.app.clock.now_ms())
        .full
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            ':' | '-' => None,
            other => Some(other),
        })
        .collect();
    let disposition = format!("attachment; filename=\"{name}-{stamp}.{format}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, Body::from_stream(bytes(tokio::fs::File::from_std(out)))).into_response())
}

/// Refuses what says something of a poll before the embargo ends.
#[expect(clippy::result_large_err, reason = "a response")]
fn may_go_out(desk: &Desk, table: &Table) -> Result<(), Response> {
    let published = desk.published();
    let Some(until_ms) = table.withheld(&published, desk.app.clock.now_ms()) else { return Ok(()) };
    let until = Zone::of(&published.latest.pack).moment(until_ms);
    let until = if until.full.is_empty() { "for ever".to_owned() } else { format!("until {}", until.stamp) };
    Err(refuse(StatusCode::FORBIDDEN, &format!("this table says something of a poll and is given to nobody {until}")))
}

/// The table in a file that nobody else finds, and that is gone with the last who has it open.
async fn written(desk: &Desk, table: &Table, whole: &Whole) -> Result<(File, u64), ExportError> {
    let out = tempfile::tempfile_in(desk.app.deployment.dir()).map_err(kuager_tables::WriteError::Io)?;
    let into = out.try_clone().map_err(kuager_tables::WriteError::Io)?;
    tables::write(desk, table, whole, into).await?;
    let length = out.metadata().map_err(kuager_tables::WriteError::Io)?.len();
    Ok((out, length))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unwritten(error: ExportError) -> Response {
    tracing::error!(%error, "a table cannot be written");
    refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
}

fn bytes(file: tokio::fs::File) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok(chunk.into()), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    })
}
