//! A network that fails.

use super::client::{connect, info};
use super::*;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

/// How long is waited for what must not come.
const MOMENT: Duration = Duration::from_millis(100);

/// Whether a read ran out of time.
fn is_late(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[test]
fn a_proxy_passes_holds_back_and_refuses() -> Result<()> {
    if find_or_skip("a_proxy_passes").is_none() {
        return Ok(());
    }
    let server = Server::start()?;
    let proxy = Proxy::start(server.address())?;
    assert_eq!(proxy.url(), format!("nats://{}", proxy.address()));
    let mut client = connect(proxy.address(), MOMENT * 100)?;
    assert_eq!(info(&mut client)?["server_name"], server.name());

    let mut answer = [0; 6];
    proxy.set(Mode::Drop);
    client.set_read_timeout(Some(MOMENT))?;
    client.write_all(b"CONNECT {\"verbose\":false}\r\nPING\r\n")?;
    assert!(is_late(client.read(&mut answer).unwrap_err().kind()));
    // A new connection is one, but nothing comes of it.
    let mut other = connect(proxy.address(), MOMENT)?;
    assert!(is_late(other.read(&mut answer).unwrap_err().kind()));

    proxy.set(Mode::Pass);
    client.set_read_timeout(Some(MOMENT * 100))?;
    client.read_exact(&mut answer)?;
    assert_eq!(&answer, b"PONG\r\n");
    other.set_read_timeout(Some(MOMENT * 100))?;
    info(&mut other)?;

    proxy.set(Mode::Refuse);
    for stream in [&mut client, &mut other, &mut connect(proxy.address(), MOMENT * 100)?] {
        assert!(!stream.read(&mut answer).is_err_and(|error| is_late(error.kind())));
    }
    assert!(Client::new(proxy.address()).is_err());
    proxy.set(Mode::Pass);
    Client::enter(proxy.address())?;
    Ok(())
}

#[test]
fn the_end_of_a_connection_goes_through_but_not_a_cut_cable() -> Result<()> {
    let target = TcpListener::bind("127.0.0.1:0")?;
    let proxy = Proxy::start(target.local_addr()?)?;
    let mut client = connect(proxy.address(), MOMENT * 100)?;
    let (mut server, _) = target.accept()?;
    // One way ends, and the other goes on.
    client.shutdown(std::net::Shutdown::Write)?;
    assert_eq!(server.read(&mut [0])?, 0);
    server.write_all(b"a")?;
    assert_eq!(client.read(&mut [0])?, 1);

    proxy.set(Mode::Drop);
    drop(server);
    client.set_read_timeout(Some(MOMENT))?;
    assert!(is_late(client.read(&mut [0]).unwrap_err().kind()));
    proxy.set(Mode::Pass);
    client.set_read_timeout(Some(MOMENT * 100))?;
    assert_eq!(client.read(&mut [0])?, 0);
    Ok(())
}

#[test]
fn a_proxy_ends_with_its_connections() -> Result<()> {
    let target = TcpListener::bind("127.0.0.1:0")?;
    for mode in [Mode::Pass, Mode::Drop] {
        let proxy = Proxy::start(target.local_addr()?)?;
        let mut client = connect(proxy.address(), MOMENT * 100)?;
        let (mut server, _) = target.accept()?;
        server.set_read_timeout(Some(MOMENT * 100))?;
        proxy.set(mode);
        // More than the proxy and the sockets hold, so that a thread is writing.
        client.set_write_timeout(Some(MOMENT))?;
        while client.write(&[0; 1 << 20]).is_ok() {}
        let address = proxy.address();
        drop(proxy);
        std::io::copy(&mut server, &mut std::io::sink())?;
        assert!(connect(address, MOMENT).is_err());
    }
    // Nobody listens at the target.
    let proxy = Proxy::start(([127, 0, 0, 1], crate::ports::free()?).into())?;
    assert!(Client::new(proxy.address()).is_err());
    Ok(())
}
