//! The door: who may ask the desk, for what, and what a browser may do with its pages.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64;
use kuager_coordinator::http::target;
use kuager_forms::act::style_beside;
use kuager_wire::cose::sha256;

use crate::assets::{CSS, LIVE_JS, PAPER_JS, REDACT_JS};
use crate::pages::refused;
use crate::people::NotNow;
use crate::people::access::{Access, Rule, Verdict};
use crate::people::cookies::Cookie;
use crate::people::next;
use crate::people::reach::Came;
use crate::people::sessions::Token;
use crate::people::visitor::{Visitor, Who};
use crate::response::{refuse, trouble};
use crate::state::Desk;
use crate::upload::{Upload, is_multipart, upload_of};

/// Bytes of a form somebody fills in here.
pub(crate) const FORM: usize = 16 * 1024;
/// Bytes of a table somebody sends here.
pub(crate) const TABLE: usize = 32 << 20;
/// Time for a form to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is said of a form that another page has sent.
const FOREIGN: &str = "this form was not sent by the desk's own page; open the page again";
/// What each form carries.
const FIELD: &[u8] = b"csrf=";

/// Refuses requests that reached this listener under a foreign name or on a way of which the desk knows nothing, and tells the
/// browser to trust nothing but this page.
pub(crate) async fn guard(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let reach = &desk.people.reach;
    match came(&desk, &request) {
        Ok(came) => request.extensions_mut().insert(came),
        Err(refusal) => return *refusal,
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A publication that is looked at brings a stricter one of its own.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    if reach.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

fn came(desk: &Desk, request: &Request) -> Result<Came, Box<Response>> {
    let reach = &desk.people.reach;
    let bad = |reason: &str| Box::new(refuse(StatusCode::BAD_REQUEST, reason));
    let target = target(request).map_err(|error| bad(&error.to_string()))?;
    if !reach.answers(&target.host) {
        let reason =
            if reach.is_secure() { "the desk has another name" } else { "the desk answers on this machine only" };
        return Err(Box::new(refuse(StatusCode::MISDIRECTED_REQUEST, reason)));
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip());
    let from = reach.client(peer, request.headers(), &target).map_err(|error| bad(&error.to_string()))?;
    Ok(Came { from, target })
}

fn policy() -> HeaderValue {
    let hash = |text: &str| BASE64.encode(&sha256(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}' 'sha256-{}'; script-src 'sha256-{}' 'sha256-{}' 'sha256-{}'; connect-src 'self'; \
         img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        hash(CSS),
        hash(&style_beside()),
        hash(LIVE_JS),
        hash(REDACT_JS),
        hash(PAPER_JS)
    );
    HeaderValue::from_str(&policy).expect("made of ASCII")
}

/// Lets in who may come here, and only forms that our own pages have made for this very visitor.
pub(crate) async fn admit(State((desk, rule)): State<(Desk, Rule)>, mut request: Request, next: Next) -> Response {
    let secure = desk.people.reach.is_secure();
    let shown = rule.access.scope().and_then(|_| bearer(request.headers()));
    let who = match (shown, rule.access) {
        (Some(shown), _) => {
            let from = request.extensions().get::<Came>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |came| came.from);
            match desk.people.program(shown, from).await {
                Ok(who) => who,
                Err(NotNow::Ledger(error)) => return trouble(error),
                Err(NotNow::Wait(wait)) => return later(wait),
            }
        }
        // No cookie opens it, whoever sends one.
        (None, Access::Token(_)) => Who::Stranger,
        (None, _) => {
            let token = Cookie::Session.read(request.headers(), secure).and_then(Token::read);
            match desk.people.who(token.as_ref(), rule.touches).await {
                Ok(who) => who,
                Err(error) => return trouble(error),
            }
        }
    };
    let entry = Cookie::Entry.read(request.headers(), secure).unwrap_or_default().to_owned();
    let rehearsal = desk.app.deployment.rehearsal().is_some();
    let visitor = Visitor { form: desk.people.form_token(&who, entry.as_bytes()), who, rehearsal };
    match rule.access.verdict(&visitor.who) {
        Verdict::In => {}
        Verdict::SignIn if rule.access.scope().is_some() && (shown.is_some() || is_for_programs(rule.access)) => {
            return show_a_token();
        }
        Verdict::No if matches!(visitor.who, Who::Program(_)) => {
            return refuse(StatusCode::FORBIDDEN, "this token is not good for this; see `kuager token list`");
        }
        Verdict::SignIn => return sign_in(&request),
        Verdict::No => return refused::page(&desk, &visitor, request.uri().query()),
    }
    if !request.method().is_safe() {
        let (parts, body) = request.into_parts();
        let came = parts.extensions.get::<Came>();
        let ours = came.is_some_and(|came| desk.people.reach.sent_from_here(&parts.headers, &came.target));
        if rule.upload > 0 && is_multipart(&parts.headers) {
            let upload = upload_of(&parts.headers, body, rule.upload, FORM).await;
            let Some(upload) = upload else {
                let most = rule.upload >> 20;
                let reason = format!("a file of {most} MiB at most is taken here, with the form of this very page");
                return refuse(StatusCode::PAYLOAD_TOO_LARGE, &reason);
            };
            let mut tokens = upload.fields.iter().filter(|(name, _)| name == "csrf");
            let token = tokens.next().filter(|_| tokens.next().is_none()).map(|(_, token)| token.as_bytes());
            let carries = token.is_some_and(|token| desk.people.is_form_token(&visitor.who, entry.as_bytes(), token));
            if !ours || !carries {
                return refuse(StatusCode::FORBIDDEN, FOREIGN);
            }
            request = Request::from_parts(parts, Body::empty());
            request.extensions_mut().insert(Arc::new(upload));
            request.extensions_mut().insert(visitor);
            return next.run(request).await;
        }
        let Some(bytes) = form_of(&parts.headers, body, PATIENCE).await else {
            return refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the desk takes forms of its own pages, of 16 KiB at most",
            );
        };
        if !ours
            || !carried(&bytes).is_some_and(|token| desk.people.is_form_token(&visitor.who, entry.as_bytes(), token))
        {
            return refuse(StatusCode::FORBIDDEN, FOREIGN);
        }
        request = Request::from_parts(parts, Body::from(bytes));
        if rule.upload > 0 {
            request.extensions_mut().insert(Arc::new(Upload::default()));
        }
    }
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// The token that a request shows.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let text = shown.next()?.to_str().unwrap_or_default();
    // Of two it would not be clear which one is meant.
    if shown.next().is_some() {
        return Some("");
    }
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

const fn is_for_programs(access: Access) -> bool {
    matches!(access, Access::Token(_))
}

fn show_a_token() -> Response {
    let mut refusal = refuse(
        StatusCode::UNAUTHORIZED,
        "show a token that is good now, as Authorization: Bearer kuager_…; `kuager token add` makes one",
    );
    refusal.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kuager\""));
    refusal
}

