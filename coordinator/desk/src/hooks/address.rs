//! Where a message may go.
//!
//! Over TLS, to a name or address that the internet has; over plain HTTP, or to this machine, only if it is a loopback address. What leads
//! into a network that only some reach (private, link-local, carrier-grade NAT) is told nothing unless whoever added it said so: a name can
//! lead anywhere tomorrow, and a message must not open somebody's printer. The addresses that a name leads to are looked at each time, and
//! the connection is made to one of those.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

/// Characters of an address.
const LONGEST: usize = 2000;
/// Addresses of one name that are looked at.
const ADDRESSES: usize = 16;

/// Why nothing is told there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not an address at all.
    #[error("`{0}` is no address of a webhook; it looks like https://host/path")]
    NoUrl(String),
    /// With a name or a password in it.
    #[error("an address of a webhook has no user and no password in it; messages are signed")]
    User,
    /// Readable on its way.
    #[error("messages go over https, or over http to this machine only")]
    Plain,
    /// Into a network that only some reach.
    #[error("{0} is in a network that only some reach; if that is meant, add the webhook with --inside")]
    Inside(String),
}

/// Whether everybody reaches an address in the same way.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation()
        // Shared by carriers (RFC 6598), protocols (RFC 6890), benchmarks (RFC 2544), reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [a, b, c, ..] = address.segments();
    // Translated to IPv4 (RFC 6052): what it leads to counts.
    if a == 0x64 && b == 0xff9b {
        let [.., first, second, third, fourth] = address.octets();
        return c == 0 && is_public_v4(Ipv4Addr::new(first, second, third, fourth));
    }
    // Of all of it, what is given out to be reached is 2000::/3, without documentation, Teredo and 6to4.
    (0x2000..0x4000).contains(&a) && !(a == 0x2001 && (b == 0 || b == 0xdb8)) && a != 0x2002 && a != 0x3fff
}

/// Whether an address that a name leads to may be told something.
pub(super) fn may(address: IpAddr, inside: bool) -> bool {
    is_public(address) || (inside && !address.is_unspecified() && !address.is_multicast())
}

/// What stands in an address: a name, or a number.
fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether it is this machine.
fn is_here(url: &Url) -> bool {
    url.host_str() == Some("localhost") || literal(url).is_some_and(|address| address.is_loopback())
}

/// Reads the address of a webhook.
///
/// # Errors
/// [`BadAddress`].
pub fn check(text: &str, inside: bool) -> Result<String, BadAddress> {
    Ok(read(text, inside)?.to_string())
}

pub(super) fn read(text: &str, inside: bool) -> Result<Url, BadAddress> {
    let none = || BadAddress::NoUrl(text.chars().take(100).collect());
    let url: Url = text.parse().map_err(|_| none())?;
    if text.len() > LONGEST || url.host_str().is_none() || !matches!(url.scheme(), "https" | "http") {
        return Err(none());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadAddress::User);
    }
    if is_here(&url) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(BadAddress::Plain);
    }
    match literal(&url) {
        Some(address) if !may(address, inside) => Err(BadAddress::Inside(address.to_string())),
        _ => Ok(url),
    }
}

/// Finds the addresses of names, and keeps those back that may not be told anything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) inside: bool,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let inside = self.inside;
        Box::pin(async move {
            let here = name.as_str() == "localhost";
            let found = lookup_host((name.as_str(), 0)).await?.take(ADDRESSES);
            let good: Vec<SocketAddr> = found
                .filter(|address| if here { address.ip().is_loopback() } else { may(address.ip(), inside) })
                .collect();
            if good.is_empty() {
                return Err(BadAddress::Inside(name.as_str().to_owned()).into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_to_the_internet_or_to_this_machine() {
        for good in [
            "https://example.org/hook",
            "https://93.184.215.14/",
            "https://[2606:2800:21f:cb07::1]/x?y=z",
            "http://127.0.0.1:9000/",
            "http://localhost:9000/",
            "http://[::1]:9000/",
            "https://localhost/",
        ] {
            assert!(check(good, false).is_ok(), "{good}");
        }
        for inside in [
            "https://10.0.0.1/",
            "https://192.168.1.1/",
            "https://[fd00::1]/",
            "https://169.254.1.1/",
            "https://100.64.0.1/",
        ] {
            assert!(matches!(check(inside, false), Err(BadAddress::Inside(_))), "{inside}");
            assert!(check(inside, true).is_ok(), "{inside}");
        }
        for nowhere in ["https://0.0.0.0/", "https://224.0.0.1/", "https://[::]/", "https://[ff02::1]/"] {
            assert!(check(nowhere, true).is_err(), "{nowhere}");
        }
        // However it is written.
        for disguised in [
            "https://0x0a000001/",
            "https://167772161/",
            "https://012.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
        ] {
            assert!(matches!(check(disguised, false), Err(BadAddress::Inside(_))), "{disguised}");
        }
        assert_eq!(check("http://example.org/", true), Err(BadAddress::Plain));
        assert_eq!(check("https://a:b@example.org/", false), Err(BadAddress::User));
        for nonsense in ["", "example.org", "ftp://example.org/", "https://", "file:///etc/passwd"] {
            assert!(matches!(check(nonsense, true), Err(BadAddress::NoUrl(_))), "{nonsense}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let names = Names { inside: false };
        let found = names.resolve("localhost".parse().expect("a name")).await.expect("is this machine");
        assert!(found.into_iter().all(|address| address.ip().is_loopback()));
        // This very machine, by a name that is not localhost.
        let name = "127.0.0.1".parse().expect("a name");
        assert!(names.resolve(name).await.is_err());
    }
}
