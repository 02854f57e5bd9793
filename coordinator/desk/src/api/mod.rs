//! What programs read: the same tables as everybody, as JSON, page by page.
//!
//! A token opens it and no cookie, so no page of somebody else can make a browser ask. Nothing can be changed here. What a page of a
//! table ends with (`next`) can be kept: asked for again, it shows what came since.

mod openapi;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kuager_tables::{Format, moment, object};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::language::Language;
use crate::state::Desk;
use crate::tables::{self, Asked, Position, Reader, Table};

/// Rows of a page, if nothing else is asked for.
const USUAL: usize = 200;
/// Rows of a page at most.
const MOST: usize = 1000;

/// What a page is asked for with.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    /// Where the last page ended.
    cursor: Option<String>,
    limit: Option<usize>,
    lang: Option<String>,
    /// Exercises, in the place of what counts.
    training: Option<bool>,
}

fn answer(status: StatusCode, kind: &'static str, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], Body::from(body.to_string())).into_response()
}

/// What went wrong, as RFC 9457 has it.
fn problem(status: StatusCode, detail: &str, more: Map<String, Value>) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let mut said = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    if let Some(said) = said.as_object_mut() {
        said.extend(more);
    }
    answer(status, "application/problem+json", &said)
}

/// Until when nobody is given a table, as it is said.
fn withheld(desk: &Desk, table: &Table) -> Option<String> {
    let published = desk.published();
    let until_ms = table.withheld(&published, desk.app.clock.now_ms())?;
    let until = moment(until_ms, published.latest.pack.utc_offset.unwrap_or(0));
    Some(if until.is_empty() { "for ever".to_owned() } else { until })
}

/// All tables with their columns.
pub(crate) async fn tables(State(desk): State<Desk>) -> Response {
    let published = desk.published();
    let tables = tables::all(&published).into_iter().map(|table| {
        let columns = table.layout.columns.iter().map(|column| {
            json!({ "name": column.name, "kind": column.kind.name(), "unit": column.unit, "about": column.about })
        });
        let places = table.layout.has_places();
        let formats = Format::ALL.into_iter().filter(|format| places || *format != Format::GeoJson);
        json!({
            "name": table.layout.name,
            "about": table.layout.about,
            "columns": columns.collect::<Vec<_>>(),
            "formats": formats.map(Format::name).collect::<Vec<_>>(),
            "withheld_until": withheld(&desk, &table),
        })
    });
    answer(StatusCode::OK, "application/json", &json!({ "tables": tables.collect::<Vec<_>>() }))
}

/// A page of a table.
pub(crate) async fn rows(State(desk): State<Desk>, Path(name): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    let published = desk.published();
    let pack = &published.latest.pack;
    let none = Map::new();
    let Some(table) = tables::find(&published, &name) else {
        return problem(StatusCode::NOT_FOUND, "there is no such table; /api/v1/tables lists all", none);
    };
    if let Some(until) = withheld(&desk, &table) {
        let more = [("withheld_until".to_owned(), until.into())].into_iter().collect();
        let detail = "this table says something of a poll and is given to nobody before the embargo ends";
        return problem(StatusCode::FORBIDDEN, detail, more);
    }
    let limit = wanted.limit.unwrap_or(USUAL);
    if limit == 0 || limit > MOST {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, &format!("limit is from 1 to {MOST}"), none);
    }
    let from = match wanted.cursor.as_deref() {
        None => Some(Position::default()),
        Some(cursor) => Position::read(cursor),
    };
    let Some(from) = from else {
        let detail =
            "cursor is what a page of this table ended with, as `next`; leave it out to begin at the beginning";
        return problem(StatusCode::UNPROCESSABLE_ENTITY, detail, none);
    };
    // One reads while others wait: however many ask, the desk's pages are not slower for it.
    let Ok(_turn) = desk.readers.acquire().await else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the program ends", none);
    };
    let language = Language::choose(pack, wanted.lang.as_deref()).code;
    let asked = Asked { language, training: wanted.training.unwrap_or(false) };
    let piece = match Reader::new(&desk, &table, asked).piece(from, limit).await {
        Ok(piece) => piece,
        Err(error) => {
            tracing::error!(%error, "a table cannot be read");
            return problem(StatusCode::SERVICE_UNAVAILABLE, &error.to_string(), none);
        }
    };
    let offset = pack.utc_offset.unwrap_or(0);
    let rows: Result<Vec<_>, _> = piece.rows.iter().map(|row| object(&table.layout, row, offset)).collect();
    match rows {
        Ok(rows) => {
            let made_at = moment(desk.app.clock.now_ms(), offset);
            let next = piece.next.text();
            let page = json!({ "table": name, "made_at": made_at, "rows": rows, "next": next, "more": piece.more });
            answer(StatusCode::OK, "application/json", &page)
        }
        Err(error) => {
            tracing::error!(%error, "a table cannot be written");
            problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string(), none)
        }
    }
}

/// The description of all this, as OpenAPI 3.1 has it.
pub(crate) async fn description(State(desk): State<Desk>) -> Response {
    match openapi::describe(&tables::all(&desk.published())).to_json() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the interface cannot be described");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
