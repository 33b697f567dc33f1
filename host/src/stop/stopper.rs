//! Ends one plugin with all its threads, whatever they do, from any thread of the host.

use super::aside::aside;
use super::health::Health;
use super::watchdog::Limited as _;
use super::{Calls, Halt};
use crate::error::{Error, StopReason, Symbols};
use crate::events::{Event, Events};
use crate::sync::lock::lock;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

/// How often a plugin that has not ended yet is told to.
const RETRY: Duration = Duration::from_millis(1);

/// How long a plugin is told to end before it is given up and reported.
const BUDGET: Duration = Duration::from_secs(1);

/// Something that belongs to a plugin, and has to be told when the plugin ends.
pub(crate) trait Target: Send + Sync {
    /// Tells the target to end. It is told again until the plugin is quiet. So it must not mind being told twice. It may
    /// wait for locks that the plugin's own threads hold, and for nothing else.
    fn kill(&self);

    /// Whether nothing of the plugin runs in the target.
    fn is_quiet(&self) -> bool {
        true
    }

    /// Gives back what the plugin holds. Comes when the plugin was stopped and nothing of it runs any more.
    fn release(&self) {}

    /// Comes in the place of `release` if something of the plugin still runs when it is given up.
    fn give_up(&self) {}
}

/// What ends a plugin. It exists before the plugin, and may outlive the plugin.
pub(crate) struct Stopper {
    events: OnceLock<Events>,
    symbols: OnceLock<Symbols>,
    health: Health,
    halt: Halt,
    targets: Mutex<Targets>,
    /// Whether a thread tells the plugin to end until the plugin is quiet.
    chased: AtomicBool,
}

#[derive(Default)]
struct Targets {
    /// In the order in which they are told.
    all: Vec<Arc<dyn Target>>,
    /// The calls of each thread that the host calls.
    calls: Vec<Weak<Calls>>,
}

impl Stopper {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            events: OnceLock::new(),
            symbols: OnceLock::new(),
            health: Health::default(),
            halt: Halt::default(),
            targets: Mutex::default(),
            chased: AtomicBool::new(false),
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

    /// Sets what finds the lines of what ends the plugin.
    pub(crate) fn find_lines_with(&self, symbols: Symbols) {
        // A stopper sees one start only.
        let _ = self.symbols.set(symbols);
    }

    /// What finds the lines of the plugin's functions.
    pub(crate) fn symbols(&self) -> &Symbols {
        self.symbols.get().unwrap_or(Symbols::NONE)
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

    /// Ends the plugin, unless something else did before. Doesn't wait for the end of its threads. Those that don't end
    /// are told again.
    pub(crate) fn stop(self: &Arc<Self>, cause: Error) {
        let event = Event::from_end(&cause);
        let first = self.health.die(cause);
        self.kill();
        self.chase();
        // This comes last: the host's callback may take as long as it likes.
        if first {
            self.report(event);
        }
    }

    /// Ends the plugin because of a fault. What the fault was is only asked if nothing ended the plugin before: threads of a
    /// plugin that is stopped end with a fault each, and the trace of one may be long.
    pub(crate) fn stop_for(self: &Arc<Self>, fault: impl FnOnce() -> Error) {
        self.stop(self.cause().cloned().unwrap_or_else(fault));
    }

    /// Ends what is left of a plugin that the host unloads.
    pub(crate) fn unload(&self) {
        self.health.die(Error::Stopped(StopReason::Unloaded));
        self.kill();
    }

    /// Tells all threads to end. A thread that was just about to wait has to be told again.
    pub(crate) fn kill(&self) {
        self.all().iter().for_each(|target| target.kill());
    }

    /// The targets as they are now. Whoever attaches one doesn't wait for what is done with these.
    fn all(&self) -> Vec<Arc<dyn Target>> {
        lock(&self.targets).all.clone()
    }

    /// Whether nothing of the plugin runs.
    fn is_quiet(&self) -> bool {
        let (all, calls) = {
            let targets = lock(&self.targets);
            (targets.all.clone(), targets.calls.clone())
        };
        let is_idle = |calls: &Weak<Calls>| calls.upgrade().is_none_or(|calls| calls.running().is_none());
        calls.iter().all(is_idle) && all.iter().all(|target| target.is_quiet())
    }

    /// Has all targets give back what the plugin holds.
    fn release(&self) {
        self.all().iter().for_each(|target| target.release());
    }

    /// Tells the plugin to end until it is quiet, on a thread of its own.
    fn chase(self: &Arc<Self>) {
        if self.is_quiet() {
            return self.release();
        }
        if self.chased.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = self.clone();
        aside(move || {
            let give_up = Instant::now() + BUDGET;
            let quiet = loop {
                std::thread::sleep(RETRY);
                match this.is_quiet() {
                    false if Instant::now() < give_up => this.kill(),
                    quiet => break quiet,
                }
            };
            this.chased.store(false, Ordering::Release);
            if quiet {
                this.release();
            } else {
                this.all().iter().for_each(|target| target.give_up());
                tracing::warn!(target: "plugix::stop", plugin = this.plugin(), "a plugin was told to stop and still runs");
            }
        });
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").field("cause", &self.cause()).finish_non_exhaustive()
    }
}
