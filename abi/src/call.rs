//! The frame through which a call passes.
//!
//! A frame is a block of guest memory. The plugin hands it to the host once, and many calls use it:
//!
//! | offset | what | who writes it |
//! |---|---|---|
//! | 0 | [`CallHeader`] | host, before the call |
//! | 16 | [`ResultHeader`] | guest, before it returns |
//! | 32 | arguments, then room for a small result | host, then guest |
//!
//! The call itself is a function of the plugin's, `fn(frame: u32) -> u32`. It returns a [`Status`](crate::Status).

pub mod export;
pub mod import;

use bytemuck::{Pod, Zeroable};

/// What the host tells the plugin of a call: 16 bytes, aligned to 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CallHeader {
    /// How many bytes of arguments follow the headers.
    pub args_len: u32,
    /// How many bytes follow the headers. The arguments come first; the rest is room for the result.
    pub capacity: u32,
    /// Zero; for later versions.
    pub reserved: [u32; 2],
}

/// Where the plugin put the result: 16 bytes, aligned to 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ResultHeader {
    /// Where the payload begins. The payload may lie outside of the frame. It stays valid until the thread's next call.
    pub ptr: u32,
    /// The payload's length in bytes.
    pub len: u32,
    /// Zero; for later versions.
    pub reserved: [u32; 2],
}

/// How many bytes the two headers take at the start of a frame.
pub const FRAME_HEADER_LEN: u32 = 32;

/// Every frame begins at a multiple of this many bytes.
pub const FRAME_ALIGN: u32 = 16;

/// The least capacity of a frame, in bytes. Calls up to this size allocate nothing.
pub const MIN_FRAME_CAPACITY: u32 = 4096 - FRAME_HEADER_LEN;

const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<CallHeader>() == 16 && align_of::<CallHeader>() == 4);
    assert!(offset_of!(CallHeader, args_len) == 0);
    assert!(offset_of!(CallHeader, capacity) == 4);
    assert!(offset_of!(CallHeader, reserved) == 8);
    assert!(size_of::<ResultHeader>() == 16 && align_of::<ResultHeader>() == 4);
    assert!(offset_of!(ResultHeader, ptr) == 0);
    assert!(offset_of!(ResultHeader, len) == 4);
    assert!(size_of::<CallHeader>() + size_of::<ResultHeader>() == FRAME_HEADER_LEN as usize);
    assert!(FRAME_HEADER_LEN.is_multiple_of(FRAME_ALIGN));
};
