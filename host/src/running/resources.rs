//! What everything that runs in one engine shares.

use super::tasks::Tasks;
use crate::error::LoadError;
use crate::sandbox::network::Local;
use crate::stop::Watchdog;
use crate::sync::block::block_on;
use crate::sync::lock::lock;
use std::sync::{Arc, Mutex, Weak};
use tokio::runtime::{Handle, Runtime};

/// The I/O thread, the watchdog, the host's network, and the threads that did not end in time.
#[derive(Debug)]
pub(crate) struct Resources {
    io: Io,
    watchdog: Watchdog,
    network: Mutex<Option<Arc<Local>>>,
    /// The threads of unloaded plugins that did not end in time.
    quarantine: Mutex<Vec<Weak<Tasks>>>,
}

impl Resources {
    /// Resources whose timers and sockets `io` drives.
    pub(crate) fn new(io: Io) -> Arc<Self> {
        Arc::new(Self { io, watchdog: Watchdog::default(), network: Mutex::default(), quarantine: Mutex::default() })
    }

    /// Drives timers and sockets. Guest code never runs on its threads.
    pub(crate) fn io(&self) -> &Handle {
        self.io.handle()
    }

    pub(crate) fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    /// The host's network. It starts with the first plugin that may use it.
    ///
    /// # Errors
    /// [`LoadError::Io`] if the operating system refuses a thread or a socket.
    pub(super) fn network(&self) -> Result<Arc<Local>, LoadError> {
        let mut network = lock(&self.network);
        if let Some(local) = &*network {
            return Ok(local.clone());
        }
        let local = Arc::new(block_on(Local::start(self.io()))?);
        Ok(network.insert(local).clone())
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
