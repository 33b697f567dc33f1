//! The tests speak the protocol by hand. Without a server they say why, and do nothing.

mod client;
mod cluster;
mod death;
mod proxy;
mod server;
mod tls;

use crate::*;
use anyhow::Result;
use client::Client;

/// Asks again and again until there is no error.
fn wait<T>(mut ask: impl FnMut() -> Result<T>) -> Result<T> {
    monitor::wait(|| Ok(ask()))
}
