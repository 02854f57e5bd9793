//! The pages of a publication, in one language each. They stand alone: links are relative, there is no script, and what is shown is in
//! the folder.

use std::collections::BTreeMap;

use askama::Template;
use kuager_analysis::book::{ContestView, Status, Total};
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::pack::Pack;
use kuager_wire::protocol::Severity;

use super::changes::Change;
use super::input::{Input, Part};
use super::station::{Place, sentence};
use crate::entry;
use crate::language::Language;
use crate::lines;
use crate::protocols::{copy_name, line_name, status};
use crate::time::Zone;

/// Changes listed on the page; all of them are in the table.
pub(super) const LISTED: usize = 2000;

/// What stands around every page.
pub(super) struct Frame<'a> {
    pub(super) language: &'a Language,
    pub(super) languages: &'a [Language],
    /// From the page to the folder.
    pub(super) root: &'static str,
    /// From the folder of its language to the page.
    pub(super) path: String,
    pub(super) election: String,
    pub(super) at: String,
    pub(super) zone: String,
}

impl<'a> Frame<'a> {
    pub(super) fn new(
        input: &Input,
        language: &'a Language,
        languages: &'a [Language],
        root: &'static str,
        path: String,
    ) -> Self {
        let pack = &input.published.latest.pack;
        let zone = Zone::of(pack);
        Self {
            language,
            languages,
            root,
            path,
            election: pack.text(&pack.title, &language.code).to_owned(),
            at: zone.moment(input.as_of.at_ms).full,
            zone: zone.name(),
        }
    }

    fn say(&self, text: &str) -> String {
        self.language.say(text)
    }
}

/// A status with how often it is met.
pub(super) struct Count {
    pub(super) class: &'static str,
    pub(super) name: String,
    pub(super) count: usize,
}

/// How a contest stands over many stations.
pub(super) struct Contest {
    pub(super) name: String,
    pub(super) statuses: Vec<Count>,
    pub(super) counted: u64,
    pub(super) disputed: u64,
    pub(super) failing: u64,
    pub(super) stations: u64,
    /// The lines with their sums.
    pub(super) lines: Vec<(String, String)>,
}

/// A region in the list of them.
pub(super) struct Region {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) stations: usize,
    pub(super) heard: usize,
    /// Stations with a protocol that counts or is disputed.
    pub(super) protocols: usize,
    /// Stations where copies differ from one another or from official figures.
    pub(super) conflicts: usize,
}

/// What stations come to.
#[derive(Default)]
pub(super) struct Coverage {
    pub(super) stations: usize,
    pub(super) sent: usize,
    pub(super) heard: usize,
    pub(super) protocols: usize,
}

#[derive(Template)]
#[template(path = "site/index.html")]
pub(super) struct Front<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) coverage: &'a Coverage,
    pub(super) contests: Vec<Contest>,
    pub(super) regions: Vec<Region>,
    /// Tables that can be had, by their names in the folder.
    pub(super) tables: &'a [String],
}

#[derive(Template)]
#[template(path = "site/region.html")]
pub(super) struct OneRegion<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) name: String,
    pub(super) contests: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A station in the list of its region.
pub(super) struct Row {
    /// Its page, where there is one.
    pub(super) file: Option<String>,
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) statuses: Vec<(&'static str, String)>,
    pub(super) failing: usize,
}

#[derive(Template)]
#[template(path = "site/station.html")]
pub(super) struct OneStation<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) region: String,
    pub(super) region_file: String,
    pub(super) failing: Vec<Failing>,
    pub(super) contests: Vec<Paper>,
    pub(super) turnout: Vec<Hour>,
    pub(super) incidents: Vec<(Vec<String>, String)>,
    pub(super) pictures: Vec<(MediaHash, MediaHash)>,
    pub(super) records: Vec<RecordHash>,
}

