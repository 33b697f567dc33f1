//! A plugin that the manager keeps: the handle that an application holds.

use crate::entry::{Age, Current, Entry, Known, Serving};
use crate::error::ManagerError;
use crate::lock::lock;
use crate::reload::version;
use crate::spec::{Mode, Spec};
use crate::status::{Record, Status, What};
use crate::surroundings::{Providers, Surroundings};
use plugix_host::abi::interface::Contract;
use plugix_host::error::{CallError, Error, StateError};
use plugix_host::plugin::{Replaceable, ReplaceableBound, SharedPlugin, Worker};
use plugix_host::pool::Pooled;
use serde_json::Value;
use std::sync::{Arc, Mutex, RwLock};

/// A plugin of the manager's. Clones are cheap. The handle and its clients stay valid when the plugin is reloaded, and when
/// it is started again: a call goes to the instance that serves when the call begins. While a plugin that died is started
/// again, calls wait up to 30 seconds for it.
#[derive(Clone, Debug)]
pub struct Managed(pub(crate) Arc<Entry>);

impl Managed {
    /// Starts a plugin.
    pub(crate) fn start(surroundings: &Arc<Surroundings>, spec: Spec, links: Providers) -> Result<Self, ManagerError> {
        let serving = match spec.mode {
            Mode::Shared(_) => {
                let plugin = surroundings.start(&spec, &links, 0)?;
                surroundings.resume(&spec, &plugin)?;
                Serving::One(Replaceable::new(plugin))
            }
            Mode::Pooled { .. } => Serving::Many(RwLock::new(surroundings.pool(&spec, &links, 0)?)),
        };
        let promise = spec.restart.is_ever();
        let known = Mutex::new(Known::of(surroundings, &spec, &links));
        let entry = Entry {
            name: spec.name.clone(),
            known,
            surroundings: surroundings.clone(),
            serving,
            record: Mutex::new(Record::new()),
            deaths: Mutex::default(),
            current: Mutex::new(Current { spec, links, number: 0, stopped: false }),
            age: Mutex::default(),
            state: Mutex::default(),
        };
        entry.promise(promise);
        Ok(Self(Arc::new(entry)))
    }

    /// The plugin's name in the manager.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// A client for an interface that the plugin implements. Threads may share it.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ. [`Error::Dead`] if the plugin has ended and isn't started again.
    /// [`Error::NotShareable`] if it is pooled: see [`Managed::take`].
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<ReplaceableBound>, Error> {
        self.one()?.bind::<I>()
    }

    /// Calls a method by its name, with arguments as JSON, on the calling thread.
    ///
    /// # Errors
    /// The errors of [`SharedPlugin::call_json`](plugix_host::plugin::SharedPlugin::call_json).
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        match &self.0.serving {
            Serving::One(plugin) => plugin.call_json(method, args),
            Serving::Many(_) => self.take()?.call_json(method, args),
        }
    }

    /// Runs calls on a thread that is no worker of the calling executor. See
    /// [`Replaceable::run_async`](plugix_host::plugin::Replaceable::run_async).
    ///
    /// # Errors
    /// The errors of `calls`, and the reasons why there is no worker.
    pub async fn run<T, E>(&self, calls: impl FnOnce(&Worker) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.one()?.run_async(calls).await
    }

    /// Takes an instance of a pooled plugin. It stays what it is if the plugin is reloaded meanwhile.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if there is none in time, [`Error::NotStarted`] if none can be made, and
    /// [`Error::NotShareable`] if the plugin isn't pooled: see [`Managed::bind`].
    pub fn take(&self) -> Result<Pooled, Error> {
        match &self.0.serving {
            Serving::Many(_) => Ok(self.0.pool().expect("it is pooled").take()?),
            Serving::One(_) => Err(Error::NotShareable { problem: "it is one instance: call it by `bind`".to_owned() }),
        }
    }

    /// How the plugin is.
    pub fn status(&self) -> Status {
        let (module, links) = {
            let known = lock(&self.0.known);
            (known.module.clone(), known.links.clone())
        };
        let info = module.info();
        let record = lock(&self.0.record);
        Status {
            name: self.0.name.clone(),
            version: version(info),
            description: info.about.as_ref().map(|about| about.description.clone()).unwrap_or_default(),
            health: record.health.clone(),
            since: record.since,
            restarts: record.restarts,
            reloads: record.reloads,
            errors: record.errors(),
            links,
            usage: self.0.usage(),
        }
    }

    /// Saves the plugin's state, and keeps it for the next instance. Calls on other workers go on meanwhile.
    ///
    /// # Errors
    /// What keeps the plugin from saving its state, or the manager from writing it.
    pub fn save(&self) -> Result<usize, ManagerError> {
        let state = |error| ManagerError::State { name: self.0.name.clone(), file: self.0.state_file(), error };
        let serving = self.one().map_err(|error| state(StateError::Failed(error)))?;
        let (plugin, instance) = numbered(serving);
        let saved = plugin.save().map_err(state)?;
        self.0.keep(&saved, Age { instance, is_last: false })?;
        self.0.surroundings.tell(&self.0.name, What::Saved { size: saved.size() });
        Ok(saved.size())
    }

    pub(crate) fn replaceable(&self) -> Option<Replaceable> {
        match &self.0.serving {
            Serving::One(plugin) => Some(plugin.clone()),
            Serving::Many(_) => None,
        }
    }

    fn one(&self) -> Result<&Replaceable, Error> {
        match &self.0.serving {
            Serving::One(plugin) => Ok(plugin),
            Serving::Many(_) => Err(Error::NotShareable { problem: "it is pooled: take an instance".to_owned() }),
        }
    }
}

/// The instance that serves, and its number.
fn numbered(plugin: &Replaceable) -> (SharedPlugin, u64) {
    loop {
        let (before, current) = (plugin.replacements(), plugin.current());
        if plugin.replacements() == before {
            return (current, before);
        }
    }
}
