//! A day that is half over: what a desk looks like at eleven at night, with people who have begun to work.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use kuager_coordinator::clock::PlayedClock;
use kuager_coordinator::deployment::Rehearsal;
use kuager_coordinator::inbox::ask_retake;
use kuager_coordinator::{App, Deployment, journal};
use kuager_wire::canonical::split_sequence;
use kuager_wire::cose::{Envelope, sha256};
use kuager_wire::desk::{Act, CallOutcome, Figures};
use kuager_wire::ids::{ContentHash, Kid, MediaHash, ObserverId, PersonId, RecordHash};
use kuager_wire::limits;
use kuager_wire::record::{Answers, IncidentStatus, Record, RecordKind, Value};

use crate::error::RehearsalError;
use crate::plan::{Plan, Planted, Size, Upload, lines};
use crate::run::{self, Founded};

/// Stations and observers enough for every kind of trouble, and few enough to be made in seconds.
const SIZE: Size = Size { stations: 240, observed: 75, twice: 40, each: 3, discrepancies: 6 };
const SEED: u64 = 7;
/// Minutes after midnight.
const NOW: u64 = 23 * 60;
/// Stations whose official figures have been published by then.
const OFFICIAL: usize = 60;
/// The form of protocols, and a line of it that is misread.
const PROTOCOL: &str = "protocol-list";
const MISREAD: &str = "P07";
/// Who has worked at the desk so far, without accounts.
const PEOPLE: [PersonId; 3] = [PersonId([0xa1; 16]), PersonId([0xb2; 16]), PersonId([0xc3; 16])];

/// A deployment in the evening of an election day.
#[derive(Debug)]
pub struct Evening {
    /// The deployment.
    pub deployment: Deployment,
    /// Its clock, which goes on from there.
    pub clock: Arc<PlayedClock>,
    /// Records that have come.
    pub records: usize,
}

/// Makes one in a new folder: a few hundred stations and those named beside them, half of whose protocols have come, some official figures, calls,
/// protocols that people are reading. It is marked as a rehearsal. The same every time, but for keys of the coordinator.
///
/// # Errors
/// [`RehearsalError`].
pub async fn evening(folder: &Path, more: &[(&str, u32)]) -> Result<Evening, RehearsalError> {
    let mut plan = Plan::new(SIZE, SEED)?;
    let Founded { app, clock, midnight_ms } = run::found(folder, &plan, more, &mut |_, _, _| ()).await?;
    let now_ms = midnight_ms + NOW * 60_000;
    let uploads = plan.uploads(midnight_ms, run::for_day(&app.deployment, false)?)?;
    let come: Vec<_> = uploads.into_iter().filter(|upload| upload.at_ms < now_ms).collect();
    let read = read(&come);
    let records = run::receive_all(&app, &clock, &plan, come, &mut |_, _, _| ()).await?;
    clock.skip_to(now_ms);
    journal::write(&app, Some(PEOPLE[0]), official(&plan, &read)).await?;
    for (person, act) in work(&app, &plan, &read).await? {
        journal::write(&app, Some(person), vec![act]).await?;
    }
    app.ledger.close().await;
    Rehearsal { clock_ms: now_ms }.write(folder)?;
    let clock = Arc::new(PlayedClock::new(now_ms, 1));
    Ok(Evening { deployment: Deployment::open(folder)?, clock, records })
}

/// A record that has come, and which of the observers it is from.
struct Come {
    observer: usize,
    hash: RecordHash,
    record: Record,
}

fn read(uploads: &[Upload]) -> Vec<Come> {
    let mut come = Vec::new();
    for upload in uploads {
        for bytes in split_sequence(&upload.bytes).into_iter().flatten() {
            let record = Envelope::parse(bytes, limits::RECORD).and_then(|envelope| envelope.statement());
            if let Ok(record) = record {
                come.push(Come { observer: upload.observer, hash: RecordHash::of(bytes), record });
            }
        }
    }
    come
}

