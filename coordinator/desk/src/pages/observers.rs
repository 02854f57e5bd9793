//! Observers: each with all their devices, how far those are trusted, and what has come from them together.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_coordinator::app::short;
use kuager_coordinator::attestation::{Fault, Level};
use kuager_coordinator::ledger::{Attested, DeviceRow, Standing};
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::response::{html, trouble};
use crate::state::Desk;
use crate::time::{Moment, Zone};

/// Devices shown.
const DEVICES: u32 = 1000;

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
}

struct Observer {
    name: String,
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
}

/// The page of all observers.
pub(crate) async fn page(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let zone = Zone::of(pack);
    let rows = desk.app.ledger.device_rows(None, DEVICES).await.map_err(trouble)?;
    let observers = rows.chunk_by(|one, other| one.observer == other.observer);
    let page = Page {
        frame: Frame::new(pack, "/observers?".to_owned()),
        language,
        zone: zone.name(),
        observers: observers.map(|devices| shown(devices, language, &zone)).collect(),
        full: rows.len() >= usize::try_from(DEVICES).unwrap_or(usize::MAX),
    };
    html(&page)
}

/// One observer with all devices.
fn shown(devices: &[DeviceRow], language: &Language, zone: &Zone) -> Observer {
    let name = devices.first().map(|device| device.observer.to_string()).unwrap_or_default();
    let (records, apart) = devices.iter().fold((0_u64, 0_u64), |(records, apart), device| {
        (records.saturating_add(device.records), apart.saturating_add(device.apart))
    });
    Observer {
        name: name.chars().take(8).collect(),
        said: counted(records, apart, language),
        devices: devices.iter().map(|device| of_device(device, language, zone)).collect(),
    }
}

fn of_device(device: &DeviceRow, language: &Language, zone: &Zone) -> Device {
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
        records: counted(device.records, device.apart, language),
        newest: device.head.zip(device.last_ms.map(|last_ms| zone.moment(last_ms))),
        attested: device
            .attested
            .as_ref()
            .map_or_else(|| language.say("attested-nothing"), |said| attested(said, language)),
    }
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
