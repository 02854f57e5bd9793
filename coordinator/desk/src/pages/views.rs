//! Who looked at what: for those who look after people.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_coordinator::ledger::{Seen, ViewRow};
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::PersonId;
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::{html, trouble};
use crate::state::Desk;
use crate::stations;
use crate::time::{Moment, Zone};

/// Views on one page.
const VIEWS: u32 = 200;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
    before: Option<u64>,
    person: Option<String>,
}

#[derive(Template)]
#[template(path = "views.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    views: Vec<View>,
    /// The query of the page with the older ones.
    older: Option<String>,
}

struct View {
    person: PersonId,
    name: String,
    at: Moment,
    seen: String,
    /// Where it is.
    link: String,
}

/// The page of views, the newest first.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let (language, zone) = (&Language::choose(pack, wanted.lang.as_deref()), Zone::of(pack));
    let person = wanted.person.as_deref().and_then(|person| person.parse().ok());
    let rows = desk.app.ledger.views(wanted.before, person, VIEWS).await.map_err(trouble)?;
    let only = person.map(|person| format!("person={person}&")).unwrap_or_default();
    let full = rows.len() >= usize::try_from(VIEWS).unwrap_or(usize::MAX);
    let older = rows.last().filter(|_| full).map(|last| format!("{only}before={}&", last.id));
    let here = wanted.before.map(|before| format!("before={before}&")).unwrap_or_default();
    html(&Page {
        frame: Frame::new(pack, format!("/views?{only}{here}"), &visitor),
        language,
        zone: zone.name(),
        views: rows.into_iter().map(|row| shown(row, &published, language, zone)).collect(),
        older,
    })
}

fn shown(row: ViewRow, published: &Published, language: &Language, zone: Zone) -> View {
    let (seen, link) = match &row.seen {
        Some(Seen::Observers) => (language.say("observers-title"), "/observers?".to_owned()),
        Some(Seen::Observer(observer)) => {
            (format!("{} {observer}", language.say("observer")), "/observers?".to_owned())
        }
        Some(Seen::Names) => (language.say("names-file"), "/observers?".to_owned()),
        Some(Seen::Chains) => (language.say("chains-title"), "/chains?".to_owned()),
        Some(Seen::Station(station)) => {
            let key = Some(station.as_str()).filter(|key| !key.is_empty());
            let (name, listed) = stations::name(published, language, key);
            let name = if listed.is_empty() { name } else { format!("{name}, {listed}") };
            (name, format!("/station?{}", stations::query(key)))
        }
        Some(Seen::File(media)) => (format!("{} {media}", language.say("views-file")), format!("/media/{media}?")),
        Some(Seen::Original(media)) => {
            (format!("{} {media}", language.say("views-original")), format!("/media/{media}?"))
        }
        Some(Seen::Table(name)) => (format!("{} {name}", language.say("views-table")), "/export?".to_owned()),
        None => ("?".to_owned(), String::new()),
    };
    View { person: row.person, name: row.name, at: zone.moment(row.at_ms), seen, link }
}
