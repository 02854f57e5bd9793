//! One incident: what was reported, who else says so, what was done about it, and where it stands.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::book::{IncidentLife, IncidentRow, IncidentStep, StepBy};
use kuager_analysis::norm::Norm;
use kuager_coordinator::ledger::{RecordView, Seen};
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::Act;
use kuager_wire::ids::RecordHash;
use kuager_wire::record::IncidentStatus;
use serde::Deserialize;

use crate::entry::{Entry, status};
use crate::frame::Frame;
use crate::language::Language;
use crate::names::Names;
use crate::pages::chains::said;
use crate::pages::complaints::{self, Standing};
use crate::pages::incidents::Row;
use crate::pages::note;
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::relations::Relations;
use crate::response::{html, refuse, trouble, unwritten};
use crate::state::Desk;
use crate::stations::escaped;
use crate::time::{Moment, Zone};
use crate::views::seen;

/// Steps that somebody at the desk can take. Only the author withdraws a report.
const STEPS: [IncidentStatus; 3] = [IncidentStatus::Corroborated, IncidentStatus::Verified, IncidentStatus::Disputed];
/// Steps shown, the newest.
const SHOWN: usize = 200;
/// Incidents of the same kind that are linked.
const ALIKE: usize = 20;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
    /// What became of a step: that somebody else was faster, or that it says too little.
    said: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    status: String,
    #[serde(default)]
    note: String,
    /// How many steps there were when the form was shown.
    steps: usize,
}

#[derive(Template)]
#[template(path = "incident.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    row: Row,
    /// The norms that are violated by it, with where they are looked at.
    norms: Vec<(String, String)>,
    history: Vec<Told>,
    steps: usize,
    /// What may be said of it here.
    choices: Vec<(&'static str, String)>,
    wrong: Option<String>,
    alike: Vec<RecordHash>,
    complaint: Option<Standing>,
    act: bool,
    records: Vec<(Entry, Option<Relations>)>,
}

/// A step as it is shown.
struct Told {
    at: Moment,
    who: String,
    status: String,
    counts: bool,
    note: String,
}

/// The page of an incident.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let life = find(&desk, &hash)?;
    let key = life.row.key.clone();
    seen(&desk, &visitor, Seen::Station(key.station.clone().unwrap_or_default())).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let zone = Zone::of(pack);
    let record = life.row.incident.record;
    let views = desk.app.ledger.records_named(vec![record]).await.map_err(trouble)?;
    let names = Names::of(&desk).await?;
    let history = history(&life.steps, &views, &names, language, &zone);
    let complaint = desk
        .look_at_acts(|acts, book| complaints::standing(acts, book, record, pack, language, desk.app.clock.now_ms()));
    let leads = visitor.has_any(LEADING);
    let choices = STEPS.iter().filter(|_| leads && life.row.incident.status != IncidentStatus::Withdrawn);
    let page = Page {
        frame: Frame::new(pack, format!("/incidents/{record}?"), &visitor),
        language,
        zone: zone.name(),
        norms: norms(&published, &life),
        history,
        steps: life.steps.len(),
        choices: choices.map(|one| (one.name(), status(*one, language))).collect(),
        wrong: wanted.said.as_deref().and_then(|said| wrong(said, language)),
        alike: life.alike.iter().copied().take(ALIKE).collect(),
        complaint,
        act: act_of(&published, &life),
        records: entries(&desk, &views, &life.row, language).await?,
        row: Row::new(&life.row, &published, language),
    };
    html(&page)
}

/// Takes a step, if nobody else has taken one since the form was shown.
pub(crate) async fn step(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Step>,
) -> Result<Response, Response> {
    let life = find(&desk, &hash)?;
    let record = life.row.incident.record;
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    let back = |said: &str| {
        let said = if said.is_empty() { String::new() } else { format!("said={said}&") };
        Redirect::to(&format!("/incidents/{record}?{said}lang={}", language.code)).into_response()
    };
    let wanted_status = IncidentStatus::from_name(&form.status).filter(|status| STEPS.contains(status));
    let Some(status) = wanted_status else {
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "say where the incident stands from now on"));
    };
    if life.row.incident.status == IncidentStatus::Withdrawn {
        return Ok(back("withdrawn"));
    }
    if life.steps.len() != form.steps {
        return Ok(back("faster"));
    }
    let note = note(&form.note);
    // Two sources or media speak for themselves; everything else needs a word why.
    let grounds = status == IncidentStatus::Corroborated && life.row.has_grounds();
    if note.is_none() && !grounds {
        return Ok(back("why"));
    }
    desk.act(visitor.by(), Act::IncidentStep { record, status, note }).await.map_err(unwritten)?;
    Ok(back(""))
}

