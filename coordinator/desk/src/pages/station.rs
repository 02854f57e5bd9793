//! One station: its records with their numbers beside the pictures.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::RowKey;
use kuager_analysis::words::{Signed, Words};
use kuager_coordinator::ledger::{RecordView, Seen};
use kuager_wire::ids::{Kid, RecordHash};
use serde::Deserialize;

use crate::entry::{Entry, status};
use crate::frame::Frame;
use crate::language::Language;
use crate::pages::chains::said;
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::protocols::Summary;
use crate::relations::{Judges, Relations};
use crate::response::{html, trouble};
use crate::sealed::read;
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;
use crate::views::seen;

/// Records shown on one page of a station.
const RECORDS: u32 = 100;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    key: Option<String>,
    lang: Option<String>,
    /// Whether what is added up is training.
    training: Option<u8>,
    page: Option<u32>,
}

#[derive(Template)]
#[template(path = "station.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    name: String,
    key: String,
    summary: Summary,
    /// Whether protocols can be let count here.
    leads: bool,
    records: Vec<(Entry, Option<Relations>)>,
    /// Addresses of the pages before and behind, without the language.
    newer: Option<String>,
    older: Option<String>,
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
    let key = RowKey { training: wanted.training == Some(1), station: wanted.key.clone() };
    let summary = desk.look_at_acts(|acts, book| Summary::of(acts, book, &key, &published, language));
    let at = wanted.page.unwrap_or(0);
    let newer = at.saturating_mul(RECORDS);
    let ledger = &desk.app.ledger;
    let mut views = ledger.station_records_behind(wanted.key.as_deref(), newer, RECORDS).await.map_err(trouble)?;
    // Words about records of this page are among them, whatever page they would be on.
    let full = views.len() >= usize::try_from(RECORDS).unwrap_or(usize::MAX);
    in_chain_order(&mut views);
    let mut judges = Judges::new(&published, language, &views);
    let mut records = Vec::with_capacity(views.len());
    let hashes = views.iter().map(|view| view.hash).collect();
    let faults = desk.app.ledger.faults_of(hashes).await.map_err(trouble)?;
    let mut read: Vec<_> = views.iter().filter_map(|view| Some((view, read(&view.bytes)?))).collect();
    read.sort_by_key(|(view, record)| (view.received_ms, record.seq));
    let signed: Vec<_> =
        read.iter().map(|(view, record)| Signed { hash: view.hash, observer: view.observer, record }).collect();
    let words = Words::of(&signed);
    for (view, faults) in views.iter().zip(faults) {
        let Some(mut entry) = Entry::new(&desk, view, language).await else { continue };
        entry.faults = faults.into_iter().map(|fault| said(fault, language)).collect();
        if words.is_spoken_of(view.hash) {
            entry.stands = Some(status(words.standing(view.hash), language));
        }
        let relations = judges.relations(view).filter(|_| !entry.withheld);
        records.push((view.hash, (entry, relations)));
    }
    let records = with_words(records);
    let here =
        format!("/station?{}{}", if key.training { "training=1&" } else { "" }, stations::query(wanted.key.as_deref()));
    let turned = |page: u32| format!("{here}page={page}&");
    let (name, listed) = stations::name(&published, language, wanted.key.as_deref());
    let page = Page {
        newer: (at > 0).then(|| turned(at.saturating_sub(1))),
        older: full.then(|| turned(at.saturating_add(1))),
        frame: Frame::new(pack, here, &visitor),
        language,
        zone: Zone::of(pack).name(),
        name,
        key: listed,
        summary,
        leads: visitor.has_any(LEADING),
        records,
    };
    html(&page)
}

/// Records of a device together, in the order of its chain, the newest first; the device that was heard of last stands first.
fn in_chain_order(views: &mut [RecordView]) {
    let mut places: HashMap<Kid, usize> = HashMap::new();
    for view in views.iter() {
        let place = places.len();
        places.entry(view.kid).or_insert(place);
    }
    let seq = |view: &RecordView| read(&view.bytes).map_or(0, |record| record.seq);
    views.sort_by_cached_key(|view| (places.get(&view.kid).copied(), std::cmp::Reverse(seq(view))));
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
