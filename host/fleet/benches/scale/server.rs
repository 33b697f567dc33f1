//! What the server counts, as its monitor tells.

use anyhow::{Context as _, Result};
use plugix_nats::Server;
use std::ops::Sub;

/// What the server has counted: of messages with their headers, without subjects.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) messages_in: f64,
    pub(crate) messages_out: f64,
    pub(crate) bytes_in: f64,
    pub(crate) bytes_out: f64,
}

/// What a bucket has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) messages: f64,
    pub(crate) bytes: f64,
    pub(crate) consumers: f64,
}

impl Traffic {
    pub(crate) fn of(nats: &Server) -> Result<Self> {
        let told = nats.monitor("/varz")?;
        let number = |name: &str| told[name].as_f64().with_context(|| format!("/varz has no {name}"));
        let (messages_in, messages_out) = (number("in_msgs")?, number("out_msgs")?);
        Ok(Self { messages_in, messages_out, bytes_in: number("in_bytes")?, bytes_out: number("out_bytes")? })
    }
}

impl Sub for Traffic {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            messages_in: self.messages_in - before.messages_in,
            messages_out: self.messages_out - before.messages_out,
            bytes_in: self.bytes_in - before.bytes_in,
            bytes_out: self.bytes_out - before.bytes_out,
        }
    }
}

/// The subscriptions of all hosts' connections.
pub(crate) fn subscriptions(nats: &Server) -> Result<f64> {
    let told = nats.monitor("/connz")?;
    let connections = told["connections"].as_array().context("/connz has no connections")?;
    let of_hosts = connections.iter().filter(|it| it["name"].as_str().is_some_and(|name| name.starts_with("host-")));
    Ok(of_hosts.filter_map(|it| it["subscriptions"].as_f64()).sum())
}

/// What JetStream keeps for a stream.
pub(crate) fn kept(nats: &Server, stream: &str) -> Result<Kept> {
    let told = nats.monitor("/jsz?accounts=true&streams=true")?;
    let accounts = told["account_details"].as_array().into_iter().flatten();
    let mut streams = accounts.flat_map(|account| account["stream_detail"].as_array().into_iter().flatten());
    let state =
        &streams.find(|it| it["name"] == stream).with_context(|| format!("there is no {stream}: {told}"))?["state"];
    let number = |name: &str| state[name].as_f64().unwrap_or_default();
    Ok(Kept { messages: number("messages"), bytes: number("bytes"), consumers: number("consumer_count") })
}
