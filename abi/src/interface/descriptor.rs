//! Descriptors: what a plugin's custom sections say. The host reads them before it compiles anything.
//!
//! A section is a row of records. Each record has its length in front (four bytes, the lowest first), because a linker
//! joins sections of one name. A record begins with [`FORMAT`] and the ABI's version. Numbers are written as postcard
//! does (seven bits to a byte, the lowest first), texts as their length and UTF-8.
//!
//! The macro writes an interface's record while it compiles, and the host reads it:
//!
//! ```
//! use plugix_abi::interface::descriptor::read_interfaces;
//! use plugix_abi::{Interface, interface};
//!
//! #[interface(version = "1.2")]
//! pub trait WordCount {
//!     /// Counts the words of a text.
//!     fn count(&self, text: &str) -> u32;
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let interfaces = read_interfaces(<dyn WordCount as Interface>::DESCRIPTOR)?;
//!     assert_eq!(interfaces[0].version.to_string(), "1.2.0");
//!     let method = &interfaces[0].methods[0];
//!     assert_eq!((&*method.name, &*method.docs), ("count", "Counts the words of a text."));
//!     assert_eq!(method.signature, "count(text: &str) -> u32");
//!     // Anything may stand in a section of a plugin's.
//!     assert!(read_interfaces(b"something else").is_err());
//!     Ok(())
//! }
//! ```

mod about;
mod decode;
mod encode;
mod error;
pub mod section;
mod types;

pub use about::{About, read_about, write_about};
pub use decode::{read_interfaces, read_plugin};
pub use encode::{hash_method, write_interface, write_plugin};
pub use error::DescriptorError;
pub use types::{
    ArgDescriptor, Descriptor, Field, MethodDescriptor, Needs, PluginDescriptor, Primitive, Type, Variant,
};

/// The first byte of each record.
pub const FORMAT: u8 = 1;

/// What is said of a method beside its form.
mod flag {
    /// It has a default body.
    pub(super) const OPTIONAL: u8 = 1;
    /// The version follows that it came with.
    pub(super) const SINCE: u8 = 2;
    /// Its earlier names follow.
    pub(super) const WAS: u8 = 4;
}

/// The longest section that is read: 1 MiB.
pub const MAX_SECTION_LEN: usize = 1 << 20;

/// How many types may stand in each other.
pub const MAX_DEPTH: usize = 64;

/// How many types a section may name altogether. An array counts once for each element.
pub const MAX_TYPES: usize = 1 << 16;
