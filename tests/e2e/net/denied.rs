//! What no rule allows is refused before a packet leaves. The host learns what the plugin asked for.

use super::{echo_server, start};
use anyhow::Result;
use plugix_e2e::call;
use plugix_host::Plugin;
use plugix_host::policy::Network;
use std::net::TcpListener;

/// What the guest sees of an operation that is not allowed.
fn refused(plugin: &Plugin, method: &str, args: &str) -> String {
    call(plugin, method, args).map_or_else(|error| error.to_string(), |answer| format!("answered {answer}"))
}

#[test]
fn a_rule_allows_nothing_else() -> Result<()> {
    let port = echo_server()?;
    let (plugin, events) = start(Network::new().connect_tcp(&format!("127.0.0.1:{port}"))?);
    for target in ["127.0.0.1:1", "127.0.0.2:80", "10.0.0.1:80", "0.0.0.0:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        assert_eq!(refused(&plugin, "connect", target), "returned: PermissionDenied", "{target}");
        assert!(events.saw("may not connect to"), "{events:?}");
    }
    assert_eq!(call(&plugin, "echo", format!("127.0.0.1:{port}"))?, "hello");
    // The same address in another form is the same address.
    assert_eq!(call(&plugin, "echo", format!("[::ffff:127.0.0.1]:{port}"))?, "hello");
    Ok(())
}

#[test]
fn everything_means_everything_public() -> Result<()> {
    let (plugin, _) = start(Network::new().connect_tcp("0.0.0.0/0:*")?.connect_tcp("[::/0]:*")?);
    for target in ["127.0.0.1:80", "10.0.0.1:80", "169.254.169.254:80", "[::1]:80", "[fe80::1]:80", "0.0.0.0:80"] {
        assert_eq!(refused(&plugin, "connect", target), "returned: PermissionDenied", "{target}");
    }
    Ok(())
}

#[test]
fn a_name_allows_nothing_but_itself() -> Result<()> {
    let network = Network::new().connect_tcp("*.example.com:443")?.host("a.example.com", ["192.0.2.7".parse()?])?;
    let (plugin, events) = start(network);
    assert_eq!(call(&plugin, "resolve", "a.example.com:443")?, "192.0.2.7:443");
    for name in ["example.com:443", "badexample.com:443", "a.example.com.evil.test:443"] {
        assert!(call(&plugin, "resolve", name).is_err(), "{name}");
        assert!(events.saw(name.trim_end_matches(":443")), "{events:?}");
    }
    assert_eq!(refused(&plugin, "connect", "192.0.2.7:80"), "returned: PermissionDenied");
    assert_eq!(refused(&plugin, "connect", "192.0.2.8:443"), "returned: PermissionDenied");
    Ok(())
}

#[test]
fn datagrams_go_where_rules_say() -> Result<()> {
    let (plugin, events) = start(Network::new().connect_udp("127.0.0.1:9")?);
    call(&plugin, "udp_bind", "127.0.0.1:0")?;
    assert_eq!(call(&plugin, "udp_send", "127.0.0.1:9")?, "8");
    for target in ["127.0.0.1:10", "10.0.0.1:9", "255.255.255.255:9", "224.0.0.1:9"] {
        assert_eq!(refused(&plugin, "udp_send", target), "returned: PermissionDenied", "{target}");
        assert_eq!(refused(&plugin, "udp_send_connected", target), "returned: PermissionDenied", "{target}");
        assert!(events.saw(&format!("may not send datagrams to {target:?}")), "{events:?}");
    }
    Ok(())
}

#[test]
fn listening_needs_its_own_rule() -> Result<()> {
    let (plugin, events) = start(Network::new().connect_tcp("127.0.0.1:*")?.listen_tcp("127.0.0.1:8000-8001")?);
    for at in ["0.0.0.0:8000", "127.0.0.1:0", "0.0.0.0:0", "[::]:8000", "127.0.0.1:8002"] {
        assert_eq!(refused(&plugin, "listen", at), "returned: PermissionDenied", "{at}");
        assert!(events.saw(&format!("may not listen on {at:?}")), "{events:?}");
    }
    Ok(())
}

#[test]
fn a_port_in_use_stays_its_owners() -> Result<()> {
    let owner = TcpListener::bind("127.0.0.1:0")?;
    let at = owner.local_addr()?.to_string();
    let (plugin, _) = start(Network::new().listen_tcp(&at)?);
    assert_eq!(refused(&plugin, "listen", &at), "returned: AddrInUse");
    Ok(())
}

#[test]
fn nobody_there_is_an_error_of_its_own() -> Result<()> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let (plugin, _) = start(Network::new().connect_tcp(&format!("127.0.0.1:{port}"))?);
    assert_eq!(refused(&plugin, "connect", &format!("127.0.0.1:{port}")), "returned: ConnectionRefused");
    Ok(())
}

#[test]
fn sockets_are_limited() -> Result<()> {
    let (plugin, events) = start(Network::new().listen_tcp("127.0.0.1:0")?.sockets(5));
    assert!(refused(&plugin, "hoard", "127.0.0.1:0").starts_with("answered 5 "));
    assert!(events.saw("reached its limit of 5 open sockets"), "{events:?}");
    // They were closed, and there is room again.
    assert!(refused(&plugin, "hoard", "127.0.0.1:0").starts_with("answered 5 "));
    Ok(())
}
