//! The path of a call: the arguments go into the frame, one wasm call follows, and the result comes out.

mod failure;
mod rewritten;
mod scalar;
mod span;

pub(crate) use failure::ReadError;
pub(crate) use rewritten::{Rewritten, arguments};
pub(crate) use scalar::ScalarMethod;

use crate::error::{CallError, Error, MethodRef, ProtocolError, Site};
use crate::running::contain::contain;
use crate::running::imports::{HostStreams, Panics};
use crate::running::instance::Instance;
use crate::running::memory::{GuestPayload, OpenStream, decoded};
use crate::stop::Halt;
use failure::{broken, guard};
use plugix_abi::interface::{EncodeArgs, EncodeError, FailureOf, Measure, Registers, Return, ReturnOf, Sink, ValueOf};
use plugix_abi::{CallHeader, FRAME_ALIGN, FRAME_HEADER_LEN, MIN_FRAME_CAPACITY, ResultHeader, Status, export};
use plugix_module::interface::Rewrites;
use span::CallSpan;
use std::sync::Arc;
use wasmer::TypedFunction;

/// A result that is larger than this is given back to the guest at once, and not at the guest's next call. The host
/// doesn't keep its copy of such a result either.
const KEEP_RESULT_MAX: usize = 64 << 10;

/// The guest's side of calls: its frame and the functions that the SDK exports.
pub(crate) struct CallPath {
    frame: u32,
    capacity: u32,
    result_limit: u32,
    /// Where the host copies results that it decodes and doesn't keep.
    scratch: Vec<u8>,
    /// The streams that arguments offer.
    streams: HostStreams,
    /// Opens the streams that results offer.
    open: Option<Box<OpenStream>>,
    panics: Panics,
    /// Ends the reading of a result.
    halt: Halt,
    /// Whether calls have spans.
    spans: bool,
    /// How many bytes the latest call has sent and received in the frame.
    sizes: (u32, u32),
    frame_new: TypedFunction<u32, u32>,
    frame_free: TypedFunction<u32, ()>,
    result_free: TypedFunction<(), ()>,
}

/// A method of a plugin, looked up once.
pub(crate) type Method = TypedFunction<u32, u32>;

/// A call of a method whose types only its caller knows.
pub(crate) struct EncodedCall<'a, A> {
    pub(crate) name: &'a MethodRef<'a>,
    pub(crate) method: &'a Method,
    pub(crate) args: A,
}

/// A method of an interface, as the quickest of its exports.
#[derive(Debug)]
pub(crate) enum TypedMethod {
    Scalar(ScalarMethod),
    Frame(Method),
    /// The plugin has another form of it.
    Rewritten(Method, Arc<Rewrites>),
}

impl CallPath {
    /// Asks the plugin for its frame.
    pub(crate) fn new(
        instance: &mut Instance,
        streams: HostStreams,
        panics: Panics,
        result_limit: u32,
    ) -> Result<Self, Error> {
        let mut path = Self {
            frame: 0,
            capacity: 0,
            result_limit,
            scratch: Vec::with_capacity(MIN_FRAME_CAPACITY as usize),
            streams,
            open: None,
            panics,
            halt: instance.process.stopper.halt().clone(),
            spans: false,
            sizes: (0, 0),
            frame_new: sdk_function(instance, export::FRAME_NEW, "fn(i32) -> i32")?,
            frame_free: sdk_function(instance, export::FRAME_FREE, "fn(i32)")?,
            result_free: sdk_function(instance, export::RESULT_FREE, "fn()")?,
        };
        path.make_frame(instance, MIN_FRAME_CAPACITY, &MethodRef::from_export(export::FRAME_NEW))?;
        Ok(path)
    }

    /// A path like this one into another thread's instance of the same plugin.
    pub(crate) fn beside(&self, instance: &mut Instance) -> Result<Self, Error> {
        let path = Self::new(instance, self.streams.clone(), self.panics.clone(), self.result_limit)?;
        Ok(Self { spans: self.spans, ..path })
    }

    /// Gives each call from now on a span.
    pub(crate) fn trace_calls(&mut self) {
        self.spans = true;
    }

    /// How many bytes of memory the value of a result may take.
    pub(crate) fn decoded_limit(&self) -> usize {
        decoded(self.result_limit)
    }

    /// Where the frame is, and its capacity in bytes.
    pub(crate) fn frame(&self) -> (u32, u32) {
        (self.frame, self.capacity)
    }

    /// Goes back to an earlier frame, after the memory went back as well. Streams that were offered since then end.
    pub(crate) fn reset(&mut self, frame: (u32, u32)) {
        (self.frame, self.capacity) = frame;
        self.streams.end_all();
    }

    /// Sets what opens the streams that results offer.
    pub(crate) fn open_streams_with(&mut self, open: Box<OpenStream>) {
        self.open = Some(open);
    }

