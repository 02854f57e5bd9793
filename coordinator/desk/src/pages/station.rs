//! One station: its records with their numbers beside the pictures.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::words::{Signed, Words};
use kuager_coordinator::ledger::Seen;
use kuager_wire::ids::RecordHash;
use serde::Deserialize;

use crate::entry::{Entry, read, status};
use crate::frame::Frame;
use crate::language::Language;
use crate::pages::chains::said;
use crate::people::visitor::Visitor;
use crate::relations::{Judges, Relations};
use crate::response::{html, trouble};
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;
use crate::views::seen;

/// Records shown of one station.
const RECORDS: u32 = 200;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    key: Option<String>,
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "station.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    name: String,
    key: String,
    records: Vec<(Entry, Option<Relations>)>,
    full: bool,
}

/// The page of a station.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    seen(&desk, &visitor, Seen::Station(wanted.key.clone().unwrap_or_default())).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let views = desk.app.ledger.station_records(wanted.key.as_deref(), RECORDS).await.map_err(trouble)?;
    let mut judges = Judges::new(&published, language, &views);
    let mut records = Vec::with_capacity(views.len());
    let hashes = views.iter().map(|view| view.hash).collect();
    let faults = desk.app.ledger.faults_of(hashes).await.map_err(trouble)?;
    let read: Vec<_> = views.iter().rev().filter_map(|view| Some((view, read(&view.bytes)?))).collect();
    let signed: Vec<_> =
        read.iter().map(|(view, record)| Signed { hash: view.hash, observer: view.observer, record }).collect();
    let words = Words::of(&signed);
    for (view, faults) in views.iter().zip(faults) {
        let Some(mut entry) = Entry::new(&desk, view, language).await else { continue };
        entry.faults = faults.into_iter().map(|fault| said(fault, language)).collect();
        if words.is_spoken_of(view.hash) {
            entry.stands = Some(status(words.standing(view.hash), language));
        }
        records.push((view.hash, (entry, judges.relations(view))));
    }
    let full = records.len() >= usize::try_from(RECORDS).unwrap_or(usize::MAX);
    let records = with_words(records);
    let (name, key) = stations::name(&published, language, wanted.key.as_deref());
    let page = Page {
        frame: Frame::new(pack, format!("/station?{}", stations::query(wanted.key.as_deref())), &visitor),
        language,
        zone: Zone::of(pack).name(),
        name,
        key,
        full,
        records,
    };
    html(&page)
}

type Shown = (Entry, Option<Relations>);

/// Every word behind what it is about, the oldest first; what is said about nothing on the page stays where it is.
fn with_words(records: Vec<(RecordHash, Shown)>) -> Vec<Shown> {
    let here: HashSet<RecordHash> = records.iter().map(|(hash, _)| *hash).collect();
    let mut words: HashMap<RecordHash, Vec<(RecordHash, Shown)>> = HashMap::new();
    let mut others = Vec::new();
    for (hash, shown) in records {
        match &shown.0.word {
            Some((about, _)) if here.contains(about) => words.entry(*about).or_default().push((hash, shown)),
            _ => others.push((hash, shown)),
        }
    }
    let mut ordered = Vec::new();
    // What comes next is at the end. The newest word was found first, so the oldest is taken first.
    others.reverse();
    while let Some((hash, shown)) = others.pop() {
        ordered.push(shown);
        others.extend(words.remove(&hash).unwrap_or_default());
    }
    ordered
}
