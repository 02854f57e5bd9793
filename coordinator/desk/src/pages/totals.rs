//! Contests added up over the stations that report: parallel tabulation, with what it covers and what it leaves out.
//!
//! These are sums over stations where somebody happens to observe, and no projection of the whole; the page says so.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{Addend, Status, Total};
use kuager_analysis::embargo;
use kuager_wire::pack::Pack;
use kuager_wire::protocol::LineRole;
use serde::Deserialize;

use crate::figures::{maybe, over, percent, whole};
use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::listing::Pages;
use crate::people::visitor::Visitor;
use crate::protocols::status;
use crate::response::html;
use crate::state::Desk;
use crate::stations::{self, escaped};
use crate::time::Zone;

/// Stations of a page of sources.
const ROWS: usize = 200;
/// Statuses in the order of a night, with what the board calls them in its address.
pub(crate) const STATUSES: [(Status, &str); 6] = [
    (Status::None, "none"),
    (Status::Reported, "reported"),
    (Status::Confirmed, "confirmed"),
    (Status::Disputed, "disputed"),
    (Status::OfficialMatch, "official-match"),
    (Status::OfficialMismatch, "official-mismatch"),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    contest: String,
    region: String,
    line: usize,
    order: String,
    page: usize,
}

impl Wanted {
    fn region(&self) -> Option<&str> {
        Some(self.region.as_str()).filter(|region| !region.is_empty())
    }

    /// What follows a path in an address, without the language.
    fn query(&self, contest: &str) -> String {
        let mut query = format!("?contest={}&", escaped(contest));
        if !self.region.is_empty() {
            query.push_str(&format!("region={}&", escaped(&self.region)));
        }
        query
    }
}

#[derive(Template)]
#[template(path = "totals.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    contests: Vec<Choice>,
    regions: Vec<Choice>,
    /// Nothing while the pack has no protocol.
    total: Option<Shown>,
    places: Vec<Place>,
    withheld: String,
}

/// A contest, added up.
struct Shown {
    name: String,
    coverage: Vec<(String, String)>,
    left: Vec<(String, u64, String)>,
    statuses: Vec<(&'static str, String, u64, String)>,
    lines: Vec<Line>,
    failing: bool,
    official: bool,
}

/// A line of the paper.
struct Line {
    name: String,
    sum: String,
    link: String,
    share: String,
    holding: String,
    beside: String,
    official: String,
    difference: String,
    differs: bool,
    both: u64,
}

/// A region.
struct Place {
    name: String,
    link: String,
    counted: u64,
    held: u64,
    voters: String,
    failing: u64,
    disputed: u64,
    mismatch: u64,
}

/// The page of a contest.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let region = wanted.region();
    let regions = stations::regions(&published);
    let (totals, by_region) = desk.look(|book| {
        let by_region: Vec<(String, Vec<Total>)> =
            regions.iter().map(|region| (region.clone(), book.totals(Some(region)))).collect();
        (book.totals(region), by_region)
    });
    let chosen = chosen(&totals, &wanted.contest);
    let key = chosen.map_or("", |total| total.contest.as_str());
    let query = wanted.query(key);
    let places = by_region.iter().filter_map(|(region, totals)| {
        let total = totals.iter().find(|total| total.contest == key).filter(|total| total.held > 0)?;
        Some(place(region, total, key, pack, language))
    });
    let now_ms = desk.app.clock.now_ms();
    let ends_ms = embargo::ends_ms(pack);
    html(&Page {
        frame: Frame::new(pack, format!("/totals{query}"), &visitor),
        language,
        contests: lines::choices(
            totals.iter().map(|total| (total.contest.clone(), lines::contest(pack, &total.contest, language))),
            key,
        ),
        regions: lines::choices(
            regions.iter().map(|region| (region.clone(), lines::region(pack, region, language))),
            &wanted.region,
        ),
        places: places.collect(),
        withheld: if now_ms < ends_ms { Zone::of(pack).moment(ends_ms).full } else { String::new() },
        total: chosen.map(|total| shown(total, &query, &wanted, pack, language)),
    })
}

/// The contest that is asked for, or the one that most has come of.
fn chosen<'a>(totals: &'a [Total], wanted: &str) -> Option<&'a Total> {
    let most = || totals.iter().rev().max_by_key(|total| (total.counted.saturating_add(total.disputed), total.held));
    totals.iter().find(|total| total.contest == wanted).or_else(most)
}

