//! One station: its records with their numbers beside the pictures.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{Book, IncidentLife, RowKey, StepBy, TurnoutView};
use kuager_analysis::words::{Signed, Words};
use kuager_coordinator::app::short;
use kuager_coordinator::ledger::{RecordView, Seen};
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::record::IncidentStatus;
use serde::Deserialize;

use crate::clocks::Clocks;
use crate::curve::{Curve, Drawn};
use crate::entry::{Entry, status};
use crate::flags::{self, Said};
use crate::frame::Frame;
use crate::language::Language;
use crate::pages::chains::said;
use crate::pages::complaints::{self, Standing};
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
    /// What of the turnout does not fit together.
    flags: Vec<Said>,
    curve: Option<Curve>,
    /// Ballots issued, by the protocols.
    protocol: Option<i64>,
    complaints: Vec<(RecordHash, String, Standing)>,
    chains: Vec<Chain>,
    /// Addresses of the pages before and behind, without the language.
    newer: Option<String>,
    older: Option<String>,
}

/// The chain of a device that reports from here.
struct Chain {
    device: String,
    observer: String,
    records: u64,
    head: u64,
    missing: u64,
    twice: u64,
}

/// What is known of the station's turnout: what does not fit together, the curve, and what the protocols say.
fn turnout(book: &Book, key: &RowKey, language: &Language) -> (Vec<Said>, Option<Curve>, Option<i64>) {
    let Some(known) = book.turnout_summary(key) else { return (Vec::new(), None, None) };
    let figures = book.station(key).map(|view| view.turnout).unwrap_or_default();
    let line = |of: fn(&TurnoutView) -> Option<i64>| -> Vec<(u16, u64)> {
        let mut line: Vec<(u16, u64)> =
            figures.iter().filter_map(|figure| Some((figure.at, u64::try_from(of(figure)?).ok()?))).collect();
        line.sort_unstable();
        // Of what several people say of one hour, each is a point; the line goes through the smallest.
        line.dedup_by_key(|(at, _)| *at);
        line
    };
    let (told, own) = (line(|figure| figure.told), line(|figure| figure.own));
    let protocol = known.issued.and_then(|issued| u64::try_from(issued).ok());
    let curve = Curve::of(&Drawn { told: &told, own: &own, protocol, unit: "", per: 1 });
    let flags = known.flags.iter().map(|flag| flags::said(flag, language)).collect();
    (flags, curve, known.issued)
}

/// The chains of the devices that report from here.
fn chains(book: &Book, key: &RowKey) -> Vec<Chain> {
    let chains = book.chains(key).into_iter().map(|chain| Chain {
        device: short(chain.kid),
        observer: chain.observer.to_string().chars().take(8).collect(),
        records: chain.records,
        head: chain.head.unwrap_or(0),
        missing: chain.missing,
        twice: chain.twice,
    });
    chains.collect()
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
    let (flags, curve, protocol) = desk.look(|book| turnout(book, &key, language));
    let chains = desk.look(|book| chains(book, &key));
    let now_ms = desk.app.clock.now_ms();
    let complaints = desk.look_at_acts(|acts, book| complaints::at(acts, book, &key, pack, language, now_ms));
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
    let clocks = Clocks::of(&read);
    for (view, faults) in views.iter().zip(faults) {
        let Some(mut entry) = Entry::new(&desk, view, language).await else { continue };
        entry.faults = faults.into_iter().map(|fault| said(fault, language)).collect();
        entry.clock = clocks.said(view.hash, &Zone::of(pack), language);
        if words.is_spoken_of(view.hash) {
            entry.stands = Some(status(words.standing(view.hash), language));
        }
        // What the desk said of it counts, too; what its author takes back stays so.
        let life = desk.look(|book| book.incident(view.hash));
        let of_desk = |life: &IncidentLife| life.steps.iter().any(|step| matches!(step.by, StepBy::Person(..)));
        if let Some(life) = life.filter(of_desk)
            && words.standing(view.hash) != IncidentStatus::Withdrawn
        {
            entry.stands = Some(status(life.row.incident.status, language));
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
        flags,
        curve,
        protocol,
        complaints,
        chains,
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
