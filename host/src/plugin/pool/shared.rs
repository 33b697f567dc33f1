//! What all handles of a pool share: the idle instances, the number of instances, and the callers who wait.

use super::instance::{Instance, Used};
use super::pooled::Slot;
use crate::engine::Engine;
use crate::error::{Chain, LoadError, Overload};
use crate::plugin::{Usage, Wait};
use crate::sync::line::Line;
use crate::sync::lock::lock;
use futures::future::{Either, select};
use std::collections::VecDeque;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

pub(super) type Make<P> = Box<dyn Fn() -> Result<P, LoadError> + Send + Sync>;

#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) idle: Duration,
    pub(super) queue: usize,
    pub(super) reset: bool,
}

pub(super) struct Shared<P: Instance> {
    pub(super) engine: Engine,
    make: Make<P>,
    settings: Settings,
    state: Mutex<State<P>>,
    used: Mutex<All>,
    line: Arc<Line<Slot<P>>>,
}

struct State<P> {
    /// The instance that came back last is taken first. So the others may be idle for long enough to be unloaded.
    idle: VecDeque<(P, Instant)>,
    /// How many instances there are: idle, taken, and being made.
    size: usize,
    /// Whether somebody looks after the idle instances.
    swept: bool,
}

/// What the pool's instances use and have used.
#[derive(Default)]
struct All {
    /// The instances that the pool has now.
    now: Vec<Weak<dyn Used>>,
    /// What earlier instances have done.
    past: Usage,
}

impl<P: Instance> Shared<P> {
    pub(super) fn new(engine: Engine, make: Make<P>, settings: Settings) -> Arc<Self> {
        let state = Mutex::new(State { idle: VecDeque::new(), size: 0, swept: false });
        Arc::new(Self { engine, make, settings, state, used: Mutex::default(), line: Line::new() })
    }

    pub(super) fn make_first(self: &Arc<Self>) -> Result<(), LoadError> {
        for _ in 0..self.settings.min {
            lock(&self.state).size += 1;
            drop(Slot::new(self, None).fill()?);
        }
        Ok(())
    }

    /// Makes an instance.
    pub(super) fn make(&self) -> Result<P, LoadError> {
        let plugin = (self.make)()?;
        lock(&self.used).now.push(plugin.used());
        Ok(plugin)
    }

    /// Unloads an instance, and keeps what it has done.
    pub(super) fn retire(&self, plugin: P) {
        let (gone, usage) = (plugin.used(), plugin.usage().of_the_past());
        let mut used = lock(&self.used);
        used.now.retain(|used| !std::ptr::addr_eq(used.as_ptr(), gone.as_ptr()));
        used.past += usage;
        drop(used);
        drop(plugin);
    }

    /// What all instances use, and what they and earlier instances have done.
    pub(super) fn usage(&self) -> Usage {
        let (now, mut sum) = {
            let used = lock(&self.used);
            (used.now.clone(), used.past.clone())
        };
        now.iter().filter_map(Weak::upgrade).for_each(|used| sum += used.usage());
        sum
    }

    /// Whether another caller may have the instance. Resets the instance first, if the pool resets.
    pub(super) fn is_reusable(&self, plugin: &P) -> bool {
        plugin.is_fit() && (!self.settings.reset || plugin.reset())
    }

    pub(super) fn size(&self) -> usize {
        lock(&self.state).size
    }

    pub(super) fn idle(&self) -> usize {
        lock(&self.state).idle.len()
    }

    pub(super) fn waiting(&self) -> usize {
        self.line.waiting()
    }

    /// Takes a slot if there is one and no other caller waits.
    pub(super) fn take_now(self: &Arc<Self>) -> Option<Slot<P>> {
        if self.line.waiting() > 0 { None } else { self.find() }
    }

    fn find(self: &Arc<Self>) -> Option<Slot<P>> {
        let mut state = lock(&self.state);
        if let Some((plugin, _)) = state.idle.pop_back() {
            return Some(Slot::new(self, Some(plugin)));
        }
        let more = state.size < self.settings.max;
        state.size += usize::from(more);
        more.then(|| Slot::new(self, None))
    }

