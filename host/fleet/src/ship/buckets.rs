//! The buckets of a fleet, and the names of what is in them.
//!
//! | bucket | key | value |
//! |---|---|---|
//! | `plugix-fleet` | `plugin.<name>` | the release that is to run, signed |
//! | | `turn.<name>` | the host that exchanges the plugin now |
//! | | `bad.<name>.<revision>` | why a revision did not start, and where |
//! | `plugix-hosts` | `<host>` | what the host runs; gone when it says nothing for 10 seconds |
//! | `plugix-modules` | the hash | a module |

use super::error::ShipError;
use super::prune::UnusedModule;
use crate::client::Fleet;
use crate::error::chain;
use crate::objects::{REPLICAS, open_store, put_object, read_object};
use async_nats::Client;
use async_nats::jetstream::{self, Context, kv, object_store, stream};
use bytes::Bytes;
use futures::TryStreamExt as _;
use plugix_store::ContentHash;
use std::time::{Duration, SystemTime};

pub(super) const FLEET: &str = "plugix-fleet";
pub(super) const HOSTS: &str = "plugix-hosts";
pub(super) const MODULES: &str = "plugix-modules";

/// A host that says nothing for so long is gone. The servers' clock decides.
pub(super) const SILENT: Duration = Duration::from_secs(10);

/// How many earlier releases of a plugin are kept: those to go back to.
const HISTORY: i64 = 16;

/// How long the servers may take to tell what is in a bucket.
const ANSWER: Duration = Duration::from_secs(5);

/// The largest module that is taken: 256 MiB.
const MAX_MODULE: usize = 256 << 20;

/// What a key of the bucket `plugix-fleet` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic<'a> {
    Plugin(&'a str),
    Turn(&'a str),
    Bad(&'a str, u64),
}

impl<'a> Topic<'a> {
    pub(super) fn key(self) -> String {
        match self {
            Self::Plugin(name) => format!("plugin.{name}"),
            Self::Turn(name) => format!("turn.{name}"),
            Self::Bad(name, revision) => format!("bad.{name}.{revision}"),
        }
    }

    /// `None` for a key of somebody else's.
    pub(super) fn of(key: &'a str) -> Option<Self> {
        match *key.split('.').collect::<Vec<_>>() {
            ["plugin", name] => Some(Self::Plugin(name)),
            ["turn", name] => Some(Self::Turn(name)),
            ["bad", name, revision] => Some(Self::Bad(name, revision.parse().ok()?)),
            _ => None,
        }
    }
}

/// The buckets. Whoever comes first makes them.
#[derive(Clone)]
pub(super) struct Buckets {
    pub(super) fleet: kv::Store,
    pub(super) hosts: kv::Store,
    modules: object_store::ObjectStore,
    client: Client,
}

impl Buckets {
    pub(super) async fn open(fleet: &Fleet) -> Result<Self, ShipError> {
        let context = jetstream::new(fleet.shared.connection.client().clone());
        let modules = object_store::Config { bucket: MODULES.to_owned(), ..Default::default() };
        let modules = open_store(&context, modules).await;
        let modules = modules.map_err(|problem| ShipError::Bucket { bucket: MODULES, problem })?;
        Ok(Self {
            fleet: open(&context, FLEET, HISTORY, Duration::ZERO).await?,
            hosts: open(&context, HOSTS, 1, SILENT).await?,
            modules,
            client: fleet.shared.connection.client().clone(),
        })
    }

    /// Keeps a module, unless it is there.
    pub(super) async fn put_module(&self, module: &[u8]) -> Result<(), ShipError> {
        let failed = |problem| ShipError::Bucket { bucket: MODULES, problem };
        let hash = ContentHash::of(module);
        if self.has_module(&hash, Some(module.len())).await {
            return Ok(());
        }
        put_object(&self.modules, &self.client, &hash.hex(), module).await.map_err(failed)
    }

    /// Whether there is a module, of this length if one is given.
    pub(super) async fn has_module(&self, hash: &ContentHash, len: Option<usize>) -> bool {
        let is_it = |info: object_store::ObjectInfo| !info.deleted && len.is_none_or(|len| info.size == len);
        self.modules.info(hash.hex()).await.is_ok_and(is_it)
    }

    /// The modules that were shipped so long ago or longer, by the clocks of those who did.
    pub(super) async fn modules(&self, age: Duration) -> Result<Vec<UnusedModule>, ShipError> {
        let list = async {
            let list = self.modules.list().await.map_err(|error| chain(&error))?;
            list.try_collect::<Vec<_>>().await.map_err(|error| chain(&error))
        };
        let all = within(list).await.flatten().map_err(|problem| ShipError::Bucket { bucket: MODULES, problem })?;
        let limit = SystemTime::now().checked_sub(age);
        let is_old = |info: &object_store::ObjectInfo| {
            info.modified.zip(limit).is_some_and(|(modified, limit)| SystemTime::from(modified) <= limit)
        };
        // What has another name is somebody else's.
        let module = |info: object_store::ObjectInfo| {
            Some(UnusedModule { module: format!("blake3:{}", info.name).parse().ok()?, size: info.size as u64 })
        };
        Ok(all.into_iter().filter(is_old).filter_map(module).collect())
    }

    /// Deletes a module, if it is there.
    pub(super) async fn delete_module(&self, hash: &ContentHash) -> Result<(), ShipError> {
        match self.modules.delete(hash.hex()).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == object_store::DeleteErrorKind::NotFound => Ok(()),
            Err(error) => Err(ShipError::Bucket { bucket: MODULES, problem: chain(&error) }),
        }
    }

    /// Reads a module. Its bytes have this hash.
    pub(super) async fn module(&self, hash: &ContentHash) -> Result<Bytes, String> {
        let module = read_object(&self.modules, &hash.hex(), MAX_MODULE).await;
        let module = module.map_err(|problem| format!("the module {hash} can't be read: {problem}"))?;
        let found = ContentHash::of(&module);
        match found == *hash {
            true => Ok(module),
            false => Err(format!("somebody has changed the module: it is {found}, and the release is of {hash}")),
        }
    }
}

/// Opens a bucket, and makes it if it isn't there.
///
/// The client library makes buckets as well. It first asks for something that servers before 2.11 don't say, such as those of
/// Debian 12. A bucket is a stream of this form (ADR-8 of NATS).
async fn open(
    context: &Context,
    bucket: &'static str,
    history: i64,
    max_age: Duration,
) -> Result<kv::Store, ShipError> {
    let config = stream::Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: history,
        max_age,
        allow_rollup: true,
        // A host that leaves is gone at once, without a mark that it was there.
        deny_delete: bucket != HOSTS,
        allow_direct: true,
        discard: stream::DiscardPolicy::New,
        ..stream::Config::default()
    };
    let mut problem = String::new();
    for num_replicas in REPLICAS {
        match context.create_stream(stream::Config { num_replicas, ..config.clone() }).await {
            Ok(_) => break,
            Err(error) => problem = chain(&error),
        }
    }
    // It may be there with other settings.
    let store = context.get_key_value(bucket).await;
    store.map_err(|error| ShipError::Bucket {
        bucket,
        problem: if problem.is_empty() { chain(&error) } else { problem },
    })
}

