//! What the host answers.

use super::HostError;
use crate::stream;
use plugix_abi::interface::{DecodeError, Payload, Pull, Version};
use plugix_abi::{PanicReport, Status};
use std::mem::MaybeUninit;

// As the linker knows it; see `plugix_abi::import`.
#[link(wasm_import_module = "plugix")]
unsafe extern "C" {
    fn take_result(ptr: *mut u8, capacity: u32) -> u32;
}

/// Takes apart what a host function returns: a status, and a value or a length.
#[inline]
pub(crate) fn unpack(packed: u64) -> (u32, u32) {
    ((packed >> 32) as u32, packed as u32)
}

#[cold]
pub(crate) fn failure(status: u32, detail: HostResult<'_>, since: Option<Version>) -> HostError {
    let text = |detail: HostResult<'_>| detail.read(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let read = || {
        Ok(match Status::try_from(status) {
            Ok(Status::NotProvided) => HostError::NotProvided { since },
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

/// A result of the host's, still where the host put it.
#[derive(Clone, Copy)]
pub(crate) enum HostResult<'a> {
    /// It fitted the room.
    Here(&'a [u8]),
    /// The host has it until the thread's next call.
    Kept { len: usize },
}

// SAFETY: `copy_to` fills `room` from a slice of the same length. Or the host fills it, and `copy_to` compares the
// length.
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

    fn open(self) -> Result<Box<dyn Pull>, HostError> {
        let handle = self.read(|bytes| bytes.try_into().map(u32::from_le_bytes))?;
        let handle = handle.map_err(|_| DecodeError::Truncated)?;
        Ok(stream::open(handle).ok_or(DecodeError::NoStreams)?)
    }
}
