//! Names of what a plugin imports.
//!
//! ```
//! use plugix_abi::import::{HOST, INTERFACE_PREFIX, TAKE_RESULT};
//!
//! // A method `ask` of the host's interface `HostApi` is imported as `ask` from this module.
//! assert_eq!(format!("{INTERFACE_PREFIX}HostApi"), "plugix:HostApi");
//! // What belongs to no interface is imported from the host's own module.
//! assert_eq!((HOST, TAKE_RESULT), ("plugix", "take_result"));
//! ```

/// The module of the host's own functions.
pub const HOST: &str = "plugix";
/// `fn(ptr: u32, capacity: u32) -> u32`: copies the calling thread's last result that didn't fit, and drops it. Returns
/// its length. Returns 0 when there is none, or when the room is still too small.
pub const TAKE_RESULT: &str = "take_result";
/// `fn(handle: u32, ptr: u32, capacity: u32) -> u64`: gives the next chunk of a stream that the host offers. It returns
/// what a method returns.
pub const STREAM_NEXT: &str = "stream_next";
/// `fn(handle: u32)`: ends such a stream. A stream that has ended has no handle any more.
pub const STREAM_DROP: &str = "stream_drop";
/// `fn(ptr: u32, len: u32) -> u32`: whether the host has a method, whose name is `interface/method` as the plugin
/// imports it. 1 or 0.
pub const PROVIDES: &str = "provides";
/// `fn()`: says that the calling thread panics, so that the host can look at its stack.
pub const PANICKING: &str = "panicking";
/// `fn()`: offers the calling thread for calls, and doesn't return. From then on the host calls the plugin's exports in
/// the thread's place, with its stack and its thread-local values. Only a thread that
/// [`export::SERVE`](crate::export::SERVE) started may call it; any other thread ends the plugin with it.
pub const SERVE: &str = "serve";
/// The beginning of the name of an interface's module. The interface's name follows.
pub const INTERFACE_PREFIX: &str = "plugix:";
