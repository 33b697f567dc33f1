//! The frame through which a call passes.
//!
//! A frame is a block of guest memory that the plugin hands to the host once and that serves for many calls:
//!
//! | offset | what | who writes it |
//! |---|---|---|
//! | 0 | [`CallHeader`] | host, before the call |
//! | 16 | [`ResultHeader`] | guest, before it returns |
//! | 32 | arguments, then room for a small result | host, then guest |
//!
//! The call itself is one function of the plugin's, `fn(frame: u32) -> u32`, which returns a
//! [`Status`](crate::Status).

use bytemuck::{Pod, Zeroable};

/// What the host tells the plugin of a call: 16 bytes, aligned to 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CallHeader {
    /// How many bytes of arguments follow the headers.
    pub args_len: u32,
    /// How many bytes follow the headers altogether; what the arguments leave is room for the result.
    pub capacity: u32,
    /// Zero; for later versions.
    pub reserved: [u32; 2],
}

/// Where the plugin put the result: 16 bytes, aligned to 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ResultHeader {
    /// Where the payload begins. It need not lie in the frame, and stays valid until the thread's next call.
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

/// The capacity, in bytes, that a frame has at the least: calls up to this size allocate nothing.
pub const MIN_FRAME_CAPACITY: u32 = 4096 - FRAME_HEADER_LEN;

/// Names of the functions that the SDK exports for the host.
pub mod export {
    /// `fn(capacity: u32) -> u32`: makes a frame and returns its address, or 0 when there is no memory for it.
    pub const FRAME_NEW: &str = "plugix_frame_new";
    /// `fn(frame: u32)`: gives a frame back.
    pub const FRAME_FREE: &str = "plugix_frame_free";
    /// `fn()`: drops the last result of the calling thread, which the host has copied.
    pub const RESULT_FREE: &str = "plugix_result_free";
    /// `fn(frame: u32) -> u32`: makes the plugin's instance from its configuration in postcard. The payload of an error
    /// is a message in UTF-8.
    pub const START: &str = "plugix_start";
    /// `fn(frame: u32) -> u32`: tells the plugin that it ends. No arguments, no result.
    pub const UNLOAD: &str = "plugix_unload";
    /// `fn(frame: u32) -> u32`: gives the next chunk of a stream that the plugin offers. The argument is its handle.
    pub const STREAM_NEXT: &str = "plugix_stream_next";
    /// `fn(frame: u32) -> u32`: ends such a stream. The argument is its handle; one that has ended is none any more.
    pub const STREAM_DROP: &str = "plugix_stream_drop";
    /// `fn(count: u32) -> u32`: starts so many threads that offer themselves for calls with
    /// [`SERVE`](super::import::SERVE), and returns how many could be started. Optional: a plugin without it can't be
    /// shared.
    pub const SERVE: &str = "plugix_serve";
    /// What the name of each method's export begins with; interface, `/` and method follow.
    pub const METHOD_PREFIX: &str = "plugix:";
    /// What the name of a second export begins with that a method has whose arguments and result are all scalars
    /// ([`ImportKind::Scalar`](crate::interface::ImportKind::Scalar)); interface, `/` and method follow.
    ///
    /// `fn(u64, …) -> u64`: takes each argument in a register, as [`Scalar`](crate::interface::Scalar) has it, and
    /// returns `status << 32 | value`. With any status but [`Status::Ok`](crate::Status::Ok) the value means nothing,
    /// and [`FAILURE`] tells more. Optional: where it is missing, the host calls the method by its frame.
    pub const SCALAR_PREFIX: &str = "plugix_scalar:";
    /// `fn(frame: u32) -> u32`: how the calling thread's last call in registers failed, with the status and the payload
    /// that the same call by a frame would have had. No arguments; tells it once.
    pub const FAILURE: &str = "plugix_failure";
}

/// Names of what a plugin imports.
pub mod import {
    /// The module of the host's own functions.
    pub const HOST: &str = "plugix";
    /// `fn(ptr: u32, capacity: u32) -> u32`: copies the calling thread's last result that had no room, and drops it.
    /// Returns its length, or 0 when there is none or the room is still too small.
    pub const TAKE_RESULT: &str = "take_result";
    /// `fn(handle: u32, ptr: u32, capacity: u32) -> u64`: gives the next chunk of a stream that the host offers, as a
    /// method's result is given.
    pub const STREAM_NEXT: &str = "stream_next";
    /// `fn(handle: u32)`: ends such a stream; one that has ended is none any more.
    pub const STREAM_DROP: &str = "stream_drop";
    /// `fn()`: says that the calling thread panics, so that the host can look at its stack.
    pub const PANICKING: &str = "panicking";
    /// `fn()`: offers the calling thread for calls. Doesn't return: from then on the host calls the plugin's exports in
    /// the thread's place, with its stack and its thread-local values. Only for threads that [`export::SERVE`](super::export::SERVE)
    /// started; from any other it ends the plugin.
    pub const SERVE: &str = "serve";
    /// What the name of an interface's module begins with; the interface's name follows.
    pub const INTERFACE_PREFIX: &str = "plugix:";
}

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