pub(super) struct Failing {
    pub(super) title: String,
    pub(super) record: RecordHash,
    pub(super) fails: Vec<(&'static str, String, String)>,
}

/// The copies of a contest's protocol beside one another.
pub(super) struct Paper {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) status: String,
    pub(super) copies: Vec<Copy>,
    pub(super) official: bool,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Copy {
    pub(super) observer: String,
    pub(super) kind: String,
    pub(super) verified: bool,
}

pub(super) struct Line {
    pub(super) name: String,
    pub(super) differs: bool,
    pub(super) values: Vec<String>,
    pub(super) official: String,
    pub(super) difference: String,
}

pub(super) struct Hour {
    pub(super) at: String,
    pub(super) told: String,
    pub(super) own: String,
    pub(super) observer: String,
}

#[derive(Template)]
#[template(path = "site/method.html")]
pub(super) struct Method<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) statuses: Vec<(&'static str, String, String)>,
    pub(super) coverage: &'a Coverage,
    pub(super) left_out: Vec<String>,
    pub(super) embargo: String,
}

#[derive(Template)]
#[template(path = "site/changes.html")]
pub(super) struct Changes<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) first: bool,
    /// The kind for the style, in words, how many.
    pub(super) counts: Vec<(&'static str, String, usize)>,
    pub(super) rows: Vec<Changed>,
    pub(super) more: bool,
}

pub(super) struct Changed {
    pub(super) class: &'static str,
    pub(super) kind: String,
    pub(super) file: Option<String>,
    pub(super) station: String,
    pub(super) what: String,
    pub(super) before: String,
    pub(super) now: String,
}

#[derive(Template)]
#[template(path = "site/check.html")]
pub(super) struct Check<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) deployment: String,
    pub(super) entries: u64,
    pub(super) arrival: u64,
    pub(super) keys: usize,
    pub(super) records: usize,
    pub(super) withheld: u64,
}

/// Every status in the order in which they are counted.
pub(super) const STATUSES: [Status; 6] = [
    Status::OfficialMatch,
    Status::OfficialMismatch,
    Status::Confirmed,
    Status::Disputed,
    Status::Reported,
    Status::None,
];

pub(super) fn station_name(pack: &Pack, place: &Place<'_>, language: &Language) -> String {
    pack.text(&place.listed.name, &language.code).to_owned()
}

/// A contest over all stations.
pub(super) fn contest(
    input: &Input,
    total: &Total,
    counts: &BTreeMap<&'static str, usize>,
    language: &Language,
) -> Contest {
    let pack = &input.published.latest.pack;
    let lines =
        total.columns.iter().zip(&total.sums).filter_map(|(column, sum)| {
            Some((lines::named(pack, &total.contest, column, language), (*sum)?.to_string()))
        });
    Contest {
        name: lines::contest(pack, &total.contest, language),
        statuses: STATUSES
            .into_iter()
            .map(|one| {
                let (class, text) = status(one);
                let count = counts.get(one.name()).copied().unwrap_or(0);
                Count { class, name: language.say(text), count }
            })
            .collect(),
        counted: total.counted,
        disputed: total.disputed,
        failing: total.failing,
        stations: total.stations,
        lines: lines.collect(),
    }
}

pub(super) fn row(input: &Input, place: &Place<'_>, language: &Language) -> Row {
    let stands = |contest: &String| {
        let (class, text) = status(place.status(contest));
        (class, language.say(text))
    };
    Row {
        file: place.view.as_ref().map(|_| place.file.clone()),
        number: place.listed.number,
        name: station_name(&input.published.latest.pack, place, language),
        statuses: input.choice.contests.iter().map(stands).collect(),
        failing: place.failing().iter().map(|failing| failing.fails.len()).sum(),
    }
}

