//! Ends one plugin: all its threads, in whatever state, from whichever thread of the host.

use super::{Calls, Control, Health, Tasks};
use crate::events::Events;
use crate::lock::lock;
use crate::{Engine, Error, Event, StopReason};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use wasmer::SharedMemory;
use wasmer_wasix::WasiEnv;
use wasmer_wasix::wasmer_wasix_types::wasi::{ExitCode, Signal};

/// The exit code of a plugin that the host stopped: 128 + SIGKILL, as a shell has it.
const KILLED: i32 = 137;

/// What ends a plugin. It exists before the plugin does, and may be kept for longer.
pub(crate) struct Stopper {
    engine: Engine,
    events: OnceLock<Events>,
    health: Health,
    targets: Mutex<Targets>,
}

/// What has to be told that the plugin is over.
#[derive(Default)]
struct Targets {
    control: Option<Arc<Control>>,
    /// The plugin's memory, in which its threads may be waiting.
    memory: Option<SharedMemory>,
    /// A copy of the plugin's environment, by which its process is reached.
    env: Option<WasiEnv>,
    tasks: Weak<Tasks>,
    /// Those of each thread that the host calls.
    calls: Vec<Weak<Calls>>,
}

impl Stopper {
    pub(crate) fn new(engine: &Engine) -> Arc<Self> {
        Arc::new(Self {
            engine: engine.clone(),
            events: OnceLock::new(),
            health: Health::default(),
            targets: Mutex::default(),
        })
    }

    /// Names where the plugin's end is reported to.
    pub(crate) fn report_to(&self, events: &Events) {
        // There is one start for each stopper.
        let _ = self.events.set(events.clone());
    }

    /// Reports something that happened to the plugin.
    pub(crate) fn report(&self, event: Event) {
        if let Some(events) = self.events.get() {
            events.report(event);
        }
    }

    /// The plugin's name.
    pub(crate) fn plugin(&self) -> &str {
        self.events.get().map_or("", Events::plugin)
    }

    /// Whether the plugin has ever wanted more of something than it gets.
    pub(crate) fn limit_reached(&self) -> bool {
        self.events.get().is_some_and(Events::limit_reached)
    }

    /// Fails when the plugin is dead.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.health.check()
    }

    /// What ended the plugin, if anything has.
    #[inline]
    pub(crate) fn cause(&self) -> Option<&Error> {
        self.health.cause()
    }

    /// Names what ends the plugin's code, before any of it runs.
    pub(crate) fn attach(&self, control: Arc<Control>, tasks: &Arc<Tasks>) {
        self.add(|targets| (targets.control, targets.tasks) = (Some(control), Arc::downgrade(tasks)));
    }

    /// Names the memory in which the plugin's threads wait for each other.
    pub(crate) fn attach_memory(&self, memory: SharedMemory) {
        self.add(|targets| targets.memory = Some(memory));
    }

    /// Names what ends the plugin's system calls.
    pub(crate) fn adopt(&self, env: WasiEnv) {
        self.add(|targets| targets.env = Some(env));
    }

    /// Names the calls of a thread that the host calls.
    pub(crate) fn attach_calls(&self, calls: &Arc<Calls>) {
        let mut targets = lock(&self.targets);
        targets.calls.retain(|calls| calls.strong_count() > 0);
        targets.calls.push(Arc::downgrade(calls));
    }

    /// A plugin that was stopped before is stopped now.
    fn add(&self, add: impl FnOnce(&mut Targets)) {
        add(&mut lock(&self.targets));
        if self.cause().is_some() {
            self.kill();
        }
    }

    /// Forgets the plugin, which is gone.
    pub(crate) fn detach(&self) {
        let targets = std::mem::take(&mut *lock(&self.targets));
        drop(targets);
    }

    /// Ends the plugin, unless something else did before. Returns at once; threads that need another push get it.
    pub(crate) fn stop(self: &Arc<Self>, cause: Error) {
        let event = Event::from_end(&cause);
        let first = self.health.die(cause);
        self.kill();
        if first {
            self.report(event);
        }
        if !self.is_quiet() {
            self.engine.watchdog().chase(self.clone());
        }
    }

    /// Names the cause for what is left of a plugin that the host unloads.
    pub(crate) fn unload(&self) {
        self.health.die(Error::Stopped(StopReason::Unloaded));
        self.kill();
    }

    /// Tells all threads to end. Some have to be told again: those that were just about to wait.
    pub(crate) fn kill(&self) {
        let mut targets = lock(&self.targets);
        if let Some(control) = targets.control.take() {
            control.stop();
        }
        if let Some(tasks) = targets.tasks.upgrade() {
            tasks.halt().stop();
        }
        if let Some(memory) = targets.memory.as_ref()
            && let Err(error) = memory.disable_atomics()
        {
            tracing::error!(%error, "the plugin's waits can't be ended");
        }
        let Some(env) = &targets.env else { return };
        // Terminating comes first: a guest that handles signals could ignore the kill.
        env.process.terminate(ExitCode::from(KILLED));
        env.process.signal_process(Signal::Sigkill);
    }

    /// Whether nothing of the plugin's runs.
    pub(crate) fn is_quiet(&self) -> bool {
        let (calls, tasks) = {
            let targets = lock(&self.targets);
            (targets.calls.clone(), targets.tasks.upgrade())
        };
        let is_idle = |calls: &Weak<Calls>| calls.upgrade().is_none_or(|calls| calls.running().is_none());
        calls.iter().all(is_idle) && tasks.is_none_or(|tasks| tasks.running() == 0)
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").field("cause", &self.cause()).finish_non_exhaustive()
    }
}
