//! Runs guest threads: one operating system thread for each that is alive, and no others.
//!
//! wasmer-wasix's own task manager starts a pool of hundreds of threads at once, prints traps to the host's standard
//! error, and makes a store and an instance for each guest thread. Here, a finished thread's store and instance are
//! kept for the plugin's next thread.

mod guest_thread;
mod worker;

pub(crate) use worker::{Worker, WorkerThread};

use super::{Halt, Quota, Stopper};
use crate::lock::{lock, wait, wait_while};
use crate::{Engine, Error, Event, LimitKind};
use futures::future::{BoxFuture, select};
use guest_thread::{Ended, GuestThread, Spare};
use std::collections::{HashMap, HashSet};
use std::pin::{Pin, pin};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use wasmer_wasix::runtime::task_manager::TaskWasm;
use wasmer_wasix::{VirtualTaskManager, WasiThreadError};

/// Stack of a guest thread's operating system thread. Wasm code has a stack of its own; this one is for the host
/// functions that it calls.
const STACK_SIZE: usize = 1 << 20;

/// Finished threads whose store and instance are kept for each plugin.
const MAX_SPARES: usize = 8;

/// How long a new thread waits for another to end when there are as many as there may be.
const PATIENCE: Duration = Duration::from_millis(100);

/// The threads of one plugin.
#[derive(Debug)]
pub(crate) struct Tasks {
    plugin: String,
    io: Handle,
    wasmer: wasmer::Engine,
    quota: Option<Quota>,
    halt: Halt,
    stopper: Arc<Stopper>,
    /// How many threads may be alive at once.
    limit: usize,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Threads that run guest code, by their guest's thread id.
    live: HashMap<u32, JoinHandle<()>>,
    /// Threads that have ended, or are about to without touching anything of ours.
    done: Vec<JoinHandle<()>>,
    spares: Vec<Spare>,
    workers: Workers,
    closed: bool,
}

/// Guest threads that the host calls in their place, and that have no thread of the operating system's any more.
#[derive(Debug, Default)]
struct Workers {
    /// How many the host has asked for that have not come yet.
    wanted: usize,
    /// Those that have come and that nobody has taken yet.
    offered: Vec<Worker>,
    /// All of them, by their guest's thread id.
    tids: HashSet<u32>,
}

impl State {
    /// How many guest threads are alive.
    fn live(&self) -> usize {
        self.live.len() + self.workers.tids.len()
    }
}

impl Tasks {
    pub(crate) fn new(
        plugin: &str,
        engine: &Engine,
        wasmer: wasmer::Engine,
        quota: Option<Quota>,
        stopper: Arc<Stopper>,
        limit: usize,
    ) -> Self {
        Self {
            // A thread's name can't have zeroes.
            plugin: plugin.replace('\0', ""),
            io: engine.io().clone(),
            wasmer,
            quota,
            halt: Halt::default(),
            stopper,
            limit,
            state: Mutex::default(),
            ended: Condvar::new(),
        }
    }

    /// Ends what the plugin's threads wait for in the host: sleep, sockets, names.
    pub(crate) fn halt(&self) -> &Halt {
        &self.halt
    }

    /// What ends the plugin whose threads these are.
    pub(crate) fn stopper(&self) -> &Arc<Stopper> {
        &self.stopper
    }

    /// How many spawned guest threads are alive.
    pub(crate) fn live(&self) -> usize {
        lock(&self.state).live()
    }

    /// How many of them run by themselves.
    pub(crate) fn running(&self) -> usize {
        lock(&self.state).live.len()
    }

    /// Waits for the end of threads that run by themselves. False if they don't end.
    pub(crate) fn wait_for_end(&self, patience: Duration) -> bool {
        wait_while(&self.ended, lock(&self.state), patience, |state| !state.live.is_empty()).live() == 0
    }

