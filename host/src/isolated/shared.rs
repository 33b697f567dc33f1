//! What all handles of a plugin share, and its calls.

use super::control::Control;
use super::host_calls::Host;
use super::isolation::Isolation;
use super::lanes::{CallLane, Lanes};
use super::streams::opener;
use super::wire::{Failure, LONGEST, kind};
use crate::error::{CallError, Error, MethodRef, ProtocolError, Site};
use crate::module::Module;
use crate::output::Streams;
use crate::plugin::call::ReadError;
use crate::plugin::pool::Used;
use crate::plugin::{CallUsage, Metadata, Prepared, Usage, Wait};
use crate::running::memory::{GuestPayload, OpenStream, decoded};
use crate::stop::Calls;
use plugix_abi::{Status, export};
use plugix_shared::{Place, Side, Talk};
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How long a plugin's unload hook may take.
const UNLOAD_LIMIT: Duration = Duration::from_secs(1);

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
}

impl Used for Shared {
    fn usage(&self) -> Usage {
        let theirs = self.control.usage().unwrap_or_else(|| Usage { plugins: 1, ..Usage::default() });
        let (finished, failed, running) = self.host.stopper.calls();
        let calls = CallUsage { finished, failed, running };
        let output_kept = self.output.kept();
        let stops = u64::from(self.host.stopper.cause().is_some());
        Usage { calls, output_kept, stops, ..theirs }
    }
}

impl Shared {
    pub(super) fn new(
        isolation: &Isolation,
        prepared: Prepared,
        host: Arc<Host>,
        metadata: Metadata,
        (control, output): (&Arc<Control>, Streams),
    ) -> Arc<Self> {
        let Prepared { module, policy, stopper, .. } = prepared;
        let engine = module.engine().clone();
        let watchdog = engine.watchdog();
        let lanes = (0..isolation.workers).map(|at| {
            let calls = Calls::new(&stopper);
            let deadline = policy.call_deadline.map(|limit| watchdog.limit_each_call(calls.clone(), limit));
            let talk = Talk::new(control.process().segment.lane(at), Side::Host);
            CallLane { talk, scratch: Vec::new(), calls, _deadline: deadline }
        });
        let lanes = Lanes::new(lanes.collect(), isolation.queue, &engine);
        Arc::new_cyclic(|plugin: &Weak<Shared>| Shared {
            host,
            metadata,
            module,
            output,
            lanes,
            control: control.clone(),
            open: opener(plugin.clone(), policy.result_limit),
            result_limit: policy.result_limit,
        })
    }

    pub(super) fn call_export<T, E>(
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
        let error = failure.into_error(&self.host.symbols);
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
