//! Runs guest threads: one operating system thread for each live guest thread, and no others.
//!
//! wasmer-wasix has a task manager of its own. That one starts a pool of hundreds of threads at once, prints traps to
//! the host's standard error, and makes a store and an instance for each guest thread. Here, the plugin's next thread
//! gets the store and the instance of a finished thread.

mod clock;
mod guest_thread;
mod manager;
mod worker;

pub(super) use manager::TaskManager;
pub(crate) use worker::{Worker, WorkerThread};

use super::post_mortem::PostMortem;
use super::quota::Stores;
use crate::error::Error;
use crate::events::{Event, LimitKind};
use crate::stop::{Halt, Stopper, Target};
use crate::sync::lock::{lock, wait, wait_while};
use guest_thread::{Ended, Spare};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use wasmer::{RuntimeError, Store};
use wasmer_wasix::WasiThreadError;

/// How many finished threads a plugin keeps the store and the instance of.
const MAX_SPARES: usize = 8;

/// If a plugin has as many threads as it may have, a new thread waits this long for another to end.
const PATIENCE: Duration = Duration::from_millis(100);

/// The threads of one plugin.
#[derive(Debug)]
pub(crate) struct Tasks {
    plugin: String,
    io: Handle,
    stores: Stores,
    stopper: Arc<Stopper>,
    /// How many threads may be alive at once.
    limit: usize,
    /// What wants to know where the threads were when they ended.
    post_mortem: Option<Arc<PostMortem>>,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Threads that run guest code, by the guest's id of the thread.
    live: HashMap<u32, JoinHandle<()>>,
    /// Threads that have ended, and threads that are about to end and touch nothing of the host any more.
    done: Vec<JoinHandle<()>>,
    spares: Vec<Spare>,
    workers: Workers,
    closed: bool,
    /// The most guest threads that were alive at once.
    most: usize,
    /// The processor time of threads that have ended.
    time: Duration,
}

/// Guest threads in whose place the host calls. They have no operating system thread any more.
#[derive(Debug, Default)]
struct Workers {
    /// How many workers the host has asked for that have not come yet.
    wanted: usize,
    /// Workers that have come, and that nobody has taken yet.
    offered: Vec<Worker>,
    /// All workers, by the guest's id of the thread.
    tids: HashSet<u32>,
}

impl State {
    /// How many guest threads are alive.
    fn live(&self) -> usize {
        self.live.len() + self.workers.tids.len()
    }
}

impl Tasks {
    /// The threads of `plugin`. `limit` of them may be alive at once, and `io` drives their timers.
    pub(crate) fn new(plugin: &str, io: &Handle, stores: Stores, stopper: Arc<Stopper>, limit: usize) -> Self {
        Self {
            // A thread's name can't contain zeroes.
            plugin: plugin.replace('\0', ""),
            io: io.clone(),
            stores,
            stopper,
            limit,
            post_mortem: None,
            state: Mutex::default(),
            ended: Condvar::new(),
        }
    }

    /// The same with something that wants to know where the threads were when they ended.
    pub(super) fn examined_by(self, post_mortem: Option<Arc<PostMortem>>) -> Self {
        Self { post_mortem, ..self }
    }

    /// Tells where a thread was when an error ended its code. `thread` is `None` for the main thread.
    #[inline]
    pub(super) fn record(&self, thread: Option<u32>, error: &RuntimeError, store: &mut Store) {
        if let Some(post_mortem) = &self.post_mortem {
            post_mortem.record(thread, error, store);
        }
    }

    /// Tells that no more threads of an ended plugin end.
    pub(super) fn examine(&self) {
        if let Some(post_mortem) = &self.post_mortem {
            post_mortem.begin();
        }
    }

    /// What ends the waits of the plugin's threads in the host: sleep, sockets, names.
    pub(crate) fn halt(&self) -> &Halt {
        self.stopper.halt()
    }

    /// What ends the plugin of these threads.
    pub(crate) fn stopper(&self) -> &Arc<Stopper> {
        &self.stopper
    }