    /// Refuses new threads, calls `kill` again and again until all are gone, and joins them. Gives up after `budget`
    /// and returns how many are left.
    pub(crate) fn close(&self, budget: Duration, mut kill: impl FnMut()) -> usize {
        const RETRY: Duration = Duration::from_millis(1);
        let deadline = Instant::now() + budget;
        let mut state = lock(&self.state);
        state.closed = true;
        self.halt.stop();
        while !state.live.is_empty() && Instant::now() < deadline {
            drop(state);
            kill();
            state = lock(&self.state);
            if !state.live.is_empty() {
                state = wait(&self.ended, state, RETRY);
            }
        }
        let unused = (std::mem::take(&mut state.spares), std::mem::take(&mut state.workers.offered));
        let (left, done) = (state.live.len(), std::mem::take(&mut state.done));
        drop(state);
        drop(unused);
        join(done);
        left
    }

    /// Waits for room for one more thread, if there will be any soon: a thread that its guest has seen end may be about
    /// to end here.
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

    /// The last thing that a guest's thread does.
    fn end(&self, tid: u32, ended: Ended) {
        let mut state = lock(&self.state);
        if let Some(handle) = state.live.remove(&tid) {
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

    /// Lets so many threads offer themselves for calls. Those that were wanted before are wanted no longer.
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

    /// Waits until so many threads have offered themselves, and takes them.
    ///
    /// # Errors
    /// What ended the plugin meanwhile.
    pub(crate) fn take_workers(&self, count: usize) -> Result<Vec<Worker>, Error> {
        const LOOK_AGAIN: Duration = Duration::from_millis(5);
        let mut state = lock(&self.state);
        while state.workers.offered.len() < count {
            self.stopper.check()?;
            state = wait(&self.ended, state, LOOK_AGAIN);
        }
        Ok(std::mem::take(&mut state.workers.offered))
    }

    /// Forgets a worker, which is over.
    fn retire(&self, tid: u32) {
        lock(&self.state).workers.tids.remove(&tid);
        self.ended.notify_all();
    }
}

fn join(threads: Vec<JoinHandle<()>>) {
    let own = std::thread::current().id();
    for thread in threads.into_iter().filter(|thread| thread.thread().id() != own) {
        // A panic of the thread's was already reported where it was caught.
        let _ = thread.join();
    }
}

/// What wasmer-wasix sees of a plugin's threads.
#[derive(Debug)]
pub(crate) struct TaskManager(pub(crate) Arc<Tasks>);

impl VirtualTaskManager for TaskManager {
    fn sleep_now(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + Sync + 'static>> {
        if time.is_zero() {
            return Box::pin(tokio::task::yield_now());
        }
        let _guard = self.0.io.enter();
        let (sleep, halt) = (tokio::time::sleep(time), self.0.halt.clone());
        // Every wait for a socket is a race against a sleep, its timeout; a stopped plugin's waits time out at once.
        Box::pin(async move {
            select(pin!(sleep), pin!(halt.stopped())).await;
        })
    }

    fn task_shared(
        &self,
        task: Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + 'static>,
    ) -> Result<(), WasiThreadError> {
        self.0.io.spawn(async move { task().await });
        Ok(())
    }

    fn task_wasm(&self, task: TaskWasm) -> Result<(), WasiThreadError> {
        let thread = GuestThread::new(task)?;
        let (tid, tasks) = (thread.tid(), self.0.clone());
        let (ready, started) = sync_channel(1);
        // Held while the thread starts, so that it can't end before it is in the registry.
        let mut state = self.0.admit()?;
        let done = std::mem::take(&mut state.done);
        let handle = Builder::new()
            .name(format!("{}/{tid}", self.0.plugin))
            .stack_size(STACK_SIZE)
            .spawn(move || {
                let ended = thread.run(&tasks, |outcome| {
                    // The receiver waits for this one message.
                    let _ = ready.send(outcome);
                });
                tasks.end(tid, ended);
            })
            .map_err(|_| WasiThreadError::Unsupported)?;
        state.live.insert(tid, handle);
        drop(state);
        join(done);
        started.recv().map_err(|_| WasiThreadError::InvalidWasmContext)?
    }

    fn task_dedicated(&self, _task: Box<dyn FnOnce() + Send + 'static>) -> Result<(), WasiThreadError> {
        // Used for starting processes only, which no plugin may.
        Err(WasiThreadError::Unsupported)
    }

    fn thread_parallelism(&self) -> Result<usize, WasiThreadError> {
        Ok(std::thread::available_parallelism().map_or(1, usize::from))
    }
}
