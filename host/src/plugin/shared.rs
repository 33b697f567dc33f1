//! A plugin that several threads call at the same time.

mod asynchronous;
mod bound;
mod lanes;
mod lease;
mod start;
mod wait;

pub use asynchronous::{AsyncClient, Worker, WorkerBound};
pub use bound::SharedBound;
pub use wait::Wait;

use super::Plugin;
use super::dynamic::{self, Lend};
use super::inner::Inner;
use crate::error::{CallError, Error};
use crate::module::Module;
use crate::plugin::{CancelHandle, Metadata, Usage};
use crate::sandbox::output::Output;
use crate::stop::Deadline;
use lanes::Lanes;
use lease::Lease;
use plugix_abi::interface::Interface;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a plugin is shared; see [`Plugin::into_shared`].
#[derive(Clone, Copy, Debug)]
pub struct Sharing {
    workers: usize,
    queue: usize,
}

impl Sharing {
    /// As many calls at the same time as the machine has processors, and 1,024 callers that wait.
    pub fn new() -> Self {
        Self { workers: std::thread::available_parallelism().map_or(1, usize::from), queue: 1024 }
    }

    /// Sets how many calls may run at the same time; one at the least. Each but the first takes a thread of the
    /// plugin's, which counts against [`Policy::threads`](crate::Policy::threads), with a stack in the plugin's memory;
    /// none of them is a thread of the operating system's.
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

/// A running plugin that any number of threads call, several of them at the same time, over the same memory and state.
/// Cheap to clone; the plugin ends with the last clone and the last client.
///
/// Each call runs on one of the plugin's workers: threads that the plugin has started for this, and its main thread. A
/// worker needs no thread of the host's own: the caller's runs it. So thread-local values in the plugin are a worker's,
/// and one caller may meet several. Callers for whom there is no worker wait in a queue, first come, first served.
///
/// A panic ends its own call only. A trap, an exit, a broken protocol or a call over its deadline ends the plugin: the
/// call that it happened in gets that error, and all others [`Error::Dead`] with it as the cause. There is no way to
/// stop one thread of a plugin alone that would leave the others with memory they could trust.
///
/// A host function may call back into the plugin. It gets a free worker. If there is none, it never waits, since it might
/// wait for itself: the call fails with [`Overload::WithinACall`](crate::Overload::WithinACall).
#[derive(Clone, Debug)]
pub struct SharedPlugin {
    lanes: Arc<Lanes>,
    wait: Wait,
    limit: Option<Duration>,
    /// How long a call may go on whose future was dropped.
    cancelled_after: Option<Duration>,
}

impl Plugin {
    /// Lets several threads call the plugin at the same time. Nothing is asked of the plugin for this: what it calls
    /// `Plugin` is `Sync`, as Rust has it. One worker is enough for calls that are only to be awaited, and takes no
    /// thread of the plugin's.
    ///
    /// # Errors
    /// [`Error::NotShareable`] if the plugin was built with an SDK that can't, or if it can't start as many threads as
    /// there should be workers; [`Error::Busy`] if it is running a call; whatever ended the plugin if that ended.
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

    /// The module that the plugin was made of.
    pub fn module(&self) -> &Module {
        self.lanes.plugin.module()
    }

    /// The same plugin, with calls that wait like this for a worker; without it, they wait for as long as it takes.
    #[must_use]
    pub fn wait(&self, wait: Wait) -> Self {
        Self { wait, ..self.clone() }
    }

    /// The same plugin, with a tighter limit for each call. Waiting for a worker counts: a call that is still waiting
    /// when the limit passes fails with [`Overload::WaitedTooLong`](crate::Overload::WaitedTooLong), and nothing else
    /// happens.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self.clone() }
    }

    /// A client for an interface that the plugin implements. It may be shared by threads, and keeps the plugin alive.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ; [`Error::Overloaded`] if there is no worker; [`Error::Dead`] if the
    /// plugin was closed or has ended.
    pub fn bind<I: Interface + ?Sized>(&self) -> Result<I::Client<SharedBound>, Error> {
        Ok(I::client(SharedBound::new::<I>(self.clone())?))
    }

    /// As [`Plugin::call_bytes`].
    ///
    /// # Errors
    /// Those of [`Plugin::call_bytes`], and [`Error::Overloaded`] if there is no worker.
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        dynamic::call_bytes(self, method, args)
    }

    /// As [`Plugin::call_json`].
    ///
    /// # Errors
    /// Those of [`Plugin::call_json`], and [`Error::Overloaded`] if there is no worker.
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        dynamic::call_json(self, method, args)
    }

    /// As [`Plugin::call`].
    ///
    /// # Errors
    /// Those of [`Plugin::call`], and [`Error::Overloaded`] if there is no worker.
    pub fn call<A: Serialize + ?Sized, R: DeserializeOwned>(
        &self,
        method: &str,
        args: &A,
    ) -> Result<R, CallError<Vec<u8>>> {
        dynamic::call(self, method, args)
    }

    /// How many calls may run at the same time.
    pub fn workers(&self) -> usize {
        self.lanes.count()
    }

    /// How many callers are waiting.
    pub fn waiting(&self) -> usize {
        self.lanes.waiting()
    }

    /// Takes no more calls: those that wait and those to come fail with [`Error::Dead`]. Calls that run go on; the
    /// plugin is unloaded with its last handle.
    pub fn close(&self) {
        self.lanes.close();
    }

    /// Stops the plugin, with all its calls, from any thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        self.lanes.plugin.cancel_handle()
    }

    /// Takes what the plugin wrote to its standard output and standard error since the last time.
    pub fn take_output(&self) -> Output {
        self.lanes.plugin.take_output()
    }

    /// What the plugin uses, and what it has done since its start: the calls of all its workers together.
    pub fn usage(&self) -> Usage {
        self.lanes.plugin.usage()
    }

    /// How many threads of the plugin's own are alive, workers included.
    pub fn live_threads(&self) -> usize {
        self.lanes.plugin.live_threads()
    }

    /// Takes a worker for one call, and sets the call's deadline, which is to be dropped first.
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
