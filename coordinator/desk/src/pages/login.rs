//! Signing in: a name, a password, the digits of an authenticator. Whatever of it is wrong, the answer is the same, and so is what
//! it costs.

use askama::Template;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use kuager_coordinator::ledger::Account;
use kuager_coordinator::people::password::StoredPassword;
use kuager_coordinator::people::totp::TotpSecret;
use kuager_coordinator::people::{NAME, handle};
use kuager_coordinator::sign::BrowserMark;
use kuager_wire::cose::sha256;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::frame::Frame;
use crate::language::Language;
use crate::people::access::{Access, READING, Verdict};
use crate::people::attempts::{Attempt, Named};
use crate::people::cookies::Cookie;
use crate::people::next;
use crate::people::reach::Came;
use crate::people::visitor::{Person, Visitor, Who};
use crate::people::work::Lane;
use crate::response::{html, trouble};
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
    let handle = handle(&typed.name);
    let account = match &handle {
        Some(handle) => desk.app.ledger.account_named(handle).await.map_err(trouble)?,
        None => None,
    };
    let named = match &account {
        Some(account) => Named::Account(account.person, account.generation),
        None => Named::nobody(sha256(handle.as_deref().unwrap_or_default().as_bytes())),
    };
    let browser = account.as_ref().and_then(|account| mark(&desk, &headers, account));
    let attempt = Attempt { named, browser, address: came.from };
    if let Err(wait) = desk.people.attempt(&attempt) {
        let seconds = wait.as_secs().saturating_add(1).to_string();
        let trouble = say("login-wait", &[("seconds", seconds.as_str())]);
        return Ok(again(StatusCode::TOO_MANY_REQUESTS, Some(&seconds), trouble));
    }
    let lane = if browser.is_some() { Lane::Known } else { Lane::Strangers };
    let stored = account.as_ref().and_then(|account| StoredPassword::from_bytes(&account.password));
    let stored = stored.unwrap_or_else(StoredPassword::nobodys);
    let signer = desk.app.signer.clone();
    let looked = desk.people.work.run(lane, move || stored.is(&signer.people, &password)).await;
    let Ok(right) = looked else {
        desk.people.not_looked_at(&attempt);
        return Ok(again(StatusCode::SERVICE_UNAVAILABLE, Some(BUSY), say("login-busy", &[])));
    };
    match account {
        Some(account) if right && is_new(&desk, &account, &typed.code).await? => {
            desk.people.succeeded(&attempt);
            entered(&desk, &visitor, &account, browser, next, secure)
        }
        _ => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, None, say("login-wrong", &[]))),
    }
}

/// Whether this is a code of now that was not used before, of somebody who may come in.
async fn is_new(desk: &Desk, account: &Account, code: &str) -> Result<bool, Response> {
    let now_ms = desk.app.clock.now_ms();
    let Some(secret) = TotpSecret::open(&desk.app.signer.people, account.person, &account.totp) else {
        tracing::error!("keys/people.secret is not the one of these accounts; give them other passwords and codes");
        return Ok(false);
    };
    let Some(step) = secret.step_of(code, now_ms) else { return Ok(false) };
    desk.app.ledger.sign_in(account.person, account.generation, step, now_ms).await.map_err(trouble)
}

/// The mark of a browser from which this person has signed in before.
fn mark(desk: &Desk, headers: &HeaderMap, account: &Account) -> Option<BrowserMark> {
    let shown = Cookie::Browser.read(headers, desk.people.reach.is_secure())?;
    let mark = HEXLOWER.decode(shown.as_bytes()).ok()?.try_into().ok()?;
    desk.app.signer.people.is_mark(account.person, &mark).then_some(mark)
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
