//! Reads and writes guest memory. All code that touches guest memory is in this room.
//!
//! The guest's threads share the memory, and may write to it at any time. So the host never has a reference to it. The
//! host copies bytes in and out, and checks what it copied out afterwards.

mod changed;
mod image;
mod layer;
mod parts;
mod payload;
mod shared;
mod sink;
mod snapshot;
mod structs;

pub(crate) use payload::{GuestPayload, OpenStream, PIECE, decoded, sent};
pub(crate) use shared::SharedMemory;
pub(crate) use sink::{GuestSink, Offers};
pub(crate) use snapshot::{Common, Snapshot};

use crate::error::ProtocolError;
use crate::stop::Halt;
use bytemuck::Pod;
use plugix_shared::copy;
use wasmer::{AsStoreRef, Memory};

/// The linear memory of one plugin.
///
/// The base address is kept, because asking for a `MemoryView` costs as much as half a call. A memory never moves:
/// wasmer reserves the whole address range of every memory at once. (In wasmer-compiler 7.4.2, `engine/tunables.rs`,
/// `BaseTunables` makes no other style than `MemoryStyle::Static`.)
#[derive(Debug)]
pub(crate) struct GuestMemory {
    memory: Memory,
    base: *mut u8,
    /// The size in bytes when the host last asked for it. A memory never shrinks.
    known_size: u64,
}

// SAFETY: the base is that of a mapping. `memory` keeps the mapping alive on every thread.
unsafe impl Send for GuestMemory {}

impl GuestMemory {
    pub(crate) fn new(memory: Memory, store: &impl AsStoreRef) -> Self {
        let view = memory.view(store);
        let (base, known_size) = (view.data_ptr(), view.data_size());
        Self { memory, base, known_size }
    }

    /// Copies `len` bytes out of the memory.
    pub(crate) fn read_vec(
        &mut self,
        store: &impl AsStoreRef,
        what: &'static str,
        ptr: u32,
        len: u32,
    ) -> Result<Vec<u8>, ProtocolError> {
        let from = self.locate(store, what, ptr, len)?;
        let mut bytes = Vec::with_capacity(len as usize);
        // SAFETY: `locate` has shown that the source lies in the memory. The destination has room for `len` bytes, and
        // all of them are written before the length says so.
        unsafe {
            copy::from_guest(from, bytes.as_mut_ptr(), len as usize);
            bytes.set_len(len as usize);
        }
        Ok(bytes)
    }

    /// Fills `room` with bytes out of the memory.
    pub(crate) fn read_into(
        &mut self,
        store: &impl AsStoreRef,
        what: &'static str,
        ptr: u32,
        room: &mut [u8],
    ) -> Result<(), ProtocolError> {
        let len = u32::try_from(room.len()).unwrap_or(u32::MAX);
        let from = self.locate(store, what, ptr, len)?;
        // SAFETY: `locate` has shown that the source lies in the memory. The destination is a unique slice.
        unsafe { copy::from_guest(from, room.as_mut_ptr(), room.len()) };
        Ok(())
    }

    /// Copies one struct out of the memory.
    #[inline]
    pub(crate) fn read_pod<T: Pod>(
        &mut self,
        store: &impl AsStoreRef,
        what: &'static str,
        ptr: u32,
    ) -> Result<T, ProtocolError> {
        let from = self.locate(store, what, ptr, size_of::<T>() as u32)?;
        // SAFETY: `locate` has shown that the source lies in the memory.
        Ok(unsafe { copy::pod_from_guest(from) })
    }

    /// Copies bytes into the memory.
    pub(crate) fn write(
        &mut self,
        store: &impl AsStoreRef,
        what: &'static str,
        ptr: u32,
        bytes: &[u8],
    ) -> Result<(), ProtocolError> {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let to = self.locate(store, what, ptr, len)?;
        // SAFETY: `locate` has shown that the destination lies in the memory. (A length over 32 bits never does.)
        unsafe { copy::to_guest(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    /// A sink that takes bytes in order, from `ptr` on. It has room for `len` bytes. It has no room at all if these
    /// bytes didn't lie in the memory when the host last asked for the memory's size.
    #[inline]
    pub(crate) fn sink(&mut self, ptr: u32, len: u32) -> GuestSink<'_> {
        let len = if u64::from(ptr) + u64::from(len) <= self.known_size { len } else { 0 };
        // SAFETY: `len` bytes from `ptr` lie in the memory, which never moves or shrinks.
        unsafe { GuestSink::new(self.base.add(ptr as usize), len as usize) }
    }

    /// A result of `len` bytes that still lies in the memory. Its value may take `limit` bytes.
    #[inline]
    pub(crate) fn payload<'a>(
        &'a mut self,
        store: &impl AsStoreRef,
        (ptr, len): (u32, u32),
        limit: usize,
        scratch: &'a mut Vec<u8>,
        halt: &'a Halt,
    ) -> Result<GuestPayload<'a>, ProtocolError> {
        let from = self.locate(store, "the result", ptr, len)?;
        // SAFETY: `locate` has shown that `len` bytes from there lie in the memory. The memory never moves or shrinks.
        Ok(unsafe { GuestPayload::new(from, len as usize, limit, scratch, halt) })
    }

    /// Fails unless `len` bytes from `ptr` lie in the memory.
    pub(crate) fn check(
        &mut self,
        store: &impl AsStoreRef,
        what: &'static str,
        ptr: u32,
        len: u32,
    ) -> Result<(), ProtocolError> {
        self.locate(store, what, ptr, len).map(drop)
    }

    #[inline]
    fn locate(
        &mut self,
        store: &impl AsStoreRef,
        what: &'static str,
        ptr: u32,
        len: u32,
    ) -> Result<*mut u8, ProtocolError> {
        let end = u64::from(ptr) + u64::from(len);
        if end > self.known_size {
            // The memory may have grown meanwhile.
            self.known_size = self.memory.view(store).data_size();
        }
        if end > self.known_size || len == u32::MAX {
            return Err(ProtocolError::OutOfBounds { what, ptr, len, memory: self.known_size });
        }
        // SAFETY: `ptr` is within the memory, and the memory is one mapping from `base` on.
        Ok(unsafe { self.base.add(ptr as usize) })
    }
}
