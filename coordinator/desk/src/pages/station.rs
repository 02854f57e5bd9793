//! One station: its records with their numbers beside the pictures.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::entry::Entry;
use crate::frame::Frame;
use crate::language::Language;
use crate::pages::chains::said;
use crate::relations::{Judges, Relations};
use crate::response::{html, trouble};
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;

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
pub(crate) async fn page(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let views = desk.app.ledger.station_records(wanted.key.as_deref(), RECORDS).await.map_err(trouble)?;
    let mut judges = Judges::new(&published, language, &views);
    let mut records = Vec::with_capacity(views.len());
    let hashes = views.iter().map(|view| view.hash).collect();
    let faults = desk.app.ledger.faults_of(hashes).await.map_err(trouble)?;
    for (view, faults) in views.iter().zip(faults) {
        let Some(mut entry) = Entry::new(&desk, view, language).await else { continue };
        entry.faults = faults.into_iter().map(|fault| said(fault, language)).collect();
        records.push((entry, judges.relations(view)));
    }
    let (name, key) = stations::name(&published, language, wanted.key.as_deref());
    let page = Page {
        frame: Frame::new(pack, format!("/station?{}", stations::query(wanted.key.as_deref()))),
        language,
        zone: Zone::of(pack).name(),
        name,
        key,
        full: records.len() >= usize::try_from(RECORDS).unwrap_or(usize::MAX),
        records,
    };
    html(&page)
}
