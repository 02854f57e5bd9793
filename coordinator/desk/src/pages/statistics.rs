//! What is unusual in protocols' numbers (K18), worded as what deserves a look.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{DigitRow, MANY, Oddity, Statistics, Unusual};
use kuager_analysis::embargo;
use kuager_analysis::statistics::digits::{Digits, FEWEST, NotTested};
use kuager_analysis::statistics::many::LEVEL;
use kuager_wire::pack::Pack;
use serde::Deserialize;

use crate::chart::Bars;
use crate::figures::{decimal, whole};
use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::listing::Pages;
use crate::people::visitor::Visitor;
use crate::response::html;
use crate::state::Desk;
use crate::stations::{self, escaped};
use crate::time::Zone;

/// Flags of a page.
const ROWS: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    contest: String,
    kind: String,
    /// Which row of digits is drawn.
    digits: usize,
    page: usize,
}

#[derive(Template)]
#[template(path = "statistics.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    contests: Vec<Choice>,
    withheld: String,
    numbers: Vec<(String, String)>,
    kinds: Vec<(String, String, usize, bool)>,
    flags: Vec<Flagged>,
    found: String,
    before: Option<String>,
    after: Option<String>,
    explained: String,
    chart: Option<Bars>,
    drawn: Vec<(usize, u64)>,
    drawn_name: String,
    /// Over all stations, then region by region.
    tables: [Vec<Tested>; 2],
    untested: Option<String>,
}

/// A station that deserves a look.
struct Flagged {
    station: String,
    query: String,
    kind: String,
    numbers: String,
    record: String,
}

/// Last digits of a line somewhere.
struct Tested {
    line: String,
    place: String,
    link: String,
    n: String,
    chi: String,
    p: String,
    adjusted: String,
    verdict: String,
    class: &'static str,
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
    let (contests, contest, found) = desk.look(|book| {
        let totals = book.totals(None);
        let most = totals.iter().rev().max_by_key(|total| total.counted);
        let chosen = totals.iter().find(|total| total.contest == wanted.contest).or(most);
        let contest = chosen.map(|total| total.contest.clone()).unwrap_or_default();
        let contests: Vec<String> = totals.into_iter().map(|total| total.contest).collect();
        let found = book.statistics(&contest);
        (contests, contest, found)
    });
    let kind = Unusual::ALL.into_iter().find(|kind| kind.name() == wanted.kind);
    let flags: Vec<&Oddity> = found.flags.iter().filter(|flag| kind.is_none_or(|kind| kind == flag.unusual)).collect();
    let first = wanted.page.saturating_mul(ROWS);
    let here = format!("/statistics?contest={}&", escaped(&contest));
    let of_kind = if wanted.kind.is_empty() { String::new() } else { format!("kind={}&", escaped(&wanted.kind)) };
    let turned = |page: usize| format!("{here}{of_kind}page={page}&lang={}", language.code);
    let shown = flags.iter().skip(first).take(ROWS).map(|flag| Flagged {
        station: stations::name(&published, language, flag.key.station.as_deref()).0,
        query: stations::query(flag.key.station.as_deref()),
        kind: said(flag.unusual, language),
        numbers: arithmetic(flag, &contest, pack, language),
        record: flag.records.first().map(ToString::to_string).unwrap_or_default(),
    });
    let shown: Vec<Flagged> = shown.collect();
    let count = |of: Option<Unusual>| found.flags.iter().filter(|flag| of.is_none_or(|of| of == flag.unusual)).count();
    let all = (language.say("statistics-all"), format!("{here}lang={}", language.code), count(None), kind.is_none());
    let each = Unusual::ALL.into_iter().map(|of| {
        (
            said(of, language),
            format!("{here}kind={}&lang={}", of.name(), language.code),
            count(Some(of)),
            kind == Some(of),
        )
    });
    let pages = Pages::of(wanted.page, shown.len(), ROWS, flags.len(), turned, language);
    let drawn = found.digits.get(wanted.digits).or(found.digits.first());
    let name = drawn.map(|row| (row, lines::named(pack, &contest, &row.column, language)));
    let label = name.as_ref().map(|(row, line)| {
        let (place, n) = (placed(row, pack, language), whole(row.digits.n));
        language.say_with("digits-chart", &[("line", line.as_str()), ("place", place.as_str()), ("n", n.as_str())])
    });
    let (now_ms, ends_ms) = (desk.app.clock.now_ms(), embargo::ends_ms(pack));
    let rows = || found.digits.iter().enumerate();
    let tested = |(at, row): (usize, &DigitRow)| of_row(at, row, &contest, &here, pack, language);
    let untested = rows().filter(|(_, row)| row.region.is_some() && row.digits.tested.is_err()).count();
    html(&Page {
        frame: Frame::new(pack, here.clone(), &visitor),
        language,
        contests: lines::choices(
            contests.iter().map(|key| (key.clone(), lines::contest(pack, key, language))),
            &contest,
        ),
        withheld: if now_ms < ends_ms { Zone::of(pack).moment(ends_ms).full } else { String::new() },
        numbers: vec![
            (language.say("statistics-stations"), whole(found.stations)),
            (language.say("statistics-flagged"), found.flags.len().to_string()),
            (language.say("statistics-tests"), found.tests.to_string()),
        ],
        kinds: std::iter::once(all).chain(each).collect(),
        flags: shown,
        found: pages.found,
        before: pages.before,
        after: pages.after,
        explained: explained(&found, language),
        chart: drawn.zip(label.clone()).map(|(row, label)| chart(&row.digits, label, language)),
        drawn: drawn.map(|row| row.digits.counts.iter().copied().enumerate().collect()).unwrap_or_default(),
        drawn_name: label.unwrap_or_default(),
        tables: [
            rows().filter(|(_, row)| row.region.is_none()).map(tested).collect(),
            rows().filter(|(_, row)| row.region.is_some() && row.digits.tested.is_ok()).map(tested).collect(),
        ],
        untested: (untested > 0)
            .then(|| language.say_with("digits-untested", &[("count", untested.to_string().as_str())])),
    })
}

