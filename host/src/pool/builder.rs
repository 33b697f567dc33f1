//! How large a pool is, and how long its instances and callers wait.

use super::Pool;
use super::shared::{Make, Settings, Shared};
use crate::{Engine, LoadError, Wait};
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
        let settings = Settings { min: 0, max, idle: Some(Duration::from_secs(60)), queue: 1024 };
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
        self.settings.idle = Some(time);
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