/// The page of a station that something is public of.
pub(super) fn station<'a>(
    input: &Input,
    place: &Place<'_>,
    region_file: &str,
    language: &'a Language,
    languages: &'a [Language],
) -> OneStation<'a> {
    let pack = &input.published.latest.pack;
    let frame = Frame::new(input, language, languages, "../../", format!("stations/{}.html", place.file));
    let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    let observer = |number: usize| language.say_with("site-observer", &[("number", number.to_string().as_str())]);
    let failing = place.failing().iter().map(|failing| {
        let title = pack.form(&failing.form.form).map(|form| pack.text(&form.title, &language.code));
        let mut fails: Vec<_> = failing
            .fails
            .iter()
            .filter_map(|failure| {
                let class = match failure.severity {
                    Severity::Hard => "fails",
                    Severity::Soft => "unknown",
                    // Unusual, and no more: not for the public.
                    Severity::Statistical => return None,
                };
                let law = input.book.relation(&failing.form, failure)?.law.clone().unwrap_or_default();
                let said = sentence(&input.book, &failing.form, failure, pack, &language.code)?;
                Some((class, said, law))
            })
            .collect();
        fails.sort_by_key(|(class, ..)| *class != "fails");
        Failing { title: title.unwrap_or_default().to_owned(), record: failing.record, fails }
    });
    let incidents = place.incidents().iter().map(|incident| {
        let named = |code: &String| {
            let title = pack.incident(code).map(|known| pack.text(&known.title, &language.code));
            format!("{code} {}", title.unwrap_or_default()).trim_end().to_owned()
        };
        (incident.codes.iter().map(named).collect(), entry::status(incident.status, language))
    });
    OneStation {
        key: place.listed.key.clone(),
        name: station_name(pack, place, language),
        address: place.listed.address.as_ref().map_or("", |address| pack.text(address, &language.code)).to_owned(),
        region: lines::region(pack, &place.listed.region, language),
        region_file: region_file.to_owned(),
        failing: failing.filter(|failing| !failing.fails.is_empty()).collect(),
        contests: place.contests().iter().map(|view| paper(input, place, view, language)).collect(),
        turnout: place
            .turnout()
            .iter()
            .map(|figure| Hour {
                at: format!("{:02}:{:02}", figure.at / 60, figure.at % 60),
                told: number(figure.told),
                own: number(figure.own),
                observer: observer(place.observer(figure.observer)),
            })
            .collect(),
        incidents: incidents.collect(),
        pictures: place.pictures.iter().map(|picture| (picture.row.media, picture.row.original)).collect(),
        records: public_records(input, place),
        frame,
    }
}

/// The records of a station that are public by their hashes.
pub(super) fn public_records(input: &Input, place: &Place<'_>) -> Vec<RecordHash> {
    let records = place.view.iter().flat_map(|view| &view.records).copied();
    let mut public: Vec<RecordHash> =
        records.filter(|record| input.records.binary_search_by_key(record, |hashed| hashed.record).is_ok()).collect();
    public.sort_unstable();
    public
}

fn paper(input: &Input, place: &Place<'_>, view: &ContestView, language: &Language) -> Paper {
    let pack = &input.published.latest.pack;
    let (class, text) = status(view.status);
    let value = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let lines = view.columns.iter().enumerate().filter_map(|(at, _)| {
        let values: Vec<Option<i64>> = view.copies.iter().map(|copy| copy.values.get(at).copied().flatten()).collect();
        let official = view.official.as_ref().and_then(|(_, figures)| figures.get(at).copied().flatten());
        if official.is_none() && values.iter().all(Option::is_none) {
            return None;
        }
        // The closest copy: a difference to the commission above is one that every copy has.
        let apart = official.and_then(|official| {
            let apart = values.iter().flatten().filter_map(|value| official.checked_sub(*value));
            apart.min_by_key(|apart| apart.unsigned_abs())
        });
        Some(Line {
            name: line_name(&input.book, view, at, pack, language),
            differs: view.differs.get(at).copied().unwrap_or(false),
            values: values.into_iter().map(value).collect(),
            official: value(official),
            difference: apart.filter(|apart| *apart != 0).map_or_else(String::new, |apart| format!("{apart:+}")),
        })
    });
    Paper {
        name: lines::contest(pack, &view.contest, language),
        class,
        status: language.say(text),
        official: view.official.is_some(),
        lines: lines.collect(),
        copies: view
            .copies
            .iter()
            .map(|copy| {
                let number = place.observer(copy.observer).to_string();
                Copy {
                    observer: language.say_with("site-observer", &[("number", number.as_str())]),
                    kind: copy_name(copy, pack, language).unwrap_or_else(|| language.say("copy-own")),
                    verified: copy.verified.is_some(),
                }
            })
            .collect(),
    }
}

