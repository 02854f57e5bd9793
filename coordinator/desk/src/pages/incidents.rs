//! Incidents of all stations: what weighs most and nobody has dealt with stands first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{IncidentOrder, IncidentQuery, IncidentRow};
use kuager_coordinator::ledger::Seen;
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::{Gravity, Pack};
use kuager_wire::record::IncidentStatus;
use serde::Deserialize;

use crate::entry::status;
use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::listing::{self, Chip, Filters, Pages, TYPED, some};
use crate::people::visitor::Visitor;
use crate::response::html;
use crate::state::Desk;
use crate::stations;
use crate::time::{Moment, Zone};
use crate::views::seen;

/// Rows of a page.
const ROWS: usize = 100;
/// Gravities, the heaviest first.
const GRAVITIES: [Gravity; 3] = [Gravity::Critical, Gravity::Serious, Gravity::Procedural];

/// What is asked for in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    q: String,
    region: String,
    code: String,
    gravity: String,
    status: String,
    order: String,
    view: String,
    page: usize,
}

impl Wanted {
    fn filters(&self) -> Filters<'_> {
        let fields = [
            ("q", self.q.as_str()),
            ("region", &self.region),
            ("code", &self.code),
            ("gravity", &self.gravity),
            ("status", &self.status),
            ("order", &self.order),
            ("view", &self.view),
        ];
        Filters::new("/incidents", &fields, self.page)
    }

    fn asked(&self) -> IncidentQuery {
        IncidentQuery {
            region: some(&self.region),
            gravity: GRAVITIES.into_iter().find(|gravity| weight(*gravity).0 == self.gravity),
            code: some(&self.code),
            status: IncidentStatus::from_name(&self.status),
            words: self.q.chars().take(TYPED).collect(),
            order: if self.order == "news" { IncidentOrder::News } else { IncidentOrder::Gravity },
            training: self.view == "training",
        }
    }
}

#[derive(Template)]
#[template(path = "incidents.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    wanted: &'a Wanted,
    filtered: bool,
    training: bool,
    regions: Vec<Choice>,
    codes: Vec<Choice>,
    news: bool,
    gravities: Vec<Chip>,
    statuses: Vec<Chip>,
    rows: Vec<Row>,
    pages: Pages,
}

/// An incident as the board shows it.
pub(crate) struct Row {
    pub(crate) record: RecordHash,
    pub(crate) said: Vec<String>,
    /// For the style, and what the desk calls it.
    pub(crate) gravity: Option<(&'static str, String)>,
    pub(crate) gist: Option<String>,
    pub(crate) station: String,
    pub(crate) query: String,
    pub(crate) region: String,
    pub(crate) status: &'static str,
    pub(crate) status_said: String,
    /// What speaks for it.
    pub(crate) grounds: Vec<String>,
    pub(crate) observer: String,
    pub(crate) received: Moment,
}

impl Row {
    pub(crate) fn new(row: &IncidentRow, published: &Published, language: &Language) -> Self {
        let pack = &published.latest.pack;
        let count = |text: &str, count: u32| language.say_with(text, &[("count", count.to_string().as_str())]);
        let mut grounds = Vec::new();
        if row.sources > 1 {
            grounds.push(count("incident-sources", row.sources));
        }
        if row.files > 0 {
            grounds.push(count("incident-files", u32::from(row.files)));
        }
        let incident = &row.incident;
        Self {
            record: incident.record,
            said: named(pack, &incident.codes, language),
            gravity: incident.gravity.map(|gravity| (weight(gravity).0, language.say(weight(gravity).1))),
            gist: row.gist.clone(),
            station: stations::name(published, language, row.key.station.as_deref()).0,
            query: stations::query(row.key.station.as_deref()),
            region: row.region.as_deref().map_or(String::new(), |key| lines::region(pack, key, language)),
            status: incident.status.name(),
            status_said: status(incident.status, language),
            grounds,
            observer: incident.observer.to_string().chars().take(8).collect(),
            received: Zone::of(pack).moment(incident.received_ms),
        }
    }
}

/// The incidents that a report names, in words.
pub(crate) fn named(pack: &Pack, codes: &[String], language: &Language) -> Vec<String> {
    if codes.is_empty() {
        return vec![language.say("incident-unnamed")];
    }
    codes.iter().map(|code| listing::incident(pack, code, language)).collect()
}

/// A gravity in an address and for the style, and what the desk calls it.
pub(crate) const fn weight(gravity: Gravity) -> (&'static str, &'static str) {
    let text = match gravity {
        Gravity::Critical => "gravity-critical",
        Gravity::Serious => "gravity-serious",
        Gravity::Procedural => "gravity-procedural",
    };
    (gravity.name(), text)
}

/// The page of all incidents.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    seen(&desk, &visitor, Seen::Observers).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let asked = wanted.asked();
    let found = desk.look(|book| book.incidents(&asked, wanted.page.saturating_mul(ROWS), ROWS));
    let filters = wanted.filters();
    let chip = |field: &'static str, value: &'static str, name: String, count: u64, current: bool| Chip {
        address: format!("{}lang={}", filters.with(&[(field, if current { "" } else { value })]), language.code),
        name,
        count,
        current,
        class: value,
    };
    let gravities = GRAVITIES.into_iter().map(|gravity| {
        let (name, text) = weight(gravity);
        let count = found.gravities.iter().find(|(known, _)| *known == gravity).map_or(0, |(_, count)| *count);
        chip("gravity", name, language.say(text), count, asked.gravity == Some(gravity))
    });
    let statuses = found
        .statuses
        .iter()
        .map(|(one, count)| chip("status", one.name(), status(*one, language), *count, asked.status == Some(*one)));
    let (gravities, statuses) = (gravities.collect(), statuses.collect());
    html(&Page {
        frame: Frame::new(pack, filters.here(), &visitor),
        language,
        zone: Zone::of(pack).name(),
        filtered: filters.is_set(&["q", "region", "code", "gravity", "status"]),
        training: asked.training,
        regions: found
            .regions
            .iter()
            .map(|(key, count)| {
                (key.clone(), format!("{} · {count}", lines::region(pack, key, language)), wanted.region == *key)
            })
            .collect(),
        codes: found
            .codes
            .iter()
            .map(|(code, count)| {
                (code.clone(), format!("{} · {count}", listing::incident(pack, code, language)), wanted.code == *code)
            })
            .collect(),
        news: asked.order == IncidentOrder::News,
        gravities,
        statuses,
        pages: filters.pages(found.rows.len(), ROWS, found.found, language),
        rows: found.rows.iter().map(|row| Row::new(row, &published, language)).collect(),
        wanted: &wanted,
    })
}
