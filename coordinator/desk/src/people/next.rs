//! Where somebody wanted to go who has to sign in first: a page of this desk, and nothing that a browser could take for another
//! place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what may stand in a query as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Bytes of an address that is remembered.
const LONGEST: usize = 1024;
/// The page on which one signs in.
pub(crate) const ENTRY: &str = "/login";

/// The address, if it names a page of this desk to go on to.
pub(crate) fn page(wanted: &str) -> Option<&str> {
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    // Two slashes begin a host, and browsers take a backslash for a slash and leave out what cannot be seen.
    let ours = wanted.starts_with('/') && !wanted.starts_with("//") && wanted.len() <= LONGEST;
    let plain = wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (ours && plain && path != ENTRY).then_some(wanted)
}

/// Where one signs in to go on to what was wanted, in the same language.
pub(crate) fn entry(wanted: &str) -> String {
    let query = wanted.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let language = query.split('&').find(|pair| pair.starts_with("lang=") && pair.len() <= 24);
    let next = page(wanted).filter(|wanted| *wanted != "/");
    let next = next.map(|next| format!("next={}", utf8_percent_encode(next, ESCAPED)));
    let query: Vec<_> = language.map(str::to_owned).into_iter().chain(next).collect();
    if query.is_empty() { ENTRY.to_owned() } else { format!("{ENTRY}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_to_pages_of_this_desk_only() {
        for own in ["/", "/observers?lang=kk", "/station?key=%D3%99&lang=ru", "/media/00?lang=en#copies", "/./x"] {
            assert_eq!(page(own), Some(own));
        }
        for other in [
            "",
            "observers",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/x\r\nset-cookie: a=b",
            "/ә",
            "/login",
            "/login?next=%2F",
            &format!("/{}", "x".repeat(LONGEST)),
        ] {
            assert_eq!(page(other), None, "{other:.30?}");
        }
    }

    #[test]
    fn whoever_signs_in_comes_back() {
        assert_eq!(entry("/"), "/login");
        assert_eq!(entry("/?lang=ru"), "/login?lang=ru&next=%2F%3Flang%3Dru");
        assert_eq!(entry("/station?key=a&lang=kk"), "/login?lang=kk&next=%2Fstation%3Fkey%3Da%26lang%3Dkk");
        assert_eq!(entry("//evil.example"), "/login");
    }
}
