//! Calls of a shared plugin that the caller awaits.

use super::lanes::Lanes;
use super::lease::Lease;
use super::{SharedPlugin, bound};
use crate::error::{CallError, Error, InterfaceError};
use crate::module::Module;
use crate::plugin::asynchronous::{Running, RunningCall};
use crate::plugin::dynamic;
use crate::plugin::dynamic::Lend;
use crate::plugin::inner::Inner;
use crate::stop::Deadline;
use crate::sync::block::block_on;
use plugix_abi::interface::{self as abi, Bind, Caller, Contract, EncodeArgs, FailureOf, Interface, ValueOf};
use serde::Serialize;
use serde::de::DeserializeOwned;
#[cfg(feature = "json")]
use serde_json::Value;
use std::any::TypeId;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A client for one interface. Its calls are awaited. See [`SharedPlugin::bind_async`]. Clones are cheap.
pub struct AsyncClient<I: ?Sized> {
    plugin: SharedPlugin,
    interface: PhantomData<fn(&I)>,
}

/// One worker of a shared plugin, for several calls one after the other.
pub struct Worker {
    lanes: Arc<Lanes>,
    lease: RefCell<Lease<Arc<Lanes>>>,
}

/// A worker that was taken for calls on any thread, and since when the caller has waited.
pub(in crate::plugin) struct Leased {
    lease: Lease<Arc<Lanes>>,
    begin: Instant,
}

impl Leased {
    /// Begins with the calls, on this thread. The deadline is to be lifted before somebody else gets the worker.
    fn begin(self, plugin: &SharedPlugin) -> (Worker, Option<Deadline>) {
        let left = plugin.limit.map(|limit| limit.saturating_sub(self.begin.elapsed()));
        self.lease.hold_here();
        let deadline = left.and_then(|left| self.lease.deadline(left));
        (Worker { lanes: plugin.lanes.clone(), lease: RefCell::new(self.lease) }, deadline)
    }
}

/// Carries the calls of a typed client to a [`Worker`].
#[derive(Clone, Copy, Debug)]
pub struct WorkerBound<'a> {
    worker: &'a Worker,
    interface: usize,
}

impl SharedPlugin {
    /// A client for an interface that the plugin implements. Its calls are awaited, on any executor.
    ///
    /// # Errors
    /// The variant of [`InterfaceError`] that says how plugin and host differ.
    pub fn bind_async<I: Contract + ?Sized>(&self) -> Result<AsyncClient<I>, InterfaceError> {
        self.module().info().check_interface::<I>()?;
        Ok(AsyncClient { plugin: self.clone(), interface: PhantomData })
    }

    /// Runs calls on one worker, on a thread that is no worker of the calling executor.
    ///
    /// While no worker is free, the future waits in the queue and needs no thread. Dropping the future cancels. A
    /// future in the queue leaves the queue. After that, `services::is_cancelled()` is true in the thread of the call
    /// (and not in threads that the call has started). The worker is free again when the calls end. A plugin that
    /// doesn't ask goes on until the call ends, or until the call's deadline. [`SharedPlugin::stop_cancelled_after`]
    /// changes that.
    ///
    /// # Errors
    /// The errors of `calls`, and [`Error::Overloaded`] if there is no worker.
    pub async fn run<T, E>(&self, calls: impl FnOnce(&Worker) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let lease = self.lease().await?;
        self.run_leased(lease, calls).await
    }

    /// Takes a worker, or waits for one.
    pub(in crate::plugin) async fn lease(&self) -> Result<Leased, Error> {
        let begin = Instant::now();
        let wait = self.limit.map_or(self.wait, |limit| self.wait.within(limit));
        let lease = match self.lanes.take_now_async() {
            Some(lease) => lease,
            None => self.lanes.clone().turn(wait).await?,
        };
        self.lanes.plugin.check()?;
        Ok(Leased { lease, begin })
    }

    /// A worker for calls on this thread, and the deadline of these calls. Drop the deadline first.
    pub(in crate::plugin) fn worker(&self) -> Result<(Worker, Option<Deadline>), Error> {
        Ok(block_on(self.lease())?.begin(self))
    }

    /// Runs calls on a worker that was taken, on a thread that is no worker of the calling executor.
    pub(in crate::plugin) async fn run_leased<T, E>(
        &self,
        lease: Leased,
        calls: impl FnOnce(&Worker) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let stopper = self.lanes.plugin.cancel_handle().0;
        let call = RunningCall::new(self.module().engine(), stopper, self.cancelled_after);
        let plugin = self.clone();
        let run = move |(): &()| {
            let (worker, _deadline) = lease.begin(&plugin);
            calls(&worker)
        };
        Running::start(call, (), run).await
    }

