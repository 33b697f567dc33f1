//! Reaching what no rule names. The plugin sees a permission error, the host sees the attempt, and nothing leaves.

use super::attack;
use super::stage::{Attacker, House};
use anyhow::{Result, ensure};
use plugix_host::policy::Network;
use std::net::{TcpListener, UdpSocket};

/// A rule for something else. It makes a network.
fn some_rule() -> Result<Network> {
    Ok(Network::new().connect_tcp("127.0.0.1:1")?.connect_udp("127.0.0.1:1")?.listen_tcp("127.0.0.1:1")?)
}

/// Refused without any rule, and with a rule for something else.
fn refused(house: &House, words: &str, target: &str, error: &str, operation: &'static str) -> Result<()> {
    for network in [Network::new(), some_rule()?] {
        let attacker = Attacker::new(house.policy().network(network))?;
        attacker.refused(&format!("{words} {target}"), error)?;
        attacker.seen.saw_denied(operation, target.trim_end_matches(":443"))?;
    }
    Ok(())
}

/// A listener of the host's, which nobody may reach.
fn own_service() -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let at = listener.local_addr()?.to_string();
    Ok((listener, at))
}

#[test]
fn connecting_to_a_service_of_the_hosts() -> Result<()> {
    attack!(|house| {
        let (listener, at) = own_service()?;
        for words in ["connect", "connect-timeout"] {
            refused(house, words, &at, "PermissionDenied", "connect to")?;
        }
        ensure!(listener.accept().is_err(), "somebody connected");
        Ok(())
    })
}

#[test]
fn connecting_to_private_networks() -> Result<()> {
    attack!(|house| {
        for target in ["10.0.0.1:80", "192.168.0.1:80", "169.254.169.254:80", "[::1]:80", "[fe80::1]:80", "0.0.0.0:80"]
        {
            refused(house, "connect", target, "PermissionDenied", "connect to")?;
        }
        Ok(())
    })
}

#[test]
fn connecting_to_public_networks() -> Result<()> {
    attack!(|house| {
        for target in ["192.0.2.1:443", "[2001:db8::1]:443"] {
            let attacker = Attacker::new(house.policy())?;
            attacker.refused(&format!("connect {target}"), "PermissionDenied")?;
            attacker.seen.saw_denied("connect to", target)?;
        }
        Ok(())
    })
}

#[test]
fn listening() -> Result<()> {
    attack!(|house| {
        for at in ["127.0.0.1:0", "0.0.0.0:8080", "[::]:8080"] {
            refused(house, "listen", at, "PermissionDenied", "listen on")?;
        }
        Ok(())
    })
}

#[test]
fn receiving_datagrams() -> Result<()> {
    attack!(|house| refused(house, "bind-datagrams", "0.0.0.0:5353", "PermissionDenied", "receive datagrams on"))
}

#[test]
fn sending_datagrams() -> Result<()> {
    attack!(|house| {
        let service = UdpSocket::bind("127.0.0.1:0")?;
        service.set_nonblocking(true)?;
        let at = service.local_addr()?.to_string();
        let attacker = Attacker::new(house.policy().network(some_rule()?))?;
        for words in ["send-datagram", "connect-datagrams"] {
            for to in [at.as_str(), "10.0.0.1:53", "255.255.255.255:67", "224.0.0.251:5353"] {
                attacker.refused(&format!("{words} {to}"), "PermissionDenied")?;
                attacker.seen.saw_denied("send datagrams to", to)?;
            }
        }
        ensure!(service.recv(&mut [0; 8]).is_err(), "something came");
        Ok(())
    })
}

#[test]
fn resolving() -> Result<()> {
    attack!(|house| {
        for network in [Network::new(), some_rule()?] {
            let attacker = Attacker::new(house.policy().network(network))?;
            // A name can carry what the plugin knows to the server of that name.
            let name = "what-the-plugin-knows.example.com";
            ensure!(attacker.attack(&format!("resolve {name}:443"))?.is_err(), "{name} is known");
            attacker.seen.saw_denied("look up", name)?;
        }
        Ok(())
    })
}

/// No plugin has such sockets and interfaces, whatever its rules.
#[test]
fn other_sockets_and_interfaces() -> Result<()> {
    attack!(|house| {
        for network in [Network::new(), some_rule()?] {
            let attacker = Attacker::new(house.policy().network(network))?;
            for words in ["raw-socket", "unix-socket", "bridge", "interface"] {
                let outcome = attacker.attack(words)?;
                ensure!(outcome.is_err(), "{words}: {outcome:?}");
            }
        }
        Ok(())
    })
}
