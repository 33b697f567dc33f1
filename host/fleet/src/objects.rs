//! What is too large for a message: it goes into an object store of the servers, for as long as the call takes.

use crate::error::{Error, chain};
use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::object_store::{Config, ObjectMetadata, ObjectStore};
use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::sync::OnceCell;

/// The bucket of the objects.
const BUCKET: &str = "plugix-calls";

/// How long an object is kept that nobody has taken.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// What the headers of a message may take beside its body.
pub(crate) const HEADERS: usize = 1 << 10;

/// The largest arguments and results that are taken: 64 MiB.
pub(crate) const MAX_LEN: usize = 64 << 20;

/// The objects of calls. The bucket is made when the first of them is.
pub(crate) struct Objects {
    client: Client,
    store: OnceCell<ObjectStore>,
}

impl Objects {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone(), store: OnceCell::new() }
    }

    /// Whether a body fits a message.
    pub(crate) fn fits(&self, len: usize) -> bool {
        len.saturating_add(HEADERS) <= self.client.max_payload()
    }

    /// Keeps a body under a name that nobody else has.
    ///
    /// # Errors
    /// [`Error::NoRoom`] if there is no store, or if it is full.
    pub(crate) fn put<'a>(&'a self, name: &'a str, body: &'a [u8]) -> BoxFuture<'a, Result<(), Error>> {
        // Boxed, since it would be by far the largest part of the future of each call, which is moved several times.
        async move {
            let store = self.store().await.map_err(|problem| self.no_room(body.len(), problem))?;
            put_object(store, &self.client, name, body).await.map_err(|problem| self.no_room(body.len(), problem))
        }
        .boxed()
    }

    /// Takes a body out of the store. The servers' digest of it is checked on the way.
    ///
    /// # Errors
    /// What is wrong with the object.
    pub(crate) fn take<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Bytes, String>> {
        // Boxed as that of `put`.
        async move {
            let store = self.store().await?;
            let body = read_object(store, name, MAX_LEN).await?;
            if let Err(error) = store.delete(name).await {
                tracing::debug!(%error, name, "an object that was taken stays until it is too old");
            }
            Ok(body)
        }
        .boxed()
    }

    async fn store(&self) -> Result<&ObjectStore, String> {
        let open = || async {
            let context = async_nats::jetstream::new(self.client.clone());
            open_store(&context, Config { bucket: BUCKET.to_owned(), max_age: KEPT, ..Config::default() }).await
        };
        self.store.get_or_try_init(open).await
    }

    fn no_room(&self, len: usize, problem: String) -> Error {
        Error::NoRoom { len, limit: self.client.max_payload(), problem }
    }
}

/// How many servers of a cluster keep what a fleet has, and how many if there are no others.
pub(crate) const REPLICAS: [usize; 2] = [3, 1];

/// Opens an object store, and makes it if it isn't there.
///
/// # Errors
/// What the servers say.
pub(crate) async fn open_store(context: &Context, config: Config) -> Result<ObjectStore, String> {
    let mut problem = String::new();
    for num_replicas in REPLICAS {
        match context.create_object_store(Config { num_replicas, ..config.clone() }).await {
            Ok(store) => return Ok(store),
            Err(error) => problem = chain(&error),
        }
    }
    // It may be there with other settings.
    context.get_object_store(&config.bucket).await.map_err(|_| problem)
}

/// Keeps an object, in pieces that fit a message. Nothing of it stays if that fails.
///
/// # Errors
/// What the servers say.
pub(crate) async fn put_object(store: &ObjectStore, client: &Client, name: &str, bytes: &[u8]) -> Result<(), String> {
    /// What the library takes by default.
    const CHUNK: usize = 128 << 10;
    let chunk = client.max_payload().saturating_sub(HEADERS).clamp(1, CHUNK);
    let object = ObjectMetadata { name: name.to_owned(), chunk_size: Some(chunk), ..ObjectMetadata::default() };
    let mut rest = bytes;
    match store.put(object, &mut rest).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let _ = store.delete(name).await;
            Err(chain(&error))
        }
    }
}

/// Reads an object that has so many bytes at the most. What the servers say of its size is no reason to have the memory.
///
/// # Errors
/// What is wrong with the object.
pub(crate) async fn read_object(store: &ObjectStore, name: &str, limit: usize) -> Result<Bytes, String> {
    let mut object = store.get(name).await.map_err(|error| chain(&error))?;
    let len = object.info().size;
    if len > limit {
        return Err(format!("{len} bytes are more than is taken ({limit})"));
    }
    let mut bytes = Vec::new();
    let read = (&mut object).take(limit as u64 + 1).read_to_end(&mut bytes).await;
    read.map_err(|error| error.to_string())?;
    match bytes.len() <= limit {
        true => Ok(bytes.into()),
        false => Err(format!("it has more than {limit} bytes")),
    }
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}
