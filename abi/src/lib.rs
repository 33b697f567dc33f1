//! What a Plugix host and its plugins agree on.
//!
//! Both sides link this crate: the plugin (through `plugix-guest`) writes these structs into its own memory, the host
//! (through `plugix-host`) copies them out and checks them. It is `no_std`, knows nothing of the engine, and all that
//! it defines has the same size and layout on both sides, which constant assertions and golden-byte tests hold.
//!
//! [ABI.md](https://github.com/plugix/plugix/blob/main/ABI.md) is the same in prose, with what may change when.
#![no_std]

extern crate alloc;

mod call;
mod metadata;
mod panic;
mod slice;
mod status;
mod version;

pub use call::{CallHeader, FRAME_ALIGN, FRAME_HEADER_LEN, MIN_FRAME_CAPACITY, ResultHeader, export};
pub use metadata::{METADATA_EXPORT, METADATA_MAGIC, PluginMetadata};
pub use panic::PanicReport;
pub use slice::GuestSlice;
pub use status::{Status, UnknownStatus};
pub use version::{ABI_VERSION, AbiVersion, OLDEST_ABI_VERSION};

#[cfg(feature = "host")]
mod host;
