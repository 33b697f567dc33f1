//! `[network]` of `plugix.toml`.

use crate::policy::Policy;
use plugix_requests::document::{DocumentError, Entry};
use plugix_system::{Network, NetworkRuleError};
use std::net::IpAddr;

const NETWORK: &[&str] =
    &["connect-tcp", "connect-udp", "listen-tcp", "listen-udp", "connect-unix", "listen-unix", "sockets", "hosts"];

/// Adds what the section allows.
pub(super) fn network(policy: Policy, entry: &Entry<'_>) -> Result<Policy, DocumentError> {
    let section = entry.table(NETWORK)?;
    type Add = fn(Network, &str) -> Result<Network, NetworkRuleError>;
    let kinds: [(&str, Add); 6] = [
        ("connect-tcp", Network::connect_tcp),
        ("connect-udp", Network::connect_udp),
        ("listen-tcp", Network::listen_tcp),
        ("listen-udp", Network::listen_udp),
        ("connect-unix", |network, path| network.connect_unix(path)),
        ("listen-unix", |network, path| network.listen_unix(path)),
    ];
    let mut network = Network::new();
    for (key, add) in kinds {
        let Some(rules) = section.get(key) else { continue };
        for (rule, entry) in rules.strings()? {
            network = add(network, rule).map_err(|error| rule_error(&entry, &error))?;
        }
    }
    if let Some(sockets) = section.get("sockets") {
        network = network.sockets(sockets.number(0, u32::MAX.into())? as usize);
    }
    if let Some(hosts) = section.get("hosts") {
        for (name, entry) in hosts.free_table()?.entries() {
            let parse = |(text, entry): (&str, Entry<'_>)| {
                text.parse::<IpAddr>().map_err(|_| entry.wrong(format!("has {text:?}, which is no address")))
            };
            let addresses = entry.strings()?.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
            network = network.host(name, addresses).map_err(|error| rule_error(&entry, &error))?;
        }
    }
    Ok(policy.network(network))
}

fn rule_error(entry: &Entry<'_>, error: &NetworkRuleError) -> DocumentError {
    entry.wrong(format!("has {:?}, which is no rule: {}", error.rule, error.problem))
}
