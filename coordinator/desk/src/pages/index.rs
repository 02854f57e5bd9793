//! The coverage board: which stations have been heard from, with what, and which need somebody now. Filtered, sorted and paged
//! here; its rows are sent alone, too, when they change.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{
    Board, BoardRow, Book, Count, GRACE_MINUTES, HourState, Order, QUIET_MINUTES, Query as Asked, RegionRow, RowKey,
    SPAN_MS, Standing, State as StationState,
};
use kuager_wire::cose::sha256;
use kuager_wire::pack::Pack;
use serde::Deserialize;

use crate::assets::LIVE_JS;
use crate::frame::Frame;
use crate::language::Language;
use crate::lines;
use crate::listing::Pages;
use crate::pages::totals::STATUSES;
use crate::people::visitor::Visitor;
use crate::protocols::status;
use crate::response::html;
use crate::state::{Desk, Overview};
use crate::stations::{self, escaped};
use crate::time::{Moment, Zone};

/// Rows of a page.
pub(crate) const ROWS: usize = 100;
/// Characters of what somebody looks for.
const TYPED: usize = 200;
/// Bars of the time line.
const BARS: u64 = 72;

/// What is asked for in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(crate) lang: Option<String>,
    q: String,
    region: String,
    form: String,
    state: String,
    observer: String,
    /// A contest, and how it stands at the stations that are looked for.
    contest: String,
    stands: String,
    order: String,
    view: String,
    page: usize,
}

impl Wanted {
    fn asked(&self) -> Asked {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Asked {
            region: some(&self.region),
            without_form: some(&self.form),
            state: StationState::ALL.into_iter().find(|state| state_name(*state) == self.state),
            observer: some(&self.observer),
            contest: some(&self.contest).zip(standing(&self.stands)),
            words: self.q.chars().take(TYPED).collect(),
            order: ORDERS
                .into_iter()
                .find(|(name, ..)| *name == self.order)
                .map_or(Order::Place, |(_, order, _)| order),
            training: self.view == "training",
            unlisted: self.view == "unlisted",
        }
    }

    /// The address with these fields changed, without the language.
    fn address(&self, changed: &[(&str, &str)]) -> String {
        let page = if self.page > 0 { self.page.to_string() } else { String::new() };
        let own = [
            ("q", self.q.as_str()),
            ("region", &self.region),
            ("form", &self.form),
            ("state", &self.state),
            ("observer", &self.observer),
            ("contest", &self.contest),
            ("stands", &self.stands),
            ("order", &self.order),
            ("view", &self.view),
            ("page", &page),
        ];
        let mut address = String::from("?");
        for (name, value) in own {
            let value = changed.iter().find(|(other, _)| *other == name).map_or(value, |(_, value)| value);
            if !value.is_empty() {
                address.push_str(&format!("{name}={}&", escaped(value)));
            }
        }
        address
    }
}

/// How a contest stands, as an address says it.
fn standing(name: &str) -> Option<Standing> {
    match name {
        "counted" => Some(Standing::Counted),
        "failing" => Some(Standing::Failing),
        _ => STATUSES.into_iter().find(|(_, known)| *known == name).map(|(status, _)| Standing::Is(status)),
    }
}

/// In which order rows can stand, with what the desk calls it.
const ORDERS: [(&str, Order, &str); 4] = [
    ("place", Order::Place, "order-place"),
    ("trouble", Order::Trouble, "order-trouble"),
    ("silence", Order::Silence, "order-silence"),
    ("news", Order::News, "order-news"),
];

/// The board.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let overview = desk.overview();
    let language = Language::choose(&overview.published.latest.pack, wanted.lang.as_deref());
    let (facts, board) = desk.look(|book| (Facts::of(book), board(book, &wanted, overview.now_ms)));
    let spoken = desk.look(|book| board.rows.iter().map(|row| sentence(book, row, &language)).collect::<Vec<_>>());
    html(&Index::new(&overview, &language, facts).page(&visitor, &wanted, &board, spoken))
}

/// The page of the board that is asked for.
pub(crate) fn board(book: &Book, wanted: &Wanted, now_ms: u64) -> Board {
    book.board(&wanted.asked(), wanted.page.saturating_mul(ROWS), ROWS, now_ms)
}