    /// Waits in the line.
    pub(super) async fn turn(self: Arc<Self>, wait: Wait) -> Result<Slot<P>, Overload> {
        let count = self.settings.max;
        let limit = match wait {
            Wait::Never => return Err(Overload::AllTaken { count }),
            Wait::AtMost(limit) => Some(limit),
            Wait::Forever => None,
        };
        let full = Overload::QueueFull { count, waiting: self.settings.queue };
        let turn = self.line.join(self.settings.queue).ok_or(full)?;
        self.serve_line();
        let Some(limit) = limit else { return Ok(turn.await) };
        let (mut turn, over) = (pin!(turn), pin!(self.engine.sleep(limit)));
        match select(turn.as_mut(), over).await {
            Either::Left((slot, _)) => Ok(slot),
            // A slot that was given in the last moment is taken.
            Either::Right(_) => turn.try_take().ok_or(Overload::WaitedTooLong { count, waited: limit }),
        }
    }

    fn serve_line(self: &Arc<Self>) {
        if self.line.waiting() > 0 {
            self.line.serve(|| self.find());
        }
    }

    /// Takes back an instance.
    pub(super) fn put_back(self: &Arc<Self>, plugin: P) {
        let mut state = lock(&self.state);
        state.idle.push_back((plugin, Instant::now()));
        let sweep = state.size > self.settings.min && !std::mem::replace(&mut state.swept, true);
        drop(state);
        if sweep {
            self.engine.io().spawn(sweep_idle(Arc::downgrade(self), self.settings.idle));
        }
        self.serve_line();
    }

    /// Counts one instance less.
    pub(super) fn give_up(self: &Arc<Self>) {
        lock(&self.state).size -= 1;
        self.serve_line();
    }

    /// Makes another instance if there are too few.
    pub(super) fn remake(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        if state.size >= self.settings.min {
            return;
        }
        state.size += 1;
        drop(state);
        let slot = Slot::new(self, None);
        // The instance is made on a thread that nobody waits for.
        let remake = move || match slot.fill() {
            Ok(filled) => drop(filled),
            Err(error) => tracing::warn!(error = %Chain(&error), "an instance of a pool could not be made"),
        };
        self.engine.blocking().spawn_blocking(remake);
    }

    /// Takes out the instances that have been idle for too long, and says when to look again.
    fn overdue(&self, time: Duration) -> (Vec<P>, Option<Instant>) {
        let mut state = lock(&self.state);
        let mut overdue = Vec::new();
        let now = Instant::now();
        while state.size > self.settings.min
            && state.idle.front().is_some_and(|(_, since)| now.duration_since(*since) >= time)
            && let Some((plugin, _)) = state.idle.pop_front()
        {
            state.size -= 1;
            overdue.push(plugin);
        }
        let next = match state.idle.front() {
            Some((_, since)) if state.size > self.settings.min => since.checked_add(time),
            _ => None,
        };
        state.swept = next.is_some();
        (overdue, next)
    }
}

/// Unloads instances that are idle for longer than `time`, until there is nothing left to look after.
async fn sweep_idle<P: Instance>(pool: Weak<Shared<P>>, time: Duration) {
    let mut next = Instant::now() + time;
    loop {
        tokio::time::sleep_until(next.into()).await;
        let Some(pool) = pool.upgrade() else { return };
        let (overdue, again) = pool.overdue(time);
        let blocking = pool.engine.blocking().clone();
        // The pool's last handle may have gone meanwhile. Then all its instances end on that thread, and not on the I/O
        // thread.
        blocking.spawn_blocking(move || overdue.into_iter().for_each(|plugin| pool.retire(plugin)));
        match again {
            Some(again) => next = again,
            None => return,
        }
    }
}

impl<P: Instance> fmt::Debug for Shared<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("settings", &self.settings).finish_non_exhaustive()
    }
}
