//! The plugin, as its host has it.

use super::bound::{Binding, IsolatedBound};
use super::control::Control;
use super::host_calls::Host;
use super::lanes::{CallLane, Lanes, Lease};
use super::wire::{Failure, LONGEST, kind};
use crate::error::{CallError, Error, MethodRef, ProtocolError, Site, StateError};
use crate::module::Module;
use crate::output::{Output, Streams};
use crate::plugin::call::ReadError;
use crate::plugin::dynamic::{self, CallExport};
use crate::plugin::{CallUsage, CancelHandle, Metadata, SavedState, Signal, Usage, Wait, state};
use crate::running::memory::{GuestPayload, OpenStream, decoded};
use crate::stop::Deadline;
use plugix_abi::interface::Contract;
use plugix_abi::{Status, export};
use plugix_shared::Place;
use serde::Serialize;
use serde::de::DeserializeOwned;
#[cfg(feature = "json")]
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

/// How long a plugin's unload hook may take.
const UNLOAD_LIMIT: Duration = Duration::from_secs(1);

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

/// What all handles of a plugin share.
pub(super) struct Shared {
    pub(super) host: Arc<Host>,
    pub(super) metadata: Metadata,
    pub(super) module: Module,
    pub(super) output: Streams,
    pub(super) lanes: Arc<Lanes>,
    pub(super) control: Arc<Control>,
    /// Opens the streams that results offer.
    pub(super) open: Box<OpenStream>,
    pub(super) result_limit: u32,
    pub(super) backtraces: bool,
    /// Which lanes have a thread of the host's that answers the plugin's threads: a bit each.
    pub(super) sides: AtomicU32,
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
        let theirs = self.shared.control.usage().unwrap_or_else(|| Usage { plugins: 1, ..Usage::default() });
        let (finished, failed, running) = self.shared.host.stopper.calls();
        let calls = CallUsage { finished, failed, running };
        let output_kept = self.shared.output.kept();
        let stops = u64::from(self.shared.host.stopper.cause().is_some());
        Usage { calls, output_kept, stops, ..theirs }
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

impl Shared {
    fn call_export<T, E>(
        &self,
        lane: &mut CallLane,
        (export, name): (&str, &MethodRef<'_>),
        args: &[u8],
        value: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
        error: impl FnOnce(GuestPayload<'_>) -> Result<E, ReadError>,
    ) -> Result<T, CallError<E>> {
        let message = [export.as_bytes(), args].concat();
        let sent =
            lane.talk.send(kind::EXPORT, [export.len() as u32, 0], &message).map_err(|error| self.host.lost(error));
        let answer = sent.and_then(|()| self.answer(lane)).map_err(|error| self.failed(lane, error, name))?;
        match answer {
            (Status::Ok, place) => self.read(lane, place, name, value).map_err(CallError::Failed),
            (_, place) => Err(match self.read(lane, place, name, error) {
                Ok(error) => CallError::Returned(error),
                Err(error) => CallError::Failed(error),
            }),
        }
    }

    /// Waits for the end of a call, and answers meanwhile what the plugin asks its host.
    pub(super) fn answer(&self, lane: &CallLane) -> Result<(Status, Place), Error> {
        let talk = &lane.talk;
        loop {
            let message = talk.receive(self.host.longest).map_err(|error| self.host.lost(error))?;
            match message.kind {
                kind::RESULT => {
                    let status = match message.values[0] {
                        0 => Status::Ok,
                        1 => Status::Error,
                        _ => return Err(self.host.broken("a call has no such end")),
                    };
                    return Ok((status, message.place));
                }
                kind::FAILED => {
                    let bytes = message.into_bytes(talk);
                    let failure = (bytes.len() <= LONGEST).then(|| postcard::from_bytes::<Failure>(&bytes).ok());
                    let Some(failure) = failure.flatten() else {
                        return Err(self.host.broken("an error can't be read"));
                    };
                    return Err(self.ended_by(failure));
                }
                _ => self.host.answer_host_call(talk, message)?,
            }
        }
    }

    /// Copies a result out, and reads it. If it doesn't fit the method's signature, the plugin is dead.
    pub(super) fn read<T>(
        &self,
        lane: &mut CallLane,
        place: Place,
        name: &MethodRef<'_>,
        read: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
    ) -> Result<T, Error> {
        let (from, len) = match &place {
            Place::Room(len) => (lane.talk.lane().room().cast_const(), *len),
            Place::Copy(bytes) => (bytes.as_ptr(), bytes.len()),
        };
        let (limit, halt) = (decoded(self.result_limit), self.host.stopper.halt());
        let value = match u32::try_from(len) {
            Ok(len) if len <= self.result_limit => {
                // SAFETY: a lane's room has more bytes than a message can have, and stays as long as the lane. Bytes that were
                // copied out are here.
                let payload = unsafe { GuestPayload::new(from, len as usize, limit, &mut lane.scratch, halt) };
                read(payload.with_streams(Some(&*self.open)))
            }
            _ => Err(ProtocolError::ResultTooLarge { len: len as u32, limit: self.result_limit }.into()),
        };
        value.map_err(|error| match error {
            ReadError::Broken(error) => {
                lane.calls.fail();
                self.host.end(Error::from_breach(error, Site::new(&self.host.name).with_method(name)))
            }
            ReadError::Refused(error) => {
                lane.calls.fail();
                error
            }
        })
    }

    /// Counts a call as failed.
    pub(super) fn failed(&self, lane: &CallLane, error: Error, name: &MethodRef<'_>) -> Error {
        lane.calls.fail();
        error.with_method(name.method)
    }

    /// What it means that the process gave this error.
    pub(super) fn ended_by(&self, failure: Failure) -> Error {
        let symbols = if self.backtraces { self.module.symbols() } else { crate::error::Symbols::NONE.clone() };
        let error = failure.into_error(&symbols);
        match &error {
            Error::Dead(cause) => drop(self.host.end((**cause).clone())),
            fatal if fatal.is_fatal() => drop(self.host.end(error.clone())),
            _ => {}
        }
        error
    }

    /// Calls the plugin's hook, and ends its process. Nobody has the plugin any more.
    fn unload(&mut self) {
        if self.host.stopper.cause().is_none()
            && let Ok(mut lane) = self.lanes.take(Wait::Never)
        {
            let _deadline = self.module.engine().watchdog().limit(lane.calls.clone(), UNLOAD_LIMIT);
            if lane.calls.begin().is_ok() {
                let name = MethodRef::from_export("unload");
                let outcome: Result<(), CallError<()>> =
                    self.call_export(&mut lane, (export::UNLOAD, &name), &[], |_| Ok(()), |_| Ok(()));
                // The hook's answer doesn't matter.
                drop((outcome, lane.calls.finish()));
            }
        }
        self.host.stopper.unload();
        self.output.finish();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.unload();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IsolatedPlugin")
            .field("name", &self.host.name)
            .field("process", &self.control.process().id())
            .finish_non_exhaustive()
    }
}