/// What is unusual, in words.
fn said(unusual: Unusual, language: &Language) -> String {
    let many = MANY.to_string();
    let many = [("many", many.as_str())];
    match unusual {
        Unusual::EverybodyCame => language.say("statistics-everybody-came"),
        Unusual::OneOption => language.say("statistics-one-option"),
        Unusual::NoneInvalid => language.say_with("statistics-none-invalid", &many),
        Unusual::NoneAgainst => language.say_with("statistics-none-against", &many),
    }
}

/// The numbers that something follows from.
fn arithmetic(flag: &Oddity, contest: &str, pack: &Pack, language: &Language) -> String {
    let named =
        |(column, number): &(_, i64)| format!("{}: {}", lines::named(pack, contest, column, language), whole(*number));
    flag.numbers.iter().map(named).collect::<Vec<_>>().join(" · ")
}

fn placed(row: &DigitRow, pack: &Pack, language: &Language) -> String {
    match &row.region {
        Some(region) => lines::region(pack, region, language),
        None => language.say("totals-country"),
    }
}

fn explained(found: &Statistics, language: &Language) -> String {
    let (tests, fewest) = (found.tests.to_string(), FEWEST.to_string());
    let level = decimal(Some(LEVEL), 2, language);
    language
        .say_with("digits-note", &[("tests", tests.as_str()), ("level", level.as_str()), ("fewest", fewest.as_str())])
}

/// A chance, or that it is smaller than anybody would print.
fn chance(p: f64, language: &Language) -> String {
    if p < 0.0001 { format!("< {}", decimal(Some(0.0001), 4, language)) } else { decimal(Some(p), 4, language) }
}

fn of_row(at: usize, row: &DigitRow, contest: &str, here: &str, pack: &Pack, language: &Language) -> Tested {
    let (verdict, class) = match row.digits.tested {
        Ok(_) if row.stands_out() => ("digits-look", "unknown"),
        Ok(_) => ("digits-even", "holds"),
        Err(NotTested::TooFew) => ("digits-few", "open"),
        Err(NotTested::TooAlike { .. }) => ("digits-alike", "open"),
        Err(NotTested::TooSmall { .. }) => ("digits-small", "open"),
    };
    let tested = row.digits.tested.ok();
    let nothing = || decimal(None, 0, language);
    Tested {
        line: lines::named(pack, contest, &row.column, language),
        place: placed(row, pack, language),
        link: format!("{here}digits={at}&lang={}#digits", language.code),
        n: whole(row.digits.n),
        chi: decimal(tested.map(|tested| tested.chi_square), 2, language),
        p: tested.map_or_else(nothing, |tested| chance(tested.p, language)),
        adjusted: row.adjusted.map_or_else(nothing, |adjusted| chance(adjusted, language)),
        verdict: language.say(verdict),
        class,
    }
}

#[expect(clippy::cast_precision_loss, reason = "stations are thousands")]
fn chart(digits: &Digits, label: String, language: &Language) -> Bars {
    let expected = digits.n as f64 / 10.0;
    let most = digits.counts.iter().copied().max().unwrap_or(0).max(1) as f64 * 1.1;
    let bars: Vec<(String, f64, String)> = digits
        .counts
        .iter()
        .enumerate()
        .map(|(digit, count)| (digit.to_string(), *count as f64, format!("{digit}: {count}")))
        .collect();
    let marks = vec![(expected / most, decimal(Some(expected), usize::from(expected < 100.0), language))];
    Bars::new(label, &bars, Some(expected), most).marked(marks)
}