/// What fails at a station and weighs most, in the words of its form.
fn sentence(book: &Book, row: &BoardRow, language: &Language) -> Option<String> {
    let (form, failure) = row.heaviest.as_ref()?;
    book.sentence(form, failure, &language.code)
}

/// What is counted over all rows.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    records: u64,
    heard: usize,
    stations: usize,
    aside: (usize, usize),
    sums: BTreeMap<Option<String>, u64>,
    spans: Vec<(u64, u32)>,
}

impl Facts {
    /// What changes with every arrival.
    pub(crate) fn live(book: &Book) -> Self {
        let (heard, stations) = book.heard();
        Self { records: book.records(), heard, stations, sums: book.sums(), ..Self::default() }
    }

    /// Everything.
    fn of(book: &Book) -> Self {
        let spans = book.spans();
        let newest = spans.last_key_value().map_or(0, |(from, _)| *from);
        let oldest = newest.saturating_sub(BARS.saturating_sub(1).saturating_mul(SPAN_MS));
        Self {
            aside: book.aside(),
            spans: spans.range(oldest..).map(|(from, count)| (*from, *count)).collect(),
            ..Self::live(book)
        }
    }
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    js: &'static str,
    at: String,
    /// What of the address the script hands on.
    query: String,
    election: &'a str,
    zone: String,
    numbers: Numbers<'a>,
    wanted: &'a Wanted,
    filtered: bool,
    chips: Vec<Link>,
    views: Vec<Link>,
    regions: Vec<Tile>,
    region_names: Vec<(String, String, bool)>,
    forms: Vec<(String, String, bool)>,
    orders: Vec<(String, String, bool)>,
    /// How which contest stands at the rows, where that is looked for.
    stands: Option<String>,
    bars: Vec<Bar>,
    columns: Vec<&'a str>,
    other: String,
    heading: String,
    habits: String,
    found: String,
    rows: Vec<Row<'a>>,
    total: Option<Row<'a>>,
    before: Option<String>,
    after: Option<String>,
}

/// A link that shows other rows.
struct Link {
    address: String,
    name: String,
    count: u64,
    current: bool,
    /// For the style.
    class: &'static str,
}

/// A region on the map of tiles.
struct Tile {
    address: String,
    name: String,
    short: String,
    heard: u64,
    stations: u64,
    /// Tenths of stations heard from, for the style.
    tenths: u64,
    failed: u64,
    conflict: u64,
    missing: u64,
    late: u64,
    unreachable: u64,
    current: bool,
}

