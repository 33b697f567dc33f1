//! A plugin that several threads call at the same time.

mod asynchronous;
mod bound;
mod lanes;
mod lease;
mod pause;
mod start;
mod wait;

pub use asynchronous::{AsyncClient, Worker, WorkerBound};
pub use bound::SharedBound;
pub(super) use bound::bind;
pub use wait::Wait;

use super::Plugin;
use super::dynamic::{self, Lend};
use super::inner::Inner;
use crate::error::{CallError, Error};
use crate::module::Module;
use crate::output::Output;
use crate::plugin::{CancelHandle, Metadata, Signal, SignalHandle, Usage};
use crate::stop::Deadline;
use lanes::Lanes;
use lease::Lease;
use plugix_abi::interface::Contract;
use serde::Serialize;
use serde::de::DeserializeOwned;
#[cfg(feature = "json")]
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a plugin is shared. See [`Plugin::into_shared`].
#[derive(Clone, Copy, Debug)]
pub struct Sharing {
    workers: usize,
    queue: usize,
}

impl Sharing {
    /// As many workers as the machine has processors, and 1,024 callers who may wait.
    pub fn new() -> Self {
        Self { workers: std::thread::available_parallelism().map_or(1, usize::from), queue: 1024 }
    }

    /// Sets how many calls may run at the same time: one at least. Each worker but the first is a thread of the plugin.
    /// It counts against [`Policy::threads`](crate::Policy::threads), and has a stack in the plugin's memory. No worker
    /// has a thread of the operating system.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// Sets how many callers may wait while all workers run calls.
    #[must_use]
    pub fn queue(mut self, callers: usize) -> Self {
        self.queue = callers;
        self
    }
}

impl Default for Sharing {
    fn default() -> Self {
        Self::new()
    }
}

/// A running plugin that any number of threads call, several at the same time. All calls see the same memory and state.
/// Clones are cheap. The plugin ends when the last clone and the last client are dropped.
///
/// Each call runs on one of the plugin's workers. The workers are the plugin's main thread, and threads that the plugin
/// has started for this. A worker needs no thread of the host: the caller's thread runs it. So a thread-local value in
/// the plugin belongs to a worker, and one caller may meet several workers. Callers wait in a queue while no worker is
/// free: first come, first served.
///
/// A panic ends only its own call. A trap, an exit, a broken protocol or a call over its deadline ends the plugin. The
/// call in which that happened fails with that error. All other calls fail with [`Error::Dead`], and its cause is that
/// error. One thread of a plugin alone can't be stopped, because the other threads could not trust their memory any
/// more.
///
/// A host function may call back into the plugin, and gets a free worker. If no worker is free, it doesn't wait,
/// because it might wait for itself. Its call then fails with
/// [`Overload::WithinACall`](crate::error::Overload::WithinACall). While the plugin is replaced, such calls go on as if it
/// were not.
#[derive(Clone, Debug)]
pub struct SharedPlugin {
    lanes: Arc<Lanes>,
    wait: Wait,
    limit: Option<Duration>,
    /// How long a call may go on after its future was dropped.
    cancelled_after: Option<Duration>,
}

impl Plugin {
    /// Lets several threads call the plugin at the same time. The plugin needs nothing special for this: its `Plugin`
    /// type is `Sync` anyway. One worker is enough for calls that are only awaited. It takes no thread of the plugin.
    ///
    /// # Errors
    /// [`Error::NotShareable`] if the plugin's SDK is too old for sharing, or if the plugin can't start a thread for
    /// each worker. [`Error::Busy`] if the plugin is running a call. Otherwise what has ended the plugin.
    pub fn into_shared(self, sharing: &Sharing) -> Result<SharedPlugin, Error> {
        let lanes = start::start(self, sharing)?;
        Ok(SharedPlugin { lanes, wait: Wait::Forever, limit: None, cancelled_after: None })
    }
}

impl SharedPlugin {
    /// Who the plugin says it is.
    pub fn metadata(&self) -> &Metadata {
        self.lanes.plugin.metadata()
    }

    /// The module that the plugin was made from.
    pub fn module(&self) -> &Module {
        self.lanes.plugin.module()
    }

