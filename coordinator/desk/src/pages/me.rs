//! One's own account: what one may do, where one is signed in, and another password, which nobody else knows.

use askama::Template;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kuager_coordinator::ledger::{AccountChange, DeskRole};
use kuager_coordinator::people::password::{LONGEST, SHORTEST, StoredPassword};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::check::{Checked, check};
use crate::frame::Frame;
use crate::language::Language;
use crate::pages::refused::said;
use crate::people::cookies::Cookie;
use crate::people::next::ENTRY;
use crate::people::reach::Came;
use crate::people::visitor::{Person, Visitor, Who};
use crate::people::work::Lane;
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
    minds: bool,
    /// What did not work about another password, in words.
    trouble: String,
    shortest: usize,
}

/// What was typed for another password. Nobody sees it in a log.
#[derive(Deserialize)]
pub(crate) struct Typed {
    password: String,
    code: String,
    new: String,
    again: String,
}

/// The page of one's own account.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    shown(&desk, &visitor, wanted.lang.as_deref(), String::new())
}

#[expect(clippy::result_large_err, reason = "both are responses")]
fn shown(desk: &Desk, visitor: &Visitor, lang: Option<&str>, trouble: String) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, lang);
    let (roles, places) = match &visitor.who {
        Who::Person(person, _) => (said(person.roles, language), desk.people.places(person.id).to_string()),
        Who::Anybody | Who::Stranger | Who::Program(_) => (String::new(), String::new()),
    };
    html(&Page {
        frame: Frame::new(pack, "/me?".to_owned(), visitor),
        language,
        roles,
        places,
        minds: visitor.has(DeskRole::Admin),
        trouble,
        shortest: SHORTEST,
    })
}

/// Another password for oneself, by who knows the former one and has the authenticator. Everybody signs in anew with it, this
/// browser too.
pub(crate) async fn password(
    State(desk): State<Desk>,
    visitor: Visitor,
    person: Person,
    Extension(came): Extension<Came>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
    Form(typed): Form<Typed>,
) -> Result<Response, Response> {
    let lang = wanted.lang.as_deref();
    let (former, new, again) = (Zeroizing::new(typed.password), Zeroizing::new(typed.new), Zeroizing::new(typed.again));
    let refused = |status: StatusCode, id: &str, values: &[(&str, &str)]| {
        let language = Language::choose(&desk.published().latest.pack, lang);
        (status, shown(&desk, &visitor, lang, language.say_with(id, values))).into_response()
    };
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    // Before a code is spent on it.
    if *new != *again {
        return Ok(refused(unfit, "me-differ", &[]));
    }
    if new.chars().count() < SHORTEST || new.len() > LONGEST {
        return Ok(refused(unfit, "me-unfit", &[("shortest", SHORTEST.to_string().as_str())]));
    }
    match check(&desk, came.from, &headers, &person.name, former, &typed.code).await? {
        Checked::Right(account, _) if account.person == person.id => {}
        Checked::Right(..) | Checked::Wrong => return Ok(refused(unfit, "login-wrong", &[])),
        Checked::Busy => return Ok(refused(StatusCode::SERVICE_UNAVAILABLE, "login-busy", &[])),
        Checked::Wait(wait) => {
            let seconds = wait.as_secs().saturating_add(1).to_string();
            return Ok(refused(StatusCode::TOO_MANY_REQUESTS, "login-wait", &[("seconds", seconds.as_str())]));
        }
    }
    let signer = desk.app.signer.clone();
    let made = desk.people.work.run(Lane::Known, move || StoredPassword::new(&signer.people, &new)).await;
    let Ok(Ok(stored)) = made else {
        return Ok(refused(StatusCode::SERVICE_UNAVAILABLE, "login-busy", &[]));
    };
    let change = AccountChange::Password(stored.to_bytes());
    desk.app.ledger.change_account(person.id, change).await.map_err(trouble)?;
    Ok(gone(&desk, lang))
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
