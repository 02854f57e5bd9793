//! Turning counts into HTML. askama escapes every value; only fragments rendered here are put in as they are.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use kuager_wire::cose::sha256;
use kuager_wire::pack::{Pack, Station};
use serde::Deserialize;

use super::station::query;
use super::tally::{Count, Counts, RowKey, Tally};

pub(super) const CSS: &str = include_str!("../assets/desk.css");
pub(super) const JS: &str = include_str!("../assets/desk.js");
pub(super) const REDACT_JS: &str = include_str!("../assets/redact.js");
/// Languages of the page, the preferred first.
pub(super) const LANGUAGES: [(&str, &str); 3] = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")];

/// What the page says in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    /// What the pages of stations and files say.
    pub(super) media: MediaTexts,
    title: String,
    language: String,
    station: String,
    total: String,
    other: String,
    records: String,
    heard: String,
    silent: String,
    unlisted: String,
    training: String,
    nowhere: String,
    zone: String,
    reload: String,
    lost: String,
}

/// What the pages of stations and files say in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MediaTexts {
    pub(super) language: String,
    pub(super) back: String,
    pub(super) nothing: String,
    pub(super) newest_only: String,
    pub(super) observer: String,
    pub(super) device: String,
    pub(super) training: String,
    pub(super) corrected: String,
    pub(super) text: String,
    pub(super) yes: String,
    pub(super) no: String,
    pub(super) not_seen: String,
    pub(super) not_applicable: String,
    pub(super) picture: String,
    pub(super) not_here: String,
    pub(super) not_shown: String,
    pub(super) original_coming: String,
    pub(super) preview_shown: String,
    pub(super) original: String,
    pub(super) preview: String,
    pub(super) redacted: String,
    pub(super) captured: String,
    pub(super) imported: String,
    pub(super) derived: String,
    pub(super) elsewhere: String,
    pub(super) same: String,
    pub(super) similar: String,
    pub(super) zoom: String,
    pub(super) rotate: String,
    pub(super) kind: String,
    pub(super) here_since: String,
    pub(super) file: String,
    pub(super) made_from: String,
    pub(super) records: String,
    pub(super) receipted: String,
    pub(super) not_receipted: String,
    pub(super) claims: String,
    pub(super) claims_note: String,
    pub(super) claims_record: String,
    pub(super) retake: String,
    pub(super) retake_text: String,
    pub(super) send: String,
    pub(super) asked: String,
    pub(super) copies: String,
    pub(super) redact: String,
    pub(super) redact_help: String,
    pub(super) regions: String,
    pub(super) make: String,
}

/// The page's texts in all languages.
#[derive(Debug, Clone)]
pub(super) struct Language {
    pub(super) code: &'static str,
    pub(super) texts: Texts,
}

impl Language {
    /// What stands for a station where a record names none.
    pub(super) fn nowhere(&self) -> &str {
        &self.texts.nowhere
    }
}

/// A moment as the desk shows it, and as machines read it; both empty when there is none.
pub(super) fn local(ms: u64) -> (String, String) {
    // Kazakhstan has had one time zone since 1 March 2024.
    let zone = TimeZone::fixed(Offset::constant(5));
    let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    match timestamp.filter(|_| ms > 0).map(|timestamp| timestamp.to_zoned(zone)) {
        Some(local) => {
            (local.strftime("%Y-%m-%d %H:%M").to_string(), local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        }
        None => (String::new(), String::new()),
    }
}

/// All languages of the page, the preferred first.
pub(super) fn languages() -> Vec<Language> {
    let mut all: BTreeMap<String, Texts> =
        toml::from_str(include_str!("texts.toml")).expect("the texts are compiled in, and a test reads them");
    LANGUAGES.iter().filter_map(|(code, _)| Some(Language { code, texts: all.remove(*code)? })).collect()
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk<'a> {
    language: &'a str,
    languages: &'a [(&'static str, &'static str)],
    texts: &'a Texts,
    css: &'static str,
    js: &'static str,
    election: &'a str,
    numbers: String,
    columns: Vec<&'a str>,
    sections: Vec<Section>,
}

struct Section {
    heading: String,
    rows: Vec<String>,
    total: String,
}

#[derive(Template)]
#[template(path = "numbers.html")]
struct Numbers<'a> {
    texts: &'a Texts,
    records: u64,
    heard: usize,
    stations: usize,
}

#[derive(Template)]
#[template(path = "row.html")]
struct Row<'a> {
    id: String,
    /// The page of the station; none for a sum.
    link: Option<String>,
    name: &'a str,
    key: &'a str,
    silent: bool,
    silent_text: &'a str,
    cells: Vec<Cell>,
}

struct Cell {
    count: u64,
    time: String,
    stamp: String,
}

impl Cell {
    fn new(count: Count) -> Self {
        let (time, stamp) = local(count.last_ms);
        let time = time.split_once(' ').map(|(_, clock)| clock.to_owned()).unwrap_or_default();
        Self { count: count.count, time, stamp }
    }
}

