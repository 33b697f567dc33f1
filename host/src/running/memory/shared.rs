//! A plugin's memory without any of its stores.

use crate::dump::Memory;
use plugix_shared::copy;
use wasmer::sys::vm::{LinearMemory as _, VMSharedMemory};

/// The memory that the threads of a plugin share. It stays until this is dropped, also when the threads are gone.
pub(crate) struct SharedMemory {
    /// Keeps the mapping alive.
    _memory: VMSharedMemory,
    base: *const u8,
    size: u64,
}

impl SharedMemory {
    /// The memory as far as it has grown by now.
    pub(crate) fn new(memory: VMSharedMemory) -> Self {
        // SAFETY: the memory keeps its own definition, and the address in it never changes.
        let base = unsafe { (*memory.vmmemory().as_ptr()).base };
        let size = memory.size().bytes().0 as u64;
        Self { _memory: memory, base, size }
    }
}

impl Memory for SharedMemory {
    fn size(&self) -> u64 {
        self.size
    }

    /// # Panics
    /// If some of it doesn't lie in the memory.
    fn read(&self, at: u64, room: &mut [u8]) {
        assert!(at.checked_add(room.len() as u64).is_some_and(|end| end <= self.size), "outside of the memory");
        // SAFETY: the source lies in the memory, which never moves or shrinks. The destination is a unique slice.
        unsafe { copy::from_guest(self.base.add(at as usize), room.as_mut_ptr(), room.len()) };
    }
}
