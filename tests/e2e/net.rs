//! The network of a plugin: what rules allow works, and nothing else leaves the machine. Loopback only.

mod blocked;
mod denied;

use crate::events::Recorder;
use anyhow::Result;
use plugix_e2e::{call, guest, wait_until};
use plugix_host::policy::Network;
use plugix_host::{Plugin, Policy};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

fn start(network: Network) -> (Plugin, Recorder) {
    let recorder = Recorder::default();
    let policy = Policy::new().network(network);
    let plugin = Plugin::builder(&guest("net")).policy(policy).on_event(recorder.callback()).start();
    (plugin.expect("the plugin starts"), recorder)
}

/// A server of the host's that sends back what it hears, until its client closes.
fn echo_server() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut reader = stream.try_clone().expect("a socket can be cloned");
                std::io::copy(&mut reader, &mut stream)
            });
        }
    });
    Ok(port)
}

#[test]
fn a_guest_is_a_client_of_the_host() -> Result<()> {
    let port = echo_server()?;
    let (plugin, events) = start(Network::new().connect_tcp(&format!("127.0.0.1:{port}"))?);
    let to = format!("127.0.0.1:{port}");
    assert_eq!(call(&plugin, "echo", &to)?, "hello");
    assert_eq!(call(&plugin, "connect", &to)?, to);
    assert_eq!(call(&plugin, "connect_timeout", &to)?, "connected");
    assert_eq!(call(&plugin, "bulk", &to)?, "true");
    assert!(!events.saw(""), "{events:?}");
    Ok(())
}

#[test]
fn a_guest_is_a_server_of_the_host() -> Result<()> {
    let (plugin, _) = start(Network::new().listen_tcp("127.0.0.1:0")?);
    let at = call(&plugin, "listen", "127.0.0.1:0")?;
    call(&plugin, "serve", "")?;
    let mut stream = TcpStream::connect(at)?;
    stream.write_all(b"hello")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert_eq!(answer, "HELLO");
    wait_until("the end of the server", || plugin.live_threads() == 0);
    Ok(())
}

#[test]
fn guests_talk_to_each_other_and_to_themselves() -> Result<()> {
    let (server, _) = start(Network::new().listen_tcp("127.0.0.1:0")?);
    let at = call(&server, "listen", "127.0.0.1:0")?;
    call(&server, "serve", "")?;
    let (client, _) = start(Network::new().connect_tcp(&at)?);
    assert_eq!(call(&client, "echo", &at)?, "HELLO");

    let (both, _) = start(Network::new().listen_tcp("127.0.0.1:0")?.connect_tcp("127.0.0.1:*")?);
    assert_eq!(call(&both, "both_ends", "127.0.0.1:0")?, "HELLO");
    Ok(())
}

#[test]
fn names_that_the_policy_knows() -> Result<()> {
    let port = echo_server()?;
    let network =
        Network::new().connect_tcp(&format!("echo.test:{port}"))?.host("echo.test", ["127.0.0.1".parse()?])?;
    let (plugin, _) = start(network);
    assert_eq!(call(&plugin, "resolve", format!("echo.test:{port}"))?, format!("127.0.0.1:{port}"));
    assert_eq!(call(&plugin, "echo", format!("echo.test:{port}"))?, "hello");
    // By the address as well, now that the name led there.
    assert_eq!(call(&plugin, "echo", format!("127.0.0.1:{port}"))?, "hello");
    Ok(())
}

#[test]
fn everything_is_allowed_under_that_name_only() -> Result<()> {
    let port = echo_server()?;
    let plugin = Plugin::new(&guest("net"), &Policy::insecure_allow_all())?;
    assert_eq!(call(&plugin, "echo", format!("127.0.0.1:{port}"))?, "hello");
    assert_eq!(call(&plugin, "both_ends", "127.0.0.1:0")?, "HELLO");
    let files = Plugin::new(&guest("files"), &Policy::insecure_allow_all())?;
    assert!(call(&files, "list", "/host")?.contains("tmp/"));
    Ok(())
}

#[test]
fn datagrams_to_the_host_and_back() -> Result<()> {
    let host = UdpSocket::bind("127.0.0.1:0")?;
    host.set_read_timeout(Some(Duration::from_secs(5)))?;
    let to = host.local_addr()?.to_string();
    let (plugin, _) = start(Network::new().connect_udp(&to)?);
    let own = call(&plugin, "udp_bind", "127.0.0.1:0")?;
    assert_eq!(call(&plugin, "udp_send", &to)?, "8");
    let mut buffer = [0; 64];
    let (len, from) = host.recv_from(&mut buffer)?;
    assert_eq!((&buffer[..len], from.to_string()), (&b"datagram"[..], own));
    host.send_to(b"answer", from)?;
    assert_eq!(call(&plugin, "udp_receive", "")?, format!("answer {to}"));
    assert_eq!(call(&plugin, "udp_send_connected", &to)?, "8");
    Ok(())
}

#[test]
fn datagrams_of_strangers_reach_only_who_may_listen() -> Result<()> {
    let host = UdpSocket::bind("127.0.0.1:0")?;
    host.set_read_timeout(Some(Duration::from_secs(5)))?;

    let (sender, _) = start(Network::new().connect_udp("127.0.0.1:9")?);
    let at = call(&sender, "udp_bind", "127.0.0.1:0")?;
    host.send_to(b"stranger", &at)?;
    assert!(call(&sender, "udp_receive", "").is_err());

    let (server, _) = start(Network::new().listen_udp("127.0.0.1:0")?);
    let at = call(&server, "udp_bind", "127.0.0.1:0")?;
    host.send_to(b"question", &at)?;
    call(&server, "udp_answer", "")?;
    let mut buffer = [0; 64];
    let len = host.recv(&mut buffer)?;
    assert_eq!(&buffer[..len], b"QUESTION");
    Ok(())
}