/// Renders in one language with one pack.
pub(super) struct Renderer<'a> {
    pub(super) language: &'a Language,
    pub(super) pack: &'a Pack,
    /// Every station by its key, also those the pack has in shards.
    pub(super) stations: &'a HashMap<String, Station>,
}

impl Renderer<'_> {
    /// The whole page.
    pub(super) fn page(&self, tally: &Tally) -> askama::Result<String> {
        let texts = &self.language.texts;
        let mut columns: Vec<&str> =
            self.pack.forms.iter().map(|form| self.pack.text(&form.title, self.language.code)).collect();
        columns.push(&texts.other);
        let listed =
            self.pack.stations.iter().map(|station| RowKey { training: false, station: Some(station.key.clone()) });
        // Of a directory too large for the pack only those are shown that have been heard from.
        let heard =
            tally.rows.keys().filter(|key| !key.training && self.is_listed(key) && !self.is_carried(key)).cloned();
        let mut sections = vec![Section {
            heading: String::new(),
            rows: listed.chain(heard).map(|key| self.row(&key, tally)).collect::<askama::Result<_>>()?,
            total: self.total(tally)?,
        }];
        for (training, heading) in [(false, &texts.unlisted), (true, &texts.training)] {
            let rows: Vec<_> = tally
                .rows
                .keys()
                .filter(|key| key.training == training && (training || !self.is_listed(key)))
                .map(|key| self.row(key, tally))
                .collect::<askama::Result<_>>()?;
            if !rows.is_empty() {
                sections.push(Section { heading: heading.clone(), rows, total: String::new() });
            }
        }
        let desk = Desk {
            language: self.language.code,
            languages: &LANGUAGES,
            texts,
            css: CSS,
            js: JS,
            election: self.pack.text(&self.pack.title, self.language.code),
            numbers: self.numbers(tally)?,
            columns,
            sections,
        };
        desk.render()
    }

    fn is_listed(&self, key: &RowKey) -> bool {
        key.station.as_deref().is_some_and(|station| self.stations.contains_key(station))
    }

    fn is_carried(&self, key: &RowKey) -> bool {
        key.station.as_deref().is_some_and(|station| self.pack.station(station).is_some())
    }

    /// One station's row.
    pub(super) fn row(&self, key: &RowKey, tally: &Tally) -> askama::Result<String> {
        let texts = &self.language.texts;
        let station = key.station.as_deref();
        let listed = station.and_then(|station| self.stations.get(station));
        let (name, shown_key) = match (listed, station) {
            (Some(listed), _) => (self.pack.text(&listed.name, self.language.code), listed.key.as_str()),
            (None, Some(typed)) => (typed, ""),
            (None, None) => (texts.nowhere.as_str(), ""),
        };
        let counts = tally.rows.get(key);
        let link = counts.is_some().then(|| format!("/station?{}lang={}", query(station), self.language.code));
        self.render(Self::id(key), link, name, shown_key, counts.is_none(), self.counts(counts))
    }

    /// The sums over everything that counts.
    pub(super) fn total(&self, tally: &Tally) -> askama::Result<String> {
        let mut sums = Counts::default();
        for counts in tally.rows.iter().filter(|(key, _)| !key.training).map(|(_, counts)| counts) {
            for (form, count) in counts {
                sums.entry(form.clone()).or_default().add(*count);
            }
        }
        self.render("total".to_owned(), None, &self.language.texts.total, "", false, self.counts(Some(&sums)))
    }

    /// The numbers above the table.
    pub(super) fn numbers(&self, tally: &Tally) -> askama::Result<String> {
        let counting = || tally.rows.iter().filter(|(key, _)| !key.training);
        let numbers = Numbers {
            texts: &self.language.texts,
            records: counting().flat_map(|(_, counts)| counts.values()).map(|count| count.count).sum(),
            heard: counting().filter(|(key, _)| self.is_listed(key)).count(),
            stations: self.stations.len(),
        };
        numbers.render().map(|html| html.trim_end().to_owned())
    }

    fn render(
        &self,
        id: String,
        link: Option<String>,
        name: &str,
        key: &str,
        silent: bool,
        counts: Vec<Count>,
    ) -> askama::Result<String> {
        let cells = counts.into_iter().map(Cell::new).collect();
        let silent_text = &self.language.texts.silent;
        let html = Row { id, link, name, key, silent, silent_text, cells }.render()?;
        Ok(html.trim_end().to_owned())
    }

    /// One count per column: the pack's forms, then everything else.
    fn counts(&self, counts: Option<&Counts>) -> Vec<Count> {
        let mut columns = vec![Count::default(); self.pack.forms.len() + 1];
        for (form, count) in counts.into_iter().flatten() {
            let column = form.as_ref().and_then(|id| self.pack.forms.iter().position(|form| form.id == *id));
            columns[column.unwrap_or(self.pack.forms.len())].add(*count);
        }
        columns
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
}
