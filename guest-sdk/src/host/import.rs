//! Calls the functions that the plugin imports.

use super::HostError;
use plugix_abi::interface::{DecodeError, EncodeArgs, EncodeError, Import, Measure, Payload, Return, Sink, SliceSink};
use plugix_abi::{PanicReport, Status};
use std::mem::MaybeUninit;

/// Room for arguments and for a result on the stack: what fits here needs no heap.
const ROOM: usize = 1024;

// As the linker knows it; see `plugix_abi::import`.
#[link(wasm_import_module = "plugix")]
unsafe extern "C" {
    fn take_result(ptr: *mut u8, capacity: u32) -> u32;
}

type Answer<R> = Result<<R as Return>::Value, <R as Return>::Failure<HostError>>;

/// Calls one function. `import` is a constant: only one arm is left of this.
#[inline]
pub(super) fn call<R: Return, A: EncodeArgs>(import: Import, args: &A) -> Answer<R> {
    let mut registers = [0; 4];
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
            Import::Frame(import) => return call_with_memory::<R, A>(import, args),
        }
    };
    let (status, value) = unpack(packed);
    if status == Status::Ok as u32 {
        let wrong = || HostError::Result(DecodeError::Scalar(value)).into();
        R::scalar(value).ok_or_else(wrong)
    } else {
        Err(failure(status, HostResult::Kept { len: value as usize }).into())
    }
}

fn call_with_memory<R: Return, A: EncodeArgs>(
    import: unsafe extern "C" fn(u32, u32, u32, u32) -> u64,
    args: &A,
) -> Answer<R> {
    let mut room = [MaybeUninit::uninit(); ROOM];
    let mut sink = SliceSink::new(&mut room);
    match args.encode(&mut sink) {
        Ok(()) => call_with_bytes::<R>(import, sink.written()),
        Err(EncodeError::Full) => call_with_bytes::<R>(import, &encode_large(args).map_err(HostError::from)?),
        Err(error) => Err(HostError::from(error).into()),
    }
}

#[cold]
fn encode_large<A: EncodeArgs>(args: &A) -> Result<Vec<u8>, EncodeError> {
    let mut measure = Measure::default();
    args.encode(&mut measure)?;
    let mut bytes = Vec::with_capacity(measure.position());
    args.encode(&mut bytes)?;
    Ok(bytes)
}

fn call_with_bytes<R: Return>(
    import: unsafe extern "C" fn(u32, u32, u32, u32) -> u64,
    args: &[u8],
) -> Answer<R> {
    let mut room = [MaybeUninit::<u8>::uninit(); ROOM];
    let (start, out) = (args.as_ptr() as usize as u32, room.as_mut_ptr() as usize as u32);
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
        _ => Err(failure(status, result).into()),
    }
}

fn unpack(packed: u64) -> (u32, u32) {
    ((packed >> 32) as u32, packed as u32)
}

#[cold]
fn failure(status: u32, detail: HostResult<'_>) -> HostError {
    let text = |detail: HostResult<'_>| detail.read(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let read = || {
        Ok(match Status::try_from(status) {
            Ok(Status::NotProvided) => HostError::NotProvided,
            Ok(Status::Deadlock) => HostError::Deadlock(text(detail)?),
            Ok(Status::Failed) => HostError::Failed(text(detail)?),
            Ok(Status::BadArguments) => HostError::BadArguments(text(detail)?),
            Ok(Status::Panic) => {
                let report = detail.read(|bytes| postcard::from_bytes::<PanicReport>(bytes))?;
                HostError::Panicked(report.map_err(DecodeError::from)?)
            }
            Ok(Status::Ok | Status::Error) | Err(_) => HostError::Status(status),
        })
    };
    read().unwrap_or_else(|error| error)
}

/// A result of the host's.
#[derive(Clone, Copy)]
enum HostResult<'a> {
    /// It fitted the room.
    Here(&'a [u8]),
    /// The host has it until the thread's next call.
    Kept { len: usize },
}

// SAFETY: `copy_to` fills `room` from a slice of the same length, or has the host do so and compares the length.
unsafe impl Payload for HostResult<'_> {
    type Error = HostError;

    #[inline]
    fn len(&self) -> usize {
        match *self {
            Self::Here(bytes) => bytes.len(),
            Self::Kept { len } => len,
        }
    }

    #[inline]
    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), HostError> {
        match self {
            Self::Here(bytes) => {
                room.write_copy_of_slice(bytes);
            }
            Self::Kept { .. } if room.is_empty() => {}
            Self::Kept { .. } => {
                // SAFETY: the host writes at most `room.len()` bytes.
                let len = unsafe { take_result(room.as_mut_ptr().cast(), room.len() as u32) };
                if len as usize != room.len() {
                    return Err(DecodeError::Truncated.into());
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, HostError> {
        match self {
            Self::Here(bytes) => Ok(read(bytes)),
            Self::Kept { len } => {
                let mut bytes = Vec::with_capacity(len);
                self.copy_to(&mut bytes.spare_capacity_mut()[..len])?;
                // SAFETY: `copy_to` has filled all of it.
                unsafe { bytes.set_len(len) };
                Ok(read(&bytes))
            }
        }
    }
}
