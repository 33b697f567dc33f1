//! A plugin that the manager keeps: the handle that an application holds.

use crate::error::ManagerError;
use crate::lock::lock;
use crate::order::Node;
use crate::reload::version;
use crate::restart::Deaths;
use crate::spec::{Mode, Spec};
use crate::status::{Health, Record, Status, What};
use crate::surroundings::{Providers, Surroundings, start_failed};
use plugix_host::Module;
use plugix_host::abi::interface::Contract;
use plugix_host::error::{CallError, Error, StateError};
use plugix_host::plugin::{Replaceable, ReplaceableBound, SavedState, Usage, Worker, is_stateful};
use plugix_host::pool::{Pool, Pooled};
use serde_json::Value;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

/// How long a call waits for a plugin that is started again.
const PATIENCE: Duration = Duration::from_secs(30);

/// A plugin of the manager's. Clones are cheap. The handle and its clients stay valid when the plugin is reloaded, and when
/// it is started again: a call goes to the instance that serves when the call begins. While a plugin that died is started
/// again, calls wait up to 30 seconds for it.
#[derive(Clone, Debug)]
pub struct Managed(pub(crate) Arc<Entry>);

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) serving: Serving,
    pub(crate) record: Mutex<Record>,
    pub(crate) deaths: Mutex<Deaths>,
    /// What is run now. Whoever changes the plugin holds this all the while.
    pub(crate) current: Mutex<Current>,
    /// The same for those who only look. Nobody holds this for long.
    pub(crate) known: Mutex<Known>,
    /// A state that no file keeps.
    state: Mutex<Option<SavedState>>,
}

/// What is run now.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) spec: Spec,
    pub(crate) links: Providers,
    /// Tells the death of one instance from that of another.
    pub(crate) number: u64,
    pub(crate) stopped: bool,
}

/// What others know of a plugin.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) node: Node,
    /// The interfaces that it calls, and who implements them.
    pub(crate) links: Vec<(String, String)>,
    pub(crate) module: Module,
}

impl Known {
    pub(crate) fn of(surroundings: &Surroundings, spec: &Spec, links: &Providers) -> Self {
        let links = links.iter().map(|(interface, provider)| (interface.clone(), provider.name().to_owned()));
        Self { node: surroundings.node(spec), links: links.collect(), module: spec.module.clone() }
    }
}

/// What is called.
#[derive(Debug)]
pub(crate) enum Serving {
    One(Replaceable),
    Many(RwLock<Pool>),
}

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
        let plugin = self.one().map_err(|error| state(StateError::Failed(error)))?.current();
        let saved = plugin.save().map_err(state)?;
        self.0.keep(&saved)?;
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

impl Entry {
    pub(crate) fn pool(&self) -> Option<Pool> {
        match &self.serving {
            Serving::One(_) => None,
            Serving::Many(pool) => Some(pool.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()),
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        match &self.serving {
            Serving::One(plugin) => plugin.current().usage(),
            Serving::Many(_) => self.pool().map(|pool| pool.usage()).unwrap_or_default(),
        }
    }

    /// Whether calls wait for the next instance when this one dies.
    pub(crate) fn promise(&self, wanted: bool) {
        if let Serving::One(plugin) = &self.serving {
            plugin.promise(wanted.then_some(PATIENCE));
        }
    }

    /// Keeps a state for the next instance.
    pub(crate) fn keep(&self, state: &SavedState) -> Result<(), ManagerError> {
        match &self.surroundings.states {
            Some(states) => states.keep(&self.name, state)?,
            None => *lock(&self.state) = Some(state.clone()),
        }
        Ok(())
    }

    /// The state that was kept last.
    pub(crate) fn kept(&self) -> Result<Option<SavedState>, ManagerError> {
        match &self.surroundings.states {
            Some(states) => states.read(&self.name),
            None => Ok(lock(&self.state).clone()),
        }
    }

    pub(crate) fn state_file(&self) -> std::path::PathBuf {
        self.surroundings.states.as_ref().map(|states| states.file(&self.name)).unwrap_or_default()
    }

    pub(crate) fn set_health(&self, health: Health) {
        lock(&self.record).become_(health);
    }
}

impl Surroundings {
    /// Gives a new instance the state that was kept before the manager was started, if there is one.
    fn resume(&self, spec: &Spec, plugin: &plugix_host::plugin::SharedPlugin) -> Result<(), ManagerError> {
        let Some(states) = self.states.as_ref().filter(|_| is_stateful(spec.module.info())) else { return Ok(()) };
        let Some(state) = states.read(&spec.name)? else { return Ok(()) };
        let wrong = |error| ManagerError::State { name: spec.name.clone(), file: states.file(&spec.name), error };
        plugin.restore(&state).map_err(wrong)
    }

    pub(crate) fn pool(&self, spec: &Spec, links: &Providers, number: u64) -> Result<Pool, ManagerError> {
        let Mode::Pooled { min, max, reset, wait } = spec.mode else {
            return Err(ManagerError::Mode { name: spec.name.clone(), pooled: false });
        };
        let builder =
            Pool::builder(&self.engine, self.make(spec, links, number)).min(min).max(max).reset(reset).wait(wait);
        builder.build().map_err(|error| start_failed(spec, error))
    }
}
