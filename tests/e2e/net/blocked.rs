//! Unloading a plugin ends its threads that wait for sockets.

use super::start;
use anyhow::Result;
use plugix_e2e::{call, wait_until};
use plugix_host::{Network, Plugin};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

/// Time for threads to come to their wait. A thread that hasn't is stopped in another way.
const SETTLE: Duration = Duration::from_millis(100);

/// Fails if unloading takes as long as a plugin's threads get at the most.
fn unload(plugin: Plugin, threads: usize) {
    wait_until("the start of the threads", || plugin.live_threads() == threads);
    thread::sleep(SETTLE);
    let started = Instant::now();
    drop(plugin);
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
}

#[test]
fn accepting() -> Result<()> {
    let (plugin, _) = start(Network::new().listen_tcp("127.0.0.1:0")?);
    call(&plugin, "block_accept", "127.0.0.1:0")?;
    unload(plugin, 2);
    Ok(())
}

#[test]
fn reading_and_writing() -> Result<()> {
    // Never accepts: the system does that up to its backlog.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let to = silent.local_addr()?.to_string();
    let (plugin, _) = start(Network::new().connect_tcp(&to)?);
    call(&plugin, "block_read", &to)?;
    call(&plugin, "block_write", &to)?;
    unload(plugin, 2);
    Ok(())
}

#[test]
fn receiving_datagrams() -> Result<()> {
    let (plugin, _) = start(Network::new().listen_udp("127.0.0.1:0")?);
    call(&plugin, "block_receive", "127.0.0.1:0")?;
    unload(plugin, 1);
    Ok(())
}
