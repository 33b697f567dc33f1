//! A call from one side to the other within a process: all of it but the boundary.

use super::TestError;
use crate::panic::{drop_payload, take_report};
use crate::stream::{self, Offering};
use plugix_abi::interface::{
    Caller, DecodeError, EncodeArgs, FailureOf, Interface, Method, Output, Payload, Produce, Provider, Pull, Return,
    ReturnOf, ValueOf,
};
use plugix_abi::{Pod, Status, bytemuck};
use serde::Serialize;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Carries calls to an implementation in this process.
#[derive(Clone, Debug)]
pub struct Loopback<I: ?Sized>(pub(super) Provider<I>);

impl<I: Interface + ?Sized> Caller for Loopback<I> {
    type Error = TestError;

    fn call<J, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<J, METHOD>, FailureOf<J, METHOD, TestError>>
    where
        J: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        call::<I, ReturnOf<J, METHOD>, A, TestError>(self.0.get(), METHOD, args)
    }

    fn provides<J: Interface + ?Sized>(&self, _: usize) -> bool {
        true
    }

    fn is_not_provided(_: &TestError) -> bool {
        // What implements a trait has all its methods.
        false
    }
}

/// Calls a method, by its place in the trait.
pub(super) fn call<I, R, A, E>(implementation: &I, method: usize, args: &A) -> Result<R::Value, R::Failure<E>>
where
    I: Interface + ?Sized,
    R: Return,
    A: EncodeArgs,
    E: From<TestError>,
{
    let args = encode(args).map_err(E::from)?;
    let mut result = Answer(Vec::new());
    let run = I::frame_fn(method).expect("a client calls methods that the trait has");
    let status = match catch_unwind(AssertUnwindSafe(|| run(implementation, args.bytes(), &mut result))) {
        Ok(status) => status,
        Err(payload) => {
            let report = take_report(&*payload);
            drop_payload(payload);
            return Err(E::from(TestError::Panicked(report)).into());
        }
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match status {
        Status::Ok => Ok(R::value(Bytes(&result.0)).map_err(E::from)?),
        Status::Error => Err(R::error(Bytes(&result.0)).map_err(E::from)?),
        // A method can end in no other way.
        _ => Err(E::from(TestError::BadArguments(text(&result.0))).into()),
    }
}

/// Encoded arguments. They begin at a multiple of 16.
struct Args {
    blocks: Vec<u128>,
    len: usize,
}

fn encode(args: &impl EncodeArgs) -> Result<Args, TestError> {
    let mut sink = Offering(Vec::new());
    args.encode(&mut sink)?;
    let mut blocks = vec![0_u128; sink.0.len().div_ceil(size_of::<u128>())];
    bytemuck::cast_slice_mut(&mut blocks)[..sink.0.len()].copy_from_slice(&sink.0);
    Ok(Args { blocks, len: sink.0.len() })
}

impl Args {
    fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.blocks)[..self.len]
    }
}

/// A result, as it crosses the boundary.
struct Answer(Vec<u8>);

impl Output for Answer {
    fn give<T: Pod>(&mut self, elements: Vec<T>) {
        self.0 = bytemuck::cast_slice(&elements).to_vec();
    }

    fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.0 = postcard::to_allocvec(value).expect("the result can be encoded");
    }

    fn offer(&mut self, items: Box<dyn Produce>) -> Option<u32> {
        Some(stream::offer(items))
    }

    fn open(&self, handle: u32) -> Option<Box<dyn Pull>> {
        stream::open(handle)
    }
}

struct Bytes<'a>(&'a [u8]);

// SAFETY: `copy_to` fills all of `room`, or panics since the lengths differ.
unsafe impl Payload for Bytes<'_> {
    type Error = TestError;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), TestError> {
        room.write_copy_of_slice(self.0);
        Ok(())
    }

    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, TestError> {
        Ok(read(self.0))
    }

    fn open(self) -> Result<Box<dyn Pull>, TestError> {
        let handle = self.0.try_into().map_err(|_| DecodeError::Truncated)?;
        stream::open(u32::from_le_bytes(handle)).ok_or_else(|| DecodeError::NoStreams.into())
    }
}
