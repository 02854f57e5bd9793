//! How a browser shows who is signed in. Over TLS the names begin with `__Host-`, so that no other name of the same site and no page
//! without TLS can put another in their place (RFC 6265bis §4.1.3.2). Nothing but our own requests carries them (`SameSite=Strict`), and
//! no script reads them.

use axum::http::{HeaderMap, HeaderValue, header};

/// Seconds for which a browser keeps the mark of its person.
const QUARTER: u64 = 90 * 24 * 60 * 60;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The token of a session; gone with the browser's window.
    Session,
    /// The mark of a browser that somebody has signed in from.
    Browser,
    /// What the form for signing in is bound to, as long as there is no session.
    Entry,
}

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-kuager-session",
            (Self::Session, false) => "kuager-session",
            (Self::Browser, true) => "__Host-kuager-browser",
            (Self::Browser, false) => "kuager-browser",
            (Self::Entry, true) => "__Host-kuager-entry",
            (Self::Entry, false) => "kuager-entry",
        }
    }

    /// What the browser shows for it; nothing when it shows two, of which somebody else may have set one.
    pub(crate) fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut found = pairs.filter(|(shown, _)| *shown == name).map(|(_, value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Gives it to the browser.
    pub(crate) fn set(self, value: &str, secure: bool) -> HeaderValue {
        let age = if self == Self::Browser { format!("; Max-Age={QUARTER}") } else { String::new() };
        self.written(value, &age, secure)
    }

    /// Takes it from the browser.
    pub(crate) fn clear(self, secure: bool) -> HeaderValue {
        self.written("", "; Max-Age=0", secure)
    }

    fn written(self, value: &str, age: &str, secure: bool) -> HeaderValue {
        let (name, secure) = (self.name(secure), if secure { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
        let mut value = HeaderValue::try_from(text).expect("hexadecimal digits are visible");
        value.set_sensitive(true);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_when_there_is_one() {
        let read = |headers: &[&str], secure| {
            let mut map = HeaderMap::new();
            for value in headers {
                map.append(header::COOKIE, HeaderValue::from_str(value).expect("visible"));
            }
            Cookie::Session.read(&map, secure).map(str::to_owned)
        };
        assert_eq!(read(&["a=b; kuager-session=12; c=d"], false).as_deref(), Some("12"));
        assert_eq!(read(&["a=b", "__Host-kuager-session=12"], true).as_deref(), Some("12"));
        for (headers, secure) in [
            (&["kuager-session=12"][..], true),
            (&["__Host-kuager-session=12"], false),
            (&["kuager-session=12; kuager-session=34"], false),
            (&["kuager-session=12", "kuager-session=12"], false),
            (&["kuager-session"], false),
            (&[], false),
        ] {
            assert_eq!(read(headers, secure), None, "{headers:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_us_alone() {
        let set = |cookie: Cookie, secure| cookie.set("12", secure).to_str().expect("text").to_owned();
        assert_eq!(set(Cookie::Session, true), "__Host-kuager-session=12; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(set(Cookie::Session, false), "kuager-session=12; Path=/; HttpOnly; SameSite=Strict");
        assert!(set(Cookie::Browser, true).ends_with("; Secure; Max-Age=7776000"));
        let gone = Cookie::Session.clear(true);
        assert!(
            gone.to_str().is_ok_and(|gone| gone.starts_with("__Host-kuager-session=;") && gone.ends_with("Max-Age=0"))
        );
    }
}