/// Arrivals of some minutes.
struct Bar {
    x: u64,
    height: u64,
    y: u64,
    count: u32,
    time: Moment,
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
    key: String,
    silent: bool,
    marks: Vec<(&'static str, String)>,
    /// What does not add up and weighs most, and how much else does not.
    trouble: Option<(String, String)>,
    contests: Vec<(&'static str, String)>,
    hours: Vec<(&'static str, String, String)>,
    incidents: Option<String>,
    cells: Vec<Cell>,
    seen: Moment,
    sum: bool,
}

struct Cell {
    count: u64,
    last: Moment,
    expected: bool,
}

/// What the page shows, in one language.
pub(crate) struct Index<'a> {
    language: &'a Language,
    overview: &'a Overview,
    pack: &'a Pack,
    zone: Zone,
    facts: Facts,
}

impl<'a> Index<'a> {
    pub(crate) fn new(overview: &'a Overview, language: &'a Language, facts: Facts) -> Self {
        let pack = &overview.published.latest.pack;
        Self { language, overview, pack, zone: Zone::of(pack), facts }
    }

    /// One station's row, as HTML.
    pub(crate) fn row(&self, row: &BoardRow, sentence: Option<String>) -> askama::Result<String> {
        fragment(&self.row_of(row, sentence))
    }

    /// The row of a name from which nothing counts any more.
    pub(crate) fn gone(&self, key: &RowKey) -> askama::Result<String> {
        fragment(&self.bare(key))
    }

    /// The sums over everything that counts, as HTML.
    pub(crate) fn total(&self) -> askama::Result<String> {
        fragment(&self.total_row())
    }

    /// The numbers above the table, as HTML.
    pub(crate) fn numbers(&self) -> askama::Result<String> {
        fragment(&self.counted())
    }

    fn page<'p>(
        &'p self,
        visitor: &Visitor,
        wanted: &'p Wanted,
        board: &Board,
        spoken: Vec<Option<String>>,
    ) -> Page<'p> {
        let asked = wanted.asked();
        let language = self.language;
        let link = |changed: &[(&str, &str)]| format!("/{}lang={}", wanted.address(changed), language.code);
        let chips = StationState::ALL.into_iter().map(|state| {
            let current = asked.state == Some(state);
            let name = if current { "" } else { state_name(state) };
            Link {
                address: link(&[("state", name), ("page", "")]),
                name: language.say(state_text(state)),
                count: board.states.get(&state).copied().unwrap_or(0),
                current,
                class: state_name(state),
            }
        });
        let (unlisted, training) = self.facts.aside;
        let view = |name: &'static str, text: &str, count: usize| Link {
            address: link(&[("view", name), ("page", ""), ("state", ""), ("region", "")]),
            name: language.say(text),
            count: u64::try_from(count).unwrap_or(u64::MAX),
            current: wanted.view == name,
            class: "",
        };
        let mut views = vec![view("", "view-listed", self.facts.stations)];
        if unlisted > 0 || asked.unlisted {
            views.push(view("unlisted", "index-unlisted", unlisted));
        }
        if training > 0 || asked.training {
            views.push(view("training", "index-training", training));
        }
        let listed = !asked.unlisted && !asked.training;
        let regions: Vec<Tile> = if listed && board.regions.len() > 1 {
            board.regions.iter().map(|region| self.tile(region, wanted, &link)).collect()
        } else {
            Vec::new()
        };
        let turned = |page: usize| link(&[("page", &page.to_string())]);
        let Pages { found, before, after } =
            Pages::of(wanted.page, board.rows.len(), ROWS, board.found, turned, language);
        let named = |key: &str| lines::region(self.pack, key, self.language);
        Page {
            frame: Frame::new(self.pack, format!("/{}", wanted.address(&[])), visitor),
            language,
            js: LIVE_JS,
            at: self.overview.mark.to_string(),
            query: wanted.address(&[]).trim_start_matches('?').to_owned(),
            election: self.pack.text(&self.pack.title, &language.code),
            zone: self.zone.name(),
            numbers: self.counted(),
            wanted,
            filtered: asked
                != Asked { order: asked.order, training: asked.training, unlisted: asked.unlisted, ..Asked::default() },
            chips: if listed { chips.collect() } else { Vec::new() },
            views,
            region_names: board
                .regions
                .iter()
                .map(|region| (region.region.clone(), named(&region.region), wanted.region == region.region))
                .collect(),
            regions,
            forms: self
                .pack
                .forms
                .iter()
                .map(|form| {
                    (form.id.clone(), self.pack.text(&form.title, &language.code).to_owned(), wanted.form == form.id)
                })
                .collect(),
            orders: ORDERS
                .into_iter()
                .map(|(name, order, text)| (name.to_owned(), language.say(text), asked.order == order))
                .collect(),
            stands: asked.contest.as_ref().map(|(contest, standing)| self.stands(contest, *standing)),
            bars: self.bars(),
            columns: self.pack.forms.iter().map(|form| self.pack.text(&form.title, &language.code)).collect(),
            other: language.say("index-other"),
            heading: match (asked.unlisted, asked.training) {
                (true, _) => language.say("index-unlisted"),
                (_, true) => language.say("index-training"),
                _ => String::new(),
            },
            habits: language.say_with(
                "index-habits",
                &[("grace", GRACE_MINUTES.to_string().as_str()), ("quiet", QUIET_MINUTES.to_string().as_str())],
            ),
            found,
            rows: board.rows.iter().zip(spoken).map(|(row, sentence)| self.row_of(row, sentence)).collect(),
            total: listed.then(|| self.total_row()),
            before,
            after,
        }
    }

    fn stands(&self, contest: &str, standing: Standing) -> String {
        let text = match standing {
            Standing::Is(stands) => status(stands).1,
            Standing::Counted => "totals-counted",
            Standing::Failing => "totals-left-failing",
        };
        format!("{}: {}", lines::contest(self.pack, contest, self.language), self.language.say(text))
    }

    fn tile(&self, region: &RegionRow, wanted: &Wanted, link: &impl Fn(&[(&str, &str)]) -> String) -> Tile {
        let name = lines::region(self.pack, &region.region, self.language);
        let current = wanted.region == region.region;
        let chosen = if current { "" } else { region.region.as_str() };
        let of = |state: StationState| region.states.get(&state).copied().unwrap_or(0);
        Tile {
            address: link(&[("region", chosen), ("page", "")]),
            short: short(&name),
            name,
            heard: region.heard,
            stations: region.stations,
            tenths: region.heard.saturating_mul(10).checked_div(region.stations).unwrap_or(0),
            failed: of(StationState::Failed),
            conflict: of(StationState::Conflict),
            missing: of(StationState::Missing),
            late: of(StationState::Late),
            unreachable: of(StationState::Unreachable),
            current,
        }
    }

    /// The time line: one bar for each span, the highest of full height.
    fn bars(&self) -> Vec<Bar> {
        let most = self.facts.spans.iter().map(|(_, count)| u64::from(*count)).max().unwrap_or(0);
        let newest = self.facts.spans.last().map_or(0, |(from, _)| *from);
        let bar = |(from, count): &(u64, u32)| {
            let before = newest.saturating_sub(*from).checked_div(SPAN_MS).unwrap_or(0);
            let height = u64::from(*count).saturating_mul(40).div_ceil(most.max(1));
            Bar {
                x: BARS.saturating_sub(1).saturating_sub(before).saturating_mul(10),
                height,
                y: 40_u64.saturating_sub(height),
                count: *count,
                time: self.zone.moment(*from),
            }
        };
        self.facts.spans.iter().map(bar).collect()
    }

    fn bare(&self, key: &RowKey) -> Row<'_> {
        let station = key.station.as_deref();
        let listed = station.and_then(|station| self.overview.published.stations.get(station));
        Row {
            language: self.language,
            id: id(key),
            link: None,
            name: stations::name(&self.overview.published, self.language, station).0,
            key: listed.map_or(String::new(), |station| station.key.clone()),
            silent: false,
            marks: Vec::new(),
            trouble: None,
            contests: Vec::new(),
            hours: Vec::new(),
            incidents: None,
            cells: self.cells(&BTreeMap::new(), &[]),
            seen: Moment::default(),
            sum: false,
        }
    }

    fn row_of(&self, row: &BoardRow, sentence: Option<String>) -> Row<'_> {
        let language = self.language;
        let station = row.key.station.as_deref();
        let heard = row.last_ms > 0;
        let number = |number: u64| number.to_string();
        let mut marks: Vec<(&'static str, String)> = row
            .states
            .iter()
            // The others are said by what stands beside them.
            .filter(|state| matches!(state, StationState::Late | StationState::Unreachable | StationState::Unattended))
            .map(|state| (state_name(*state), language.say(state_text(*state))))
            .collect();
        if row.missing_numbers > 0 {
            let missing = number(row.missing_numbers);
            marks.push(("gap", language.say_with("mark-gap", &[("count", missing.as_str())])));
        }
        let fails: u32 = row.fails.iter().fold(0, |sum, count| sum.saturating_add(*count));
        let trouble = sentence.map(|sentence| {
            let others = fails.saturating_sub(1);
            let others = if others > 0 {
                language.say_with("trouble-others", &[("count", others.to_string().as_str())])
            } else {
                String::new()
            };
            (sentence, others)
        });
        let contests = row.contests.iter().map(|contest| {
            let named = self.pack.contest(&contest.contest).map(|known| self.pack.text(&known.title, &language.code));
            let name = named.filter(|name| !name.is_empty()).unwrap_or(&contest.contest);
            let (class, text) = status(contest.status);
            let copies = number(contest.copies);
            (
                class,
                language.say_with(
                    "contest-stands",
                    &[("contest", name), ("status", language.say(text).as_str()), ("copies", copies.as_str())],
                ),
            )
        });
        let hours = row.hours.iter().map(|(at, state)| {
            let (class, text) = match state {
                HourState::Heard => ("heard", "hour-heard"),
                HourState::Open => ("open", "hour-open"),
                HourState::Late => ("late", "hour-late"),
            };
            let time = format!("{:02}:{:02}", at / 60, at % 60);
            (class, format!("{}", at / 60), format!("{time}: {}", language.say(text)))
        });
        let incidents = (row.incidents > 0)
            .then(|| language.say_with("row-incidents", &[("count", row.incidents.to_string().as_str())]));
        Row {
            link: heard
                .then(|| format!("/station?{}{}lang={}", training(&row.key), stations::query(station), language.code)),
            silent: row.states.contains(&StationState::Missing),
            marks,
            trouble,
            contests: contests.collect(),
            hours: hours.collect(),
            incidents,
            cells: self.cells(&row.forms, &row.expected),
            seen: self.zone.moment(row.seen_ms),
            ..self.bare(&row.key)
        }
    }

    fn total_row(&self) -> Row<'_> {
        let sum = |(form, count): (&Option<String>, &u64)| (form.clone(), Count { count: *count, last_ms: 0 });
        let sums = self.facts.sums.iter().map(sum).collect();
        Row {
            id: "total".to_owned(),
            name: self.language.say("index-total"),
            key: String::new(),
            cells: self.cells(&sums, &[]),
            sum: true,
            ..self.bare(&RowKey { training: false, station: None })
        }
    }

    fn counted(&self) -> Numbers<'_> {
        Numbers {
            language: self.language,
            records: self.facts.records,
            heard: self.facts.heard,
            stations: self.facts.stations,
            faults: self.overview.faults,
        }
    }

    /// One cell per column: the pack's forms, then everything else.
    fn cells(&self, counts: &BTreeMap<Option<String>, Count>, expected: &[String]) -> Vec<Cell> {
        let mut columns = vec![Count::default(); self.pack.forms.len().saturating_add(1)];
        for (form, count) in counts {
            let column = form.as_ref().and_then(|id| self.pack.forms.iter().position(|form| form.id == *id));
            if let Some(cell) = columns.get_mut(column.unwrap_or(self.pack.forms.len())) {
                cell.add(*count);
            }
        }
        let ids = self.pack.forms.iter().map(|form| Some(&form.id)).chain([None]);
        let cell = |(count, id): (Count, Option<&String>)| Cell {
            count: count.count,
            last: self.zone.moment(count.last_ms),
            expected: id.is_some_and(|id| expected.contains(id)),
        };
        columns.into_iter().zip(ids).map(cell).collect()
    }
}

