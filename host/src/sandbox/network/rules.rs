//! What a plugin may reach: nothing, until a rule says otherwise.

use super::address::{canonical, is_special};
use super::rule::{NetworkRuleError, Rule, usual_form};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// How many sockets a plugin may have open at once.
const SOCKETS: usize = 64;

/// What a plugin may reach over the network. A new `Network` allows nothing.
///
/// A rule is a host and ports: `example.com:443`, `*.example.com:80,443` (the names below it, and not the name itself),
/// `203.0.113.7:8000-8999`, `10.0.0.0/8:*`, `[::1]:80`. Port 0 stands for a port that the system picks.
///
/// The host looks a name up, once for each plugin. A plugin may connect to an address if an allowed name led there.
///
/// Some addresses are special: loopback, private, link-local, multicast and reserved ones. A plugin reaches a special
/// address only through a rule for just such addresses, or through [`Network::host`]. Neither a name nor `0.0.0.0/0`
/// leads there. The exception is the name `localhost`, which leads to loopback.
#[derive(Clone, Debug)]
pub struct Network {
    connect: [Vec<Rule>; 2],
    listen: [Vec<Rule>; 2],
    hosts: BTreeMap<String, Vec<IpAddr>>,
    pub(super) sockets: usize,
    unrestricted: bool,
    /// The same rules, for system calls of ours.
    system: plugix_system::Network,
}

/// The two kinds of sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Tcp,
    Udp,
}

impl Network {
    /// Allows nothing.
    pub fn new() -> Self {
        Self {
            connect: Default::default(),
            listen: Default::default(),
            hosts: BTreeMap::new(),
            sockets: SOCKETS,
            unrestricted: false,
            system: plugix_system::Network::new(),
        }
    }

    /// Allows everything that the host itself may do, loopback and private networks included.
    pub(crate) fn unrestricted() -> Self {
        Self { unrestricted: true, sockets: usize::MAX, system: plugix_system::Network::unrestricted(), ..Self::new() }
    }

    /// Allows TCP connections to a host.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule.
    pub fn connect_tcp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        let network = self.rule(|network| &mut network.connect[Protocol::Tcp as usize], rule)?;
        network.and(|system| system.connect_tcp(rule))
    }

    /// Allows sending UDP datagrams to a host, and receiving the host's answers.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule.
    pub fn connect_udp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        let network = self.rule(|network| &mut network.connect[Protocol::Udp as usize], rule)?;
        network.and(|system| system.connect_udp(rule))
    }

    /// Allows accepting TCP connections at an address of this machine, from anybody who reaches it.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule, or if it has a name instead of an address.
    pub fn listen_tcp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        let network = self.listening(Protocol::Tcp, rule)?;
        network.and(|system| system.listen_tcp(rule))
    }

    /// Allows receiving UDP datagrams at an address of this machine, from anybody who reaches it, and answering them.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if the text is no rule, or if it has a name instead of an address.
    pub fn listen_udp(self, rule: &str) -> Result<Self, NetworkRuleError> {
        let network = self.listening(Protocol::Udp, rule)?;
        network.and(|system| system.listen_udp(rule))
    }

    /// Sets which addresses a name has for the plugin, whatever DNS says. Rules for the name then reach these
    /// addresses, also private ones.
    ///
    /// # Errors
    /// [`NetworkRuleError`] if `name` is no host name.
    pub fn host(mut self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) -> Result<Self, NetworkRuleError> {
        let addresses: Vec<_> = addresses.into_iter().collect();
        let usual = usual_form(name).map_err(|problem| NetworkRuleError { rule: name.to_owned(), problem })?;
        self.hosts.entry(usual).or_default().extend(addresses.iter().map(IpAddr::to_canonical));
        self.and(|system| system.host(name, addresses))
    }

    /// Limits how many sockets the plugin may have open at once. The default is 64.
    #[must_use]
    pub fn sockets(mut self, sockets: usize) -> Self {
        self.sockets = sockets;
        self.system = self.system.sockets(sockets);
        self
    }

    /// Whether nothing is allowed. Then the plugin needs no socket.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.unrestricted && self.connect.iter().chain(&self.listen).all(Vec::is_empty)
    }

    /// The same rules, for system calls of ours.
    pub(crate) fn system(&self) -> &plugix_system::Network {
        &self.system
    }

    /// Adds the same rule for system calls of ours.
    fn and(
        mut self,
        add: impl FnOnce(plugix_system::Network) -> Result<plugix_system::Network, plugix_system::NetworkRuleError>,
    ) -> Result<Self, NetworkRuleError> {
        self.system =
            add(self.system).map_err(|error| NetworkRuleError { rule: String::new(), problem: error.to_string() })?;
        Ok(self)
    }

    fn listening(self, protocol: Protocol, rule: &str) -> Result<Self, NetworkRuleError> {
        let network = self.rule(|network| &mut network.listen[protocol as usize], rule)?;
        match network.listen[protocol as usize].last() {
            Some(Rule { target: super::rule::Target::Range(_), .. }) => Ok(network),
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

/// What the sockets ask before an operation of a plugin.
impl Network {
    /// Whether a plugin may send to an address. `names` are the names that led to it.
    pub(super) fn allows_connect(&self, protocol: Protocol, to: SocketAddr, names: &[String]) -> bool {
        let to = canonical(to);
        let named = |rule: &Rule| rule.reaches(to.ip()) || names.iter().any(|name| rule.names(name));
        self.unrestricted || self.connect[protocol as usize].iter().any(|rule| rule.has_port(to.port()) && named(rule))
    }

    /// Whether a plugin may listen at this address. It may be the address that stands for all addresses.
    pub(super) fn allows_listen(&self, protocol: Protocol, at: SocketAddr) -> bool {
        let at = canonical(at);
        self.unrestricted
            || self.listen[protocol as usize].iter().any(|rule| rule.has_port(at.port()) && rule.reaches(at.ip()))
    }

    /// Whether a plugin that listens at all IPv6 addresses may also listen at all IPv4 addresses.
    pub(super) fn allows_dual_stack(&self, protocol: Protocol, port: u16) -> bool {
        self.allows_listen(protocol, (Ipv4Addr::UNSPECIFIED, port).into())
    }

    /// Whether a plugin may bind a UDP socket that hears only from addresses that it may send to. wasix-libc binds one
    /// for each address of a name, to sort the addresses.
    pub(super) fn allows_ephemeral(&self, at: SocketAddr) -> bool {
        let ip = canonical(at).ip();
        at.port() == 0 && (ip.is_unspecified() || ip.is_loopback())
    }

    /// Whether a plugin may look up this name.
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

    /// The addresses that the policy gives to a name.
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
