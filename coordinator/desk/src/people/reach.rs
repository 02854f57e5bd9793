//! How the desk is reached: from this machine alone, over TLS of its own, or through a proxy on this machine that speaks TLS.
//!
//! Everything that a request says about its way is read strictly. Behind a proxy it must say, once, for which address the proxy
//! asks and that TLS was spoken; without one it may say nothing of the kind, so that a proxy which somebody put in front of a
//! desk that knows nothing of it publishes nothing.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, header};
use kuager_coordinator::address::{Authority, Host};
use kuager_coordinator::http::PemFiles;

/// What speaks between browsers and the desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Way {
    /// Nothing: plain HTTP, on this machine only.
    #[default]
    Plain,
    /// TLS of its own, with this certificate.
    Tls(PemFiles),
    /// A proxy on this machine, which speaks TLS and says for whom it asks.
    Proxy,
}

/// How the desk is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// What speaks in between.
    pub way: Way,
    /// Under which names; looked at unless it is this machine only.
    pub hosts: Vec<Host>,
}

/// What proxies say about the way of a request, by any name that is in use.
const SAID: [&str; 9] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-forwarded-prefix",
    "x-real-ip",
    "via",
];
/// Of these, what the desk goes by, and what may be there beside it.
const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
const HOST: &str = "x-forwarded-host";

/// From where a request comes, and for whom it is meant.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    pub(crate) from: IpAddr,
    pub(crate) target: Authority,
}

/// Why a request's way is not a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadWay {
    #[error("this came through a proxy, and the desk knows of none; start it with --desk-behind-proxy")]
    UnknownProxy,
    #[error(
        "the proxy in front of the desk must say once for which address it asks (X-Forwarded-For) and that TLS was spoken \
         (X-Forwarded-Proto: https), and pass on nothing else that says where a request comes from"
    )]
    Proxy,
}

impl Reach {
    /// Whether browsers speak TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.way != Way::Plain
    }

    /// What stands in front of the host in the address of a page.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_secure() { "https" } else { "http" }
    }

    /// Whether the desk answers under this name. A web page elsewhere can point its own name at any address (DNS rebinding); what
    /// it asks for gives it away.
    pub(crate) fn answers(&self, host: &Host) -> bool {
        if self.is_secure() { self.hosts.contains(host) } else { host.is_loopback() }
    }

    /// From which address a request comes, given who holds the connection.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap, target: &Authority) -> Result<IpAddr, BadWay> {
        let said = SAID.into_iter().filter(|name| headers.contains_key(*name));
        if self.way != Way::Proxy {
            return if said.count() == 0 { Ok(peer) } else { Err(BadWay::UnknownProxy) };
        }
        // `Via` is a courtesy that says nothing of who asks (RFC 9110 §7.6.3).
        if said.into_iter().any(|name| ![FOR, PROTO, HOST, "via"].contains(&name)) {
            return Err(BadWay::Proxy);
        }
        let host = single(headers, HOST)?.map(|host| host.parse::<Authority>());
        if host.is_some_and(|host| host.as_ref() != Ok(target)) || single(headers, PROTO)? != Some("https") {
            return Err(BadWay::Proxy);
        }
        single(headers, FOR)?.and_then(|address| address.parse().ok()).ok_or(BadWay::Proxy)
    }

    /// Whether a form was sent by a page of this desk, and not by another web page that happens to be open in the same browser.
    /// Browsers say where a form comes from, and other pages cannot make them lie.
    pub(crate) fn sent_from_here(&self, headers: &HeaderMap, target: &Authority) -> bool {
        let Ok(Some(origin)) = single(headers, header::ORIGIN.as_str()) else { return false };
        let origin = origin.strip_prefix(self.scheme()).and_then(|rest| rest.strip_prefix("://"));
        let same = origin.and_then(|origin| origin.parse::<Authority>().ok()).is_some_and(|origin| origin == *target);
        let site = HeaderName::from_static("sec-fetch-site");
        same && headers.get_all(site).iter().all(|site| site == "same-origin")
    }
}

