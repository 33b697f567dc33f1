//! What a plugin may reach: nothing, until a rule says otherwise.

use super::canonical;
use super::unix::UnixRules;
use plugix_requests::network::{NetworkRuleError, Rule, Target, is_special, usual_form};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

/// Sockets that a plugin may have open at once.
const SOCKETS: usize = 64;

/// What a plugin may reach over the network; a new one reaches nothing.
///
/// A rule is a host and ports: `example.com:443`, `*.example.com:80,443` (names below it, not itself),
/// `203.0.113.7:8000-8999`, `10.0.0.0/8:*`, `[::1]:80`. Port 0 stands for a port that the system picks.
///
/// A name is looked up once for each plugin, by the host; connecting to an address is allowed if an allowed name led
/// there. Loopback, private, link-local, multicast and reserved addresses are reached only through a rule for just such
/// addresses, or through [`Network::host`]: neither a name nor `0.0.0.0/0` leads there. The name `localhost` leads to
/// loopback.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Network {
    connect: [Vec<Rule>; 2],
    listen: [Vec<Rule>; 2],
    unix: UnixRules,
    hosts: BTreeMap<String, Vec<IpAddr>>,
    pub(super) sockets: usize,
    unrestricted: bool,
}

/// More ports than these are any.
const FEW_PORTS: usize = 256;

/// What a plugin may reach, roughly: never less than its rules say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The ports that it may connect to. `None` stands for any.
    pub connect_tcp: Option<Vec<u16>>,
    /// The ports that it may listen at. 0 stands for one that the system picks. `None` stands for any.
    pub listen_tcp: Option<Vec<u16>>,
    /// Whether it sends or receives datagrams.
    pub udp: bool,
    /// Whether it looks names up.
    pub names: bool,
    /// Whether it reaches Unix sockets of the host's.
    pub unix: bool,
}

/// The two kinds of sockets that rules tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

impl Network {
    /// Allows nothing.
    pub fn new() -> Self {
        Self {
            connect: Default::default(),
            listen: Default::default(),
            unix: UnixRules::default(),
            hosts: BTreeMap::new(),
            sockets: SOCKETS,
            unrestricted: false,
        }
    }

    /// Allows everything that the host may do itself, loopback and private networks included.
    pub fn unrestricted() -> Self {
        Self { unrestricted: true, sockets: usize::MAX, ..Self::new() }
    }

