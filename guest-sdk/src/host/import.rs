//! Calls the functions that the plugin imports.

use super::HostError;
use super::result::{HostResult, failure, unpack};
use crate::stream::Offering;
use plugix_abi::Status;
use plugix_abi::interface::{
    DecodeError, EncodeArgs, EncodeError, Import, Measure, Registers, Return, Sink, SliceSink, Version,
};
use std::mem::MaybeUninit;

// As the linker knows it; see `plugix_abi::import`.
#[link(wasm_import_module = "plugix")]
unsafe extern "C" {
    #[link_name = "provides"]
    fn host_provides(ptr: *const u8, len: u32) -> u32;
}

/// Whether the host has a method.
pub(super) fn provides(interface: &str, method: &str) -> bool {
    let name = format!("{interface}/{method}");
    // SAFETY: the host reads `name.len()` bytes.
    unsafe { host_provides(name.as_ptr(), name.len() as u32) == 1 }
}

/// Room on the stack for arguments and for a result. What fits here needs no heap.
const ROOM: usize = 1024;

type Answer<R> = Result<<R as Return>::Value, <R as Return>::Failure<HostError>>;

/// Calls one function. `import` is a constant, so only one arm is left of this.
#[inline]
pub(super) fn call<R: Return, A: EncodeArgs>(import: Import, args: &A, since: Option<Version>) -> Answer<R> {
    let mut registers = Registers::default();
    args.bits(&mut registers, 0);
    let [a, b, c, d] = registers;
    // SAFETY: the host's function takes any numbers.
    let packed = unsafe {
        match import {
            Import::Scalar0(import) => import(),
            Import::Scalar1(import) => import(a),
            Import::Scalar2(import) => import(a, b),
            Import::Scalar3(import) => import(a, b, c),
            Import::Scalar4(import) => import(a, b, c, d),
            Import::Frame(import) => return call_with_memory::<R, A>(import, args, since),
        }
    };
    let (status, value) = unpack(packed);
    if status == Status::Ok as u32 {
        let wrong = || HostError::Result(DecodeError::Scalar(value)).into();
        R::scalar(value).ok_or_else(wrong)
    } else {
        Err(failure(status, HostResult::Kept { len: value as usize }, since).into())
    }
}

fn call_with_memory<R: Return, A: EncodeArgs>(
    import: unsafe extern "C" fn(u32, u32, u32, u32) -> u64,
    args: &A,
    since: Option<Version>,
) -> Answer<R> {
    let mut room = [MaybeUninit::uninit(); ROOM];
    let mut sink = Offering(SliceSink::new(&mut room));
    match args.encode(&mut sink) {
        Ok(()) => call_with_bytes::<R>(import, sink.0.written(), since),
        Err(EncodeError::Full) => call_with_bytes::<R>(import, &encode_large(args).map_err(HostError::from)?, since),
        Err(error) => Err(HostError::from(error).into()),
    }
}

#[cold]
fn encode_large<A: EncodeArgs>(args: &A) -> Result<Vec<u8>, EncodeError> {
    let mut measure = Measure::default();
    args.encode(&mut measure)?;
    let mut sink = Offering(Vec::with_capacity(measure.position()));
    args.encode(&mut sink)?;
    Ok(sink.0)
}

fn call_with_bytes<R: Return>(
    import: unsafe extern "C" fn(u32, u32, u32, u32) -> u64,
    args: &[u8],
    since: Option<Version>,
) -> Answer<R> {
    let mut room = [MaybeUninit::<u8>::uninit(); ROOM];
    let start = args.as_ptr() as usize as u32;
    let out = room.as_mut_ptr() as usize as u32;
    // SAFETY: the host reads the arguments, which are `args.len()` bytes, and writes at most `ROOM` bytes to `room`.
    let (status, len) = unpack(unsafe { import(start, args.len() as u32, out, ROOM as u32) });
    let result = match room.get(..len as usize) {
        // SAFETY: the host has written `len` bytes.
        Some(written) => HostResult::Here(unsafe { &*(std::ptr::from_ref(written) as *const [u8]) }),
        None => HostResult::Kept { len: len as usize },
    };
    match Status::try_from(status) {
        Ok(Status::Ok) => Ok(R::value(result)?),
        Ok(Status::Error) => Err(R::error(result)?),
        _ => Err(failure(status, result, since).into()),
    }
}