pub(super) fn method<'a>(
    input: &Input,
    coverage: &'a Coverage,
    language: &'a Language,
    languages: &'a [Language],
) -> Method<'a> {
    let frame = Frame::new(input, language, languages, "../", "method.html".to_owned());
    let meaning = |one: Status| match one {
        Status::None => "site-means-none",
        Status::Reported => "site-means-reported",
        Status::Confirmed => "site-means-confirmed",
        Status::Disputed => "site-means-disputed",
        Status::OfficialMatch => "site-means-match",
        Status::OfficialMismatch => "site-means-mismatch",
    };
    let pack = &input.published.latest.pack;
    let contests = pack.contests.iter().filter(|contest| !input.choice.contests.contains(&contest.key));
    let contests = contests.map(|contest| lines::contest(pack, &contest.key, language));
    let parts = Part::ALL.into_iter().filter(|part| !input.choice.has(*part)).map(|part| language.say(part.text()));
    let ends = kuager_analysis::embargo::ends_ms(pack);
    Method {
        statuses: STATUSES
            .into_iter()
            .map(|one| {
                let (class, text) = status(one);
                (class, frame.say(text), frame.say(meaning(one)))
            })
            .collect(),
        left_out: contests.chain(parts).collect(),
        embargo: Zone::of(pack).moment(ends).full,
        coverage,
        frame,
    }
}

pub(super) fn changes<'a>(
    input: &Input,
    found: Option<&[Change]>,
    published: &BTreeMap<String, String>,
    language: &'a Language,
    languages: &'a [Language],
) -> Changes<'a> {
    let pack = &input.published.latest.pack;
    let all = found.unwrap_or_default();
    let count = |kind: &str| all.iter().filter(|change| change.kind() == kind).count();
    let said = |status: &Option<String>| {
        let status = status.as_deref().unwrap_or_default();
        let known = STATUSES.into_iter().find(|one| one.name() == status);
        known.map_or_else(|| status.to_owned(), |one| language.say(self::status(one).1))
    };
    let row = |change: &Change| {
        let item = &change.item;
        let listed = input.published.stations.get(&item.station);
        let name = listed.map(|listed| pack.text(&listed.name, &language.code)).filter(|name| !name.is_empty());
        let what = match item.what.as_str() {
            "protocol" => lines::contest(pack, &item.of, language),
            "turnout" => language.say(Part::Turnout.text()),
            "incidents" => language.say(Part::Incidents.text()),
            _ => language.say("picture"),
        };
        Changed {
            class: change.kind(),
            kind: kind(change.kind(), language),
            file: published.get(&item.station).cloned(),
            station: name.unwrap_or(&item.station).to_owned(),
            what,
            before: said(&change.before),
            now: said(&change.now),
        }
    };
    Changes {
        frame: Frame::new(input, language, languages, "../", "changes.html".to_owned()),
        first: found.is_none(),
        counts: ["taken-back", "changed", "added"]
            .into_iter()
            .map(|name| (name, kind(name, language), count(name)))
            .collect(),
        rows: all.iter().take(LISTED).map(row).collect(),
        more: all.len() > LISTED,
    }
}

/// A kind of change in words.
pub(super) fn kind(kind: &str, language: &Language) -> String {
    language.say(match kind {
        "added" => "site-added",
        "changed" => "site-changed",
        _ => "site-taken-back",
    })
}
