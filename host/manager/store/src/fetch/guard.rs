//! Which addresses may be used: nobody leads a download into a network that it didn't begin in.

use super::Refused;
use crate::source::is_this_machine;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// How many redirections are followed.
pub(super) const REDIRECTS_MAX: usize = 5;

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    Public,
    ThisMachine,
    Link,
    Private,
    /// Multicast, reserved, documentation and the like: nobody is there.
    Nowhere,
}

/// Which addresses may be used. Besides public ones, those of the network that the source itself is in.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    origin: Network,
    #[cfg(test)]
    pub(super) public: Option<IpAddr>,
}

impl Guard {
    /// For a source. Its name is looked up for this: blocks.
    pub(super) fn of(origin: &Url, #[cfg(test)] public: Option<IpAddr>) -> io::Result<Self> {
        let mut guard = Self {
            origin: Network::Public,
            #[cfg(test)]
            public,
        };
        let addresses = match origin.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Some(Host::Domain(name)) => {
                let found = std::net::ToSocketAddrs::to_socket_addrs(&(name, 0))?;
                found.map(|address| address.ip()).collect()
            }
            None => Vec::new(),
        };
        // A name with public addresses and others is public: the others are not used.
        let networks: Vec<_> = addresses.into_iter().map(|address| guard.network(address)).collect();
        if !networks.contains(&Network::Public) {
            let found = networks.into_iter().find(|network| *network != Network::Nowhere);
            guard.origin = found.unwrap_or(Network::Public);
        }
        Ok(guard)
    }

    fn network(&self, address: IpAddr) -> Network {
        #[cfg(test)]
        if self.public == Some(address) {
            return Network::Public;
        }
        network(address)
    }

    fn address(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let found = self.network(address);
        let network = match found {
            Network::Public => return Ok(()),
            _ if found == self.origin => return Ok(()),
            Network::ThisMachine => "this machine",
            Network::Link => "of the local link",
            Network::Private => "of a private network",
            Network::Nowhere => "no address of a host",
        };
        Err(Refused::Network { host: host.to_owned(), address, network })
    }

    /// Checks an address as far as its text goes. Names are checked when they are looked up.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refused> {
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(url)) {
            return Err(Refused::Scheme { url: url.to_string() });
        }
        let host = url.host_str().unwrap_or_default();
        match url.host() {
            Some(Host::Ipv4(address)) => self.address(host, address.into()),
            Some(Host::Ipv6(address)) => self.address(host, address.into()),
            Some(Host::Domain(_)) => Ok(()),
            None => Err(Refused::Scheme { url: url.to_string() }),
        }
    }

    /// Those of a name's addresses that may be used.
    fn allowed(&self, host: &str, addresses: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let mut refused = None;
        let allowed: Vec<_> = addresses
            .filter(|address| match self.address(host, address.ip()) {
                Ok(()) => true,
                Err(reason) => {
                    refused.get_or_insert(reason);
                    false
                }
            })
            .collect();
        match refused {
            Some(reason) if allowed.is_empty() => Err(reason),
            _ => Ok(allowed),
        }
    }
}

/// Looks names up, and leaves out what may not be used: the connection goes to an address that was checked.
pub(super) struct Resolver(pub(super) Arc<Guard>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = guard.allowed(name.as_str(), found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn network(address: IpAddr) -> Network {
    match address {
        IpAddr::V4(address) => network_v4(address),
        IpAddr::V6(address) => network_v6(address),
    }
}

fn network_v4(address: Ipv4Addr) -> Network {
    match address.octets() {
        [127, ..] | [0, 0, 0, 0] => Network::ThisMachine, // Linux takes 0.0.0.0 for this machine
        [169, 254, ..] => Network::Link,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Network::Private,
        [0, ..] | [192, 0, 0 | 2, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] | [224..=255, ..] => {
            Network::Nowhere
        }
        _ => Network::Public,
    }
}

fn network_v6(address: Ipv6Addr) -> Network {
    let segments = address.segments();
    let low = || {
        let [.., a, b, c, d] = address.octets();
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Network::ThisMachine,
        // An IPv4 address in another dress: mapped, compatible, translated (NAT64).
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => network_v4(low()),
        // 6to4 has it in the middle.
        [0x2002, high, low, ..] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            network_v4(Ipv4Addr::new(a, b, c, d))
        }
        [0xfe80..=0xfebf, ..] => Network::Link,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] | [0x64, 0xff9b, 1, ..] => Network::Private,
        [0x2001, 0x0db8, ..] | [0x2001, 0..=0x01ff, ..] => Network::Nowhere, // Teredo and benchmarks as well
        [0x2000..=0x3fff, ..] => Network::Public,
        _ => Network::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(origin: Network) -> Guard {
        Guard { origin, public: None }
    }

    fn check(guard: &Guard, url: &str) -> Result<(), Refused> {
        guard.check(&url.parse().expect("it is an address"))
    }

    #[test]
    fn addresses_have_networks() {
        for (address, expected) in [
            ("8.8.8.8", Network::Public),
            ("127.9.9.9", Network::ThisMachine),
            ("0.0.0.0", Network::ThisMachine),
            ("169.254.169.254", Network::Link),
            ("10.0.0.1", Network::Private),
            ("172.31.0.1", Network::Private),
            ("172.32.0.1", Network::Public),
            ("192.168.1.1", Network::Private),
            ("100.64.0.1", Network::Private),
            ("224.0.0.1", Network::Nowhere),
            ("255.255.255.255", Network::Nowhere),
            ("::1", Network::ThisMachine),
            ("::", Network::ThisMachine),
            ("::ffff:127.0.0.1", Network::ThisMachine),
            ("::ffff:10.0.0.1", Network::Private),
            ("64:ff9b::a00:1", Network::Private),
            ("2002:a00:1::", Network::Private),
            ("fe80::1", Network::Link),
            ("fd00::1", Network::Private),
            ("2606:4700::1111", Network::Public),
            ("ff02::1", Network::Nowhere),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn nobody_leads_from_a_public_address_to_another() {
        let public = guard(Network::Public);
        for inside in
            ["https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "https://0x7f.1/"]
        {
            assert!(matches!(check(&public, inside), Err(Refused::Network { .. })), "{inside}");
        }
        assert_eq!(check(&public, "https://8.8.8.8/"), Ok(()));
        assert!(matches!(check(&public, "http://8.8.8.8/"), Err(Refused::Scheme { .. })));
        assert!(matches!(check(&public, "file:///etc/passwd"), Err(Refused::Scheme { .. })));
    }

    #[test]
    fn who_begins_in_a_network_may_stay_there() {
        let this_machine = guard(Network::ThisMachine);
        assert_eq!(check(&this_machine, "http://127.0.0.1:5000/"), Ok(()));
        assert!(check(&this_machine, "https://10.0.0.1/").is_err());
        assert!(check(&guard(Network::Private), "https://169.254.169.254/").is_err());
        assert_eq!(check(&guard(Network::Private), "https://10.0.0.1/"), Ok(()));
    }

    #[test]
    fn a_name_is_what_its_addresses_are() {
        let of = |text: &[&str]| text.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect::<Vec<_>>();
        let public = guard(Network::Public);
        let refused = public.allowed("evil.example", of(&["127.0.0.1"]).into_iter()).unwrap_err();
        assert!(refused.to_string().starts_with("evil.example is 127.0.0.1, this machine"), "{refused}");
        let allowed = public.allowed("mixed.example", of(&["10.0.0.1", "8.8.8.8"]).into_iter());
        assert_eq!(allowed, Ok(of(&["8.8.8.8"])));
    }
}
