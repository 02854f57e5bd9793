//! Norms: how many stations kept each article, by what observers answered, with the stations and records behind every number.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kuager_analysis::book::{ArticleRow, Book, NormCount, NormQuery, NormSource, NormStation, Outcome};
use kuager_analysis::norm::Norm;
use kuager_coordinator::ledger::Seen;
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::RecordHash;
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::listing::{self, Chip, Filters, Pages, TYPED, some};
use crate::people::visitor::Visitor;
use crate::response::{html, refuse};
use crate::state::Desk;
use crate::stations::{self, escaped};
use crate::views::seen;

/// Stations of a page.
const ROWS: usize = 50;

/// What is asked for in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    norm: String,
    region: String,
    outcome: String,
    q: String,
    page: usize,
}

/// A number of stations out of those that were asked.
struct Counted {
    kept: u64,
    broken: u64,
    both: u64,
    unknown: u64,
    answered: u64,
    incidents: u64,
    /// Widths of the bar's parts, in hundredths of those asked.
    parts: [u64; 3],
}

impl Counted {
    fn of(count: NormCount) -> Self {
        let answered = count.answered();
        let part = |of: u64| of.saturating_mul(100).checked_div(answered).unwrap_or(0);
        let (broken, kept) = (part(count.broken), part(count.kept));
        // Whatever is broken anywhere is seen.
        let broken = if count.broken > 0 { broken.max(1) } else { 0 };
        let kept = kept.min(100_u64.saturating_sub(broken));
        let rest = if answered == 0 { 0 } else { 100_u64.saturating_sub(broken).saturating_sub(kept) };
        Self {
            kept: count.kept,
            broken: count.broken,
            both: count.both,
            unknown: count.unknown,
            answered,
            incidents: count.incidents,
            parts: [broken, kept, rest],
        }
    }
}

#[derive(Template)]
#[template(path = "norms.html")]
struct All<'a> {
    frame: Frame,
    language: &'a Language,
    /// The law that articles are of.
    law: &'a str,
    regions: Vec<Choice>,
    rows: Vec<Article>,
}

struct Article {
    name: String,
    address: String,
    count: Counted,
    points: Vec<(String, String, Counted)>,
}

#[derive(Template)]
#[template(path = "norm.html")]
struct One<'a> {
    frame: Frame,
    language: &'a Language,
    law: &'a str,
    wanted: &'a Wanted,
    name: String,
    count: Counted,
    /// What is asked about it: the words, the form.
    questions: Vec<(String, String)>,
    /// Incidents of the catalogue that violate it.
    incidents: Vec<(String, String)>,
    by_region: Vec<(String, String, Counted)>,
    regions: Vec<Choice>,
    chips: Vec<Chip>,
    stations: Vec<Station>,
    pages: Pages,
}

