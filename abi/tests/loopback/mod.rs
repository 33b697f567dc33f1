//! A caller and its implementation in one process: all of a call but the boundary.

use plugix_abi::Status;
use plugix_abi::interface::*;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

const CAPACITY: usize = 1 << 16;

/// Arguments begin at a multiple of 16.
#[repr(align(16))]
struct Buffer([MaybeUninit<u8>; CAPACITY]);

thread_local! {
    static ARGS: RefCell<Buffer> = const { RefCell::new(Buffer([MaybeUninit::uninit(); CAPACITY])) };
    static RESULT: RefCell<Buffer> = const { RefCell::new(Buffer([MaybeUninit::uninit(); CAPACITY])) };
}

/// Calls an implementation that is here.
pub(crate) struct Loopback<'a, I: ?Sized> {
    pub(crate) implementation: &'a I,
    /// Methods from this one on are as if they didn't exist.
    pub(crate) methods: usize,
}

impl<'a, I: Interface + ?Sized> Loopback<'a, I> {
    pub(crate) fn new(implementation: &'a I) -> Self {
        Self { implementation, methods: I::METHODS.len() }
    }
}

/// Runs a method over encoded arguments.
pub(crate) fn dispatch<I: Interface + ?Sized, T>(
    implementation: &I,
    method: usize,
    args: &[u8],
    read: impl FnOnce(Status, &[u8]) -> T,
) -> T {
    RESULT.with_borrow_mut(|buffer| {
        let mut output = Buffered { sink: SliceSink::new(&mut buffer.0) };
        let status = I::frame_fn(method).unwrap()(implementation, args, &mut output);
        read(status, output.sink.written())
    })
}

impl<I: Interface + ?Sized> Caller for Loopback<'_, I> {
    type Error = Failure;

    fn call<J, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<J, METHOD>, FailureOf<J, METHOD, Failure>>
    where
        J: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        if METHOD >= self.methods {
            return Err(Failure::NotProvided.into());
        }
        ARGS.with_borrow_mut(|buffer| {
            let mut sink = Offering(SliceSink::new(&mut buffer.0));
            args.encode(&mut sink).unwrap();
            dispatch(self.implementation, METHOD, sink.0.written(), |status, result| match status {
                Status::Ok => Ok(ReturnOf::<J, METHOD>::value(Copied(result))?),
                Status::Error => Err(ReturnOf::<J, METHOD>::error(Copied(result))?),
                other => Err(Failure::Status(other, String::from_utf8_lossy(result).into_owned()).into()),
            })
        })
    }

    fn provides<J: Interface + ?Sized>(&self, method: usize) -> bool {
        method < self.methods
    }

    fn is_not_provided(error: &Failure) -> bool {
        matches!(error, Failure::NotProvided)
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    NotProvided,
    Status(Status, String),
    Result(DecodeError),
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Result(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

struct Buffered<'a> {
    sink: SliceSink<'a>,
}

impl Output for Buffered<'_> {
    fn give<T: plugix_abi::Pod>(&mut self, elements: Vec<T>) {
        self.sink.write(plugix_abi::bytemuck::cast_slice(&elements)).unwrap();
    }

    fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        Value(value).encode(&mut self.sink).unwrap();
    }

    fn offer(&mut self, items: Box<dyn Produce>) -> Option<u32> {
        Some(keep(items))
    }

    fn open(&self, handle: u32) -> Option<Box<dyn Pull>> {
        Some(Box::new(Handle(handle)))
    }
}

/// A sink beside which streams are kept.
struct Offering<'a>(SliceSink<'a>);

impl Sink for Offering<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.0.write(bytes)
    }

    fn position(&self) -> usize {
        self.0.position()
    }

    fn offer(&mut self, items: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        Ok(items.take().map_or(0, keep))
    }
}

/// The streams of both sides.
static STREAMS: Mutex<Option<HashMap<u32, Box<dyn Produce>>>> = Mutex::new(None);

fn keep(items: Box<dyn Produce>) -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let handle = NEXT.fetch_add(1, Ordering::Relaxed);
    STREAMS.lock().unwrap().get_or_insert_default().insert(handle, items);
    handle
}

/// Whether a stream is still there to be pulled.
#[allow(dead_code, reason = "not every test has streams")]
pub(crate) fn is_kept(handle: u32) -> bool {
    STREAMS.lock().unwrap().get_or_insert_default().contains_key(&handle)
}

struct Handle(u32);

impl Pull for Handle {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let items = STREAMS.lock().unwrap().get_or_insert_default().remove(&self.0);
        let mut items = items.ok_or_else(|| StreamError::new("no such stream"))?;
        // The lock is free here: the items may come from another stream.
        if items.produce(chunk, &mut || false) {
            STREAMS.lock().unwrap().get_or_insert_default().insert(self.0, items);
        }
        Ok(())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let items = STREAMS.lock().unwrap().get_or_insert_default().remove(&self.0);
        drop(items);
    }
}

/// Bytes as a payload.
pub(crate) struct Copied<'a>(pub(crate) &'a [u8]);

// SAFETY: `copy_to` fills `room` or panics.
unsafe impl Payload for Copied<'_> {
    type Error = Failure;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), Failure> {
        room.write_copy_of_slice(self.0);
        Ok(())
    }

    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, Failure> {
        Ok(read(self.0))
    }

    fn open(self) -> Result<Box<dyn Pull>, Failure> {
        let handle = self.0.try_into().map_err(|_| DecodeError::Truncated)?;
        Ok(Box::new(Handle(u32::from_le_bytes(handle))))
    }
}
