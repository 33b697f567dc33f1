//! The shipper's side: what shall run, and what does.

use super::buckets::{Buckets, FLEET, HOSTS, Topic, keys};
use super::error::ShipError;
use super::health::{Health, State};
use super::release::{Release, Signed};
use crate::client::Fleet;
use crate::error::chain;
use async_nats::jetstream::kv::{self, Operation};
use plugix_store::ContentHash;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// The plugins of a fleet, for whoever ships them.
#[derive(Clone)]
pub struct Deployments {
    pub(super) fleet: Fleet,
    pub(super) buckets: Buckets,
}

/// What [`Deployments::apply`] has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The revision of the bucket that has the release.
    pub revision: u64,
    /// Whether it is a new one.
    pub is_new: bool,
}

/// What shall run, and what does.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overview {
    /// The plugins, by their names.
    pub plugins: Vec<PluginOverview>,
    /// The hosts that live, by their names.
    pub hosts: Vec<Health>,
}

/// What shall run of a plugin.
#[derive(Clone, Debug, Serialize)]
pub struct PluginOverview {
    /// The plugin's name.
    pub plugin: String,
    /// The revision that was applied last.
    pub revision: u64,
    /// The release, or why the value is none. As data it is the release, or an object with `problem`.
    #[serde(serialize_with = "release_or_problem")]
    pub release: Result<Release, String>,
    /// Why this revision doesn't run, if a host has found that it doesn't start. The one before runs then.
    pub bad: Option<String>,
}

impl Deployments {
    /// Opens the buckets, and makes those that aren't there.
    ///
    /// # Errors
    /// [`ShipError::Bucket`] if the servers have no JetStream, or don't let the program use it.
    ///
    /// # Panics
    /// As all of this type's functions: when it is called on a thread of an asynchronous executor, which it would block.
    pub fn open(fleet: &Fleet) -> Result<Self, ShipError> {
        let buckets = fleet.block_on(Buckets::open(fleet))?;
        Ok(Self { fleet: fleet.clone(), buckets })
    }

    /// Has the fleet run a release from now on. The hosts exchange the plugin one after the other.
    ///
    /// # Errors
    /// If the text is no release, if it is of another module, if somebody else has changed the plugin meanwhile, or if the
    /// buckets can't be used. Then nothing has changed.
    pub fn apply(&self, signed: &Signed, module: &[u8]) -> Result<Applied, ShipError> {
        let release = Release::parse(&signed.text)?;
        let found = ContentHash::of(module);
        if found != release.module {
            return Err(ShipError::OtherModule { wanted: release.module.to_string(), found: found.to_string() });
        }
        self.fleet.block_on(async {
            self.buckets.put_module(module).await?;
            let key = Topic::Plugin(&release.plugin).key();
            let value = serde_json::to_vec(signed).map_err(|error| bucket(FLEET, &error))?;
            let there = self.buckets.fleet.entry(&*key).await.map_err(|error| bucket(FLEET, &error))?;
            let there = there.filter(|there| there.operation == Operation::Put);
            let changed = || ShipError::Changed { plugin: release.plugin.clone() };
            let revision = match there {
                Some(there) if there.value == value => return Ok(Applied { revision: there.revision, is_new: false }),
                Some(there) => {
                    let updated = self.buckets.fleet.update(&key, value.into(), there.revision).await;
                    updated.map_err(|error| match error.kind() {
                        kv::UpdateErrorKind::WrongLastRevision => changed(),
                        _ => bucket(FLEET, &error),
                    })?
                }
                None => {
                    let created = self.buckets.fleet.create(&key, value.into()).await;
                    created.map_err(|error| match error.kind() {
                        kv::CreateErrorKind::AlreadyExists => changed(),
                        _ => bucket(FLEET, &error),
                    })?
                }
            };
            // It may have been deleted meanwhile, since no release named it.
            self.buckets.put_module(module).await?;
            Ok(Applied { revision, is_new: true })
        })
    }

    /// Has the fleet stop a plugin.
    ///
    /// # Errors
    /// [`ShipError::NoSuchPlugin`] if there is none, [`ShipError::Bucket`] if the bucket can't be changed.
    pub fn remove(&self, plugin: &str) -> Result<(), ShipError> {
        let key = Topic::Plugin(plugin).key();
        self.fleet.block_on(async {
            let there = self.buckets.fleet.entry(&*key).await.map_err(|error| bucket(FLEET, &error))?;
            let there = there.filter(|there| there.operation == Operation::Put);
            there.ok_or_else(|| ShipError::NoSuchPlugin { plugin: plugin.to_owned() })?;
            self.buckets.fleet.delete(&*key).await.map_err(|error| bucket(FLEET, &error))
        })
    }