    /// The same plugin. Its calls wait for a worker as `wait` says. By default they wait for as long as it takes.
    #[must_use]
    pub fn wait(&self, wait: Wait) -> Self {
        Self { wait, ..self.clone() }
    }

    /// The same plugin, with a tighter limit for each call. The time of waiting for a worker counts. A call that still
    /// waits when the limit passes fails with [`Overload::WaitedTooLong`](crate::error::Overload::WaitedTooLong), and
    /// nothing else happens.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self.clone() }
    }

    /// A client for an interface that the plugin implements. Threads may share the client. The client keeps the plugin
    /// alive.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ. [`Error::Overloaded`] if there is no worker. [`Error::Dead`] if
    /// the plugin was closed or has ended.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<SharedBound>, Error> {
        I::bind(&bound::Binding(self))
    }

    /// Does the same as [`Plugin::call_bytes`].
    ///
    /// # Errors
    /// The errors of [`Plugin::call_bytes`], and [`Error::Overloaded`] if there is no worker.
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        dynamic::call_bytes(self, method, args)
    }

    /// Does the same as [`Plugin::call_json`].
    ///
    /// # Errors
    /// The errors of [`Plugin::call_json`], and [`Error::Overloaded`] if there is no worker.
    #[cfg(feature = "json")]
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        dynamic::call_json(self, method, args)
    }

    /// Does the same as [`Plugin::call`].
    ///
    /// # Errors
    /// The errors of [`Plugin::call`], and [`Error::Overloaded`] if there is no worker.
    pub fn call<A: Serialize + ?Sized, R: DeserializeOwned>(
        &self,
        method: &str,
        args: &A,
    ) -> Result<R, CallError<Vec<u8>>> {
        dynamic::call(self, method, args)
    }

    /// Whether the plugin can be called: nothing has ended it.
    pub fn is_alive(&self) -> bool {
        self.lanes.plugin.check().is_ok()
    }

    /// How many calls may run at the same time.
    pub fn workers(&self) -> usize {
        self.lanes.count()
    }

    /// How many callers are waiting.
    pub fn waiting(&self) -> usize {
        self.lanes.waiting()
    }

    /// Takes no more calls. Waiting calls and later calls fail with [`Error::Dead`]. Running calls go on. The plugin is
    /// unloaded when its last handle is dropped.
    pub fn close(&self) {
        self.lanes.close();
    }

    /// A handle that stops the plugin with all its calls, from any thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        self.lanes.plugin.cancel_handle()
    }

    /// Sends the plugin a signal. See [`SignalHandle::send`](super::SignalHandle::send).
    pub fn signal(&self, signal: Signal) {
        self.lanes.plugin.signal(signal);
    }

    /// A handle that sends the plugin signals from any other thread.
    pub fn signal_handle(&self) -> SignalHandle {
        self.lanes.plugin.signal_handle()
    }

    /// Takes what the plugin wrote to its standard output and standard error since this was last called.
    pub fn take_output(&self) -> Output {
        self.lanes.plugin.take_output()
    }

    /// What the plugin uses, and what it has done since its start. The calls of all workers are in the sum.
    pub fn usage(&self) -> Usage {
        self.lanes.plugin.usage()
    }

    /// How many threads of the plugin are alive, workers included. The main thread doesn't count.
    pub fn live_threads(&self) -> usize {
        self.lanes.plugin.live_threads()
    }

    /// Takes a worker for one call, and sets the call's deadline. Drop the deadline first.
    #[inline]
    fn take(&self) -> Result<(Lease<&Arc<Lanes>>, Option<Deadline>), Error> {
        let Some(limit) = self.limit else {
            return Ok((self.lanes.take(self.wait)?, None));
        };
        let begin = Instant::now();
        let lease = self.lanes.take(self.wait.within(limit))?;
        let deadline = lease.deadline(limit.saturating_sub(begin.elapsed()));
        Ok((lease, deadline))
    }
}

impl Lend for SharedPlugin {
    fn module(&self) -> &Module {
        self.lanes.plugin.module()
    }

    fn lend<R>(&self, run: impl FnOnce(&mut Inner) -> R) -> Result<R, Error> {
        let (mut lease, _deadline) = self.take()?;
        Ok(run(&mut lease))
    }
}
