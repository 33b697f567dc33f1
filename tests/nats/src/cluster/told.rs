//! What one server of a cluster tells about the cluster.

use crate::Server;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// JetStream, as one server sees it.
pub(super) struct JetStream {
    /// Whom the server takes for the leader: nobody yet is an empty name.
    pub(super) leader: String,
    /// How many servers have JetStream, with those that are down.
    pub(super) servers: u64,
    pub(super) streams: Vec<Stream>,
}

/// A stream that the server keeps.
pub(super) struct Stream {
    /// With the account's name.
    pub(super) name: String,
    /// Whom the server takes for the stream's leader: nobody yet is an empty name.
    pub(super) leader: String,
    /// Who keeps the stream beside the leader.
    pub(super) replicas: Vec<String>,
    /// How many messages the server has of it, and the numbers of the first and the last.
    pub(super) has: [Option<u64>; 3],
}

impl JetStream {
    /// Asks a server. Nothing, if the server has no JetStream.
    pub(super) fn of(server: &Server) -> Result<Option<Self>> {
        let told = server.monitor("/jsz?accounts=true&streams=true")?;
        if told["disabled"] == true {
            return Ok(None);
        }
        let leader = text(&told["meta_cluster"]["leader"]);
        let servers = told["meta_cluster"]["cluster_size"].as_u64().context("no cluster")?;
        let accounts = list(&told["account_details"]);
        let pairs =
            accounts.iter().flat_map(|account| list(&account["stream_detail"]).iter().map(move |told| (account, told)));
        Ok(Some(Self { leader, servers, streams: pairs.map(|(account, told)| Stream::of(account, told)).collect() }))
    }
}

impl Stream {
    fn of(account: &Value, told: &Value) -> Self {
        Self {
            name: format!("{}/{}", text(&account["name"]), text(&told["name"])),
            leader: text(&told["cluster"]["leader"]),
            replicas: list(&told["cluster"]["replicas"]).iter().map(|replica| text(&replica["name"])).collect(),
            has: ["messages", "first_seq", "last_seq"].map(|number| told["state"][number].as_u64()),
        }
    }
}

/// How many other servers a server knows. Newer servers have several routes to the same.
pub(super) fn others(server: &Server) -> Result<usize> {
    let told = server.monitor("/routez")?;
    Ok(list(&told["routes"]).iter().map(|route| text(&route["remote_id"])).collect::<BTreeSet<_>>().len())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
