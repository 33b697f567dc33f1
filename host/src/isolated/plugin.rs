//! The plugin, as its host has it.

use super::bound::{Binding, IsolatedBound};
use super::lanes::Lease;
use super::shared::Shared;
use crate::error::{CallError, Error, MethodRef, StateError};
use crate::module::Module;
use crate::output::Output;
use crate::plugin::asynchronous::{Running, RunningCall};
use crate::plugin::call::ReadError;
use crate::plugin::dynamic::{self, CallExport};
use crate::plugin::pool::{Instance, Used};
use crate::plugin::{CancelHandle, Metadata, SavedState, Signal, Usage, Wait, state};
use crate::running::memory::GuestPayload;
use crate::stop::Deadline;
use plugix_abi::interface::Contract;
use serde::Serialize;
use serde::de::DeserializeOwned;
#[cfg(feature = "json")]
use serde_json::Value;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// A running plugin in a process of its own. Any number of threads call it, as many at the same time as it has
/// [workers](super::Isolation::workers); the others wait in a queue. Clones are cheap. The plugin ends, and its process,
/// when the last clone and the last client are dropped.
///
/// Errors are those of any plugin. What ends the process in another way is [`Error::Process`].
#[derive(Clone, Debug)]
pub struct IsolatedPlugin {
    shared: Arc<Shared>,
    wait: Wait,
    limit: Option<Duration>,
}

impl IsolatedPlugin {
    pub(super) fn of(shared: Arc<Shared>) -> Self {
        Self { shared, wait: Wait::Forever, limit: None }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Who the plugin says it is.
    pub fn metadata(&self) -> &Metadata {
        &self.shared.metadata
    }

    /// The module that the plugin was made from.
    pub fn module(&self) -> &Module {
        &self.shared.module
    }

    /// The number of the plugin's process.
    pub fn process_id(&self) -> u32 {
        self.shared.control.process().id()
    }

    /// What the kernel lacks of the wall around the process. Empty unless [`Isolation::best_effort`](super::Isolation::best_effort)
    /// was wanted.
    pub fn lacks(&self) -> &[String] {
        self.shared.control.lacks()
    }

    /// A client for an interface that the plugin implements, or for a [`Contract`] of several versions. The client owns a
    /// handle of the plugin.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<IsolatedBound>, Error> {
        I::bind(&Binding(self))
    }

    /// The plugin with a tighter limit for each call, the time in the queue included.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self.clone() }
    }

    /// The plugin for callers that wait as this says while all workers run calls. The default is to wait forever.
    #[must_use]
    pub fn wait(&self, wait: Wait) -> Self {
        Self { wait, ..self.clone() }
    }

    /// Calls a method that was exported with `plugix_guest::export!`. Such a method takes bytes and returns bytes.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error. [`CallError::Failed`] if the call failed.
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        dynamic::call_bytes(self, method, args)
    }

    /// Does the same as [`Plugin::call_json`](crate::Plugin::call_json).
    ///
    /// # Errors
    /// [`CallError::Returned`] with the method's own error as JSON. [`CallError::Failed`] if the call failed.
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

    /// Does the same as [`Plugin::save`](crate::Plugin::save).
    ///
    /// # Errors
    /// The errors of [`Plugin::save`](crate::Plugin::save).
    pub fn save(&self) -> Result<SavedState, StateError> {
        state::save(self)
    }

    /// Does the same as [`Plugin::restore`](crate::Plugin::restore).
    ///
    /// # Errors
    /// The errors of [`Plugin::restore`](crate::Plugin::restore).
    pub fn restore(&self, state: &SavedState) -> Result<(), StateError> {
        state::restore(self, state)
    }

    /// A handle that stops the plugin from any other thread, and ends its process.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.shared.host.stopper.clone())
    }

    /// Sends the plugin a signal. See [`SignalHandle::send`](crate::plugin::SignalHandle::send).
    pub fn signal(&self, signal: Signal) {
        self.shared.control.signal(signal);
    }

    /// Takes what the plugin wrote to its standard output and standard error since this was last called.
    pub fn take_output(&self) -> Output {
        // What the process has written before its answer is here then.
        self.shared.control.usage();
        self.shared.output.take()
    }

    /// What the plugin uses, and what it has done since its start. Of a plugin that has ended, it is what its host knows.
    pub fn usage(&self) -> Usage {
        self.shared.usage()
    }

    /// Runs calls on a thread that is no worker of the calling executor. Dropping the future cancels, as for a
    /// [shared plugin](crate::plugin::SharedPlugin::run): `services::is_cancelled()` is true then in the thread of the call.
    ///
    /// # Errors
    /// The errors of `calls`.
    pub async fn run<T, E>(&self, calls: impl FnOnce(&Self) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let call = RunningCall::new(self.module().engine(), self.shared.host.stopper.clone(), None);
        Running::start(call, self.clone(), calls).await
    }

    /// How many calls can run at the same time.
    pub fn workers(&self) -> usize {
        self.shared.lanes.count()
    }

    /// Takes a lane for one call, and sets the call's deadline. Drop the deadline first.
    pub(super) fn take(&self) -> Result<(Lease, Option<Deadline>), Error> {
        let lanes = &self.shared.lanes;
        let Some(limit) = self.limit else { return Ok((lanes.take(self.wait)?, None)) };
        let begin = Instant::now();
        let lease = lanes.take(self.wait.within(limit))?;
        let left = limit.saturating_sub(begin.elapsed());
        let deadline = self.shared.module.engine().watchdog().limit(lease.calls.clone(), left);
        Ok((lease, deadline))
    }
}

impl Instance for IsolatedPlugin {
    fn is_fit(&self) -> bool {
        let stopper = &self.shared.host.stopper;
        // Whoever has kept a client could call it still.
        let is_alone = Arc::strong_count(&self.shared) == 1;
        stopper.check().is_ok() && !stopper.limit_reached() && self.shared.lanes.is_idle() && is_alone
    }

    fn reset(&self) -> bool {
        false
    }

    fn used(&self) -> Weak<dyn Used> {
        let shared: Arc<dyn Used> = self.shared.clone();
        Arc::downgrade(&shared)
    }

    fn call_bytes_within(&self, limit: Duration, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        self.within(limit).call_bytes(method, args)
    }

    fn cancel_handle(&self) -> CancelHandle {
        Self::cancel_handle(self)
    }

    fn usage(&self) -> Usage {
        self.shared.usage()
    }
}

impl CallExport for IsolatedPlugin {
    fn module(&self) -> &Module {
        &self.shared.module
    }

    fn call_export<T, E>(
        &self,
        export: &str,
        name: &MethodRef<'_>,
        args: &[u8],
        value: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
        error: impl FnOnce(GuestPayload<'_>) -> Result<E, ReadError>,
    ) -> Result<T, CallError<E>> {
        let (mut lane, _deadline) = self.take()?;
        lane.calls.begin()?;
        let result = self.shared.call_export(&mut lane, (export, name), args, value, error);
        lane.calls.finish()?;
        result
    }
}
