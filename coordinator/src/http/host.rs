//! For whom a request is meant: what it says about its host must be one thing, and that in its one form.
//!
//! HTTP/1.1 says it in a `Host` header, in the target, or in both; HTTP/2 in a pseudo-header, and may repeat it as `Host`.
//! A request that says it twice and differently, or not at all, or in a form that somebody else might read in another way,
//! has come through something that means us no good.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::body::Plain;
use crate::address::Authority;

/// A request that does not say for whom it is meant, or not in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say for whom the request is meant, once: a host name or an IP address, and perhaps a port")]
pub struct BadTarget;

/// The host and port that a request is meant for.
///
/// # Errors
/// [`BadTarget`].
pub fn target<B>(request: &axum::http::Request<B>) -> Result<Authority, BadTarget> {
    let named = request.uri().authority().map(|authority| authority.as_str().parse::<Authority>());
    let named = named.transpose().map_err(|_| BadTarget)?;
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => None,
        (Some(host), None) => Some(host.to_str().map_err(|_| BadTarget)?.parse().map_err(|_| BadTarget)?),
        (Some(_), Some(_)) => return Err(BadTarget),
    };
    match (named, host) {
        (Some(named), Some(host)) if named != host => Err(BadTarget),
        (Some(authority), _) | (None, Some(authority)) => Ok(authority),
        (None, None) => Err(BadTarget),
    }
}

/// Lets nothing through that has no [`target`].
pub(super) async fn with_target(request: Request, next: Next) -> Response {
    match target(&request) {
        Ok(_) => next.run(request).await,
        Err(error) => Plain::new(StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn read(uri: &str, hosts: &[&str]) -> Option<String> {
        let request = hosts.iter().fold(Request::get(uri), |request, host| request.header(header::HOST, *host));
        let target = target(&request.body(()).expect("a request")).ok()?;
        Some(format!("{}:{}", target.host, target.port.unwrap_or_default()))
    }

    #[test]
    fn a_target_is_said_once_or_twice_alike() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("/", &["kuager.example:8443"]), some("kuager.example:8443"));
        assert_eq!(read("https://kuager.example/", &[]), some("kuager.example:0"), "as HTTP/2 has it");
        assert_eq!(read("http://kuager.example:80/", &["Kuager.example:80"]), some("kuager.example:80"));
    }

    #[test]
    fn whatever_else_is_malformed() {
        let cases: [(&str, &[&str]); 14] = [
            ("/", &[]),
            ("/", &[""]),
            ("/", &["a.example", "a.example"]),
            ("/", &["a.example", "b.example"]),
            ("/", &["user@a.example"]),
            ("/", &["a.example."]),
            ("/", &["a.example:"]),
            ("/", &["a.example:080"]),
            ("/", &["127.1"]),
            ("/", &["[::1]x"]),
            ("/", &["http://a.example"]),
            ("http://b.example/", &["a.example"]),
            ("http://a.example:81/", &["a.example"]),
            ("http://user@a.example/", &[]),
        ];
        for (uri, hosts) in cases {
            assert_eq!(read(uri, hosts), None, "{uri} {hosts:?}");
        }
    }
}
