//! A piece of the plugin's memory.

use plugix_shared::copy::{from_guest, to_guest};

/// Bytes of the plugin's memory that a system call reads or writes. Other threads of the plugin may be writing them at
/// the same time, so that there is never a reference to them: the kernel gets the address, or they are copied.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Part(libc::iovec);

// SAFETY: it is an address and a length, of memory that all threads of the plugin share; the maker of a part promises
// that the memory stays.
unsafe impl Send for Part {}
// SAFETY: as above.
unsafe impl Sync for Part {}

impl Part {
    /// The bytes at an address.
    ///
    /// # Safety
    /// 1. `len` bytes from `start` on stay mapped, readable and writable as long as the part is in use.
    /// 2. They are no Rust object's: whatever else reads or writes them meanwhile does so as other threads of the
    ///    plugin do.
    pub unsafe fn new(start: *mut u8, len: usize) -> Self {
        Self(libc::iovec { iov_base: start.cast(), iov_len: len })
    }

    /// How many bytes it has.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.0.iov_len
    }

    /// Where it begins, for the kernel.
    pub(crate) fn start(&self) -> *mut libc::c_void {
        self.0.iov_base
    }

    /// At most the first `len` bytes of it.
    pub(crate) fn first(self, len: usize) -> Self {
        Self(libc::iovec { iov_len: self.0.iov_len.min(len), ..self.0 })
    }

    /// All but the first `len` bytes of it.
    pub(crate) fn skip(self, len: usize) -> Self {
        let len = len.min(self.0.iov_len);
        let start = self.0.iov_base.cast::<u8>().wrapping_add(len);
        Self(libc::iovec { iov_base: start.cast(), iov_len: self.0.iov_len - len })
    }

    /// Copies bytes into it, as many as fit, and returns how many that were.
    pub fn write(&self, bytes: &[u8]) -> usize {
        let len = bytes.len().min(self.0.iov_len);
        // SAFETY: `new`'s first promise for the destination; `bytes` is the host's own.
        unsafe { to_guest(bytes.as_ptr(), self.0.iov_base.cast(), len) };
        len
    }

    /// Copies its first bytes, as many as there is room for, and returns how many that were.
    pub fn read(&self, into: &mut [u8]) -> usize {
        let len = into.len().min(self.0.iov_len);
        // SAFETY: `new`'s first promise for the source; `into` is the host's own.
        unsafe { from_guest(self.0.iov_base.cast(), into.as_mut_ptr(), len) };
        len
    }
}

/// Bytes in all parts together.
pub(crate) fn total(parts: &[Part]) -> usize {
    parts.iter().fold(0, |total, part| total.saturating_add(part.len()))
}