    /// A number that stands for the plugin of these threads.
    pub(crate) fn owner(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// How many guest threads are alive. The main thread doesn't count.
    pub(crate) fn live(&self) -> usize {
        lock(&self.state).live()
    }

    /// How many guest threads are alive, and how many were at most.
    pub(crate) fn counted(&self) -> (usize, usize) {
        let state = lock(&self.state);
        (state.live(), state.most)
    }

    /// How many guest threads may be alive at once.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// The processor time of the threads that the plugin has started, up to now.
    pub(crate) fn time(&self) -> Duration {
        let state = lock(&self.state);
        state.live.values().map(clock::of_thread).sum::<Duration>() + state.time
    }

    /// How many guest threads run by themselves.
    pub(crate) fn running(&self) -> usize {
        lock(&self.state).live.len()
    }

    /// Waits until no guest thread is alive any more that runs by itself. False if some guest thread is still alive
    /// after that.
    pub(crate) fn wait_for_end(&self, patience: Duration) -> bool {
        wait_while(&self.ended, lock(&self.state), patience, |state| !state.live.is_empty()).live() == 0
    }

    /// Refuses new threads, calls `kill` again and again until all threads are gone, and joins them. Gives up after
    /// `budget`, and returns how many threads are left.
    pub(crate) fn close(&self, budget: Duration, mut kill: impl FnMut()) -> usize {
        const RETRY: Duration = Duration::from_millis(1);
        let deadline = Instant::now() + budget;
        let mut state = lock(&self.state);
        state.closed = true;
        self.halt().stop();
        while !state.live.is_empty() && Instant::now() < deadline {
            drop(state);
            kill();
            state = lock(&self.state);
            if !state.live.is_empty() {
                state = wait(&self.ended, state, RETRY);
            }
        }
        let unused = (std::mem::take(&mut state.spares), std::mem::take(&mut state.workers.offered));
        let left = state.live.len();
        let done = std::mem::take(&mut state.done);
        drop(state);
        drop(unused);
        join(done);
        left
    }

    /// Waits for room for one more thread, if there may soon be some. A guest may have seen a thread end that is only
    /// about to end here.
    fn admit(&self) -> Result<MutexGuard<'_, State>, WasiThreadError> {
        let full = |state: &mut State| {
            state.live() >= self.limit && !state.closed && self.limit > 0 && self.stopper.cause().is_none()
        };
        let state = wait_while(&self.ended, lock(&self.state), PATIENCE, full);
        if state.closed || self.stopper.cause().is_some() {
            return Err(WasiThreadError::Unsupported);
        }
        if state.live() >= self.limit {
            self.stopper.report(Event::LimitReached { limit: LimitKind::Threads, allowed: self.limit as u64 });
            return Err(WasiThreadError::Unsupported);
        }
        Ok(state)
    }

    fn take_spare(&self) -> Option<Spare> {
        lock(&self.state).spares.pop()
    }

    /// The last thing that the operating system thread of a guest thread does.
    fn end(&self, tid: u32, ended: Ended) {
        let mut state = lock(&self.state);
        if let Some(handle) = state.live.remove(&tid) {
            state.time += clock::of_thread(&handle);
            state.done.push(handle);
        }
        let surplus = match ended {
            Ended::Offering(worker) if !state.closed => {
                state.workers.tids.insert(tid);
                state.workers.offered.push(worker);
                Ended::Nothing
            }
            Ended::Well(spare) if !state.closed && state.spares.len() < MAX_SPARES => {
                state.spares.push(spare);
                Ended::Nothing
            }
            other => other,
        };
        self.ended.notify_all();
        drop(state);
        drop(surplus);
    }

    /// Lets this many threads offer themselves for calls. An earlier number doesn't count any more.
    pub(crate) fn want_workers(&self, count: usize) {
        lock(&self.state).workers.wanted = count;
    }

    /// Whether the host has asked for the thread that offers itself.
    fn admit_worker(&self) -> bool {
        let wanted = &mut lock(&self.state).workers.wanted;
        let admitted = *wanted > 0;
        *wanted = wanted.saturating_sub(1);
        admitted
    }

    /// Waits until this many threads have offered themselves, and takes them.
    ///
    /// # Errors
    /// What has ended the plugin meanwhile.
    pub(crate) fn take_workers(&self, count: usize) -> Result<Vec<Worker>, Error> {
        const LOOK_AGAIN: Duration = Duration::from_millis(5);
        let mut state = lock(&self.state);
        while state.workers.offered.len() < count {
            self.stopper.check()?;
            state = wait(&self.ended, state, LOOK_AGAIN);
        }
        Ok(std::mem::take(&mut state.workers.offered))
    }

    /// Forgets a worker that is over.
    fn retire(&self, tid: u32) {
        lock(&self.state).workers.tids.remove(&tid);
        self.ended.notify_all();
    }
}

fn join(threads: Vec<JoinHandle<()>>) {
    let own = std::thread::current().id();
    for thread in threads.into_iter().filter(|thread| thread.thread().id() != own) {
        // A panic of this thread was reported where it was caught.
        let _ = thread.join();
    }
}

/// The threads of a plugin, as a target of the plugin's end. It doesn't keep the threads alive.
pub(super) struct Running(pub(super) Weak<Tasks>);

impl Target for Running {
    /// The other targets end these threads. This ends the waits for room for one more.
    fn kill(&self) {
        if let Some(tasks) = self.0.upgrade() {
            tasks.ended.notify_all();
        }
    }

    fn is_quiet(&self) -> bool {
        self.0.upgrade().is_none_or(|tasks| tasks.running() == 0)
    }
}
