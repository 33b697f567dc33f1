//! Names of the functions that the SDK exports for the host.
//!
//! The host looks them up by name, once for each plugin:
//!
//! ```
//! use plugix_abi::export::{FRAME_NEW, METHOD_PREFIX, SCALAR_PREFIX};
//!
//! // What a plugin exports for the method `count` of the interface `WordCount`.
//! assert_eq!(format!("{METHOD_PREFIX}WordCount/count"), "plugix:WordCount/count");
//! // A second export, if arguments and result fit registers.
//! assert_eq!(format!("{SCALAR_PREFIX}WordCount/count"), "plugix_scalar:WordCount/count");
//! // What every plugin exports.
//! assert_eq!(FRAME_NEW, "plugix_frame_new");
//! ```

/// `fn(capacity: u32) -> u32`: makes a frame and returns its address, or 0 when there is no memory for it.
pub const FRAME_NEW: &str = "plugix_frame_new";
/// `fn(frame: u32)`: gives a frame back.
pub const FRAME_FREE: &str = "plugix_frame_free";
/// `fn()`: drops the calling thread's last result, once the host has copied it.
pub const RESULT_FREE: &str = "plugix_result_free";
/// `fn(frame: u32) -> u32`: makes the plugin's instance from its configuration in postcard. The payload of an error
/// is a message in UTF-8.
pub const START: &str = "plugix_start";
/// `fn(frame: u32) -> u32`: tells the plugin that it ends. No arguments, no result.
pub const UNLOAD: &str = "plugix_unload";
/// `fn(frame: u32) -> u32`: gives the next chunk of a stream that the plugin offers. The argument is its handle.
pub const STREAM_NEXT: &str = "plugix_stream_next";
/// `fn(frame: u32) -> u32`: ends such a stream. The argument is its handle. A stream that has ended has no handle any
/// more.
pub const STREAM_DROP: &str = "plugix_stream_drop";
/// `fn(count: u32) -> u32`: starts so many threads, and returns how many it could start. Each of them offers itself for
/// calls with [`SERVE`](crate::import::SERVE). Optional: a plugin without this export can't be shared.
pub const SERVE: &str = "plugix_serve";
/// The beginning of each method's export. The interface, `/` and the method follow.
pub const METHOD_PREFIX: &str = "plugix:";
/// The beginning of a method's second export. A method has one if its arguments and its result are all scalars
/// ([`ImportKind::Scalar`](crate::interface::ImportKind::Scalar)). The interface, `/` and the method follow.
///
/// `fn(u64, …) -> u64`: takes each argument in a register, as [`Scalar`](crate::interface::Scalar) encodes it, and
/// returns `status << 32 | value`. With any status but [`Status::Ok`](crate::Status::Ok) the value means nothing, and
/// [`FAILURE`] tells more. Optional: where the export is missing, the host calls the method by a frame.
pub const SCALAR_PREFIX: &str = "plugix_scalar:";
/// `fn(frame: u32) -> u32`: tells how the calling thread's last call in registers failed. It answers with the status
/// and the payload that the same call by a frame would have had. It takes no arguments, and tells a failure once.
pub const FAILURE: &str = "plugix_failure";
/// The interface of a plugin whose state another instance can take over: `save() -> Result<State, String>` and
/// `restore(state: State) -> Result<(), String>`, where `State` is a type of the plugin's, in postcard.
pub const STATE: &str = "plugix.State";
