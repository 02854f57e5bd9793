//! Official figures beside protocols: where they differ, the largest difference first, each row with what it rests on.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::Discrepancy;
use kuager_wire::ids::EntryHash;
use kuager_wire::pack::Pack;
use kuager_wire::protocol::LineRole;
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::response::html;
use crate::state::Desk;
use crate::stations;

/// Rows of a page.
const ROWS: usize = 200;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "official.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    /// Whether figures can be taken over here.
    imports: bool,
    found: usize,
    stations: usize,
    rows: Vec<Row>,
    before: Option<String>,
    after: Option<String>,
}

struct Row {
    station: String,
    query: String,
    line: String,
    said: String,
    official: i64,
    difference: u64,
    entry: EntryHash,
}

/// The page of all lines that differ.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let (found, asked) = desk.look(|book| {
        let found = book.discrepancies();
        let asked: Vec<Option<String>> = found
            .iter()
            .map(|row| row.question.as_ref().and_then(|(form, id)| book.question(form, id, &language.code)))
            .collect();
        (found, asked)
    });
    let mut places: Vec<Option<&str>> = found.iter().map(|row| row.key.station.as_deref()).collect();
    places.sort_unstable();
    places.dedup();
    let stations = places.len();
    let first = wanted.page.saturating_mul(ROWS);
    let rows = found.iter().zip(asked).skip(first).take(ROWS).map(|(row, asked)| Row {
        station: stations::name(&published, language, row.key.station.as_deref()).0,
        query: stations::query(row.key.station.as_deref()),
        line: line(row, asked, pack, language),
        said: row.said.iter().map(i64::to_string).collect::<Vec<_>>().join(" / "),
        official: row.official,
        difference: row.difference,
        entry: EntryHash(row.entry),
    });
    let turned = |page: usize| format!("/official?page={page}&lang={}", language.code);
    html(&Page {
        frame: Frame::new(pack, "/official?".to_owned(), &visitor),
        language,
        imports: visitor.has_any(LEADING),
        found: found.len(),
        stations,
        rows: rows.collect(),
        before: (wanted.page > 0).then(|| turned(wanted.page.saturating_sub(1))),
        after: (first.saturating_add(ROWS) < found.len()).then(|| turned(wanted.page.saturating_add(1))),
    })
}

/// What the paper calls the line: for votes, for whom they are.
fn line(row: &Discrepancy, asked: Option<String>, pack: &Pack, language: &Language) -> String {
    let option = row.column.option.as_deref().filter(|_| row.column.role == LineRole::Votes).and_then(|key| {
        let contest = pack.contest(&row.contest)?;
        let option = contest.options.iter().find(|option| option.key == key)?;
        Some(pack.text(&option.text, &language.code).to_owned())
    });
    option.or(asked).unwrap_or_else(|| row.column.role.name().to_owned())
}