    /// Allows TCP connections to a host.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule.
    pub fn connect_tcp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        self.rule(|network| &mut network.connect[Protocol::Tcp as usize], rule)
    }

    /// Allows sending UDP datagrams to a host, and receiving its answers.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule.
    pub fn connect_udp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        self.rule(|network| &mut network.connect[Protocol::Udp as usize], rule)
    }

    /// Allows accepting TCP connections at an address of the host's own, from anybody who reaches it.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule, or has a name in place of an address.
    pub fn listen_tcp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        self.listening(Protocol::Tcp, rule)
    }

    /// Allows receiving UDP datagrams at an address of the host's own, from anybody who reaches it, and answering them.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule, or has a name in place of an address.
    pub fn listen_udp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        self.listening(Protocol::Udp, rule)
    }

    /// Allows connecting to a Unix socket of the host's, and sending datagrams to it. The plugin gives the same path.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the path is not absolute, has `..` in it, or is longer than such an address can be.
    pub fn connect_unix(mut self, path: impl AsRef<Path>) -> Result<Self, NetworkRuleError> {
        self.unix.connect(path.as_ref())?;
        Ok(self)
    }

    /// Allows making a Unix socket at a path of the host's, where anybody who reaches it can connect.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the path is not absolute, has `..` in it, or is longer than such an address can be.
    pub fn listen_unix(mut self, path: impl AsRef<Path>) -> Result<Self, NetworkRuleError> {
        self.unix.listen(path.as_ref())?;
        Ok(self)
    }

    /// Says which addresses a name has for the plugin, whatever DNS says. Rules for the name then reach them, private
    /// ones too.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if it is no name.
    pub fn host(mut self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) -> Result<Self, NetworkRuleError> {
        let usual = usual_form(name).map_err(|problem| NetworkRuleError { rule: name.to_owned(), problem })?;
        self.hosts.entry(usual).or_default().extend(addresses.into_iter().map(|address| address.to_canonical()));
        Ok(self)
    }

    /// Limits how many sockets the plugin may have open at once; 64 unless set.
    #[must_use]
    pub fn sockets(mut self, sockets: usize) -> Self {
        self.sockets = sockets;
        self
    }

    /// Whether nothing is allowed, so that no socket is needed.
    pub fn is_nothing(&self) -> bool {
        !self.unrestricted && self.unix.is_empty() && self.connect.iter().chain(&self.listen).all(Vec::is_empty)
    }

    /// What the rules come to, for a wall that knows ports and no names.
    pub fn reach(&self) -> Reach {
        let ports = |rules: &[Rule]| {
            let ports = rules.iter().map(|rule| rule.few_ports(FEW_PORTS)).collect::<Option<Vec<_>>>()?;
            Some(ports.concat()).filter(|ports| ports.len() <= FEW_PORTS && !self.unrestricted)
        };
        let [tcp, udp] = [Protocol::Tcp as usize, Protocol::Udp as usize];
        Reach {
            connect_tcp: ports(&self.connect[tcp]),
            listen_tcp: ports(&self.listen[tcp]),
            udp: self.unrestricted || !self.connect[udp].is_empty() || !self.listen[udp].is_empty(),
            names: self.unrestricted || self.connect.iter().flatten().any(Rule::is_named),
            unix: self.unrestricted || !self.unix.is_empty(),
        }
    }

    fn listening(self, protocol: Protocol, rule: &str) -> Result<Self, NetworkRuleError> {
        let network = self.rule(|network| &mut network.listen[protocol as usize], rule)?;
        match network.listen[protocol as usize].last() {
            Some(Rule { target: Target::Range(_), .. }) => Ok(network),
            _ => Err(NetworkRuleError {
                rule: rule.to_owned(),
                problem: "a plugin listens on an address, such as `127.0.0.1:8080` or `0.0.0.0:8080`".into(),
            }),
        }
    }

    fn rule(mut self, rules: impl FnOnce(&mut Self) -> &mut Vec<Rule>, rule: &str) -> Result<Self, NetworkRuleError> {
        rules(&mut self).push(Rule::parse(rule)?);
        Ok(self)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

/// What is asked before a plugin's operation.
impl Network {
    /// Whether a plugin may send to an address; `names` are those that led there.
    pub(super) fn allows_connect(&self, protocol: Protocol, to: SocketAddr, names: &[String]) -> bool {
        let to = canonical(to);
        let named = |rule: &Rule| rule.reaches(to.ip()) || names.iter().any(|name| rule.names(name));
        self.unrestricted || self.connect[protocol as usize].iter().any(|rule| rule.has_port(to.port()) && named(rule))
    }

    /// Whether a rule is about an address, whatever the port.
    pub(super) fn reaches(&self, address: IpAddr) -> bool {
        self.unrestricted || self.connect.iter().flatten().any(|rule| rule.reaches(address))
    }

    /// Whether a plugin may listen at an address, or at all of them.
    pub(super) fn allows_listen(&self, protocol: Protocol, at: SocketAddr) -> bool {
        let at = canonical(at);
        self.unrestricted
            || self.listen[protocol as usize].iter().any(|rule| rule.has_port(at.port()) && rule.reaches(at.ip()))
    }

    /// Whether a plugin may listen at all IPv4 addresses as well when it listens at all IPv6 ones.
    pub(super) fn allows_dual_stack(&self, protocol: Protocol, port: u16) -> bool {
        self.allows_listen(protocol, (Ipv4Addr::UNSPECIFIED, port).into())
    }

    /// Whether a UDP socket may be bound that hears nobody but those that it may send to. wasix-libc does so with each
    /// address of a name, to sort them.
    pub(super) fn allows_ephemeral(&self, at: SocketAddr) -> bool {
        let ip = canonical(at).ip();
        at.port() == 0 && (ip.is_unspecified() || ip.is_loopback())
    }

    /// Whether a plugin may connect to a Unix socket of the host's.
    pub(super) fn allows_connect_unix(&self, path: &Path) -> bool {
        self.unrestricted || self.unix.allows_connect(path)
    }

    /// Whether a plugin may make a Unix socket of the host's.
    pub(super) fn allows_listen_unix(&self, path: &Path) -> bool {
        self.unrestricted || self.unix.allows_listen(path)
    }

    /// Whether a plugin may look a name up.
    pub(super) fn allows_name(&self, name: &str) -> bool {
        self.unrestricted || self.connect.iter().flatten().any(|rule| rule.names(name))
    }

    /// Whether an allowed name may lead to an address that the resolver found.
    pub(super) fn allows_answer(&self, name: &str, address: IpAddr) -> bool {
        let local = name == "localhost" || name.ends_with(".localhost");
        self.unrestricted
            || !is_special(address)
            || (local && address.is_loopback())
            || self.connect.iter().flatten().any(|rule| rule.reaches(address))
    }

    /// The addresses that the policy gives a name.
    pub(super) fn host_addresses(&self, name: &str) -> Option<&[IpAddr]> {
        self.hosts.get(name).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_is_allowed_that_no_rule_names() {
        let network = Network::new();
        assert!(network.is_nothing());
        assert!(!network.allows_connect(Protocol::Tcp, at("1.1.1.1:80"), &[]));
        assert!(!network.allows_listen(Protocol::Tcp, at("127.0.0.1:0")));
        assert!(network.allows_ephemeral(at("0.0.0.0:0")) && !network.allows_ephemeral(at("0.0.0.0:53")));
        assert!(!network.allows_name("example.com"));
    }

    #[test]
    fn a_wall_leaves_no_less_than_the_rules() {
        let reach = Network::new().reach();
        assert_eq!((reach.connect_tcp, reach.listen_tcp), (Some(vec![]), Some(vec![])));
        assert!(!reach.udp && !reach.names && !reach.unix);
        let network = Network::new().connect_tcp("10.0.0.1:80,443").unwrap().listen_tcp("127.0.0.1:0").unwrap();
        let reach = network.reach();
        assert_eq!((reach.connect_tcp, reach.listen_tcp), (Some(vec![80, 443]), Some(vec![0])));
        let network = network.connect_tcp("example.com:*").unwrap().connect_udp("10.0.0.1:53").unwrap();
        let reach = network.connect_unix("/run/socket").unwrap().reach();
        assert_eq!(reach.connect_tcp, None);
        assert!(reach.udp && reach.names && reach.unix);
        let reach = Network::unrestricted().reach();
        assert_eq!((reach.connect_tcp, reach.listen_tcp), (None, None));
    }

    #[test]
    fn a_rule_is_for_one_protocol_and_one_direction() {
        let network = Network::new().connect_tcp("127.0.0.1:80").unwrap().listen_udp("127.0.0.1:53").unwrap();
        assert!(network.allows_connect(Protocol::Tcp, at("127.0.0.1:80"), &[]));
        assert!(network.allows_connect(Protocol::Tcp, at("[::ffff:127.0.0.1]:80"), &[]));
        assert!(!network.allows_connect(Protocol::Tcp, at("127.0.0.1:81"), &[]));
        assert!(!network.allows_connect(Protocol::Udp, at("127.0.0.1:80"), &[]));
        assert!(!network.allows_listen(Protocol::Tcp, at("127.0.0.1:80")));
        assert!(network.allows_listen(Protocol::Udp, at("127.0.0.1:53")));
        assert!(!network.allows_listen(Protocol::Udp, at("0.0.0.0:53")));
    }

    #[test]
    fn a_name_allows_where_it_led_and_nothing_special() {
        let network = Network::new().connect_tcp("*.example.com:443").unwrap();
        let names = ["www.example.com".to_owned()];
        assert!(network.allows_connect(Protocol::Tcp, at("1.2.3.4:443"), &names));
        assert!(!network.allows_connect(Protocol::Tcp, at("1.2.3.4:443"), &[]));
        assert!(!network.allows_connect(Protocol::Tcp, at("1.2.3.4:80"), &names));
        assert!(!network.allows_answer("www.example.com", "127.0.0.1".parse().unwrap()));
        let local = Network::new().connect_tcp("localhost:80").unwrap();
        assert!(local.allows_answer("localhost", "127.0.0.1".parse().unwrap()));
        assert!(!local.allows_answer("localhost", "10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn listening_needs_an_address() {
        assert!(Network::new().listen_tcp("localhost:80").is_err());
        let network = Network::new().listen_tcp("[::]:80").unwrap();
        assert!(network.allows_listen(Protocol::Tcp, at("[::]:80")));
        assert!(!network.allows_dual_stack(Protocol::Tcp, 80));
    }
}
