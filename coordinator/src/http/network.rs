//! Whose an address is: one subscriber's, and one provider's part of the network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The part of the network that one subscriber has: an IPv4 address, or a /64 of IPv6. An IPv4 address may come dressed as
/// IPv6. Behind one address may be a whole mobile carrier.
#[must_use]
pub fn near(address: IpAddr) -> IpAddr {
    cut(address, 32, 64)
}

/// The part that one customer of a provider can have a lot of: a /24 of IPv4, a /48 of IPv6.
pub(super) fn wide(address: IpAddr) -> IpAddr {
    cut(address, 24, 48)
}

fn cut(address: IpAddr, v4: u32, v6: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::BITS.saturating_sub(v4)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u128::BITS.saturating_sub(v6)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_subscriber_is_one_network() {
        let of = |text| near(ip(text));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn neighbours_are_one_wide_network() {
        let of = |text| wide(ip(text));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.255"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
    }
}
