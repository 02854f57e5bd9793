//! Observers: each with all their devices, how far those are trusted, and what has come from them together.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::calls::Call;
use kuager_coordinator::app::short;
use kuager_coordinator::attestation::{Fault, Level};
use kuager_coordinator::ledger::{Attested, DeviceRow, LedgerError, Seen, Standing};
use kuager_coordinator::names::{self, NamesError};
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::{Act, CallOutcome};
use kuager_wire::ids::{Kid, ObserverId};
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::response::{html, refuse, trouble, unwritten};
use crate::state::Desk;
use crate::time::{Moment, Zone};
use crate::views::seen;

/// Devices shown.
const DEVICES: u32 = 1000;
/// Observers who are to be called that are listed.
const DUE: usize = 50;
/// Characters of a note.
const NOTE: usize = 500;
/// Minutes until the next call at most.
const LONGEST_MINUTES: u64 = 2 * 24 * 60;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "observers.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    observers: Vec<Observer>,
    full: bool,
    /// Whether calls can be written down here.
    calls: bool,
    outcomes: Vec<(&'static str, String)>,
    /// Who is to be called now, and since when.
    due: Vec<(String, Moment)>,
    /// Whether the encrypted list of names can be had here.
    names: bool,
}

struct Observer {
    id: String,
    name: String,
    /// The last calls, the newest first.
    calls: Vec<(Moment, String)>,
    /// What has come from all devices together.
    said: String,
    devices: Vec<Device>,
}

struct Device {
    name: String,
    /// For the style.
    class: &'static str,
    standing: String,
    /// The device it goes on for.
    follows: String,
    records: String,
    /// The highest number, and when the record with it arrived.
    newest: Option<(u64, Moment)>,
    /// What its platform said about it.
    attested: String,
    /// Its pack, its program, and which messages it has fetched.
    lately: Vec<String>,
}

/// The page of all observers.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    seen(&desk, &visitor, Seen::Observers).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let zone = Zone::of(pack);
    let rows = desk.app.ledger.device_rows(None, DEVICES).await.map_err(trouble)?;
    let mut lately = HashMap::new();
    for row in &rows {
        lately.insert(row.kid, lately_of(&desk, row, &published, language, &zone).await.map_err(trouble)?);
    }
    let observers = rows.chunk_by(|one, other| one.observer == other.observer);
    let page = Page {
        frame: Frame::new(pack, "/observers?".to_owned(), &visitor),
        language,
        zone: zone.name(),
        observers: observers
            .map(|devices| {
                let called =
                    devices.first().map(|device| desk.look_at_acts(|acts, _| acts.calls.of(device.observer).to_vec()));
                shown(devices, called.unwrap_or_default(), &mut lately, language, &zone)
            })
            .collect(),
        calls: visitor.has_any(LEADING),
        outcomes: CallOutcome::ALL.iter().map(|outcome| (outcome.name(), language.say(said(*outcome)))).collect(),
        due: desk
            .look_at_acts(|acts, _| acts.calls.due(desk.app.clock.now_ms()))
            .into_iter()
            .take(DUE)
            .map(|(observer, since_ms)| (observer.to_string().chars().take(8).collect(), zone.moment(since_ms)))
            .collect(),
        names: visitor.has_any(LEADING) && names::path(desk.app.deployment.dir()).exists(),
        full: rows.len() >= usize::try_from(DEVICES).unwrap_or(usize::MAX),
    };
    html(&page)
}

/// One observer with all devices.
fn shown(
    devices: &[DeviceRow],
    called: Vec<Call>,
    lately: &mut HashMap<Kid, Vec<String>>,
    language: &Language,
    zone: &Zone,
) -> Observer {
    let name = devices.first().map(|device| device.observer.to_string()).unwrap_or_default();
    let (records, apart) = devices.iter().fold((0_u64, 0_u64), |(records, apart), device| {
        (records.saturating_add(device.records), apart.saturating_add(device.apart))
    });
    Observer {
        calls: called.into_iter().rev().map(|call| (zone.moment(call.at_ms), worded(&call, language, zone))).collect(),
        name: name.chars().take(8).collect(),
        id: name,
        said: counted(records, apart, language),
        devices: devices
            .iter()
            .map(|device| of_device(device, lately.remove(&device.kid).unwrap_or_default(), language, zone))
            .collect(),
    }
}

