//! Who may ask the desk, and what a browser may do with its pages.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use kuager_coordinator::http::target;
use kuager_wire::cose::sha256;

use crate::assets::{CSS, LIVE_JS, PAPER_JS, REDACT_JS};

/// Refuses requests that reached this listener under a foreign name, and tells the browser to trust nothing but this page.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    // A web page elsewhere can point its own name at 127.0.0.1 (DNS rebinding); what it asks for gives it away.
    match target(&request) {
        Ok(target) if target.host.is_loopback() => {}
        Ok(_) => return (StatusCode::MISDIRECTED_REQUEST, "the desk answers on this machine only\n").into_response(),
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
}

fn policy() -> HeaderValue {
    let hash = |text: &str| BASE64.encode(&sha256(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}' 'sha256-{}' 'sha256-{}'; connect-src 'self'; \
         img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        hash(CSS),
        hash(LIVE_JS),
        hash(REDACT_JS),
        hash(PAPER_JS)
    );
    HeaderValue::from_str(&policy).expect("made of ASCII")
}

/// Whether a form was sent by a page of this desk, and not by another web page that happens to be open in the same
/// browser. Browsers say where a form comes from, and other pages cannot make them lie.
pub(crate) fn sent_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let origin = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    !host.is_empty() && origin == Some(host) && site.is_none_or(|site| site == "same-origin")
}
