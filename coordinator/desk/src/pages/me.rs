//! One's own account: what one may do, and where one is signed in.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use kuager_coordinator::ledger::{AccountChange, DeskRole};
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::pages::refused::said;
use crate::people::access::{Access, READING, Verdict};
use crate::people::cookies::Cookie;
use crate::people::next::ENTRY;
use crate::people::visitor::{Visitor, Who};
use crate::response::{html, trouble};
use crate::state::Desk;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "me.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    roles: String,
    places: String,
    reads: bool,
    minds: bool,
}

/// The page of one's own account.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let (roles, places) = match &visitor.who {
        Who::Person(person, _) => (said(person.roles, language), desk.people.places(person.id).to_string()),
        Who::Anybody | Who::Stranger => (String::new(), String::new()),
    };
    html(&Page {
        frame: Frame::new(pack, "/me?".to_owned(), &visitor),
        language,
        roles,
        places,
        reads: Access::Roles(READING).verdict(&visitor.who) == Verdict::In,
        minds: visitor.has(DeskRole::Admin),
    })
}

/// Signs out here.
pub(crate) async fn leave(State(desk): State<Desk>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    if let Who::Person(_, key) = &visitor.who {
        desk.people.leave(*key);
    }
    gone(&desk, wanted.lang.as_deref())
}

/// Signs out everywhere, in other processes and after a restart, too.
pub(crate) async fn leave_all(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    if let Who::Person(person, key) = &visitor.who {
        desk.app.ledger.change_account(person.id, AccountChange::Leave).await.map_err(trouble)?;
        desk.people.leave(*key);
    }
    Ok(gone(&desk, wanted.lang.as_deref()))
}

fn gone(desk: &Desk, lang: Option<&str>) -> Response {
    let language = Language::choose(&desk.published().latest.pack, lang);
    let cookie = Cookie::Session.clear(desk.people.reach.is_secure());
    ([(header::SET_COOKIE, cookie)], Redirect::to(&format!("{ENTRY}?lang={}", language.code))).into_response()
}
