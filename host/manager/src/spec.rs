//! What the manager is to run, and how.

use crate::restart::Restart;
use plugix_host::plugin::{Sharing, Wait};
use plugix_host::{Module, Policy};
use serde_json::Value;
use std::time::Duration;

/// A plugin that the manager is to run: its module, what it may do, and what becomes of it when it ends.
#[derive(Clone, Debug)]
pub struct Spec {
    pub(crate) name: String,
    pub(crate) module: Module,
    pub(crate) policy: Policy,
    pub(crate) config: Option<Value>,
    pub(crate) mode: Mode,
    pub(crate) restart: Restart,
    pub(crate) interfaces: Vec<String>,
    pub(crate) checkpoint: Option<Duration>,
    pub(crate) pause: Duration,
    pub(crate) drain: Duration,
}

/// How many instances there are, and how they are called.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Mode {
    /// One instance. It runs as many calls at the same time as the sharing says. With one worker, calls come one after the
    /// other.
    Shared(Sharing),
    /// Instances for callers who each want one to themselves.
    Pooled {
        /// How many are kept ready.
        min: usize,
        /// How many there may be.
        max: usize,
        /// Whether an instance is brought back to its start between two callers.
        reset: bool,
        /// How long a caller waits for one.
        wait: Wait,
    },
}

impl Spec {
    /// A plugin that may compute and nothing else. It runs one call at a time, and is started again when it dies.
    pub fn new(name: impl Into<String>, module: &Module) -> Self {
        Self {
            name: name.into(),
            module: module.clone(),
            policy: Policy::new(),
            config: None,
            mode: Mode::Shared(Sharing::new().workers(1)),
            restart: Restart::default(),
            interfaces: Vec::new(),
            checkpoint: None,
            pause: Duration::from_secs(10),
            drain: Duration::from_secs(10),
        }
    }

    /// Sets what the plugin may do.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the configuration, by the type that the plugin states.
    #[must_use]
    pub fn config(mut self, config: Value) -> Self {
        self.config = Some(config);
        self
    }

    /// Sets how the plugin is called.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets what becomes of the plugin when it dies.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// Lets the plugin call an interface that another plugin of the manager implements. By default it may call none.
    #[must_use]
    pub fn may_call(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.push(interface.into());
        self
    }

    /// Has the plugin's state saved so often, if it has one. The next instance begins with it when this one dies.
    #[must_use]
    pub fn checkpoint_every(mut self, time: Duration) -> Self {
        self.checkpoint = Some(time);
        self
    }

    /// Limits how long a reload waits for the end of the calls that run: before it saves the state, and again before it
    /// unloads the old instance. The default is 10 seconds for each. The first limit makes the reload fail; after the second
    /// one the old instance is stopped.
    #[must_use]
    pub fn reload_within(mut self, pause: Duration, drain: Duration) -> Self {
        (self.pause, self.drain) = (pause, drain);
        self
    }

    /// Whether instances are brought back to their start.
    pub(crate) fn is_reset(&self) -> bool {
        matches!(self.mode, Mode::Pooled { reset: true, .. })
    }

    /// The plugin's name in the manager.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The module that is run.
    pub fn module(&self) -> &Module {
        &self.module
    }
}
