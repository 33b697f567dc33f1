//! Address ranges, and those that a plugin reaches only where a rule names them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRange {
    first: IpAddr,
    prefix: u8,
}

/// Ranges that are this machine, its neighbours or many machines at once, and such as stand for addresses of those:
/// what a name from outside must never lead to.
const SPECIAL: [AddressRange; 30] = [
    v4([0, 0, 0, 0], 8),                       // this host
    v4([10, 0, 0, 0], 8),                      // private
    v4([100, 64, 0, 0], 10),                   // behind a carrier's NAT
    v4([127, 0, 0, 0], 8),                     // loopback
    v4([169, 254, 0, 0], 16),                  // link-local; also the metadata services of clouds
    v4([172, 16, 0, 0], 12),                   // private
    v4([192, 0, 0, 0], 24),                    // protocol assignments
    v4([192, 0, 2, 0], 24),                    // documentation
    v4([192, 88, 99, 0], 24),                  // 6to4 relays
    v4([192, 168, 0, 0], 16),                  // private
    v4([198, 18, 0, 0], 15),                   // benchmarks
    v4([198, 51, 100, 0], 24),                 // documentation
    v4([203, 0, 113, 0], 24),                  // documentation
    v4([224, 0, 0, 0], 4),                     // multicast
    v4([240, 0, 0, 0], 4),                     // reserved, and broadcast
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),         // loopback
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96),          // this host, and IPv4 addresses in an old form
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),     // IPv4 addresses
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),     // IPv4 addresses, translated
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),  // IPv4 addresses, translated
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),  // IPv4 addresses, translated locally
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),      // discard
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),     // protocol assignments, tunnels to IPv4 among them
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),     // tunnels to IPv4 addresses
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),     // documentation
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),      // private
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),     // link-local
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),     // site-local
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),      // multicast
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> AddressRange {
    AddressRange { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> AddressRange {
    AddressRange { first: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix }
}

/// Whether only a rule that names it reaches an address.
pub fn is_special(address: IpAddr) -> bool {
    SPECIAL.iter().any(|range| range.contains(address))
}

impl AddressRange {
    /// The range of one address.
    pub fn of(address: IpAddr) -> Self {
        let first = address.to_canonical();
        Self { first, prefix: bits(first) }
    }

    /// The range of a network.
    ///
    /// # Errors
    /// What is wrong, if the first address has bits beyond the prefix.
    pub fn network(first: IpAddr, prefix: u8) -> Result<Self, String> {
        if prefix > bits(first) {
            return Err(format!("a prefix of an address of this kind has {} bits at most", bits(first)));
        }
        let range = match (first.to_canonical(), prefix.checked_sub(96)) {
            (IpAddr::V4(v4), Some(prefix)) if first.is_ipv6() => Self { first: v4.into(), prefix },
            _ => Self { first, prefix },
        };
        let start = Self { first: mask(range.first, range.prefix), ..range };
        if start == range { Ok(range) } else { Err(format!("the network of these addresses is written {start}")) }
    }

    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && mask(address, self.prefix) == self.first
    }

    /// Whether a rule for this range reaches the address: a special one only if the whole rule is about such.
    pub fn reaches(&self, address: IpAddr) -> bool {
        self.contains(address) && (!is_special(address) || self.is_special())
    }

    /// Whether a rule for this range reaches each address that a rule for the other one reaches.
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.first) && (self.is_special() || !other.is_special())
    }

    /// Whether the whole range is about special addresses.
    fn is_special(&self) -> bool {
        SPECIAL.iter().any(|special| self.prefix >= special.prefix && special.contains(self.first))
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address with all bits beyond the prefix cleared.
fn mask(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse::<IpAddr>().unwrap().to_canonical()
    }

    #[test]
    fn special_addresses_are_known_in_every_form() {
        let special = [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "192.168.0.1",
            "172.31.0.1",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "100.64.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
        ];
        special.iter().for_each(|address| assert!(is_special(ip(address)), "{address}"));
        let ordinary = ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "::ffff:8.8.8.8"];
        ordinary.iter().for_each(|address| assert!(!is_special(ip(address)), "{address}"));
    }

    #[test]
    fn a_range_reaches_special_addresses_only_if_it_is_about_them() {
        let everything = AddressRange::network(ip("0.0.0.0"), 0).unwrap();
        assert!(everything.reaches(ip("1.1.1.1")));
        assert!(!everything.reaches(ip("10.0.0.1")) && !everything.reaches(ip("127.0.0.1")));
        assert!(AddressRange::network(ip("10.0.0.0"), 8).unwrap().reaches(ip("10.9.9.9")));
        assert!(AddressRange::of(ip("127.0.0.1")).reaches(ip("::ffff:127.0.0.1")));
        assert!(!AddressRange::of(ip("127.0.0.1")).reaches(ip("127.0.0.2")));
        assert!(!AddressRange::network(ip("::"), 0).unwrap().reaches(ip("::1")));
        assert!(!AddressRange::network(ip("0.0.0.0"), 0).unwrap().contains(ip("2606:4700::1")));
    }

    #[test]
    fn a_range_covers_what_it_reaches() {
        let range = |text: &str| {
            let (first, prefix) = text.split_once('/').unwrap();
            AddressRange::network(ip(first), prefix.parse().unwrap()).unwrap()
        };
        assert!(range("10.0.0.0/8").covers(&range("10.1.0.0/16")) && range("1.0.0.0/8").covers(&range("1.2.3.4/32")));
        assert!(!range("10.1.0.0/16").covers(&range("10.0.0.0/8")) && !range("0.0.0.0/0").covers(&range("::/0")));
        // Neither leads there, but for a rule that names it.
        assert!(!range("0.0.0.0/0").covers(&range("10.0.0.0/8")) && !range("::/0").covers(&range("::1/128")));
        // The wider one reaches the ordinary addresses alone, as the narrower one does.
        assert!(range("0.0.0.0/0").covers(&range("8.0.0.0/5")));
    }

    #[test]
    fn networks_have_one_spelling() {
        assert_eq!(
            AddressRange::network(ip("10.0.0.1"), 8).unwrap_err(),
            "the network of these addresses is written 10.0.0.0/8"
        );
        assert!(AddressRange::network(ip("10.0.0.0"), 33).is_err());
        let mapped = AddressRange::network("::ffff:10.0.0.0".parse().unwrap(), 104).unwrap();
        assert_eq!(mapped, AddressRange::network(ip("10.0.0.0"), 8).unwrap());
    }
}
