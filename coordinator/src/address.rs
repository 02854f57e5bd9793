//! Hosts, ports and server addresses, as strangers and people write them. Each has one form here, and what has another is
//! refused: where two programs read the same text in two ways, somebody gets through between them.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Characters of a DNS name (RFC 1035 §2.3.4, without the dot of the root).
const NAME: usize = 253;
/// Characters of one label of it.
const LABEL: usize = 63;

/// What cannot be read as a host, with or without a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a host is a DNS name or an IP address in its usual form")]
pub struct BadHost;

/// A DNS name in small letters, or an IP address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A name, without a dot at its end.
    Name(String),
    /// An address.
    Ip(IpAddr),
}

impl Host {
    /// Whether it names the machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::Ip(address) => address.is_loopback(),
        }
    }
}

/// As a certificate names it: an IPv6 address without brackets.
impl FromStr for Host {
    type Err = BadHost;

    fn from_str(text: &str) -> Result<Self, BadHost> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Ip(address));
        }
        let name = text.to_ascii_lowercase();
        let mut labels = name.split('.');
        // Programs read a name whose last label is a number as some IPv4 address, each as another one.
        let number = labels.clone().next_back().is_none_or(is_number);
        let whole = name.len() <= NAME && labels.all(is_label) && !number;
        whole.then_some(Self::Name(name)).ok_or(BadHost)
    }
}

impl Display for Host {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Ip(address) => address.fmt(formatter),
        }
    }
}

fn is_label(label: &str) -> bool {
    let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    letters && (1..=LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_number(label: &str) -> bool {
    let hexadecimal =
        label.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    hexadecimal || label.bytes().all(|digit| digit.is_ascii_digit())
}

/// A host and perhaps a port, as in a URL or a `Host` header: an IPv6 address in brackets, nothing before the host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Authority {
    /// The host.
    pub host: Host,
    /// The port, if there is one.
    pub port: Option<u16>,
}

impl FromStr for Authority {
    type Err = BadHost;

    fn from_str(text: &str) -> Result<Self, BadHost> {
        let (host, rest) = match text.strip_prefix('[') {
            Some(text) => {
                let (address, rest) = text.split_once(']').ok_or(BadHost)?;
                (Host::Ip(address.parse::<Ipv6Addr>().map_err(|_| BadHost)?.into()), rest)
            }
            None => {
                let (host, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
                (host.parse()?, rest)
            }
        };
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(read_port(port).ok_or(BadHost)?),
            None if rest.is_empty() => None,
            None => return Err(BadHost),
        };
        Ok(Self { host, port })
    }
}

fn read_port(text: &str) -> Option<u16> {
    // `parse` alone would take `+80` and `080`.
    let plain = text.starts_with(|first: char| ('1'..='9').contains(&first));
    plain.then(|| text.parse().ok()).flatten()
}

/// Why a text is no address of a coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadServer {
    /// Another scheme, or none.
    #[error("it must start with https://")]
    Scheme,
    /// Whoever is in between would read everything.
    #[error("http:// is for loopback addresses of this machine only; write https://")]
    PlainHttp,
    /// The host or the port.
    #[error("what follows https:// must be a host name or an IP address, and perhaps :PORT")]
    Host,
    /// A path, a user, a query.
    #[error("nothing may follow the host and port")]
    Rest,
}

/// The base URL of a coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// Whether TLS is spoken there. It is not only on the machine itself.
    pub tls: bool,
    /// Where.
    pub authority: Authority,
}

impl FromStr for ServerAddress {
    type Err = BadServer;

    fn from_str(text: &str) -> Result<Self, BadServer> {
        let (tls, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(BadServer::Scheme),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@', '\\']) {
            return Err(BadServer::Rest);
        }
        let authority: Authority = authority.parse().map_err(|_| BadServer::Host)?;
        if !tls && !authority.host.is_loopback() {
            return Err(BadServer::PlainHttp);
        }
        Ok(Self { tls, authority })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_form() {
        for (text, shown) in [
            ("localhost", "localhost"),
            ("Kuager.Example", "kuager.example"),
            ("a-b.c_d.e1", "a-b.c_d.e1"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("2001:db8:0::1", "2001:db8::1"),
        ] {
            assert_eq!(text.parse::<Host>().map(|host| host.to_string()), Ok(shown.to_owned()), "{text}");
        }
        let long = "x".repeat(64);
        let longer = vec!["x".repeat(60); 5].join(".");
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "-a",
            "a-",
            "a b",
            "a:1",
            "[::1]",
            "::1%lo",
            "127.1",
            "127.0.0.01",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "1.2.3.4.5",
            "256.1.1.1",
            "a@b",
            "a/b",
            "a%2e",
            "a\0",
            "ä.example",
            &long,
            &longer,
        ] {
            assert_eq!(bad.parse::<Host>(), Err(BadHost), "{bad:?}");
        }
    }

    #[test]
    fn an_authority_is_a_host_and_a_port() {
        let read = |text: &str| text.parse::<Authority>().map(|read| (read.host.to_string(), read.port));
        for (text, host, port) in [
            ("localhost", "localhost", None),
            ("localhost:8080", "localhost", Some(8080)),
            ("[::1]", "::1", None),
            ("[::1]:1", "::1", Some(1)),
            ("10.0.0.1:65535", "10.0.0.1", Some(65535)),
        ] {
            assert_eq!(read(text), Ok((host.to_owned(), port)), "{text}");
        }
        for bad in [
            "",
            ":80",
            "a:",
            "a:0",
            "a:080",
            "a:+80",
            "a:65536",
            "a:8x",
            "a:80:80",
            "::1",
            "[::1",
            "[::1]80",
            "[::1]:",
            "[127.0.0.1]",
            "[a]",
            "u@a",
            "u:p@a:80",
            "a.:80",
            "a,b",
            " a",
            "a ",
            "a:80 ",
        ] {
            assert_eq!(read(bad), Err(BadHost), "{bad:?}");
        }
    }

    #[test]
    fn a_server_address_is_https_and_nothing_else() {
        let read = |text: &str| text.parse::<ServerAddress>().map(|read| read.tls);
        for good in
            ["https://kuager.example", "https://kuager.example:8443/", "https://[2001:db8::1]:443", "https://10.0.0.1"]
        {
            assert_eq!(read(good), Ok(true), "{good}");
        }
        for good in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:9"] {
            assert_eq!(read(good), Ok(false), "{good}");
        }
        for (bad, why) in [
            ("kuager.example", BadServer::Scheme),
            ("HTTPS://kuager.example", BadServer::Scheme),
            ("ftp://kuager.example", BadServer::Scheme),
            ("", BadServer::Scheme),
            ("http://kuager.example", BadServer::PlainHttp),
            ("http://10.0.0.1", BadServer::PlainHttp),
            ("https://", BadServer::Host),
            ("https://kuager example", BadServer::Host),
            ("https://kuager.example:", BadServer::Host),
            ("https://kuager.example.", BadServer::Host),
            ("https://kuager.example/astana", BadServer::Rest),
            ("https://kuager.example//", BadServer::Rest),
            ("https://user@kuager.example", BadServer::Rest),
            ("https://kuager.example?a", BadServer::Rest),
            ("https://127.0.0.1@kuager.example", BadServer::Rest),
        ] {
            assert_eq!(read(bad), Err(why), "{bad:?}");
        }
    }
}
