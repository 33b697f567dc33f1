//! A stream that the host offers.

use crate::host::result::{HostResult, failure, unpack};
use plugix_abi::Status;
use plugix_abi::interface::{CHUNK_LEN, Payload, Pull, StreamError};

// As the linker knows them; see `plugix_abi::import`.
#[link(wasm_import_module = "plugix")]
unsafe extern "C" {
    fn stream_next(handle: u32, ptr: *mut u8, capacity: u32) -> u64;
    safe fn stream_drop(handle: u32);
}

/// A chunk ends with the item that makes it long enough.
const LAST_ITEM: usize = 4096;

/// Pulls a stream from the host.
pub(super) struct HostStream {
    handle: u32,
}

impl HostStream {
    pub(super) fn new(handle: u32) -> Self {
        Self { handle }
    }
}

impl Pull for HostStream {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        chunk.clear();
        chunk.reserve(CHUNK_LEN + LAST_ITEM);
        let room = chunk.spare_capacity_mut();
        // SAFETY: the host writes at most `room.len()` bytes to `room`.
        let (status, len) = unpack(unsafe { stream_next(self.handle, room.as_mut_ptr().cast(), room.len() as u32) });
        let len = len as usize;
        let fits = len <= room.len();
        if status != Status::Ok as u32 {
            // SAFETY: when they fit, the host has written `len` bytes.
            let detail = if fits {
                HostResult::Here(unsafe { room[..len].assume_init_ref() })
            } else {
                HostResult::Kept { len }
            };
            return Err(StreamError::new(failure(status, detail, None)));
        }
        if !fits {
            chunk.reserve(len);
            let room = &mut chunk.spare_capacity_mut()[..len];
            HostResult::Kept { len }.copy_to(room).map_err(StreamError::new)?;
        }
        // SAFETY: the host or `copy_to` has written `len` bytes.
        unsafe { chunk.set_len(len) };
        Ok(())
    }
}

impl Drop for HostStream {
    fn drop(&mut self) {
        stream_drop(self.handle);
    }
}