    /// Calls a method of an interface.
    #[inline]
    pub(crate) fn call<I, const METHOD: usize, A>(
        &mut self,
        instance: &mut Instance,
        method: &TypedMethod,
        args: &A,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: plugix_abi::interface::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let name = const { &MethodRef { interface: Some(I::NAME), method: I::METHODS[METHOD].name } };
        let span = self.spans.then(|| self.enter(instance, name));
        instance.calls.begin()?;
        let result = match method {
            TypedMethod::Scalar(method) => self.call_scalar::<I, METHOD, A>(instance, method, args, name),
            TypedMethod::Frame(method) => self.call_frame::<I, METHOD, A>(instance, method, args, name),
            TypedMethod::Rewritten(method, rewrites) => {
                self.call_rewritten::<I, METHOD, A>(instance, (method, rewrites), args, name)
            }
        };
        let finished = instance.finish();
        if let Some(span) = span {
            span.end(instance, self.sizes, finished.is_ok() && result.is_ok());
        }
        finished?;
        result
    }

    #[cold]
    fn enter(&mut self, instance: &Instance, name: &MethodRef<'_>) -> CallSpan {
        self.sizes = (0, 0);
        CallSpan::enter(instance, name)
    }

    #[inline]
    fn call_frame<I, const METHOD: usize, A>(
        &mut self,
        instance: &mut Instance,
        method: &Method,
        args: &A,
        name: &MethodRef<'_>,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: plugix_abi::interface::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        match self.run(instance, method, args, name).map_err(|error| error.with_method(name.method))? {
            Status::Ok => Ok(self.decode(instance, name, |payload| Ok(ReturnOf::<I, METHOD>::value(payload)?))?),
            Status::Error => Err(self.decode(instance, name, |payload| Ok(ReturnOf::<I, METHOD>::error(payload)?))?),
            status => Err(self.failure(instance, name, status).into()),
        }
    }

    /// Calls a method with encoded arguments. `read_value` or `read_error` sees the payload of the result.
    pub(crate) fn call_encoded<T, E>(
        &mut self,
        instance: &mut Instance,
        call: EncodedCall<'_, impl EncodeArgs>,
        read_value: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
        read_error: impl FnOnce(GuestPayload<'_>) -> Result<E, ReadError>,
    ) -> Result<T, CallError<E>> {
        let EncodedCall { name, method, args } = call;
        let span = self.spans.then(|| self.enter(instance, name));
        instance.calls.begin()?;
        let result = match self.run(instance, method, &args, name) {
            Ok(Status::Ok) => self.decode(instance, name, read_value).map_err(CallError::Failed),
            Ok(Status::Error) => Err(match self.decode(instance, name, read_error) {
                Ok(error) => CallError::Returned(error),
                Err(error) => CallError::Failed(error),
            }),
            Ok(status) => Err(CallError::Failed(self.failure(instance, name, status))),
            Err(error) => Err(CallError::Failed(error.with_method(name.method))),
        };
        if let Err(CallError::Failed(_)) = &result {
            instance.calls.fail();
        }
        let finished = instance.finish();
        if let Some(span) = span {
            span.end(instance, self.sizes, finished.is_ok() && result.is_ok());
        }
        finished?;
        result
    }

    /// Runs a method. Its result then lies in the guest's memory.
    #[inline]
    fn run<A: EncodeArgs>(
        &mut self,
        instance: &mut Instance,
        method: &Method,
        args: &A,
        name: &MethodRef<'_>,
    ) -> Result<Status, Error> {
        let sink = instance.memory.sink(self.frame + FRAME_HEADER_LEN, self.capacity);
        let mut sink = sink.with_streams(&self.streams);
        let args_len = match args.encode(&mut sink) {
            Ok(()) => sink.position() as u32,
            Err(error) => self.encode_large(instance, args, error, name).inspect_err(|_| instance.calls.fail())?,
        };
        self.sizes.0 = args_len;
        let header = CallHeader { args_len, capacity: self.capacity, ..CallHeader::default() };
        let headers = &mut instance.memory.sink(self.frame, FRAME_HEADER_LEN);
        // There is room: the frame was checked when it was made.
        let _ = headers.write(bytemuck::bytes_of(&header));

        let status = contain(|| method.call(&mut instance.store, self.frame));
        let status = status.map_err(|error| instance.end_in(&error, name))?;
        guard(instance, name, |_, _| Ok(Status::try_from(status)?))
    }

    /// Makes the frame large enough, and encodes again.
    #[cold]
    fn encode_large<A: EncodeArgs>(
        &mut self,
        instance: &mut Instance,
        args: &A,
        error: EncodeError,
        name: &MethodRef<'_>,
    ) -> Result<u32, Error> {
        let too_large = |len: usize| Error::Arguments(format!("{len} bytes are more than the plugin has room for"));
        if !matches!(error, EncodeError::Full) {
            return Err(Error::Arguments(error.to_string()));
        }
        let mut measure = Measure::default();
        args.encode(&mut measure).map_err(|error| Error::Arguments(error.to_string()))?;
        let len = u32::try_from(measure.position()).map_err(|_| too_large(measure.position()))?;
        self.grow(instance, len, name)?;
        let sink = instance.memory.sink(self.frame + FRAME_HEADER_LEN, self.capacity);
        let mut sink = sink.with_streams(&self.streams);
        args.encode(&mut sink).map_err(|error| Error::Arguments(error.to_string()))?;
        Ok(sink.position() as u32)
    }

    /// Copies a result out and decodes it. If the result doesn't fit the method's signature, the plugin is dead.
    #[inline]
    fn decode<T>(
        &mut self,
        instance: &mut Instance,
        name: &MethodRef<'_>,
        read: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
    ) -> Result<T, Error> {
        let header_at = self.frame + size_of::<CallHeader>() as u32;
        let result: ResultHeader =
            guard(instance, name, |memory, store| memory.read_pod(store, "the result header", header_at))?;
        self.sizes.1 = result.len;
        let limit = self.result_limit;
        let value = match payload(instance, result, limit, (&mut self.scratch, &self.halt)) {
            Ok(payload) => read(payload.with_streams(self.open.as_deref())),
            Err(error) => Err(error.into()),
        };
        if result.len as usize > KEEP_RESULT_MAX {
            self.scratch = Vec::new();
            contain(|| self.result_free.call(&mut instance.store)).map_err(|error| instance.end_in(&error, name))?;
        }
        value.map_err(|error| match error {
            ReadError::Broken(error) => broken(instance, name, error),
            ReadError::Refused(error) => error,
        })
    }

    fn grow(&mut self, instance: &mut Instance, capacity: u32, name: &MethodRef<'_>) -> Result<(), Error> {
        let old = std::mem::take(&mut self.frame);
        // The smaller frame goes first, so that the guest's memory never has to hold both.
        contain(|| self.frame_free.call(&mut instance.store, old)).map_err(|error| instance.end_in(&error, name))?;
        let larger = capacity.checked_next_power_of_two().unwrap_or(capacity);
        match self.make_frame(instance, larger, name) {
            Err(Error::Protocol { error: ProtocolError::NoFrame { .. }, .. }) => {
                // A plugin without a frame can't be called again.
                self.make_frame(instance, MIN_FRAME_CAPACITY, name)
                    .inspect_err(|error| instance.kill(error.clone()))?;
                Err(Error::Arguments(format!("the plugin has no memory for {capacity} bytes")))
            }
            made => made,
        }
    }

    fn make_frame(&mut self, instance: &mut Instance, capacity: u32, name: &MethodRef<'_>) -> Result<(), Error> {
        let frame = contain(|| self.frame_new.call(&mut instance.store, capacity));
        let frame = frame.map_err(|error| instance.end_in(&error, name))?;
        let whole = match capacity.checked_add(FRAME_HEADER_LEN) {
            Some(whole) if frame != 0 => whole,
            _ => {
                let site = Site::new(&instance.process.name).with_method(name);
                return Err(Error::from_breach(ProtocolError::NoFrame { capacity }, site));
            }
        };
        guard(instance, name, |memory, store| {
            if !frame.is_multiple_of(FRAME_ALIGN) {
                return Err(ProtocolError::Misaligned { what: "a frame", ptr: frame, align: FRAME_ALIGN });
            }
            memory.check(store, "a frame", frame, whole)
        })?;
        (self.frame, self.capacity) = (frame, capacity);
        Ok(())
    }
}

