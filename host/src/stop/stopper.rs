//! Ends one plugin: all its threads, in whatever state, from whichever thread of the host.

use super::health::Health;
use super::watchdog::{Chased, Limited as _, Watchdog};
use super::{Calls, Halt};
use crate::error::{Error, StopReason};
use crate::events::{Event, Events};
use crate::sync::lock::lock;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, Weak};

/// Something of a plugin's that has to be told that the plugin is over.
pub(crate) trait Target: Send + Sync {
    /// Tells it to end. It is told again until the plugin is quiet, so it must not mind being told twice, and it must
    /// not wait.
    fn kill(&self);

    /// Whether nothing of the plugin's runs in it.
    fn is_quiet(&self) -> bool {
        true
    }
}

/// What ends a plugin. It exists before the plugin does, and may be kept for longer.
pub(crate) struct Stopper {
    watchdog: Watchdog,
    events: OnceLock<Events>,
    health: Health,
    halt: Halt,
    targets: Mutex<Targets>,
}

#[derive(Default)]
struct Targets {
    /// In the order in which they are told.
    all: Vec<Arc<dyn Target>>,
    /// Those of each thread that the host calls.
    calls: Vec<Weak<Calls>>,
}

impl Stopper {
    pub(crate) fn new(watchdog: &Watchdog) -> Arc<Self> {
        Arc::new(Self {
            watchdog: watchdog.clone(),
            events: OnceLock::new(),
            health: Health::default(),
            halt: Halt::default(),
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

    /// Ends what the plugin's threads wait for in the host: sleep, sockets, names.
    pub(crate) fn halt(&self) -> &Halt {
        &self.halt
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

    /// Adds something that has to be told of the end. A plugin that was stopped before is stopped now.
    pub(crate) fn attach(&self, target: Arc<dyn Target>) {
        lock(&self.targets).all.push(target);
        if self.cause().is_some() {
            self.kill();
        }
    }

    /// Names the calls of a thread that the host calls.
    pub(super) fn attach_calls(&self, calls: &Arc<Calls>) {
        let mut targets = lock(&self.targets);
        targets.calls.retain(|calls| calls.strong_count() > 0);
        targets.calls.push(Arc::downgrade(calls));
    }

    /// How many calls of all threads that the host calls are over, how many of them have failed, and how many run.
    pub(crate) fn calls(&self) -> (u64, u64, u64) {
        let calls = lock(&self.targets).calls.clone();
        let counted = calls.iter().filter_map(Weak::upgrade).map(|calls| calls.counted());
        counted.fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2))
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
            self.watchdog.chase(self.clone());
        }
    }

    /// Names the cause for what is left of a plugin that the host unloads.
    pub(crate) fn unload(&self) {
        self.health.die(Error::Stopped(StopReason::Unloaded));
        self.kill();
    }
}

impl Chased for Stopper {
    fn kill(&self) {
        lock(&self.targets).all.iter().for_each(|target| target.kill());
    }

    fn is_quiet(&self) -> bool {
        let (all, calls) = {
            let targets = lock(&self.targets);
            (targets.all.clone(), targets.calls.clone())
        };
        let is_idle = |calls: &Weak<Calls>| calls.upgrade().is_none_or(|calls| calls.running().is_none());
        calls.iter().all(is_idle) && all.iter().all(|target| target.is_quiet())
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").field("cause", &self.cause()).finish_non_exhaustive()
    }
}
