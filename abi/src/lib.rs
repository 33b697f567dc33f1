//! What a Plugix host and its plugins agree on.
//!
//! Both sides link this crate. The plugin (through `plugix-guest`) writes these structs into its own memory; the host
//! (through `plugix-host`) copies them out and checks them. The crate is `no_std` and knows nothing of the engine.
//! Everything in it has the same size and layout on both sides: constant assertions and golden-byte tests hold that.
//!
//! A contract is a trait. Its type says what a plugin and a host agree on before they meet:
//!
//! ```
//! use plugix_abi::{ABI_VERSION, Interface, Status, interface};
//!
//! #[interface(version = "1.0")]
//! pub trait WordCount {
//!     /// Counts the words of a text.
//!     fn count(&self, text: &str) -> u32;
//! }
//!
//! fn main() {
//!     let info = <dyn WordCount>::INFO;
//!     assert_eq!((info.name, info.methods[0].name), ("WordCount", "count"));
//!     // A plugin declares the version that it was built for, and answers each call with a status.
//!     assert!(ABI_VERSION.is_supported());
//!     assert_eq!(Status::try_from(0), Ok(Status::Ok));
//! }
//! ```
//!
//! [ABI.md](https://github.com/plugix/plugix/blob/main/ABI.md) is the same in prose, with what may change when.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod call;
pub mod interface;
mod metadata;
mod panic;
mod schema;
pub mod services;
mod slice;
mod status;
mod version;

pub use bytemuck::{self, Pod, Zeroable};
pub use call::{CallHeader, FRAME_ALIGN, FRAME_HEADER_LEN, MIN_FRAME_CAPACITY, ResultHeader, export, import};
pub use interface::{CallError, Interface, PodSlice, PodVec, Stream, StreamError};
pub use metadata::{METADATA_EXPORT, METADATA_MAGIC, PluginMetadata};
pub use panic::PanicReport;
pub use plugix_abi_macros::{Schema, interface};
pub use schema::{At, Depth, Schema};
pub use slice::GuestSlice;
pub use status::{Status, UnknownStatus};
pub use version::{ABI_VERSION, AbiVersion, OLDEST_ABI_VERSION};

#[cfg(feature = "host")]
mod host;

/// What generated code needs; not for others.
#[doc(hidden)]
pub mod __private {
    pub use crate::interface::descriptor::{write_about, write_interface, write_plugin};
    pub use crate::interface::{DEFAULTED, Defaulted, OTHER};
    use crate::{Depth, Schema};
    pub use alloc::boxed::Box;
    pub use alloc::vec::Vec;
    pub use postcard_schema;
    use postcard_schema::schema::NamedType;

    /// The schema of a type.
    pub const fn schema_of<T: Schema + ?Sized>() -> &'static NamedType {
        let () = T::FINITE;
        T::SCHEMA
    }

    /// The schema of a type that stands within others.
    pub const fn schema_at<D: Depth, T: Schema<D> + ?Sized>() -> &'static NamedType {
        T::SCHEMA
    }
}

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
