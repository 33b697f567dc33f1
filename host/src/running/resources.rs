//! What everything that runs in one engine shares.

use super::tasks::Tasks;
use crate::stop::Watchdog;
use crate::sync::lock::lock;
use std::sync::{Arc, Mutex, Weak};
use tokio::runtime::{Handle, Runtime};

/// The I/O thread, the watchdog, and the threads that did not end in time.
#[derive(Debug)]
pub(crate) struct Resources {
    io: Io,
    watchdog: Watchdog,
    /// The threads of unloaded plugins that did not end in time.
    quarantine: Mutex<Vec<Weak<Tasks>>>,
}

impl Resources {
    /// Resources whose timers `io` drives.
    pub(crate) fn new(io: Io) -> Arc<Self> {
        Arc::new(Self { io, watchdog: Watchdog::default(), quarantine: Mutex::default() })
    }

    /// Drives timers. Guest code never runs on its threads.
    pub(crate) fn io(&self) -> &Handle {
        self.io.handle()
    }

    pub(crate) fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    /// Leaves threads alone that did not end in time.
    pub(super) fn quarantine(&self, tasks: &Arc<Tasks>) {
        lock(&self.quarantine).push(Arc::downgrade(tasks));
    }

    /// How many threads of unloaded plugins still run.
    pub(crate) fn quarantined(&self) -> usize {
        let mut quarantine = lock(&self.quarantine);
        quarantine.retain(|tasks| tasks.upgrade().is_some_and(|tasks| tasks.running() > 0));
        quarantine.iter().filter_map(Weak::upgrade).map(|tasks| tasks.running()).sum()
    }
}

/// A runtime. When this is dropped, the runtime's threads end by themselves and nobody waits for them. Waiting would
/// panic where the engine is dropped inside another runtime.
#[derive(Debug)]
pub(crate) struct Io(Option<Runtime>);

impl Io {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self(Some(runtime))
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.0.as_ref().expect("the runtime lives as long as the engine").handle()
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