#[inline]
fn payload<'a>(
    instance: &'a mut Instance,
    result: ResultHeader,
    limit: u32,
    (scratch, halt): (&'a mut Vec<u8>, &'a Halt),
) -> Result<GuestPayload<'a>, ProtocolError> {
    if result.len > limit {
        return Err(ProtocolError::ResultTooLarge { len: result.len, limit });
    }
    instance.memory.payload(&instance.store, (result.ptr, result.len), decoded(limit), scratch, halt)
}

fn sdk_function<A, R>(instance: &Instance, name: &str, expected: &'static str) -> Result<TypedFunction<A, R>, Error>
where
    A: wasmer::WasmTypeList,
    R: wasmer::WasmTypeList,
{
    instance.function(name).ok_or_else(|| {
        let error = ProtocolError::Export { name: name.to_owned(), expected };
        Error::from_breach(error, Site::new(&instance.process.name))
    })
}

/// Arguments that are encoded already.
pub(crate) struct Encoded<'a>(pub(crate) &'a [u8]);

impl EncodeArgs for Encoded<'_> {
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        Ok(sink.write(self.0)?)
    }

    fn bits(&self, _: &mut Registers, _: usize) {}
}

impl std::fmt::Debug for CallPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallPath").field("frame", &self.frame).field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
