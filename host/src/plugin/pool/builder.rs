//! How large a pool is, and how long its instances and callers wait.

use super::Pool;
use super::instance::Instance;
use super::shared::{Make, Settings, Shared};
use crate::engine::Engine;
use crate::error::LoadError;
use crate::plugin::{Plugin, Wait};
use std::fmt;
use std::time::Duration;

/// A pool that is about to be made.
pub struct PoolBuilder<P: Instance = Plugin> {
    engine: Engine,
    make: Make<P>,
    settings: Settings,
    wait: Wait,
}

impl<P: Instance> PoolBuilder<P> {
    pub(super) fn new(engine: &Engine, make: Make<P>) -> Self {
        let max = std::thread::available_parallelism().map_or(1, usize::from);
        let settings = Settings { min: 0, max, idle: Duration::from_secs(60), queue: 1024, reset: false };
        Self { engine: engine.clone(), make, settings, wait: Wait::Forever }
    }

    /// Sets how many instances there are at least, from the beginning. The default is none.
    #[must_use]
    pub fn min(mut self, instances: usize) -> Self {
        self.settings.min = instances;
        self
    }

    /// Sets how many instances there may be, one at least. The default is the number of processors.
    #[must_use]
    pub fn max(mut self, instances: usize) -> Self {
        self.settings.max = instances.max(1);
        self
    }

    /// Unloads an instance that no caller has had for this long, unless that would leave too few. The default is a
    /// minute.
    #[must_use]
    pub fn idle(mut self, time: Duration) -> Self {
        self.settings.idle = time;
        self
    }

    /// Sets how long callers wait for an instance. By default they wait for as long as it takes.
    #[must_use]
    pub fn wait(mut self, wait: Wait) -> Self {
        self.wait = wait;
        self
    }

    /// Sets how many callers may wait. The default is 1,024.
    #[must_use]
    pub fn queue(mut self, callers: usize) -> Self {
        self.settings.queue = callers;
        self
    }

    /// Brings each instance back to what it was after its start before another caller gets it. Memory, globals, streams
    /// and output go back. So one caller sees nothing of another.
    ///
    /// The pool unloads an instance that can't go back, and makes a new one. An instance can't go back if it was made
    /// without [`PluginBuilder::resettable`](crate::plugin::PluginBuilder::resettable), if it has threads, if its
    /// module changes its tables, or if it has made a system call that leaves something behind, such as opening a file
    /// or a socket.
    ///
    /// Random numbers that a plugin derives from its memory repeat after a reset.
    #[must_use]
    pub fn reset(mut self, wanted: bool) -> Self {
        self.settings.reset = wanted;
        self
    }

    /// Makes the pool and its first instances.
    ///
    /// # Errors
    /// Why an instance can't be made.
    pub fn build(mut self) -> Result<Pool<P>, LoadError> {
        self.settings.max = self.settings.max.max(self.settings.min);
        let shared = Shared::new(self.engine, self.make, self.settings);
        shared.make_first()?;
        Ok(Pool { shared, wait: self.wait })
    }
}

impl<P: Instance> fmt::Debug for PoolBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}
