//! A caller and its implementation in one process: all of a call but the boundary.

use plugix_abi::Status;
use plugix_abi::interface::*;
use serde::Serialize;
use std::cell::RefCell;
use std::fmt;
use std::mem::MaybeUninit;

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
            let mut sink = SliceSink::new(&mut buffer.0);
            args.encode(&mut sink).unwrap();
            dispatch(self.implementation, METHOD, sink.written(), |status, result| match status {
                Status::Ok => Ok(ReturnOf::<J, METHOD>::value(Copied(result))?),
                Status::Error => Err(ReturnOf::<J, METHOD>::error(Copied(result))?),
                other => Err(Failure::Status(other, String::from_utf8_lossy(result).into_owned()).into()),
            })
        })
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
}
