//! Watches calls that have a deadline.
//!
//! One thread does this for all plugins of an engine. It ends when it has had nothing to watch for a second. A call
//! tells this thread nothing. The call only counts a number up, once when it begins and once when it ends. The thread
//! looks at that number every few milliseconds.
//!
//! What one plugin does must not delay the deadline of another. So this thread takes no lock but its own, under which
//! nothing runs but changes of its own lists. It ends no plugin, and drops nothing of one: each call that is late gets a
//! thread for that (see `aside`).

mod watched;

use super::aside::{aside, keep};
use super::prompt::be_prompt;
use crate::sync::lock::{lock, wait};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use watched::Watched;

/// How often the thread looks at calls. A call exceeds its deadline by this much at most.
const TICK: Duration = Duration::from_millis(2);

/// How long the thread sleeps at most. It ends when it wakes up and has nothing to watch.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What the watchdog sees of the calls on one thread.
pub(crate) trait Limited: fmt::Debug + Send + Sync {
    /// The number of the call that runs, if one does. The watchdog asks, so this waits for nothing.
    fn running(&self) -> Option<u64>;

    /// Whether the plugin has ended. The watchdog asks, so this waits for nothing.
    fn is_over(&self) -> bool;

    /// Stops the plugin because a call takes longer than `limit`. A thread of its own does it, and may wait.
    fn overrun(&self, limit: Duration);
}

/// Watches over the plugins of one engine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watchdog(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    awake: bool,
    /// When the thread wakes up by itself, if it sleeps for long.
    asleep_until: Option<Instant>,
    next_id: u64,
    /// Threads of plugins where each call has the same limit.
    watched: HashMap<u64, Watched>,
    /// Deadlines of single calls, the next one first.
    deadlines: BTreeMap<(Instant, u64), Late>,
}

/// Calls that take longer than their limit.
#[derive(Debug)]
struct Late {
    calls: Arc<dyn Limited>,
    limit: Duration,
    unless: Unless,
}

/// What may have happened between the watchdog's look and the stop.
#[derive(Clone, Debug)]
enum Unless {
    /// The call with this number is over.
    Over(u64),
    /// The deadline was lifted.
    Lifted(Arc<AtomicBool>),
}

/// Keeps a deadline. Dropping this lifts the deadline.
#[derive(Debug)]
#[must_use]
pub(crate) struct Deadline {
    watchdog: Watchdog,
    key: Key,
}

#[derive(Debug)]
enum Key {
    EachCall(u64),
    At((Instant, u64), Arc<AtomicBool>),
}

impl Watchdog {
    /// Stops the plugin when one of its calls on this thread takes longer than `limit`.
    pub(crate) fn limit_each_call(&self, calls: Arc<dyn Limited>, limit: Duration) -> Deadline {
        let mut state = lock(&self.0.state);
        let id = state.new_id();
        state.watched.insert(id, Watched::new(calls, limit));
        self.wake(state, Instant::now() + TICK);
        Deadline { watchdog: self.clone(), key: Key::EachCall(id) }
    }

    /// Stops the plugin after `limit`, unless the deadline is lifted before. `None` if the clock can't reach that time.
    pub(crate) fn limit(&self, calls: Arc<dyn Limited>, limit: Duration) -> Option<Deadline> {
        let at = Instant::now().checked_add(limit)?;
        let mut state = lock(&self.0.state);
        let id = state.new_id();
        let lifted = Arc::new(AtomicBool::new(false));
        state.deadlines.insert((at, id), Late { calls, limit, unless: Unless::Lifted(lifted.clone()) });
        self.wake(state, at);
        Some(Deadline { watchdog: self.clone(), key: Key::At((at, id), lifted) })
    }

    /// Starts the thread. If the thread runs already and would sleep past `at`, this wakes it up.
    fn wake(&self, mut state: MutexGuard<'_, State>, at: Instant) {
        if std::mem::replace(&mut state.awake, true) {
            // A deadline that is far away needs no notice: the thread finds it when it wakes up by itself.
            let sooner = state.asleep_until.is_some_and(|until| at < until);
            drop(state);
            if sooner {
                self.0.changed.notify_one();
            }
            return;
        }
        drop(state);
        let watchdog = self.clone();
        let thread = std::thread::Builder::new().name("plugix-watchdog".into()).spawn(move || {
            be_prompt();
            let _keep = keep();
            watchdog.run();
        });
        if let Err(error) = thread {
            tracing::error!(%error, "there is no thread for deadlines: they are not kept");
            lock(&self.0.state).awake = false;
        }
    }

    fn run(&self) {
        let mut state = lock(&self.0.state);
        loop {
            let now = Instant::now();
            let due = state.due(now);
            if due.is_empty() {
                let Some(next) = state.plans(now) else {
                    state.awake = false;
                    return;
                };
                let pause = next.saturating_duration_since(now).min(LONGEST_PAUSE);
                state.asleep_until = Some(now + pause);
                state = wait(&self.0.changed, state, pause);
                state.asleep_until = None;
                continue;
            }
            drop(state);
            due.into_iter().for_each(|late| aside(move || late.stop()));
            state = lock(&self.0.state);
        }
    }
}

impl Late {
    fn stop(self) {
        let is_late = match &self.unless {
            Unless::Over(call) => self.calls.running() == Some(*call),
            Unless::Lifted(lifted) => !lifted.load(Ordering::Relaxed),
        };
        if is_late {
            self.calls.overrun(self.limit);
        }
    }
}

impl State {
    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Takes out the calls whose deadline has passed.
    fn due(&mut self, now: Instant) -> Vec<Late> {
        let later = self.deadlines.split_off(&(now, u64::MAX));
        let mut due: Vec<_> = std::mem::replace(&mut self.deadlines, later).into_values().collect();
        due.extend(self.watched.values_mut().filter_map(|watched| watched.look(now)));
        due
    }

    /// When there is something to do next.
    fn plans(&self, now: Instant) -> Option<Instant> {
        let deadline = self.deadlines.keys().next().map(|(at, _)| *at);
        let watched = self.watched.values().map(|watched| watched.next_look(now)).min();
        [deadline, watched].into_iter().flatten().min()
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        let mut state = lock(&self.watchdog.0.state);
        // This is dropped after the lock is released: it may be the last owner of a plugin's stopper.
        let _removed = match &self.key {
            Key::EachCall(id) => state.watched.remove(id).map(Watched::into_calls),
            Key::At(at, lifted) => {
                lifted.store(true, Ordering::Relaxed);
                state.deadlines.remove(at).map(|late| late.calls)
            }
        };
        drop(state);
    }
}

#[cfg(test)]
mod tests;
