//! Carries the calls of a typed client to a plugin in a process of its own.

use super::lanes::CallLane;
use super::plugin::IsolatedPlugin;
use super::shared::Shared;
use super::wire::kind;
use crate::error::{Error, MethodRef};
use crate::plugin::call::{ReadError, Rewritten, arguments};
use crate::plugin::not_provided;
use crate::running::memory::{GuestPayload, GuestSink};
use plugix_abi::Status;
use plugix_abi::interface::{
    Bind, Caller, EncodeArgs, EncodeError, FailureOf, Full, Interface, Method, Produce, Return, ReturnOf, Sink, ValueOf,
};
use plugix_module::interface::{self, Rewrites};
use plugix_shared::{Lane, Side};
use std::sync::Arc;

/// A plugin in a process of its own, and one of its interfaces. All clones and all threads use the same plugin.
#[derive(Clone, Debug)]
pub struct IsolatedBound {
    plugin: IsolatedPlugin,
    /// By the method's place in the trait. `None` where the plugin lacks an optional method.
    methods: Arc<[Option<Target>]>,
}

/// A method in the plugin.
#[derive(Debug)]
struct Target {
    /// The places of the interface and of the method among those that the module implements.
    at: [u32; 2],
    /// What the plugin has in another form.
    rewrites: Option<Arc<Rewrites>>,
}

/// Finds interfaces in a plugin.
pub(super) struct Binding<'a>(pub(super) &'a IsolatedPlugin);

impl Bind for Binding<'_> {
    type Caller = IsolatedBound;
    type Error = Error;

    fn bind<I: Interface + ?Sized>(&self) -> Result<IsolatedBound, Error> {
        let implemented = &self.0.module().info().implements;
        let fits = interface::find::<I>(implemented)?;
        let place = implemented.iter().position(|there| there.name == I::NAME).unwrap_or(0) as u32;
        let target = |fit: interface::Fit| Target { at: [place, fit.method as u32], rewrites: fit.rewrites };
        let methods = fits.into_iter().map(|fit| fit.map(target)).collect();
        Ok(IsolatedBound { plugin: self.0.clone(), methods })
    }

    fn is_other_version(error: &Error) -> bool {
        error.is_other_version()
    }
}

impl Caller for IsolatedBound {
    type Error = Error;

    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let Some(target) = &self.methods[METHOD] else {
            return Err(not_provided(&I::METHODS[METHOD]).into());
        };
        let (mut lane, _deadline) = self.plugin.take()?;
        lane.calls.begin()?;
        let result = self.plugin.shared().call::<I, METHOD, A>(&mut lane, target, args);
        lane.calls.finish()?;
        result
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        self.methods[method].is_some()
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}

impl Shared {
    fn call<I, const METHOD: usize, A>(
        &self,
        lane: &mut CallLane,
        target: &Target,
        args: &A,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let name = const { &MethodRef { interface: Some(I::NAME), method: I::METHODS[METHOD].name } };
        let rewrites = target.rewrites.as_deref();
        let status = self.send(lane, target, args).and_then(|()| self.answer(lane));
        let (status, place) = status.map_err(|error| self.failed(lane, error, name))?;
        let (value, error) =
            (rewrites.and_then(|rewrites| rewrites.value.as_ref()), rewrites.and_then(|r| r.error.as_ref()));
        match status {
            Status::Ok => Ok(self.read(lane, place, name, |payload: GuestPayload<'_>| match value {
                None => Ok(ReturnOf::<I, METHOD>::value(payload)?),
                rewrite => Ok(ReturnOf::<I, METHOD>::value(Rewritten(payload, rewrite))?),
            })?),
            _ => Err(self.read(lane, place, name, |payload: GuestPayload<'_>| -> Result<_, ReadError> {
                match error {
                    None => Ok(ReturnOf::<I, METHOD>::error(payload)?),
                    rewrite => Ok(ReturnOf::<I, METHOD>::error(Rewritten(payload, rewrite))?),
                }
            })?),
        }
    }

    /// Sends a call, straight into the lane if it fits there.
    fn send<A: EncodeArgs>(&self, lane: &CallLane, target: &Target, args: &A) -> Result<(), Error> {
        let talk = &lane.talk;
        if target.rewrites.is_none() {
            // SAFETY: the room has as many bytes, for as long as the lane lives. It is the host's turn to write.
            let sink = unsafe { GuestSink::new(talk.lane().room(), Lane::ROOM) };
            let mut sink = Announcing(sink.with_streams(self.host.functions.streams()), talk.lane());
            match args.encode(&mut sink) {
                Ok(()) => {
                    let len = sink.position();
                    return talk.send_written(kind::CALL, target.at, len).map_err(|error| self.host.lost(error));
                }
                Err(EncodeError::Full) => {}
                Err(error) => return Err(Error::Arguments(error.to_string())),
            }
        }
        let encoded = arguments(args, target.rewrites.as_deref(), self.host.functions.streams())?;
        talk.send(kind::CALL, target.at, &encoded).map_err(|error| self.host.lost(error))
    }
}

/// Wakes the plugin's process up while long arguments are on their way.
struct Announcing<'a>(GuestSink<'a>, &'a Lane);

impl Sink for Announcing<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.1.announce(Side::Host, bytes.len());
        self.0.write(bytes)
    }

    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        self.0.write_few(bytes, len)
    }

    #[inline]
    fn position(&self) -> usize {
        self.0.position()
    }

    fn offer(&mut self, items: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        self.0.offer(items)
    }
}