/// A header that may be there once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, BadWay> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| BadWay::Proxy),
        (Some(_), Some(_)) => Err(BadWay::Proxy),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn own() -> Way {
        Way::Tls(PemFiles { certificate: "desk.pem".into(), key: "desk.key".into() })
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            let name: HeaderName = name.parse().expect("a name");
            (name, HeaderValue::from_str(value).expect("visible"))
        };
        let mut map = HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            map.append(name, value);
        }
        map
    }

    fn target() -> Authority {
        "desk.example".parse().expect("a host")
    }

    #[test]
    fn a_proxy_says_once_for_whom_it_asks() {
        let reach = Reach { way: Way::Proxy, ..Reach::default() };
        let client = |pairs: &[(&str, &str)]| reach.client(PEER, &headers(pairs), &target()).ok();
        let good = [(FOR, "203.0.113.9"), (PROTO, "https")];
        let asks: Option<IpAddr> = "203.0.113.9".parse().ok();
        assert_eq!(client(&good), asks);
        for beside in [(HOST, "desk.example"), ("via", "1.1 Caddy"), ("accept", "*/*")] {
            assert_eq!(client(&[&good[..], &[beside]].concat()), asks, "{beside:?}");
        }
        assert_eq!(client(&[(FOR, "2001:db8::1"), (PROTO, "https")]), "2001:db8::1".parse().ok());
        for smuggled in [
            (FOR, "127.0.0.1"),
            (PROTO, "https"),
            (HOST, "evil.example"),
            (HOST, "desk.example:1"),
            ("forwarded", "for=127.0.0.1;proto=https"),
            ("x-real-ip", "127.0.0.1"),
            ("x-forwarded-port", "443"),
            ("x-forwarded-server", "desk.example"),
            ("x-forwarded-prefix", "/desk"),
        ] {
            assert_eq!(client(&[&good[..], &[smuggled]].concat()), None, "{smuggled:?}");
        }
        for bad in [
            &[][..],
            &[(FOR, "203.0.113.9")],
            &[(PROTO, "https")],
            &[(FOR, "203.0.113.9"), (PROTO, "http")],
            &[(FOR, "203.0.113.9"), (PROTO, "https, http")],
            &[(FOR, "127.0.0.1, 203.0.113.9"), (PROTO, "https")],
            &[(FOR, "unknown"), (PROTO, "https")],
            &[(FOR, ""), (PROTO, "https")],
            &[(FOR, "203.0.113.9:1234"), (PROTO, "https")],
        ] {
            assert_eq!(client(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn without_a_proxy_nothing_is_said_about_the_way() {
        for way in [Way::Plain, own()] {
            let reach = Reach { way, ..Reach::default() };
            assert_eq!(reach.client(PEER, &headers(&[("accept", "*/*")]), &target()), Ok(PEER));
            for name in SAID {
                let said = headers(&[(name, "127.0.0.1")]);
                assert_eq!(reach.client(PEER, &said, &target()), Err(BadWay::UnknownProxy), "{name}");
            }
        }
    }

    #[test]
    fn the_desk_answers_under_its_names_only() {
        let named: Host = "desk.example".parse().expect("a host");
        let own = Reach { way: own(), hosts: vec![named.clone()] };
        let plain = Reach::default();
        for (host, over_tls, on_this_machine) in [
            ("desk.example", true, false),
            ("evil.example", false, false),
            ("localhost", false, true),
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("10.0.0.1", false, false),
        ] {
            let host = host.parse().expect("a host");
            assert_eq!((own.answers(&host), plain.answers(&host)), (over_tls, on_this_machine), "{host}");
        }
    }

    #[test]
    fn a_form_comes_from_our_own_pages() {
        let own = Reach { way: own(), ..Reach::default() };
        let sent = |pairs: &[(&str, &str)]| own.sent_from_here(&headers(pairs), &target());
        assert!(sent(&[("origin", "https://desk.example")]));
        assert!(sent(&[("origin", "https://desk.example"), ("sec-fetch-site", "same-origin")]));
        for foreign in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://desk.example")],
            &[("origin", "https://desk.example:444")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://desk.example.evil.example")],
            &[("origin", "https://desk.example"), ("origin", "https://desk.example")],
            &[("origin", "https://desk.example"), ("sec-fetch-site", "same-site")],
            &[("origin", "https://desk.example"), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")],
        ] {
            assert!(!sent(foreign), "{foreign:?}");
        }
        let plain = Reach::default();
        let here = "localhost:8080".parse().expect("a host");
        assert!(plain.sent_from_here(&headers(&[("origin", "http://localhost:8080")]), &here));
    }
}
