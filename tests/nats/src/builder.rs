//! How a server is to be, and the configuration that comes of it.

use crate::{Cluster, Server, Tls, ports};
use anyhow::Result;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// How long a client may take for TLS and its password, in seconds. The server's own limit is too short for a busy machine.
const PATIENCE: u64 = 30;

/// How much JetStream keeps in files and in memory, if a test doesn't say.
const STORE: u64 = 1 << 30;
const MEMORY: u64 = 256 << 20;

/// What a test wants of a server. At first: JetStream, no password, no TLS.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    jetstream: bool,
    users: Vec<Value>,
    token: Option<String>,
    tls: Option<Tls>,
    verifies: bool,
    max_payload: Option<u64>,
    max_store: u64,
}

/// Where a server listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) clients: SocketAddr,
    pub(crate) monitor: SocketAddr,
    /// For other servers.
    pub(crate) routes: SocketAddr,
}

impl Ports {
    pub(crate) fn free() -> Result<Self> {
        let free = || ports::free().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(Self { clients: free()?, monitor: free()?, routes: free()? })
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            jetstream: true,
            users: Vec::new(),
            token: None,
            tls: None,
            verifies: false,
            max_payload: None,
            max_store: STORE,
        }
    }

    /// Whether the server has JetStream.
    pub fn jetstream(mut self, has: bool) -> Self {
        self.jetstream = has;
        self
    }

    /// Lets in a user with a password. There may be several users, and then nobody else comes in.
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.push(json!({ "user": name, "password": password }));
        self
    }

    /// Lets in whoever has the private key of this public key (`U…`).
    pub fn nkey(mut self, public_key: &str) -> Self {
        self.users.push(json!({ "nkey": public_key }));
        self
    }

    /// Lets in whoever knows this token. The server takes no users beside it.
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Clients have to speak TLS.
    pub fn tls(mut self, tls: &Tls) -> Self {
        self.tls = Some(tls.clone());
        self
    }

    /// Whether clients need a certificate. Without [`Self::tls`] this has no effect.
    pub fn verify_clients(mut self, verifies: bool) -> Self {
        self.verifies = verifies;
        self
    }

    /// How long a message may be, in bytes.
    pub fn max_payload(mut self, bytes: u64) -> Self {
        self.max_payload = Some(bytes);
        self
    }

    /// How much JetStream keeps in files, in bytes.
    pub fn max_store(mut self, bytes: u64) -> Self {
        self.max_store = bytes;
        self
    }

    /// Starts a server, and waits until it is ready.
    ///
    /// # Errors
    /// If there is no server to be had, or it doesn't start: then with its log.
    pub fn start(&self) -> Result<Server> {
        ports::with_free(|| Server::new(self, Ports::free()?, &[])?.started())
    }

    /// Starts three servers that know each other, and waits until they have a leader.
    ///
    /// # Errors
    /// If there is no server to be had, or one doesn't start: then with its log.
    pub fn start_cluster(&self) -> Result<Cluster> {
        ports::with_free(|| Cluster::of(self))
    }

    /// The configuration. JSON is a part of the server's own format. `routes` are all servers of a cluster.
    pub(crate) fn configuration(&self, name: &str, store: &Path, ports: Ports, routes: &[SocketAddr]) -> Value {
        let mut all = json!({
            "server_name": name,
            "listen": ports.clients.to_string(),
            "http": ports.monitor.to_string(),
        });
        if self.jetstream {
            all["jetstream"] =
                json!({ "store_dir": store, "max_file_store": self.max_store, "max_memory_store": MEMORY });
        }
        if !self.users.is_empty() {
            all["authorization"] = json!({ "users": self.users, "timeout": PATIENCE });
        }
        if let Some(token) = &self.token {
            // With users, too: then the server says itself that it can't have both.
            all["authorization"]["token"] = token.as_str().into();
            all["authorization"]["timeout"] = PATIENCE.into();
        }
        if let Some(tls) = &self.tls {
            let (ca, cert, key) = (tls.ca(), tls.cert(), tls.key());
            let verify = self.verifies;
            all["tls"] =
                json!({ "ca_file": ca, "cert_file": cert, "key_file": key, "verify": verify, "timeout": PATIENCE });
        }
        if let Some(bytes) = self.max_payload {
            all["max_payload"] = bytes.into();
        }
        if !routes.is_empty() {
            let routes: Vec<_> = routes.iter().map(|route| format!("nats://{route}")).collect();
            // Clients don't hear of the other servers' addresses: these may be behind a proxy.
            let listen = ports.routes.to_string();
            all["cluster"] = json!({ "name": "test", "listen": listen, "no_advertise": true, "routes": routes });
        }
        all
    }
}