/// Why a step was not taken, in words.
fn wrong(said: &str, language: &Language) -> Option<String> {
    match said {
        "faster" => Some(language.say("incident-faster")),
        "why" => Some(language.say("incident-why")),
        "withdrawn" => Some(language.say("incident-withdrawn")),
        _ => None,
    }
}

/// The incident with this record.
#[expect(clippy::result_large_err, reason = "what is wrong is the answer")]
fn find(desk: &Desk, hash: &str) -> Result<IncidentLife, Response> {
    let hash: Option<RecordHash> = hash.parse().ok();
    let life = hash.and_then(|hash| desk.look(|book| book.incident(hash)));
    life.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "there is no such incident among the records that count"))
}

/// Norms of the catalogue, each with the page of all stations.
fn norms(published: &Published, life: &IncidentLife) -> Vec<(String, String)> {
    let pack = published.packs.get(&life.form.pack).map_or(&published.latest.pack, |signed| &signed.pack);
    let mut norms: Vec<Norm> = Vec::new();
    for law in life.row.incident.codes.iter().filter_map(|code| pack.incident(code)?.law.as_deref()) {
        for norm in Norm::all(law) {
            if !norms.contains(&norm) {
                norms.push(norm);
            }
        }
    }
    norms.iter().map(|norm| (norm.to_string(), format!("/norms?norm={}&", escaped(&norm.to_string())))).collect()
}

/// Whether the pack has words for an act about it.
fn act_of(published: &Published, life: &IncidentLife) -> bool {
    let pack = published.packs.get(&life.form.pack).map(|signed| &signed.pack);
    pack.and_then(|pack| pack.act.as_ref()).is_some_and(|act| act.form == life.form.form)
}

fn history(steps: &[IncidentStep], views: &[RecordView], names: &Names, language: &Language, zone: &Zone) -> Vec<Told> {
    let words = |record: RecordHash| {
        let view = views.iter().find(|view| view.hash == record)?;
        let record = crate::sealed::read(&view.bytes)?;
        record.body.follows?;
        record.body.text
    };
    let shown = steps.iter().rev().take(SHOWN).map(|step| {
        let (who, note) = match step.by {
            StepBy::Observer(observer, record) => {
                let pseudonym: String = observer.to_string().chars().take(8).collect();
                (format!("{} {pseudonym}", language.say("observer")), words(record))
            }
            StepBy::Person(person, _) => (names.who(person, language), step.note.clone()),
        };
        Told {
            at: zone.moment(step.at_ms),
            who,
            status: status(step.status, language),
            counts: step.counts,
            note: note.unwrap_or_default(),
        }
    });
    shown.collect()
}

/// Its record and the words about it, as every page shows records.
async fn entries(
    desk: &Desk,
    views: &[RecordView],
    row: &IncidentRow,
    language: &Language,
) -> Result<Vec<(Entry, Option<Relations>)>, Response> {
    let hashes = views.iter().map(|view| view.hash).collect();
    let faults = desk.app.ledger.faults_of(hashes).await.map_err(trouble)?;
    let mut entries = Vec::with_capacity(views.len());
    for (view, faults) in views.iter().zip(faults) {
        let Some(mut entry) = Entry::new(desk, view, language).await else { continue };
        entry.faults = faults.into_iter().map(|fault| said(fault, language)).collect();
        if view.hash == row.incident.record {
            entry.stands = Some(status(row.incident.status, language));
        }
        entries.push((view.hash, entry));
    }
    // The report first, then what was said about it in the order of arrival.
    entries.sort_by_key(|(hash, _)| {
        (*hash != row.incident.record, views.iter().rev().position(|view| view.hash == *hash))
    });
    Ok(entries.into_iter().map(|(_, entry)| (entry, None)).collect())
}
