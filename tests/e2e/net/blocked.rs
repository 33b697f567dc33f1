//! Unloading a plugin ends its threads that wait for sockets.

use anyhow::Result;
use plugix_e2e::{call, engine, guest, thread_states, wait_until};
use plugix_host::policy::Network;
use plugix_host::{Plugin, Policy};
use std::net::TcpListener;

/// Starts a plugin whose threads can be told by its name.
fn start(name: &str, network: Network) -> Result<Plugin> {
    Ok(Plugin::builder(&guest("net")).name(name).policy(Policy::new().network(network)).start()?)
}

/// Unloads a plugin once so many of its threads wait. Fails if the host gives one of them up, since its wait didn't
/// end.
fn unload(plugin: Plugin, name: &str, threads: usize) {
    wait_until("the threads' waiting", || thread_states(&format!("{name}/")) == vec!['S'; threads]);
    drop(plugin);
    assert_eq!(engine().quarantined(), 0);
}

#[test]
fn accepting() -> Result<()> {
    let plugin = start("accepting", Network::new().listen_tcp("127.0.0.1:0")?)?;
    call(&plugin, "block_accept", "127.0.0.1:0")?;
    unload(plugin, "accepting", 2);
    Ok(())
}

#[test]
fn reading_and_writing() -> Result<()> {
    // Never accepts: the system does that up to its backlog.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let to = silent.local_addr()?.to_string();
    let plugin = start("streaming", Network::new().connect_tcp(&to)?)?;
    call(&plugin, "block_read", &to)?;
    call(&plugin, "block_write", &to)?;
    unload(plugin, "streaming", 2);
    Ok(())
}

#[test]
fn receiving_datagrams() -> Result<()> {
    let plugin = start("receiving", Network::new().listen_udp("127.0.0.1:0")?)?;
    call(&plugin, "block_receive", "127.0.0.1:0")?;
    unload(plugin, "receiving", 1);
    Ok(())
}
