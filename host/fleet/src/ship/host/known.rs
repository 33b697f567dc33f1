//! What a host knows of the bucket: which release of each plugin is to run, and whose turn it is.

use super::super::buckets::{Topic, history};
use super::super::release::{Release, Signed};
use async_nats::jetstream::kv::{Entry, Operation, Store};
use futures::StreamExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How long a host waits before it watches the bucket again.
const AGAIN: Duration = Duration::from_millis(500);

/// A release that is to run.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) revision: u64,
    pub(super) signed: Signed,
    pub(super) release: Release,
}

/// A turn that a host has.
pub(super) struct HeldTurn {
    pub(super) host: String,
    /// The revision that says so.
    pub(super) revision: u64,
    pub(super) heard: Instant,
}

/// The bucket, as far as it was heard of.
pub(super) struct Bucket {
    store: Store,
    /// By the plugins' names.
    pub(super) wanted: BTreeMap<String, Wanted>,
    /// Why the newest value of a plugin is not what is wanted.
    pub(super) skipped: BTreeMap<String, String>,
    /// Whose turn it is.
    pub(super) turns: BTreeMap<String, HeldTurn>,
    bad: BTreeSet<(String, u64)>,
}

impl Bucket {
    pub(super) fn new(store: Store) -> Self {
        let (wanted, skipped, turns, bad) = Default::default();
        Self { store, wanted, skipped, turns, bad }
    }

    /// Takes in a change.
    pub(super) async fn hear(&mut self, entry: &Entry) {
        let is_there = entry.operation == Operation::Put;
        match Topic::of(&entry.key) {
            Some(Topic::Turn(plugin)) if is_there => {
                let host = String::from_utf8_lossy(&entry.value).into_owned();
                let turn = HeldTurn { host, revision: entry.revision, heard: Instant::now() };
                self.turns.insert(plugin.to_owned(), turn);
            }
            Some(Topic::Turn(plugin)) => drop(self.turns.remove(plugin)),
            Some(Topic::Plugin(plugin)) if is_there => match Signed::parse(&entry.value) {
                Ok((signed, release)) if release.plugin == plugin && !self.is_bad(plugin, entry.revision) => {
                    let wanted = Wanted { revision: entry.revision, signed, release };
                    self.wanted.insert(plugin.to_owned(), wanted);
                    self.skipped.remove(plugin);
                }
                _ => self.go_back(plugin).await,
            },
            Some(Topic::Plugin(plugin)) => {
                self.wanted.remove(plugin);
                self.skipped.remove(plugin);
            }
            Some(Topic::Bad(plugin, revision)) if is_there => {
                self.bad.insert((plugin.to_owned(), revision));
                if self.wanted.get(plugin).is_some_and(|wanted| wanted.revision == revision) {
                    self.go_back(plugin).await;
                }
            }
            Some(Topic::Bad(plugin, revision)) => drop(self.bad.remove(&(plugin.to_owned(), revision))),
            None => {}
        }
    }

    fn is_bad(&self, plugin: &str, revision: u64) -> bool {
        self.bad.contains(&(plugin.to_owned(), revision))
    }

    /// Looks for the newest release that is one, and that no host has found bad.
    async fn go_back(&mut self, plugin: &str) {
        let entries = match history(&self.store, &Topic::Plugin(plugin).key()).await {
            Ok(entries) => entries,
            Err(problem) => {
                // What runs goes on. The bucket is heard of again.
                self.skipped.insert(plugin.to_owned(), format!("the history of the plugin can't be read: {problem}"));
                return;
            }
        };
        self.wanted.remove(plugin);
        self.skipped.remove(plugin);
        for entry in entries.iter().take_while(|entry| entry.operation == Operation::Put) {
            let problem = match Signed::parse(&entry.value) {
                _ if self.is_bad(plugin, entry.revision) => "it was found bad".to_owned(),
                Ok((_, release)) if release.plugin != plugin => format!("it is one of `{}`", release.plugin),
                Ok((signed, release)) => {
                    self.wanted.insert(plugin.to_owned(), Wanted { revision: entry.revision, signed, release });
                    return;
                }
                Err(error) => error.to_string(),
            };
            let newest = || format!("revision {} does not run: {problem}", entry.revision);
            self.skipped.entry(plugin.to_owned()).or_insert_with(newest);
        }
    }
}

/// Passes on all changes of a bucket, what is there first. It begins anew when the servers lose it.
pub(super) async fn watch(store: Store, heard: mpsc::Sender<Entry>) {
    loop {
        match store.watch_with_history(">").await {
            Ok(mut changes) => {
                while let Some(Ok(change)) = changes.next().await {
                    if heard.send(change).await.is_err() {
                        return;
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the bucket of the fleet can't be watched"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}