/// How a call ended, when to call again, and what was said of it.
fn worded(call: &Call, language: &Language, zone: &Zone) -> String {
    let next =
        call.next_ms.map(|next_ms| language.say_with("call-next-at", &[("at", zone.moment(next_ms).full.as_str())]));
    let parts = [Some(language.say(said(call.outcome))), next, call.note.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

const fn said(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Reached => "call-reached",
        CallOutcome::NoAnswer => "call-no-answer",
        CallOutcome::Unreachable => "call-unreachable",
        CallOutcome::WrongNumber => "call-wrong-number",
        CallOutcome::Absent => "call-absent",
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Called {
    outcome: String,
    /// Minutes until the next call; nothing for none.
    next: String,
    note: String,
}

/// Writes a call down.
pub(crate) async fn call(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(observer): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Called>,
) -> Result<Response, Response> {
    let unknown = || refuse(StatusCode::NOT_FOUND, "there is no such observer");
    let wrong = |reason: &str| refuse(StatusCode::UNPROCESSABLE_ENTITY, reason);
    let observer: ObserverId = observer.parse().map_err(|_| unknown())?;
    let known = desk.app.ledger.observers(None).await.map_err(trouble)?;
    if !known.contains(&observer) {
        return Err(unknown());
    }
    let outcome = CallOutcome::from_name(&form.outcome).ok_or_else(|| wrong("say how the call ended"))?;
    let next_ms = match form.next.trim() {
        "" => None,
        minutes => {
            let minutes = minutes.parse::<u64>().ok().filter(|minutes| *minutes <= LONGEST_MINUTES);
            let minutes = minutes.ok_or_else(|| wrong("the next call is in so many minutes, two days at most"))?;
            Some(desk.app.clock.now_ms().saturating_add(minutes.saturating_mul(60_000)))
        }
    };
    let note: String = form.note.trim().chars().filter(|character| !character.is_control()).take(NOTE).collect();
    let note = Some(kuager_wire::canonical::nfc(&note)).filter(|note| !note.is_empty());
    desk.act(visitor.by(), Act::Call { observer, outcome, next_ms, note }).await.map_err(unwritten)?;
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    Ok(Redirect::to(&format!("/observers?lang={}#o{observer}", language.code)).into_response())
}

/// The encrypted list of names, as it is kept.
pub(crate) async fn names(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Response> {
    let failed = |error: NamesError| refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string());
    let list = names::kept(&desk.app.deployment).map_err(failed)?;
    let list = list.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no list of names is kept here"))?;
    seen(&desk, &visitor, Seen::Names).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"names.age\""),
    ];
    Ok((headers, list).into_response())
}

fn of_device(device: &DeviceRow, lately: Vec<String>, language: &Language, zone: &Zone) -> Device {
    let (class, standing) = match device.standing {
        Standing::Trusted => ("holds", language.say("device-trusted")),
        Standing::Revoked { since_ms, last_seq } => {
            let since = zone.moment(since_ms).full;
            let said = match last_seq.map(|last| last.to_string()) {
                Some(last) => {
                    language.say_with("device-revoked-from", &[("since", since.as_str()), ("number", last.as_str())])
                }
                None => language.say_with("device-revoked", &[("since", since.as_str())]),
            };
            ("fails", said)
        }
    };
    let follows =
        device.succeeds.map(|before| language.say_with("device-follows", &[("device", short(before).as_str())]));
    Device {
        name: short(device.kid),
        class,
        standing,
        follows: follows.unwrap_or_default(),
        lately,
        records: counted(device.records, device.apart, language),
        newest: device.head.zip(device.last_ms.map(|last_ms| zone.moment(last_ms))),
        attested: device
            .attested
            .as_ref()
            .map_or_else(|| language.say("attested-nothing"), |said| attested(said, language)),
    }
}

/// Which pack a device answers, which program it says it is, and whether messages have reached it.
async fn lately_of(
    desk: &Desk,
    device: &DeviceRow,
    published: &Published,
    language: &Language,
    zone: &Zone,
) -> Result<Vec<String>, LedgerError> {
    let mut said = Vec::new();
    if let Some(pack) = device.pack {
        let known = published.packs.get(&pack).and_then(|known| known.pack.edition);
        let edition = known.map_or_else(|| pack.to_string().chars().take(8).collect(), |edition| edition.to_string());
        let text = if pack == published.latest.hash { "device-pack" } else { "device-pack-older" };
        said.push(language.say_with(text, &[("edition", edition.as_str())]));
    }
    let asked = desk.app.contacts.asked(device.kid);
    if let Some(program) = asked.as_ref().and_then(|asked| asked.program.as_deref()) {
        said.push(language.say_with("device-program", &[("program", program)]));
    }
    let (all, _) = desk.app.ledger.messages_behind(device.observer, 0).await?;
    if all == 0 {
        return Ok(said);
    }
    let Some(asked) = asked else {
        said.push(language.say_with("device-messages-unknown", &[("count", all.to_string().as_str())]));
        return Ok(said);
    };
    let (behind, first) = desk.app.ledger.messages_behind(device.observer, asked.after).await?;
    let at = zone.moment(asked.at_ms).full;
    said.push(match first {
        None => language.say_with("device-messages-all", &[("count", all.to_string().as_str()), ("at", at.as_str())]),
        Some(first) => {
            let (behind, first) = (behind.to_string(), zone.moment(first).full);
            let values = [("count", behind.as_str()), ("first", first.as_str()), ("at", at.as_str())];
            language.say_with("device-messages-behind", &values)
        }
    });
    Ok(said)
}

/// What was found about an attestation, in words.
fn attested(said: &Attested, language: &Language) -> String {
    let words = match Fault::named(&said.result) {
        Some(Fault::Unreadable) => "attested-unreadable",
        Some(Fault::Root) => "attested-root",
        Some(Fault::Chain) => "attested-chain",
        Some(Fault::Time) => "attested-time",
        Some(Fault::Revoked) => "attested-revoked",
        Some(Fault::Challenge) => "attested-challenge",
        Some(Fault::Key) => "attested-key",
        None => {
            let level = language.say(match said.level.as_deref().and_then(Level::named) {
                Some(Level::Software) => "attested-in-software",
                Some(Level::TrustedEnvironment) => "attested-in-environment",
                Some(Level::SecureElement) => "attested-in-element",
                None => "attested-in-unknown",
            });
            return language.say_with("attested-holds", &[("level", level.as_str())]);
        }
    };
    let fault = language.say(words);
    language.say_with("attested-fails", &[("fault", fault.as_str())])
}

fn counted(records: u64, apart: u64, language: &Language) -> String {
    let (counting, apart) = (records.saturating_sub(apart).to_string(), apart.to_string());
    language.say_with("device-records", &[("records", counting.as_str()), ("apart", apart.as_str())])
}
