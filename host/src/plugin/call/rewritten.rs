//! Calls of a method whose form differs between host and plugin in an allowed way. What crosses is rewritten.

use super::{CallPath, Encoded, Method};
use crate::error::{Error, MethodRef, ProtocolError};
use crate::running::imports::{HostStreams, Rewritten as _};
use crate::running::instance::Instance;
use crate::running::memory::{GuestPayload, Offers, sent};
use plugix_abi::Status;
use plugix_abi::interface::{
    Bounds, EncodeArgs, EncodeError, FailureOf, Full, Payload, Produce, Pull, Return, ReturnOf, Sink, ValueOf,
};
use plugix_module::interface::{Rewrite, Rewrites};
use std::mem::MaybeUninit;
use std::sync::Arc;

impl CallPath {
    /// Calls a method of an interface of which the plugin has another form.
    #[cold]
    pub(super) fn call_rewritten<I, const METHOD: usize, A>(
        &mut self,
        instance: &mut Instance,
        (method, rewrites): (&Method, &Rewrites),
        args: &A,
        name: &MethodRef<'_>,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: plugix_abi::interface::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let args = arguments(args, Some(rewrites), &self.streams).map_err(|error| error.with_method(name.method));
        let args = args.inspect_err(|_| instance.calls.fail())?;
        match self.run(instance, method, &Encoded(&args), name).map_err(|error| error.with_method(name.method))? {
            Status::Ok => Ok(self.decode(instance, name, |payload| {
                Ok(ReturnOf::<I, METHOD>::value(Rewritten(payload, rewrites.value.as_ref()))?)
            })?),
            Status::Error => Err(self.decode(instance, name, |payload| {
                Ok(ReturnOf::<I, METHOD>::error(Rewritten(payload, rewrites.error.as_ref()))?)
            })?),
            status => Err(self.failure(instance, name, status).into()),
        }
    }
}

/// Encodes arguments in the plugin's form.
pub(crate) fn arguments(
    args: &impl EncodeArgs,
    rewrites: Option<&Rewrites>,
    streams: &HostStreams,
) -> Result<Vec<u8>, Error> {
    let wrong = |problem: String| Error::Arguments(problem);
    let of_streams = rewrites.map_or(&[][..], |rewrites| &rewrites.streams);
    let mut sink = Offering { bytes: Vec::new(), streams, rewrites: of_streams.iter() };
    args.encode(&mut sink).map_err(|error| wrong(error.to_string()))?;
    let bytes = sink.bytes;
    let Some(rewrites) = rewrites else { return Ok(bytes) };
    let rewritten = rewrites.arguments(&bytes, sent(bytes.len())).map_err(|error| wrong(error.to_string()))?;
    Ok(rewritten.unwrap_or(bytes))
}

/// Takes arguments in the host's form, and offers their streams in the plugin's.
struct Offering<'a> {
    bytes: Vec<u8>,
    streams: &'a HostStreams,
    /// For each stream that is still to come.
    rewrites: std::slice::Iter<'a, Option<Arc<Rewrite>>>,
}

impl Sink for Offering<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.bytes.write(bytes)
    }

    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        self.bytes.write_few(bytes, len)
    }

    fn position(&self) -> usize {
        self.bytes.len()
    }

    fn offer(&mut self, items: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        let Some(items) = items.take() else { return Ok(0) };
        Ok(self.streams.offer(items.rewritten(self.rewrites.next().cloned().flatten())))
    }
}

/// A result in the plugin's form. What is copied as it lies in memory is the same in both.
pub(crate) struct Rewritten<'a>(pub(crate) GuestPayload<'a>, pub(crate) Option<&'a Arc<Rewrite>>);

// SAFETY: `copy_to` is that of the payload within, which fills all of `room`.
unsafe impl Payload for Rewritten<'_> {
    type Error = ProtocolError;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), ProtocolError> {
        self.0.copy_to(room)
    }

    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, ProtocolError> {
        let Some(rewrite) = self.1 else { return self.0.read(read) };
        let bounds = self.0.bounds();
        // The rewriting ends with the plugin, as the reading does.
        Ok(self.0.read(|bytes| rewrite.value(bytes, bounds).map(|bytes| read(&bytes)))??)
    }

    fn bounds(&self) -> Bounds {
        self.0.bounds()
    }

    fn open(self) -> Result<Box<dyn Pull>, ProtocolError> {
        Ok(self.0.open()?.rewritten(self.1.cloned()))
    }
}
