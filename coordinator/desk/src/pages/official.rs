//! Official figures beside protocols: where they differ, the largest difference first, each row with what it rests on.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::book::{Discrepancy, Sought};
use kuager_analysis::official;
use kuager_wire::ids::{ContentHash, EntryHash};
use kuager_wire::pack::Pack;
use kuager_wire::protocol::LineRole;
use serde::Deserialize;

use crate::figures::whole;
use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::listing::Pages;
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::response::{html, refuse, unwritten};
use crate::state::Desk;
use crate::stations::{self, escaped};

/// Rows of a page.
const ROWS: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    contest: String,
    region: String,
    page: usize,
}

impl Wanted {
    fn sought(&self) -> Sought<'_> {
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        Sought { contest: some(self.contest.as_str()), region: some(self.region.as_str()) }
    }

    /// What is looked for, behind a path, without page and language.
    fn here(&self, path: &str) -> String {
        let mut here = path.to_owned();
        for (name, value) in [("contest", &self.contest), ("region", &self.region)] {
            if !value.is_empty() {
                here.push_str(&format!("{name}={}&", escaped(value)));
            }
        }
        here
    }
}

#[derive(Template)]
#[template(path = "official.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    contests: Vec<Choice>,
    regions: Vec<Choice>,
    found: usize,
    stations: usize,
    rows: Vec<Row>,
    /// Whether figures can be taken back here.
    leads: bool,
    /// Where that is sent to.
    back: String,
    before: Option<String>,
    after: Option<String>,
}

struct Row {
    station: String,
    key: String,
    query: String,
    line: String,
    said: String,
    official: String,
    difference: String,
    /// The copies: short and whole.
    records: Vec<(String, String)>,
    entry: EntryHash,
    /// Whose figures they are, and of which form.
    speaker: Option<(String, String)>,
}

/// A line, what asks for it, and who said the figure.
type Differing = (Discrepancy, Option<String>, Option<(String, String)>);

/// The page of all lines that differ.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let first = wanted.page.saturating_mul(ROWS);
    let (contests, found, stations, shown) = desk.look_at_acts(|acts, book| {
        let found = book.discrepancies(wanted.sought());
        let stations: BTreeSet<Option<String>> = found.iter().map(|row| row.key.station.clone()).collect();
        let all = found.len();
        let shown: Vec<Differing> = found
            .into_iter()
            .skip(first)
            .take(ROWS)
            .map(|row| {
                let asked = row.question.as_ref().and_then(|(form, id)| book.question(form, id, &language.code));
                let speaker = acts.officials.speaker(row.key.station.as_deref().unwrap_or_default(), &row.contest);
                let speaker = speaker.map(|(stage, form)| (stage.to_owned(), form.to_owned()));
                (row, asked, speaker)
            })
            .collect();
        (book.contests(), all, stations.len(), shown)
    });
    let rows = shown.into_iter().map(|(row, asked, speaker)| Row {
        station: stations::name(&published, language, row.key.station.as_deref()).0,
        query: stations::query(row.key.station.as_deref()),
        line: line(&row, asked, pack, language),
        said: row.said.iter().map(|said| whole(*said)).collect::<Vec<_>>().join(" / "),
        official: whole(row.official),
        difference: whole(row.difference),
        records: row
            .records
            .iter()
            .map(ToString::to_string)
            .map(|record| (record.chars().take(8).collect(), record))
            .collect(),
        entry: EntryHash(row.entry),
        speaker,
        key: row.key.station.unwrap_or_default(),
    });
    let here = wanted.here("/official?");
    let turned = |page: usize| format!("{here}page={page}&lang={}", language.code);
    let rows: Vec<_> = rows.collect();
    let Pages { before, after, .. } = Pages::of(wanted.page, rows.len(), ROWS, found, turned, language);
    html(&Page {
        frame: Frame::new(pack, here.clone(), &visitor),
        language,
        contests: lines::choices(
            contests.iter().map(|key| (key.clone(), lines::contest(pack, key, language))),
            &wanted.contest,
        ),
        regions: lines::choices(
            stations::regions(&published).into_iter().map(|key| {
                let name = lines::region(pack, &key, language);
                (key, name)
            }),
            &wanted.region,
        ),
        found,
        stations,
        rows,
        leads: visitor.has_any(LEADING),
        back: format!("{}lang={}", wanted.here("/official/back?"), language.code),
        before,
        after,
    })
}

/// What the paper calls the line: for votes, for whom they are.
fn line(row: &Discrepancy, asked: Option<String>, pack: &Pack, language: &Language) -> String {
    match asked.filter(|_| row.column.role != LineRole::Votes) {
        Some(asked) => asked,
        None => lines::named(pack, &row.contest, &row.column, language),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    stage: String,
    form: String,
    station: String,
}

/// Takes the figures of a stage about a station back.
pub(crate) async fn back(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
    Form(back): Form<Back>,
) -> Result<Response, Response> {
    let stations = [back.station];
    // There is no file that says it: a person does, whom the entry names.
    let acts = desk.look_at_acts(|acts, _| {
        official::taken_back(&acts.officials, ContentHash([0; 32]), &back.stage, &back.form, &stations)
    });
    let act = acts.into_iter().next();
    let act = act.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no such figures are held; load the page again"))?;
    desk.act(visitor.by(), act).await.map_err(unwritten)?;
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    Ok(Redirect::to(&format!("{}lang={}", wanted.here("/official?"), language.code)).into_response())
}
