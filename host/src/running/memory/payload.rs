//! A result that still lies in guest memory. It is copied once and then decoded.

use crate::error::ProtocolError;
use crate::running::imports::{is_stopped, with_halt};
use crate::stop::Halt;
use plugix_abi::interface::{Bounds, DecodeError, Payload, Pull};
use plugix_shared::copy;
use std::mem::MaybeUninit;

/// Bytes of arguments and results that are copied at once: with what the kernel does for new memory, in less than a
/// millisecond.
pub(crate) const PIECE: usize = 1 << 20;

/// A result in guest memory. The guest may change it until the host has copied it.
pub(crate) struct GuestPayload<'a> {
    from: *const u8,
    len: usize,
    scratch: &'a mut Vec<u8>,
    open: Option<&'a OpenStream>,
    limit: usize,
    /// A large result takes so long that the plugin may be stopped meanwhile.
    halt: &'a Halt,
}

/// How many bytes of memory values may take when they are decoded, whose bytes have this limit. Most take no more than
/// their bytes. So a value that takes much more is made to take much.
pub(crate) const fn decoded(bytes: u32) -> usize {
    const LEAST: usize = 4 << 10;
    (bytes as usize).saturating_mul(2).saturating_add(LEAST)
}

/// How large what the host sends may become when the defaults of the plugin's fields are added to it. A few bytes may be
/// many values, and each gets its default.
pub(crate) fn sent(bytes: usize) -> Bounds {
    const ADDED_MAX: usize = 256 << 20;
    Bounds::of(bytes.saturating_mul(2).saturating_add(ADDED_MAX))
}

/// Makes the puller for a stream that the plugin offers under a handle.
pub(crate) type OpenStream = dyn Fn(u32) -> Box<dyn Pull> + Send + Sync;

impl<'a> GuestPayload<'a> {
    /// A payload whose value may take `limit` bytes. Reading ends when the plugin is stopped.
    ///
    /// # Safety
    /// `from` is valid for reads of `len` bytes for as long as the payload lives. Other threads may write them.
    #[inline]
    pub(crate) unsafe fn new(
        from: *const u8,
        len: usize,
        limit: usize,
        scratch: &'a mut Vec<u8>,
        halt: &'a Halt,
    ) -> Self {
        Self { from, len, scratch, open: None, limit, halt }
    }

    /// Opens streams with `open`.
    #[inline]
    pub(crate) fn with_streams(self, open: Option<&'a OpenStream>) -> Self {
        Self { open, ..self }
    }
}

impl GuestPayload<'_> {
    /// Copies all of it, and fails if the plugin is stopped before the end.
    ///
    /// # Safety
    /// `to` is valid for writes of `len` bytes, and belongs to the caller alone.
    #[inline]
    unsafe fn copy(&self, to: *mut u8) -> Result<(), ProtocolError> {
        let mut done = 0;
        while self.len - done > PIECE {
            // SAFETY: `done + PIECE` is less than `len`. The caller of `new` promised the source, and the caller of this
            // the destination.
            unsafe { copy::from_guest(self.from.add(done), to.add(done), PIECE) };
            done += PIECE;
            if self.halt.is_stopped() {
                return Err(DecodeError::Truncated.into());
            }
        }
        // SAFETY: as above, for the rest.
        unsafe { copy::from_guest(self.from.add(done), to.add(done), self.len - done) };
        Ok(())
    }
}

// SAFETY: `copy_to` fills all of `room`, or fails. It panics if `room` has another length than the payload.
unsafe impl Payload for GuestPayload<'_> {
    type Error = ProtocolError;

    #[inline]
    fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), ProtocolError> {
        assert_eq!(room.len(), self.len, "a payload is copied whole");
        // SAFETY: the caller of `new` promised the source. The destination is a unique slice of this length.
        unsafe { self.copy(room.as_mut_ptr().cast()) }
    }

    #[inline]
    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, ProtocolError> {
        self.scratch.clear();
        self.scratch.reserve(self.len);
        // SAFETY: the caller of `new` promised the source. The destination has room for `len` bytes, and all of them
        // are written before the length says so.
        unsafe {
            let to = self.scratch.as_mut_ptr();
            self.copy(to)?;
            self.scratch.set_len(self.len);
        }
        // What decodes asks for the stop without knowing of the plugin.
        Ok(with_halt(self.halt, || read(self.scratch)))
    }

    #[inline]
    fn bounds(&self) -> Bounds {
        Bounds { memory: self.limit, is_over: is_stopped }
    }

    fn open(self) -> Result<Box<dyn Pull>, ProtocolError> {
        let open = self.open.ok_or(DecodeError::NoStreams)?;
        let handle = self.read(|bytes| bytes.try_into().map(u32::from_le_bytes))?;
        Ok(open(handle.map_err(|_| DecodeError::Truncated)?))
    }
}
