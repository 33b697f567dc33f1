//! How a host tells the fleet what it runs, and hears who else lives.

use super::super::buckets::{HOSTS, keys};
use super::super::deployments::bucket;
use super::super::error::ShipError;
use super::super::health::{Health, PluginHealth};
use async_nats::jetstream::kv::{CreateErrorKind, Operation, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// A host's own entry.
pub(super) struct Report {
    store: Store,
    pub(super) health: Arc<Mutex<Health>>,
    host: String,
    revision: u64,
}

impl Report {
    /// Takes the host's name.
    pub(super) async fn begin(store: &Store, host: &str, instance: String) -> Result<Self, ShipError> {
        let plugix = env!("CARGO_PKG_VERSION").to_owned();
        let health = Health { host: host.to_owned(), instance, plugix, plugins: Vec::new() };
        let value = serde_json::to_vec(&health).map_err(|error| bucket(HOSTS, &error))?;
        let revision = store.create(host, value.into()).await.map_err(|error| match error.kind() {
            CreateErrorKind::AlreadyExists => ShipError::HostTaken { host: host.to_owned() },
            _ => bucket(HOSTS, &error),
        })?;
        Ok(Self { store: store.clone(), health: Arc::new(Mutex::new(health)), host: host.to_owned(), revision })
    }

    /// Writes what the host runs.
    pub(super) async fn write(&mut self, plugins: Vec<PluginHealth>) {
        let value = {
            let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
            health.plugins = plugins;
            serde_json::to_vec(&*health).unwrap_or_default()
        };
        let written = self.store.update(&self.host, value.clone().into(), self.revision).await;
        match written {
            Ok(revision) => self.revision = revision,
            // The entry is too old and gone, or another program has the name now.
            Err(_) => match self.store.create(&self.host, value.into()).await {
                Ok(revision) => self.revision = revision,
                Err(error) => tracing::warn!(host = self.host, %error, "the host can't say what it runs"),
            },
        }
    }

    /// Whether what would be written differs from what was. How many calls run changes all the time, and can wait.
    pub(super) fn differs(&self, plugins: &[PluginHealth]) -> bool {
        let was = &self.health.lock().unwrap_or_else(PoisonError::into_inner).plugins;
        let is_same = |(was, now): (&PluginHealth, &PluginHealth)| {
            (&was.plugin, was.revision, was.state, &was.problem) == (&now.plugin, now.revision, now.state, &now.problem)
        };
        was.len() != plugins.len() || !was.iter().zip(plugins).all(is_same)
    }

    /// The hosts that live, this one among them. `None` if the servers don't say.
    pub(super) async fn live(&self) -> Option<BTreeSet<String>> {
        let mut live: BTreeSet<String> = keys(&self.store).await.ok()?.into_iter().collect();
        live.insert(self.host.clone());
        Some(live)
    }

    /// What the other hosts serve.
    pub(super) async fn others(&self, live: &BTreeSet<String>) -> BTreeMap<String, Vec<PluginHealth>> {
        let mut others = BTreeMap::new();
        for host in live.iter().filter(|host| **host != self.host) {
            if let Ok(Some(entry)) = self.store.entry(&**host).await
                && entry.operation == Operation::Put
                && let Ok(health) = serde_json::from_slice::<Health>(&entry.value)
            {
                others.insert(host.clone(), health.plugins);
            }
        }
        others
    }

    /// Gives the name back.
    pub(super) async fn end(&self) {
        let _ = self.store.stream.delete_message(self.revision).await;
    }
}
