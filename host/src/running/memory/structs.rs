//! Reads the structs of the ABI through `WasmPtr`, on the cold path of a plugin's start.

use super::GuestMemory;
use plugix_abi::GuestSlice;
use wasmer::{AsStoreRef, MemoryAccessError, ValueType, WasmPtr, WasmSlice};

impl GuestMemory {
    /// Copies one `#[repr(C)]` struct out.
    ///
    /// # Errors
    /// The struct doesn't lie in the memory.
    pub(crate) fn read_struct<T: ValueType>(&self, store: &impl AsStoreRef, at: u32) -> Result<T, MemoryAccessError> {
        WasmPtr::<T>::new(at).read(&self.memory.view(store))
    }

    /// Copies the bytes out that a struct points at. The caller has checked that they are few.
    ///
    /// # Errors
    /// The bytes don't lie in the memory.
    pub(crate) fn read_slice(&self, store: &impl AsStoreRef, slice: GuestSlice) -> Result<Vec<u8>, MemoryAccessError> {
        let view = self.memory.view(store);
        WasmSlice::<u8>::new(&view, slice.ptr.into(), slice.len.into())?.read_to_vec()
    }
}