/// What the commissions above have published so far, of stations whose protocols have come: first those where it differs.
fn official(plan: &Plan, come: &[Come]) -> Vec<Act> {
    let heard: BTreeSet<&str> = protocols(come).filter_map(|come| come.record.station.as_deref()).collect();
    let differing = plan.planted.iter().filter(|planted| matches!(planted, Planted::Official { .. }));
    let differing: BTreeSet<&str> = differing.map(Planted::station).collect();
    let mut published: Vec<_> = plan.official.iter().filter(|(station, _)| heard.contains(station.as_str())).collect();
    published.sort_by_key(|(station, _)| !differing.contains(station.as_str()));
    let names = lines();
    let acts = published.into_iter().take(OFFICIAL).map(|(station, figures)| {
        let figures: Figures = names.iter().cloned().zip(figures.iter().map(|figure| i64::from(*figure))).collect();
        Act::Official {
            source: ContentHash(sha256(b"figures of an evening that never was")),
            stage: "cec".to_owned(),
            form: PROTOCOL.to_owned(),
            station: station.clone(),
            figures,
            pack: None,
        }
    });
    acts.collect()
}

fn protocols(come: &[Come]) -> impl Iterator<Item = &Come> {
    come.iter().filter(|come| come.record.kind == RecordKind::Protocol)
}

/// What people have done so far: calls to the silent, papers that were read alike, once, differently; an incident, a photo asked for again.
async fn work(app: &App, plan: &Plan, come: &[Come]) -> Result<Vec<(PersonId, Act)>, RehearsalError> {
    let [first, second, third] = PEOPLE;
    let mut acts = Vec::new();
    let rows = app.ledger.device_rows(None, u32::MAX).await?;
    let observers: BTreeMap<Kid, ObserverId> = rows.into_iter().map(|row| (row.kid, row.observer)).collect();
    let of =
        |observer: usize| plan.observers.get(observer).and_then(|observer| observers.get(&observer.kid())).copied();
    let silent = plan.planted.iter().filter(|planted| matches!(planted, Planted::Silent { .. })).map(Planted::station);
    let called = silent.filter_map(|station| plan.observers.iter().position(|observer| observer.station() == station));
    let next_ms = Some(app.clock.now_ms() + 20 * 60_000);
    for (at, observer) in called.filter_map(of).enumerate() {
        let (outcome, next_ms, note) = match at {
            0 => (CallOutcome::Absent, None, Some("Not let in; gone to the territorial commission".to_owned())),
            _ => (CallOutcome::NoAnswer, next_ms, None),
        };
        acts.push((first, Act::Call { observer, outcome, next_ms, note }));
    }
    let pictured = protocols(come).filter(|come| come.record.attachments.is_some());
    for (at, paper) in pictured.enumerate() {
        let read = |changed: i64| transcription(app, paper, changed);
        match at % 6 {
            0 => acts.extend([(second, read(0)), (third, read(0))]),
            1 => acts.push((second, read(0))),
            2 => acts.extend([(second, read(0)), (third, read(1))]),
            3 => acts.extend([(first, read(0)), (second, read(1)), (third, read(7))]),
            // Nobody has come to these yet.
            _ => {}
        }
        if at == 4
            && let (Some(observer), Some(page)) = (of(paper.observer), page(paper))
        {
            let text = "Please photograph the page again: the lower half is in shadow.";
            let message = ask_retake(app, observer, text, paper.hash, page).await?;
            acts.push((second, Act::Retake { record: paper.hash, media: page, message }));
        }
    }
    let incidents = come.iter().filter(|come| come.record.kind == RecordKind::Incident);
    for (incident, status) in incidents.zip([IncidentStatus::Verified, IncidentStatus::Corroborated]) {
        acts.push((first, Act::IncidentStep { record: incident.hash, status, note: None }));
    }
    Ok(acts)
}

fn page(paper: &Come) -> Option<MediaHash> {
    paper.record.attachments.iter().flatten().next().map(|page| page.hash)
}

/// What somebody reads of a paper, who takes one number of it for another.
fn transcription(app: &App, paper: &Come, changed: i64) -> Act {
    let published = app.shelf.published();
    let signed = paper.record.body.answers.clone().unwrap_or_default();
    let template = published.latest.pack.form(PROTOCOL).and_then(|form| form.template.clone()).unwrap_or_default();
    let lines = template.lines.iter().map(|line| line.question.clone());
    let asked = lines.chain(template.copy.clone()).chain(template.annex_question.clone());
    let mut answers: Answers = asked.filter_map(|id| Some((id.clone(), signed.get(&id)?.clone()))).collect();
    if changed != 0 {
        let before = answers.get(MISREAD).and_then(Value::as_int).unwrap_or(0);
        answers.insert(MISREAD, Value::Int(before.saturating_add(changed)));
    }
    Act::Transcription { record: paper.hash, pages: page(paper).into_iter().collect(), answers, unreadable: None }
}
