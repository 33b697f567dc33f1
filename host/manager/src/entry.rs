//! What the manager knows of a plugin, and what is called.

use crate::error::ManagerError;
use crate::lock::lock;
use crate::order::Node;
use crate::restart::Deaths;
use crate::spec::{Mode, Spec};
use crate::status::{Health, Record};
use crate::surroundings::{Providers, Surroundings, start_failed};
use plugix_host::Module;
use plugix_host::plugin::{Replaceable, SavedState, SharedPlugin, Usage, is_stateful};
use plugix_host::pool::Pool;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// How long a call waits for a plugin that is started again.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// How old the state is that was kept last. An older one doesn't replace it.
    pub(crate) age: Mutex<Age>,
    /// A state that no file keeps.
    pub(crate) state: Mutex<Option<SavedState>>,
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

/// When a state was saved: by which instance, and whether the instance has handed it on to the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Age {
    pub(crate) instance: u64,
    pub(crate) is_last: bool,
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

impl Entry {
    pub(crate) fn pool(&self) -> Option<Pool> {
        match &self.serving {
            Serving::One(_) => None,
            Serving::Many(pool) => Some(pool.read().unwrap_or_else(PoisonError::into_inner).clone()),
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

    /// Keeps a state for the next instance, unless a later one is kept.
    pub(crate) fn keep(&self, state: &SavedState, age: Age) -> Result<(), ManagerError> {
        let mut last = lock(&self.age);
        if age < *last {
            return Ok(());
        }
        match &self.surroundings.states {
            Some(states) => states.keep(&self.name, state)?,
            None => *lock(&self.state) = Some(state.clone()),
        }
        *last = age;
        Ok(())
    }

    /// The state that was kept last.
    pub(crate) fn kept(&self) -> Result<Option<SavedState>, ManagerError> {
        match &self.surroundings.states {
            Some(states) => states.read(&self.name),
            None => Ok(lock(&self.state).clone()),
        }
    }

    pub(crate) fn state_file(&self) -> PathBuf {
        self.surroundings.states.as_ref().map(|states| states.file(&self.name)).unwrap_or_default()
    }

    pub(crate) fn set_health(&self, health: Health) {
        lock(&self.record).become_(health);
    }
}

impl Surroundings {
    /// Gives a new instance the state that was kept before the manager was started, if there is one.
    pub(crate) fn resume(&self, spec: &Spec, plugin: &SharedPlugin) -> Result<(), ManagerError> {
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
