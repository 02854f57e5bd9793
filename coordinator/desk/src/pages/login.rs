//! Signing in: a name, a password, the digits of an authenticator. Whatever of it is wrong, the answer is the same, and so is what
//! it costs.

use askama::Template;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use kuager_coordinator::ledger::Account;
use kuager_coordinator::people::NAME;
use kuager_coordinator::sign::BrowserMark;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::check::{Checked, check};
use crate::frame::Frame;
use crate::language::Language;
use crate::people::access::{Access, READING, Verdict};
use crate::people::cookies::Cookie;
use crate::people::next;
use crate::people::reach::Came;
use crate::people::visitor::{Person, Visitor, Who};
use crate::response::html;
use crate::state::Desk;

/// Seconds after which who found too many before them may ask again.
const BUSY: &str = "3";

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
    next: Option<String>,
}

/// What was typed. Nobody sees it in a log.
#[derive(Deserialize)]
pub(crate) struct Typed {
    name: String,
    password: String,
    code: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "login.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    /// What did not work, in words.
    trouble: String,
    /// The name that was typed.
    name: String,
    next: String,
    longest: usize,
}

/// The page with the form.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let next = wanted.next.as_deref().and_then(next::page).unwrap_or_default();
    if visitor.who != Who::Stranger {
        return Ok(Redirect::to(if next.is_empty() { "/" } else { next }).into_response());
    }
    let secure = desk.people.reach.is_secure();
    let known = Cookie::Entry.read(&headers, secure).is_some_and(|entry| entry.len() == 32);
    if known {
        return form(&desk, &visitor, wanted.lang.as_deref(), String::new(), "", next);
    }
    // The form is bound to this browser before it is shown, so that nobody can sign it in as somebody else.
    let mut entry = [0; 16];
    getrandom::fill(&mut entry).map_err(|error| no_chance(&error))?;
    let entry = HEXLOWER.encode(&entry);
    let visitor = Visitor { form: desk.people.form_token(&visitor.who, entry.as_bytes()), ..visitor };
    let page = form(&desk, &visitor, wanted.lang.as_deref(), String::new(), "", next)?;
    Ok(([(header::SET_COOKIE, Cookie::Entry.set(&entry, secure))], page).into_response())
}

#[expect(clippy::result_large_err, reason = "both are responses")]
fn form(
    desk: &Desk,
    visitor: &Visitor,
    lang: Option<&str>,
    trouble: String,
    name: &str,
    next: &str,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, lang);
    let name = name.chars().take(NAME).collect();
    let here = next::entry(next);
    let here = format!("{here}{}", if here.contains('?') { '&' } else { '?' });
    let frame = Frame::new(pack, here, visitor);
    html(&Page { frame, language, trouble, name, next: next.to_owned(), longest: NAME })
}

/// Signs somebody in.
pub(crate) async fn enter(
    State(desk): State<Desk>,
    visitor: Visitor,
    Extension(came): Extension<Came>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
    Form(typed): Form<Typed>,
) -> Result<Response, Response> {
    let password = Zeroizing::new(typed.password);
    let next = typed.next.as_deref().and_then(next::page).unwrap_or_default();
    let lang = wanted.lang.as_deref();
    let say =
        |id: &str, values: &[(&str, &str)]| Language::choose(&desk.published().latest.pack, lang).say_with(id, values);
    let again = |status: StatusCode, wait: Option<&str>, trouble: String| {
        let page = match form(&desk, &visitor, lang, trouble, &typed.name, next) {
            Ok(page) => page,
            Err(failed) => return failed,
        };
        let mut response = (status, page).into_response();
        if let Some(wait) = wait.and_then(|wait| HeaderValue::from_str(wait).ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    };
    let secure = desk.people.reach.is_secure();
    match check(&desk, came.from, &headers, &typed.name, password, &typed.code).await? {
        Checked::Right(account, browser) => entered(&desk, &visitor, &account, browser, next, secure),
        Checked::Wrong => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, None, say("login-wrong", &[]))),
        Checked::Busy => Ok(again(StatusCode::SERVICE_UNAVAILABLE, Some(BUSY), say("login-busy", &[]))),
        Checked::Wait(wait) => {
            let seconds = wait.as_secs().saturating_add(1).to_string();
            let trouble = say("login-wait", &[("seconds", seconds.as_str())]);
            Ok(again(StatusCode::TOO_MANY_REQUESTS, Some(&seconds), trouble))
        }
    }
}

/// A session of its own for who has just shown who they are, whatever the browser carried before.
#[expect(clippy::result_large_err, reason = "both are responses")]
fn entered(
    desk: &Desk,
    visitor: &Visitor,
    account: &Account,
    browser: Option<BrowserMark>,
    next: &str,
    secure: bool,
) -> Result<Response, Response> {
    if let Who::Person(_, former) = &visitor.who {
        desk.people.leave(*former);
    }
    let token = desk.people.enter(account).map_err(|error| no_chance(&error))?;
    let mark = browser.map_or_else(|| desk.app.signer.people.mark(account.person), Ok);
    let mark = mark.map_err(|error| no_chance(&error))?;
    let person = Person { id: account.person, name: account.name.clone(), roles: account.roles };
    let reads = Access::Roles(READING).verdict(&Who::Person(person, token.key())) == Verdict::In;
    let home = if reads { "/" } else { "/me" };
    let mut response = Redirect::to(if next.is_empty() { home } else { next }).into_response();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, Cookie::Session.set(&token.text(), secure));
    headers.append(header::SET_COOKIE, Cookie::Browser.set(&HEXLOWER.encode(&mark), secure));
    headers.append(header::SET_COOKIE, Cookie::Entry.clear(secure));
    Ok(response)
}

/// Without random numbers nobody can be told from anybody.
fn no_chance(error: &getrandom::Error) -> Response {
    tracing::error!(%error, "nobody can sign in");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
