//! A shared plugin that another one can replace while threads call it.

mod client;
mod replace;

pub use client::ReplaceableBound;
pub use replace::{Carry, ReplaceOptions, Replaced, Retiring};

use super::{SharedPlugin, Worker};
use crate::error::{CallError, Error, Overload};
use crate::sync::block::block_on;
use crate::sync::lock::lock;
use client::{Binding, Client};
use plugix_abi::interface::Contract;
#[cfg(feature = "json")]
use serde_json::Value;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use tokio::sync::watch;

/// A shared plugin that another one can replace, while any number of threads call it. Clones are cheap, and all of them
/// are the same. Clients stay valid: each call goes to the plugin that serves when the call begins.
///
/// A replacement loses no call, and runs none twice. A call that has begun ends on the plugin on which it has begun. A call
/// that has not begun waits, and then goes to the new plugin. See [`Replaceable::replace`].
#[derive(Clone, Debug)]
pub struct Replaceable(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    serving: Mutex<Serving>,
    /// The number of the plugin that serves, for those who wait for the next one.
    number: watch::Sender<u64>,
    /// One replacement comes after the other.
    replacing: Mutex<()>,
}

#[derive(Debug)]
struct Serving {
    plugin: SharedPlugin,
    number: u64,
    /// How long calls wait for the next plugin when this one has ended. `None` if none will come.
    patience: Option<Duration>,
    clients: Vec<Weak<Client>>,
}

impl Replaceable {
    /// A plugin that serves until another one replaces it.
    pub fn new(plugin: SharedPlugin) -> Self {
        let serving = Serving { plugin, number: 0, patience: None, clients: Vec::new() };
        Self(Arc::new(Shared {
            serving: Mutex::new(serving),
            number: watch::Sender::new(0),
            replacing: Mutex::default(),
        }))
    }

    /// The plugin that serves now.
    pub fn current(&self) -> SharedPlugin {
        lock(&self.0.serving).plugin.clone()
    }

    /// How often the plugin was replaced.
    pub fn replacements(&self) -> u64 {
        lock(&self.0.serving).number
    }

    /// Says that somebody will replace the plugin if it ends. Then calls that come meanwhile wait so long for the next one,
    /// and don't fail at once. `None` takes that back, and wakes those who wait.
    pub fn promise(&self, patience: Option<Duration>) {
        lock(&self.0.serving).patience = patience;
        self.0.number.send_modify(|_| ());
    }

    /// A client for an interface that the plugin implements. Threads may share it. It stays valid when the plugin is
    /// replaced: a plugin that doesn't fit all clients replaces nothing.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ. [`Error::Overloaded`] if there is no worker. [`Error::Dead`] if the
    /// plugin has ended, and no other one comes.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<ReplaceableBound>, Error> {
        I::bind(&Binding(self))
    }

    /// Does the same as [`SharedPlugin::call_bytes`].
    ///
    /// # Errors
    /// The errors of [`SharedPlugin::call_bytes`].
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        self.run(|worker| worker.call_bytes(method, args))
    }

    /// Does the same as [`SharedPlugin::call_json`].
    ///
    /// # Errors
    /// The errors of [`SharedPlugin::call_json`].
    #[cfg(feature = "json")]
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        self.run(|worker| worker.call_json(method, args))
    }

    /// Runs calls on one worker of the plugin that serves, on the calling thread.
    ///
    /// # Errors
    /// The errors of `calls`, and the reasons why there is no worker.
    pub fn run<T, E: From<Error>>(&self, calls: impl FnOnce(&Worker) -> Result<T, E>) -> Result<T, E> {
        self.run_on(|worker, _| calls(worker))
    }

    /// [`Replaceable::run`], for calls that ask for the plugin's number.
    pub(super) fn run_on<T, E: From<Error>>(&self, calls: impl FnOnce(&Worker, u64) -> Result<T, E>) -> Result<T, E> {
        let (mut plugin, mut number) = self.serving();
        loop {
            match plugin.worker() {
                Ok((worker, _deadline)) => return calls(&worker, number),
                Err(error) => self.wait_for_next(number, error)?,
            }
            (plugin, number) = self.serving();
        }
    }

    /// [`Replaceable::run`] on a thread that is no worker of the calling executor. Dropping the future cancels, as
    /// [`SharedPlugin::run`] says.
    ///
    /// # Errors
    /// As for [`Replaceable::run`].
    pub async fn run_async<T, E>(&self, calls: impl FnOnce(&Worker) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        loop {
            let (plugin, number) = self.serving();
            match plugin.lease().await {
                Ok(lease) => return plugin.run_leased(lease, calls).await,
                Err(error) => self.next(number, error).await?,
            }
        }
    }

    pub(super) fn serving(&self) -> (SharedPlugin, u64) {
        let serving = lock(&self.0.serving);
        (serving.plugin.clone(), serving.number)
    }

    /// Waits for the plugin after the one with this number, which took no call because of `error`.
    ///
    /// # Errors
    /// That error, unless another plugin serves or will serve.
    #[cold]
    fn wait_for_next(&self, number: u64, error: Error) -> Result<(), Error> {
        block_on(self.next(number, error))
    }

    async fn next(&self, number: u64, error: Error) -> Result<(), Error> {
        // In all other cases the plugin is there, and busy.
        if !matches!(error, Error::Dead(_)) {
            return Err(error);
        }
        let mut changes = self.0.number.subscribe();
        loop {
            let (patience, engine, count) = {
                let serving = lock(&self.0.serving);
                if serving.number != number {
                    return Ok(());
                }
                let Some(patience) = serving.patience else { return Err(error) };
                (patience, serving.plugin.module().engine().clone(), serving.plugin.workers())
            };
            let changed = std::pin::pin!(changes.changed());
            let late = std::pin::pin!(engine.sleep(patience));
            if let futures::future::Either::Right(_) = futures::future::select(changed, late).await {
                return Err(Overload::WaitedTooLong { count, waited: patience }.into());
            }
        }
    }
}
