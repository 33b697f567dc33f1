//! Ports that stay a server's own while the server is down.
//!
//! The kernel gives each client that connects a port from 32768 on. A server that came back to a port of those could find
//! the port taken. A client that connects to such a port while no server is there may even get the same port itself, and
//! then it talks to itself. So servers have lower ports here.

use anyhow::{Context as _, Result};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

const FIRST: u16 = 10_000;
const COUNT: u16 = 22_000;

/// How often new ports are tried if others were quicker to take the old ones.
const TRIES: usize = 5;

/// What a server says about a port that is taken.
const TAKEN: &str = "address already in use";

/// The next port. Processes begin at different ones.
static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().build_hasher().finish()));

/// A port on which nobody listens.
pub(crate) fn free() -> Result<u16> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let next = || u16::try_from(NEXT.fetch_add(1, Ordering::Relaxed) % u64::from(COUNT)).map(|offset| FIRST + offset);
    (0..COUNT).filter_map(|_| next().ok()).find(is_free).context("no port is free")
}

/// Starts something on free ports: with others once more, if another process has taken one meanwhile.
pub(crate) fn with_free<T>(start: impl Fn() -> Result<T>) -> Result<T> {
    let is_taken = |result: &Result<T>| result.as_ref().is_err_and(|error| format!("{error:#}").contains(TAKEN));
    (1..TRIES).map(|_| start()).find(|result| !is_taken(result)).unwrap_or_else(&start)
}
