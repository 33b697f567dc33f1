//! How large a pool is, and how long its instances and callers wait.

use super::Pool;
use super::shared::{Make, Settings, Shared};
use crate::engine::Engine;
use crate::error::LoadError;
use crate::plugin::Wait;
use std::fmt;
use std::time::Duration;

/// A pool that is about to be made.
pub struct PoolBuilder {
    engine: Engine,
    make: Make,
    settings: Settings,
    wait: Wait,
}

impl PoolBuilder {
    pub(super) fn new(engine: &Engine, make: Make) -> Self {
        let max = std::thread::available_parallelism().map_or(1, usize::from);
        let settings = Settings { min: 0, max, idle: Duration::from_secs(60), queue: 1024, reset: false };
        Self { engine: engine.clone(), make, settings, wait: Wait::Forever }
    }

    /// Sets how many instances there are at the least, from the beginning; none unless set.
    #[must_use]
    pub fn min(mut self, instances: usize) -> Self {
        self.settings.min = instances;
        self
    }

    /// Sets how many instances there may be; as many as the machine has processors unless set, and one at the least.
    #[must_use]
    pub fn max(mut self, instances: usize) -> Self {
        self.settings.max = instances.max(1);
        self
    }

    /// Unloads an instance that nobody has had for so long, unless there are too few; a minute unless set.
    #[must_use]
    pub fn idle(mut self, time: Duration) -> Self {
        self.settings.idle = time;
        self
    }

    /// Sets how long callers wait for an instance; for as long as it takes unless set.
    #[must_use]
    pub fn wait(mut self, wait: Wait) -> Self {
        self.wait = wait;
        self
    }

    /// Sets how many callers may wait; 1,024 unless set.
    #[must_use]
    pub fn queue(mut self, callers: usize) -> Self {
        self.settings.queue = callers;
        self
    }

    /// Brings each instance back to what it was after its start before another caller gets it, so that callers see nothing
    /// of each other: its memory, its globals, its streams and what it has written to its output. What can't be brought
    /// back is unloaded and made anew: an instance that was made without
    /// [`PluginBuilder::resettable`](crate::PluginBuilder::resettable), that has threads, whose module changes its tables,
    /// or that has made any system call since its start which leaves something behind, as opening a file or a socket
    /// does. Random numbers that a plugin derives from its memory repeat after a reset.
    #[must_use]
    pub fn reset(mut self, wanted: bool) -> Self {
        self.settings.reset = wanted;
        self
    }

    /// Makes the pool and its first instances.
    ///
    /// # Errors
    /// If one of them can't be made.
    pub fn build(mut self) -> Result<Pool, LoadError> {
        self.settings.max = self.settings.max.max(self.settings.min);
        let shared = Shared::new(self.engine, self.make, self.settings);
        shared.make_first()?;
        Ok(Pool { shared, wait: self.wait })
    }
}

impl fmt::Debug for PoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}