struct Station {
    name: String,
    query: String,
    region: String,
    /// For the style, and in words.
    outcome: (&'static str, String),
    both: bool,
    incidents: u64,
    sources: Vec<Source>,
}

struct Source {
    record: RecordHash,
    observer: String,
    form: String,
    /// The question, what came of it for the style and in words.
    answers: Vec<(String, &'static str, String)>,
}

/// The page of all articles, or of the one that is asked for.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let language = &Language::choose(&published.latest.pack, wanted.lang.as_deref());
    if !wanted.norm.is_empty() {
        return one(&desk, &visitor, &wanted, &published, language).await;
    }
    let pack = &published.latest.pack;
    let region = some(&wanted.region);
    let articles = desk.look(|book| book.articles(region.as_deref()));
    let link = |norm: &Norm| {
        let region =
            if wanted.region.is_empty() { String::new() } else { format!("region={}&", escaped(&wanted.region)) };
        format!("/norms?norm={}&{region}lang={}", escaped(&norm.to_string()), language.code)
    };
    let row = |row: &ArticleRow| Article {
        name: row.article.to_string(),
        address: link(&row.article),
        count: Counted::of(row.count),
        points: row
            .points
            .iter()
            .filter(|(_, count)| count.answered() > 0 || count.incidents > 0)
            .map(|(norm, count)| (norm.to_string(), link(norm), Counted::of(*count)))
            .collect(),
    };
    let asked = articles.iter().filter(|row| row.count.answered() > 0 || row.count.incidents > 0);
    let filters = Filters::new("/norms", &[("region", wanted.region.as_str())], 0);
    html(&All {
        frame: Frame::new(pack, filters.here(), &visitor),
        language,
        law: &pack.law,
        regions: regions(&published, &wanted.region, language),
        rows: asked.map(row).collect(),
    })
}

fn regions(published: &Published, chosen: &str, language: &Language) -> Vec<Choice> {
    let pack = &published.latest.pack;
    let regions = pack.regions.iter().flatten();
    regions
        .map(|region| (region.key.clone(), lines::region(pack, &region.key, language), region.key == chosen))
        .collect()
}

async fn one(
    desk: &Desk,
    visitor: &Visitor,
    wanted: &Wanted,
    published: &Published,
    language: &Language,
) -> Result<Response, Response> {
    seen(desk, visitor, Seen::Observers).await?;
    let pack = &published.latest.pack;
    let norm = Norm::all(&wanted.norm).pop();
    let norm = norm.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "there is no such norm"))?;
    let asked = NormQuery {
        region: some(&wanted.region),
        outcome: Outcome::ALL.into_iter().find(|outcome| outcome_name(*outcome).0 == wanted.outcome),
        words: wanted.q.chars().take(TYPED).collect(),
    };
    let first = wanted.page.saturating_mul(ROWS);
    let (detail, questions, stations) = desk.look(|book| {
        let detail = book.norm(&norm, &asked, first, ROWS);
        let questions = book.norm_questions(&norm);
        let questions: Vec<(String, String)> = questions
            .iter()
            .map(|asked| {
                let words = book.question(&asked.form, &asked.question, &language.code);
                let form = pack.form(&asked.form.form).map(|form| pack.text(&form.title, &language.code));
                (words.unwrap_or_else(|| asked.question.clone()), form.unwrap_or(&asked.form.form).to_owned())
            })
            .collect();
        let stations: Vec<Station> =
            detail.stations.iter().map(|row| station(book, row, &norm, published, language)).collect();
        (detail, questions, stations)
    });
    let whole = norm.to_string();
    let fields = [
        ("norm", whole.as_str()),
        ("region", wanted.region.as_str()),
        ("outcome", wanted.outcome.as_str()),
        ("q", wanted.q.as_str()),
    ];
    let filters = Filters::new("/norms", &fields, wanted.page);
    let chips = [
        (Outcome::Broken, detail.count.broken),
        (Outcome::Kept, detail.count.kept),
        (Outcome::Unknown, detail.count.unknown),
    ];
    let chips = chips.into_iter().map(|(outcome, count)| {
        let (name, text) = outcome_name(outcome);
        let current = asked.outcome == Some(outcome);
        Chip {
            address: format!("{}lang={}", filters.with(&[("outcome", if current { "" } else { name })]), language.code),
            name: language.say(text),
            count,
            current,
            class: name,
        }
    });
    let violating = pack.incidents.iter().flatten().filter(|incident| {
        let norms = incident.law.as_deref().map(Norm::all).unwrap_or_default();
        norms.iter().any(|of| *of == norm || norm.point.is_empty() && of.article() == norm)
    });
    let by_region = detail.regions.iter().map(|(key, count)| {
        let address = format!("{}lang={}", filters.with(&[("region", key)]), language.code);
        (lines::region(pack, key, language), address, Counted::of(*count))
    });
    html(&One {
        frame: Frame::new(pack, filters.here(), visitor),
        language,
        law: &pack.law,
        wanted,
        count: Counted::of(detail.count),
        questions,
        incidents: violating
            .map(|incident| {
                let address = format!("/incidents?code={}&lang={}", escaped(&incident.code), language.code);
                (listing::incident(pack, &incident.code, language), address)
            })
            .collect(),
        by_region: by_region.collect(),
        regions: regions(published, &wanted.region, language),
        chips: chips.collect(),
        pages: filters.pages(stations.len(), ROWS, detail.found, language),
        stations,
        name: whole.clone(),
    })
}

fn station(book: &Book, row: &NormStation, norm: &Norm, published: &Published, language: &Language) -> Station {
    let pack = &published.latest.pack;
    let (class, text) = outcome_name(row.outcome);
    let source = |source: &NormSource| Source {
        record: source.record,
        observer: source.observer.to_string().chars().take(8).collect(),
        form: pack
            .form(&source.form.form)
            .map_or_else(|| source.form.form.clone(), |form| pack.text(&form.title, &language.code).to_owned()),
        answers: source
            .answers
            .iter()
            .map(|(question, outcome)| {
                let (class, text) = outcome_name(*outcome);
                let words = book.question(&source.form, question, &language.code);
                (words.unwrap_or_else(|| question.clone()), class, language.say(text))
            })
            .collect(),
    };
    Station {
        name: stations::name(published, language, row.key.station.as_deref()).0,
        query: stations::query(row.key.station.as_deref()),
        region: row.region.as_deref().map_or(String::new(), |key| lines::region(pack, key, language)),
        outcome: (class, language.say(text)),
        both: row.both,
        incidents: row.incidents,
        sources: book.norm_sources(&row.key, norm).iter().map(source).collect(),
    }
}

/// An outcome in an address and for the style, and what the desk calls it.
const fn outcome_name(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Broken => ("broken", "norm-broken"),
        Outcome::Kept => ("kept", "norm-kept"),
        Outcome::Unknown => ("unknown", "norm-unknown"),
    }
}