    /// What shall run, and what does.
    ///
    /// # Errors
    /// [`ShipError::Bucket`] if the buckets can't be read.
    pub fn overview(&self) -> Result<Overview, ShipError> {
        self.fleet.block_on(async {
            let mut plugins = BTreeMap::new();
            let mut bad = BTreeMap::new();
            for (key, revision, value) in entries(&self.buckets.fleet, FLEET).await? {
                match Topic::of(&key) {
                    Some(Topic::Plugin(plugin)) => {
                        let release =
                            Signed::parse(&value).map(|(_, release)| release).map_err(|error| error.to_string());
                        let (plugin, bad) = (plugin.to_owned(), None);
                        plugins.insert(plugin.clone(), PluginOverview { plugin, revision, release, bad });
                    }
                    Some(Topic::Bad(plugin, revision)) => {
                        bad.insert((plugin.to_owned(), revision), String::from_utf8_lossy(&value).into_owned());
                    }
                    Some(Topic::Turn(_)) | None => {}
                }
            }
            for plugin in plugins.values_mut() {
                plugin.bad = bad.remove(&(plugin.plugin.clone(), plugin.revision));
            }
            let hosts = entries(&self.buckets.hosts, HOSTS).await?;
            let hosts = hosts.iter().filter_map(|(_, _, value)| serde_json::from_slice(value).ok());
            let mut hosts: Vec<Health> = hosts.collect();
            hosts.sort_by(|one, other| one.host.cmp(&other.host));
            Ok(Overview { plugins: plugins.into_values().collect(), hosts })
        })
    }

    /// Waits until a revision of a plugin serves on all hosts that have the plugin, until it was found bad, or until the time
    /// is up. `see` is shown each overview on the way. Returns whether it serves.
    ///
    /// # Errors
    /// The errors of [`Deployments::overview`].
    pub fn wait(
        &self,
        plugin: &str,
        revision: u64,
        limit: Duration,
        mut see: impl FnMut(&Overview),
    ) -> Result<bool, ShipError> {
        let end = std::time::Instant::now() + limit;
        loop {
            let overview = self.overview()?;
            see(&overview);
            if overview.serves(plugin, revision) {
                return Ok(true);
            }
            let is_bad =
                overview.plugins.iter().any(|it| it.plugin == plugin && it.revision == revision && it.bad.is_some());
            let there = overview.plugins.iter().any(|it| it.plugin == plugin);
            if is_bad || !there || std::time::Instant::now() >= end {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl std::fmt::Debug for Deployments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deployments").finish_non_exhaustive()
    }
}

impl Overview {
    /// Whether each host that has the plugin serves this revision of it, and there is one.
    pub fn serves(&self, plugin: &str, revision: u64) -> bool {
        let mut hosts = self.hosts.iter().flat_map(|host| &host.plugins).filter(|it| it.plugin == plugin).peekable();
        hosts.peek().is_some() && hosts.all(|it| it.state == State::Serving && it.revision == revision)
    }
}

fn release_or_problem<S: Serializer>(release: &Result<Release, String>, serializer: S) -> Result<S::Ok, S::Error> {
    match release {
        Ok(release) => release.serialize(serializer),
        Err(problem) => BTreeMap::from([("problem", problem)]).serialize(serializer),
    }
}

/// All that a bucket has now.
async fn entries(store: &kv::Store, name: &'static str) -> Result<Vec<(String, u64, bytes::Bytes)>, ShipError> {
    let keys = keys(store).await.map_err(|problem| ShipError::Bucket { bucket: name, problem })?;
    let mut entries = Vec::new();
    for key in keys {
        let entry = store.entry(&*key).await.map_err(|error| bucket(name, &error))?;
        // It may have gone meanwhile.
        if let Some(entry) = entry.filter(|entry| entry.operation == Operation::Put) {
            entries.push((key, entry.revision, entry.value));
        }
    }
    Ok(entries)
}

pub(super) fn bucket(bucket: &'static str, error: &dyn std::error::Error) -> ShipError {
    ShipError::Bucket { bucket, problem: chain(error) }
}
