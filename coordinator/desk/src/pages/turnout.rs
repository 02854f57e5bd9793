//! Turnout of the country and its regions by the hour, and what of it does not fit together, with its arithmetic.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{FlagKind, FlagQuery, TurnoutTotal};
use serde::Deserialize;

use crate::curve::{Curve, Drawn};
use crate::flags::{self, Said};
use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::listing::{Chip, Filters, Pages, TYPED, hour, some};
use crate::people::visitor::Visitor;
use crate::response::html;
use crate::state::Desk;
use crate::stations;

/// Stations of a page.
const ROWS: usize = 100;
/// Shares are drawn in hundredths of a per cent.
const PER: u64 = 100;

/// What is asked for in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    region: String,
    flag: String,
    q: String,
    page: usize,
}

#[derive(Template)]
#[template(path = "turnout.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    wanted: &'a Wanted,
    filtered: bool,
    place: String,
    curve: Option<Curve>,
    hours: Vec<Hour>,
    total: Final,
    by_region: Vec<(String, String, Final, u64)>,
    regions: Vec<Choice>,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    pages: Pages,
}

/// What is known for an hour.
struct Hour {
    at: String,
    told: String,
    told_stations: u64,
    own: String,
    own_stations: u64,
}

/// What protocols say.
struct Final {
    stations: u64,
    protocols: u64,
    share: String,
    outside: String,
    absentee: String,
}

/// A station with flags.
struct Row {
    name: String,
    query: String,
    region: String,
    said: Vec<Said>,
}

/// A share in hundredths of a per cent.
fn share(part: i64, of: i64) -> Option<u64> {
    let share = i128::from(part).checked_mul(10_000)?.checked_div(i128::from(of))?;
    u64::try_from(share).ok()
}

/// A share as it is read.
fn per_cent(part: i64, of: i64) -> String {
    share(part, of).map_or(String::from("–"), |share| format!("{}.{:02} %", share / 100, share % 100))
}

impl Final {
    fn of(total: &TurnoutTotal) -> Self {
        Self {
            stations: total.stations,
            protocols: total.protocols,
            share: per_cent(total.issued, total.registered),
            outside: per_cent(total.outside, total.issued),
            absentee: per_cent(total.absentee, total.issued),
        }
    }
}

/// The page of turnout.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let asked = FlagQuery {
        region: some(&wanted.region),
        kind: FlagKind::ALL.into_iter().find(|kind| flags::name(*kind).0 == wanted.flag),
        words: wanted.q.chars().take(TYPED).collect(),
    };
    let first = wanted.page.saturating_mul(ROWS);
    let (total, by_region, flagged, found) = desk.look(|book| {
        let (flagged, found) = book.flagged(&asked, first, ROWS);
        (book.turnout(asked.region.as_deref()), book.turnout_by_region(), flagged, found)
    });
    let fields = [("region", wanted.region.as_str()), ("flag", &wanted.flag), ("q", &wanted.q)];
    let filters = Filters::new("/turnout", &fields, wanted.page);
    let chips = FlagKind::ALL.into_iter().map(|kind| {
        let (name, text) = flags::name(kind);
        let current = asked.kind == Some(kind);
        Chip {
            address: format!("{}lang={}", filters.with(&[("flag", if current { "" } else { name })]), language.code),
            name: language.say(text),
            count: total.flags.get(&kind).copied().unwrap_or(0),
            current,
            class: name,
        }
    });
    let told: Vec<(u16, u64)> =
        total.hours.iter().filter_map(|hour| Some((hour.at, share(hour.told, hour.told_registered)?))).collect();
    let own: Vec<(u16, u64)> =
        total.hours.iter().filter_map(|hour| Some((hour.at, share(hour.own, hour.own_registered)?))).collect();
    let protocol = share(total.issued, total.registered);
    let hours = total.hours.iter().map(|of| Hour {
        at: hour(of.at),
        told: per_cent(of.told, of.told_registered),
        told_stations: of.told_stations,
        own: per_cent(of.own, of.own_registered),
        own_stations: of.own_stations,
    });
    let regions = by_region.iter().map(|(key, total)| {
        let address = format!("{}lang={}", filters.with(&[("region", key)]), language.code);
        (lines::region(pack, key, language), address, Final::of(total), total.flagged)
    });
    let rows = flagged.iter().map(|row| Row {
        name: stations::name(&published, language, row.key.station.as_deref()).0,
        query: stations::query(row.key.station.as_deref()),
        region: row.region.as_deref().map_or(String::new(), |key| lines::region(pack, key, language)),
        said: row.flags.iter().map(|flag| flags::said(flag, language)).collect(),
    });
    let (hours, regions, rows, chips) = (hours.collect(), regions.collect(), rows.collect::<Vec<_>>(), chips.collect());
    html(&Page {
        frame: Frame::new(pack, filters.here(), &visitor),
        language,
        filtered: filters.is_set(&["region", "flag", "q"]),
        place: if wanted.region.is_empty() {
            language.say("turnout-country")
        } else {
            lines::region(pack, &wanted.region, language)
        },
        curve: Curve::of(&Drawn { told: &told, own: &own, protocol, unit: " %", per: PER }),
        hours,
        total: Final::of(&total),
        regions: by_region
            .iter()
            .map(|(key, _)| (key.clone(), lines::region(pack, key, language), wanted.region == *key))
            .collect(),
        by_region: regions,
        chips,
        pages: filters.pages(rows.len(), ROWS, found, language),
        rows,
        wanted: &wanted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_something() {
        assert_eq!((per_cent(1, 3), per_cent(5, 0), per_cent(0, 7)), ("33.33 %".into(), "–".into(), "0.00 %".into()));
        assert_eq!(per_cent(i64::MAX, 1), "–", "more than anything is of anything");
        assert_eq!(share(-1, 3), None);
    }
}