    /// The same plugin. If a call goes on for longer than `grace` after its future was dropped, the plugin is stopped
    /// with all its calls. By default a call is only asked to end.
    #[must_use]
    pub fn stop_cancelled_after(&self, grace: Duration) -> Self {
        Self { cancelled_after: Some(grace), ..self.clone() }
    }

    /// [`SharedPlugin::call_json`], awaited.
    ///
    /// # Errors
    /// The errors of [`SharedPlugin::call_json`].
    #[cfg(feature = "json")]
    pub async fn call_json_async(&self, method: &str, args: Value) -> Result<Value, CallError<Value>> {
        let method = method.to_owned();
        self.run(move |worker| worker.call_json(&method, &args)).await
    }
}

impl<I: Contract + ?Sized> AsyncClient<I> {
    /// Runs calls on one worker: `client.call(|client| client.count("/books", 4)).await`. This works as
    /// [`SharedPlugin::run`] does.
    ///
    /// # Errors
    /// The errors of `calls`, and [`Error::Overloaded`] if there is no worker.
    pub async fn call<T, E>(
        &self,
        calls: impl FnOnce(&I::Client<WorkerBound<'_>>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.plugin.run(move |worker| calls(&worker.bind::<I>()?)).await
    }

    /// The same client for a changed plugin: `client.with(|plugin| plugin.within(limit))`.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&SharedPlugin) -> SharedPlugin) -> Self {
        Self { plugin: change(&self.plugin), interface: PhantomData }
    }
}

impl Worker {
    /// A client for an interface that the plugin implements.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ. [`Error::Busy`] if the worker is running a call.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<WorkerBound<'_>>, Error> {
        I::bind(&Binding(self))
    }

    /// Does the same as [`Plugin::call_bytes`](crate::Plugin::call_bytes).
    ///
    /// # Errors
    /// The errors of [`Plugin::call_bytes`](crate::Plugin::call_bytes).
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        dynamic::call_bytes(self, method, args)
    }

    /// Does the same as [`Plugin::call_json`](crate::Plugin::call_json).
    ///
    /// # Errors
    /// The errors of [`Plugin::call_json`](crate::Plugin::call_json).
    #[cfg(feature = "json")]
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        dynamic::call_json(self, method, args)
    }

    /// Does the same as [`Plugin::call`](crate::Plugin::call).
    ///
    /// # Errors
    /// The errors of [`Plugin::call`](crate::Plugin::call).
    pub fn call<A: Serialize + ?Sized, R: DeserializeOwned>(
        &self,
        method: &str,
        args: &A,
    ) -> Result<R, CallError<Vec<u8>>> {
        dynamic::call(self, method, args)
    }
}

/// Finds interfaces in a worker's instance.
struct Binding<'a>(&'a Worker);

impl<'a> Bind for Binding<'a> {
    type Caller = WorkerBound<'a>;
    type Error = Error;

    fn bind<I: Interface + ?Sized>(&self) -> Result<WorkerBound<'a>, Error> {
        let Self(worker) = *self;
        let interface = worker.lanes.interface(TypeId::of::<I>());
        let mut lease = worker.lease.try_borrow_mut().map_err(|_| Error::Busy)?;
        bound::ensure_found::<I>(&mut lease, worker.module(), interface)?;
        Ok(WorkerBound { worker, interface })
    }

    fn is_other_version(error: &Error) -> bool {
        error.is_other_version()
    }
}

impl Lend for Worker {
    fn module(&self) -> &Module {
        self.lanes.plugin.module()
    }

    fn lend<R>(&self, run: impl FnOnce(&mut Inner) -> R) -> Result<R, Error> {
        Ok(run(&mut *self.lease.try_borrow_mut().map_err(|_| Error::Busy)?))
    }
}

impl Caller for WorkerBound<'_> {
    type Error = Error;

    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: abi::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let mut lease = self.worker.lease.try_borrow_mut().map_err(|_| Error::Busy)?;
        bound::call::<I, METHOD, A>(&mut lease, self.worker.module(), self.interface, args)
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        self.worker.lease.try_borrow().is_ok_and(|lease| bound::provides(&lease, self.interface, method))
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}

impl<I: ?Sized> Clone for AsyncClient<I> {
    fn clone(&self) -> Self {
        Self { plugin: self.plugin.clone(), interface: PhantomData }
    }
}

impl<I: ?Sized> fmt::Debug for AsyncClient<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncClient").field("plugin", &self.plugin).finish_non_exhaustive()
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}
