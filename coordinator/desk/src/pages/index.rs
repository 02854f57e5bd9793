//! All stations: which have been heard from, with what, and when. Its parts are sent alone, too, when they change.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::counts::{Count, RowCounts, RowKey};
use kuager_wire::cose::sha256;
use kuager_wire::pack::Pack;
use serde::Deserialize;

use crate::assets::LIVE_JS;
use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::html;
use crate::state::{Desk, Overview};
use crate::stations;
use crate::time::{Moment, Zone};

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

/// The page of all stations.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let overview = desk.overview();
    let language = Language::choose(&overview.published.latest.pack, wanted.lang.as_deref());
    html(&Index::new(&overview, &language).page(&visitor))
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    js: &'static str,
    at: String,
    election: &'a str,
    zone: String,
    numbers: Numbers<'a>,
    columns: Vec<&'a str>,
    other: String,
    sections: Vec<Section<'a>>,
}

/// A table of the page.
struct Section<'a> {
    heading: String,
    rows: Vec<Row<'a>>,
    total: Option<Row<'a>>,
}

#[derive(Template)]
#[template(path = "numbers.html")]
struct Numbers<'a> {
    language: &'a Language,
    records: u64,
    heard: usize,
    stations: usize,
    faults: u64,
}

#[derive(Template)]
#[template(path = "row.html")]
struct Row<'a> {
    language: &'a Language,
    id: String,
    /// The page of the station; none for a sum.
    link: Option<String>,
    name: String,
    key: &'a str,
    silent: bool,
    cells: Vec<Cell>,
}

struct Cell {
    count: u64,
    last: Moment,
}

/// What the page shows, in one language.
pub(crate) struct Index<'a> {
    language: &'a Language,
    overview: &'a Overview,
    pack: &'a Pack,
    zone: Zone,
}

impl<'a> Index<'a> {
    pub(crate) fn new(overview: &'a Overview, language: &'a Language) -> Self {
        let pack = &overview.published.latest.pack;
        Self { language, overview, pack, zone: Zone::of(pack) }
    }

    /// One station's row, as HTML.
    pub(crate) fn row(&self, key: &RowKey) -> askama::Result<String> {
        fragment(&self.row_of(key))
    }

    /// The sums over everything that counts, as HTML.
    pub(crate) fn total(&self) -> askama::Result<String> {
        fragment(&self.total_row())
    }

    /// The numbers above the table, as HTML.
    pub(crate) fn numbers(&self) -> askama::Result<String> {
        fragment(&self.counted())
    }

    fn page(&self, visitor: &Visitor) -> Page<'a> {
        let rows = self.overview.counts.rows();
        let row_of = |key: &RowKey| self.row_of(key);
        let listed =
            self.pack.stations.iter().map(|station| RowKey { training: false, station: Some(station.key.clone()) });
        // Of a directory too large for the pack only those are shown that have been heard from.
        let heard = rows.keys().filter(|key| !key.training && self.is_listed(key) && !self.is_carried(key));
        let mut sections = vec![Section {
            heading: String::new(),
            rows: listed.map(|key| row_of(&key)).chain(heard.map(row_of)).collect(),
            total: Some(self.total_row()),
        }];
        for (training, heading) in [(false, "index-unlisted"), (true, "index-training")] {
            let others = rows.keys().filter(|key| key.training == training && (training || !self.is_listed(key)));
            let rows: Vec<_> = others.map(row_of).collect();
            if !rows.is_empty() {
                sections.push(Section { heading: self.language.say(heading), rows, total: None });
            }
        }
        Page {
            frame: Frame::new(self.pack, "/?".to_owned(), visitor),
            language: self.language,
            js: LIVE_JS,
            at: self.overview.mark.to_string(),
            election: self.pack.text(&self.pack.title, &self.language.code),
            zone: self.zone.name(),
            numbers: self.counted(),
            columns: self.pack.forms.iter().map(|form| self.pack.text(&form.title, &self.language.code)).collect(),
            other: self.language.say("index-other"),
            sections,
        }
    }

    fn is_listed(&self, key: &RowKey) -> bool {
        key.station.as_deref().is_some_and(|station| self.overview.published.stations.contains_key(station))
    }

    fn is_carried(&self, key: &RowKey) -> bool {
        key.station.as_deref().is_some_and(|station| self.pack.station(station).is_some())
    }

    fn row_of(&self, key: &RowKey) -> Row<'a> {
        let station = key.station.as_deref();
        let counts = self.overview.counts.rows().get(key);
        let listed = station.and_then(|station| self.overview.published.stations.get(station));
        Row {
            language: self.language,
            id: id(key),
            link: counts.map(|_| format!("/station?{}lang={}", stations::query(station), self.language.code)),
            name: stations::name(&self.overview.published, self.language, station).0,
            key: listed.map_or("", |station| &station.key),
            silent: counts.is_none(),
            cells: self.cells(counts),
        }
    }

    fn total_row(&self) -> Row<'a> {
        let mut sums = RowCounts::default();
        for (_, counts) in self.counting() {
            for (form, count) in counts {
                sums.entry(form.clone()).or_default().add(*count);
            }
        }
        Row {
            language: self.language,
            id: "total".to_owned(),
            link: None,
            name: self.language.say("index-total"),
            key: "",
            silent: false,
            cells: self.cells(Some(&sums)),
        }
    }

    fn counted(&self) -> Numbers<'a> {
        Numbers {
            language: self.language,
            records: self.counting().flat_map(|(_, counts)| counts.values()).map(|count| count.count).sum(),
            heard: self.counting().filter(|(key, _)| self.is_listed(key)).count(),
            stations: self.overview.published.stations.len(),
            faults: self.overview.faults,
        }
    }

    /// The rows that are no training.
    fn counting(&self) -> impl Iterator<Item = (&'a RowKey, &'a RowCounts)> {
        self.overview.counts.rows().iter().filter(|(key, _)| !key.training)
    }

    /// One cell per column: the pack's forms, then everything else.
    fn cells(&self, counts: Option<&RowCounts>) -> Vec<Cell> {
        let mut columns = vec![Count::default(); self.pack.forms.len() + 1];
        for (form, count) in counts.into_iter().flatten() {
            let column = form.as_ref().and_then(|id| self.pack.forms.iter().position(|form| form.id == *id));
            columns[column.unwrap_or(self.pack.forms.len())].add(*count);
        }
        let cell = |count: Count| Cell { count: count.count, last: self.zone.moment(count.last_ms) };
        columns.into_iter().map(cell).collect()
    }
}

/// A part of the page. What is sent must not end in a line of its own.
fn fragment(part: &impl Template) -> askama::Result<String> {
    part.render().map(|html| html.trim_end().to_owned())
}

/// Names a row in the page. A hash, since people type anything as a station's name.
fn id(key: &RowKey) -> String {
    let hash = sha256(key.station.as_deref().unwrap_or_default().as_bytes());
    let kind = match (key.training, &key.station) {
        (true, _) => 't',
        (false, Some(_)) => 's',
        (false, None) => 'n',
    };
    format!("{kind}{}", data_encoding::HEXLOWER.encode(&hash[..8]))
}