/// What stands for training in the address of a station's page.
fn training(key: &RowKey) -> &'static str {
    if key.training { "training=1&" } else { "" }
}

/// A name where there is little room.
fn short(name: &str) -> String {
    match name.char_indices().nth(14) {
        None => name.to_owned(),
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default().trim_end()),
    }
}

/// A state in addresses and styles.
const fn state_name(state: StationState) -> &'static str {
    match state {
        StationState::Missing => "missing",
        StationState::Partial => "partial",
        StationState::Late => "late",
        StationState::Conflict => "conflict",
        StationState::Unreachable => "unreachable",
        StationState::Failed => "failed",
        StationState::Unattended => "unattended",
    }
}

const fn state_text(state: StationState) -> &'static str {
    match state {
        StationState::Missing => "state-missing",
        StationState::Partial => "state-partial",
        StationState::Late => "state-late",
        StationState::Conflict => "state-conflict",
        StationState::Unreachable => "state-unreachable",
        StationState::Failed => "state-failed",
        StationState::Unattended => "state-unattended",
    }
}

/// A part of the page. What is sent must not end in a line of its own.
fn fragment(part: &impl Template) -> askama::Result<String> {
    part.render().map(|html| html.trim_end().to_owned())
}

/// Names a row in the page. A hash, since people type anything as a station's name.
pub(crate) fn id(key: &RowKey) -> String {
    let hash = sha256(key.station.as_deref().unwrap_or_default().as_bytes());
    let kind = match (key.training, &key.station) {
        (true, _) => 't',
        (false, Some(_)) => 's',
        (false, None) => 'n',
    };
    format!("{kind}{}", data_encoding::HEXLOWER.encode(&hash[..8]))
}

/// The sentences of rows that changed, to be sent to pages that are open.
pub(crate) fn changed(
    desk: &Desk,
    key: &RowKey,
    now_ms: u64,
    language: &Language,
) -> Option<(BoardRow, Option<String>)> {
    desk.look(|book| {
        let row = book.board_row(key, now_ms)?;
        let sentence = sentence(book, &row, language);
        Some((row, sentence))
    })
}