fn later(wait: Duration) -> Response {
    let mut refusal = refuse(StatusCode::TOO_MANY_REQUESTS, "too many wrong tokens came from this address; wait");
    refusal.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
    refusal
}

/// The bytes of a form; nothing for what is none, too long, or does not come.
async fn form_of(headers: &HeaderMap, body: Body, patience: Duration) -> Option<Bytes> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    tokio::time::timeout(patience, to_bytes(body, FORM)).await.ok()?.ok()
}

/// What a form carries in the one field for it.
fn carried(form: &[u8]) -> Option<&[u8]> {
    let mut found = form.split(|byte| *byte == b'&').filter_map(|field| field.strip_prefix(FIELD));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Sends whoever opens a page to where one signs in, and back afterwards; tells everybody else.
fn sign_in(request: &Request) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if request.method() != Method::GET || !accept.contains("text/html") {
        return refuse(StatusCode::UNAUTHORIZED, "sign in first");
    }
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    Redirect::to(&next::entry(wanted)).into_response()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt, stream};

    use super::*;

    #[tokio::test]
    async fn a_form_is_whole_within_its_time_or_none() {
        let mut headers = HeaderMap::new();
        let long = Duration::from_secs(180);
        assert_eq!(form_of(&headers, Body::from("a=b"), long).await, None, "says nothing of what it is");
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, kind);
        assert_eq!(form_of(&headers, Body::from("a=b"), long).await.as_deref(), Some(&b"a=b"[..]));
        assert_eq!(form_of(&headers, Body::from(vec![b'a'; FORM + 1]), long).await, None);
        let drips = stream::iter([Ok::<_, Infallible>("a")]).chain(stream::pending());
        assert_eq!(form_of(&headers, Body::from_stream(drips), Duration::from_millis(1)).await, None);
    }

    #[test]
    fn what_a_form_carries_stands_in_it_once() {
        for (form, carries) in [
            ("csrf=12", Some("12")),
            ("a=b&csrf=12&c=d", Some("12")),
            ("csrf=", Some("")),
            ("", None),
            ("a=csrf=12", None),
            ("%63srf=12", None),
            ("csrf=12&csrf=12", None),
        ] {
            assert_eq!(carried(form.as_bytes()), carries.map(str::as_bytes), "{form}");
        }
    }
}
