//! Ends one plugin with all its threads, whatever they do, from any thread of the host.

use super::health::Health;
use super::watchdog::{Chased, Limited as _, Watchdog};
use super::{Calls, Halt};
use crate::error::{Error, StopReason};
use crate::events::{Event, Events};
use crate::sync::lock::lock;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, Weak};

/// Something that belongs to a plugin, and has to be told when the plugin ends.
pub(crate) trait Target: Send + Sync {
    /// Tells the target to end. It is told again until the plugin is quiet. So it must not mind being told twice, and
    /// it must not wait.
    fn kill(&self);

    /// Whether nothing of the plugin runs in the target.
    fn is_quiet(&self) -> bool {
        true
    }
}

/// What ends a plugin. It exists before the plugin, and may outlive the plugin.
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
    /// The calls of each thread that the host calls.
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

    /// Sets where the plugin's end is reported.
    pub(crate) fn report_to(&self, events: &Events) {
        // A stopper sees one start only, so nothing was set before.
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

    /// Whether the plugin has ever wanted more of something than it may have.
    pub(crate) fn limit_reached(&self) -> bool {
        self.events.get().is_some_and(Events::limit_reached)
    }

    /// What ends the waits of the plugin's threads in the host: sleep, sockets, names.
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

    /// Adds something that has to be told of the end. If the plugin was stopped before, this tells it at once.
    pub(crate) fn attach(&self, target: Arc<dyn Target>) {
        lock(&self.targets).all.push(target);
        if self.cause().is_some() {
            self.kill();
        }
    }

    /// Adds the calls of a thread that the host calls.
    pub(super) fn attach_calls(&self, calls: &Arc<Calls>) {
        let mut targets = lock(&self.targets);
        targets.calls.retain(|calls| calls.strong_count() > 0);
        targets.calls.push(Arc::downgrade(calls));
    }

    /// The calls on all threads that the host calls: how many are over, how many have failed, and how many run.
    pub(crate) fn calls(&self) -> (u64, u64, u64) {
        let calls = lock(&self.targets).calls.clone();
        let counted = calls.iter().filter_map(Weak::upgrade).map(|calls| calls.counted());
        counted.fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2))
    }

    /// Forgets the plugin's targets. The plugin is gone.
    pub(crate) fn detach(&self) {
        let targets = std::mem::take(&mut *lock(&self.targets));
        drop(targets);
    }

    /// Ends the plugin, unless something else did before. Returns at once. The watchdog tells threads again that don't
    /// end.
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

    /// Ends what is left of a plugin that the host unloads.
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