/// The keys of a bucket, in one question. The library's own way never ends if a value changes meanwhile.
///
/// # Errors
/// What the servers say.
pub(super) async fn keys(store: &kv::Store) -> Result<Vec<String>, String> {
    let read = async {
        let info =
            store.stream.info_with_subjects(format!("{}>", store.prefix)).await.map_err(|error| chain(&error))?;
        let subjects: Vec<(String, usize)> = info.try_collect().await.map_err(|error| chain(&error))?;
        Ok(subjects.iter().filter_map(|(subject, _)| subject.strip_prefix(&store.prefix)).map(str::to_owned).collect())
    };
    within(read).await?
}

/// The values that a key had, the newest first. A mark that it was deleted is one of them.
///
/// # Errors
/// What the servers say.
pub(super) async fn history(store: &kv::Store, key: &str) -> Result<Vec<kv::Entry>, String> {
    let read = async {
        let history = store.history(key).await.map_err(|error| chain(&error))?;
        let mut entries: Vec<kv::Entry> = history.try_collect().await.map_err(|error| chain(&error))?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.revision));
        Ok(entries)
    };
    within(read).await?
}

async fn within<T>(read: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(ANSWER, read).await.map_err(|_| format!("the servers say nothing for {ANSWER:?}"))
}

#[cfg(test)]
mod tests {
    use super::Topic;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for topic in [Topic::Plugin("word-count"), Topic::Turn("a_b"), Topic::Bad("a", 17)] {
            assert_eq!(Topic::of(&topic.key()), Some(topic));
        }
        for key in ["", "plugin", "plugin.a.b", "bad.a.b", "bad.a", "host.a", "turn.a.1"] {
            assert_eq!(Topic::of(key), None, "{key}");
        }
    }
}