fn shown(total: &Total, query: &str, wanted: &Wanted, pack: &Pack, language: &Language) -> Shown {
    let say = |id: &str| language.say(id);
    let of = |part: u64, all: u64| {
        let share = over(i64::try_from(part).ok(), i64::try_from(all).ok());
        format!("{} / {} · {}", whole(part), whole(all), percent(share, 1, language))
    };
    let mut coverage = vec![(say("totals-counted"), of(total.counted, total.held))];
    if total.attended < total.held {
        coverage.push((say("totals-attended"), of(total.counted.min(total.attended), total.attended)));
    }
    if total.voters > 0 {
        coverage.push((say("totals-voters"), of(total.voters_counted, total.voters)));
    }
    let board = |stands: &str| format!("/{query}stands={stands}&lang={}", language.code);
    let mut left = vec![
        (say("totals-left-none"), total.statuses.get(&Status::None).copied().unwrap_or(0), board("none")),
        (say("totals-left-disputed"), total.disputed, board("disputed")),
        (say("totals-left-failing"), total.failing, board("failing")),
    ];
    if total.released > 0 {
        left.push((say("totals-released"), total.released, board("failing")));
    }
    let statuses = STATUSES.iter().map(|(stands, name)| {
        let (class, text) = status(*stands);
        (class, say(text), total.statuses.get(stands).copied().unwrap_or(0), board(name))
    });
    let took_part = total.took_part(&total.sums);
    let lines = total.columns.iter().enumerate().filter_map(|(at, column)| {
        let sum = total.sums.get(at).copied().flatten()?;
        let (beside, official) = (total.beside.get(at).copied().flatten(), total.official.get(at).copied().flatten());
        let difference = official.zip(beside).and_then(|(official, ours)| official.checked_sub(ours));
        let share = over(Some(sum), took_part).filter(|_| column.role == LineRole::Votes);
        Some(Line {
            name: lines::named(pack, &total.contest, column, language),
            sum: whole(sum),
            link: format!("/totals/records{query}line={at}&lang={}", language.code),
            share: share.map_or(String::new(), |share| percent(Some(share), 2, language)),
            holding: maybe(total.holding.get(at).copied().flatten()),
            beside: maybe(beside),
            official: maybe(official),
            difference: difference.map_or_else(|| maybe(None), signed),
            differs: difference.is_some_and(|difference| difference != 0),
            both: total.both.get(at).copied().unwrap_or(0),
        })
    });
    let place = wanted.region().map(|region| lines::region(pack, region, language));
    let name = lines::contest(pack, &total.contest, language);
    Shown {
        name: place.map_or_else(|| name.clone(), |place| format!("{name} · {place}")),
        coverage,
        left: left.into_iter().collect(),
        statuses: statuses.collect(),
        lines: lines.collect(),
        failing: total.failing > 0,
        official: total.both.iter().any(|both| *both > 0),
    }
}

/// A difference with its sign.
fn signed(difference: i64) -> String {
    if difference > 0 { format!("+{}", whole(difference)) } else { whole(difference) }
}

fn place(region: &str, total: &Total, contest: &str, pack: &Pack, language: &Language) -> Place {
    Place {
        name: lines::region(pack, region, language),
        link: format!("/totals?contest={}&region={}&lang={}", escaped(contest), escaped(region), language.code),
        counted: total.counted,
        held: total.held,
        voters: if total.voters > 0 {
            percent(over(i64::try_from(total.voters_counted).ok(), i64::try_from(total.voters).ok()), 1, language)
        } else {
            maybe(None)
        },
        failing: total.failing,
        disputed: total.disputed,
        mismatch: total.statuses.get(&Status::OfficialMismatch).copied().unwrap_or(0),
    }
}

#[derive(Template)]
#[template(path = "totals-records.html")]
struct Sources<'a> {
    frame: Frame,
    language: &'a Language,
    contest: String,
    line: String,
    back: String,
    by_value: bool,
    orders: (String, String),
    found: String,
    rows: Vec<Source>,
    before: Option<String>,
    after: Option<String>,
}

/// A station in a sum.
struct Source {
    name: String,
    query: String,
    value: String,
    official: String,
    differs: bool,
    fails: bool,
    /// The copies: short and whole.
    records: Vec<(String, String)>,
}

/// The stations and records that a sum comes from.
pub(crate) async fn sources(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let by_value = wanted.order == "value";
    let first = wanted.page.saturating_mul(ROWS);
    let ((addends, found), column) = desk.look(|book| {
        let columns = book.columns(&wanted.contest);
        let by = by_value.then_some(wanted.line);
        (book.addends(&wanted.contest, wanted.region(), by, (first, ROWS)), columns.get(wanted.line).cloned())
    });
    let query = wanted.query(&wanted.contest);
    let here = format!("/totals/records{query}line={}&", wanted.line);
    let order = if by_value { "order=value&" } else { "" };
    let turned = |page: usize| format!("{here}{order}page={page}&lang={}", language.code);
    let row = |addend: &Addend| {
        let value = addend.values.get(wanted.line).copied().flatten();
        let official = addend.official.as_ref().and_then(|official| official.get(wanted.line).copied().flatten());
        let station = addend.key.station.as_deref();
        Source {
            name: stations::name(&published, language, station).0,
            query: stations::query(station),
            value: maybe(value),
            official: official.map_or(String::new(), whole),
            differs: value.zip(official).is_some_and(|(value, official)| value != official),
            fails: addend.fails,
            records: addend
                .records
                .iter()
                .map(|record| record.to_string())
                .map(|record| (record.chars().take(8).collect(), record))
                .collect(),
        }
    };
    let Pages { found, before, after } = Pages::of(wanted.page, addends.len(), ROWS, found, turned, language);
    html(&Sources {
        frame: Frame::new(pack, format!("{here}{order}"), &visitor),
        language,
        contest: lines::contest(pack, &wanted.contest, language),
        line: column.map(|column| lines::named(pack, &wanted.contest, &column, language)).unwrap_or_default(),
        back: format!("/totals{query}lang={}", language.code),
        by_value,
        orders: (format!("{here}lang={}", language.code), format!("{here}order=value&lang={}", language.code)),
        found,
        rows: addends.iter().map(row).collect(),
        before,
        after,
    })
}
