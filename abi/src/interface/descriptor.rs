//! Descriptors: what a plugin's custom sections say, to be read before anything is compiled.
//!
//! A section is a row of records, each with its length in front (four bytes, the lowest first), because a linker puts
//! sections of one name one after the other. A record begins with [`FORMAT`] and the ABI's version. Numbers are
//! written as postcard does (seven bits to a byte, the lowest first), texts as their length and UTF-8.

mod decode;
mod encode;
mod error;
mod types;

pub use decode::{read_interfaces, read_plugin};
pub use encode::{hash_method, write_interface, write_plugin};
pub use error::DescriptorError;
pub use types::{
    ArgDescriptor, Descriptor, Field, MethodDescriptor, Needs, PluginDescriptor, Primitive, Type, Variant,
};

/// The first byte of each record.
pub const FORMAT: u8 = 1;

/// The longest section that is read: 1 MiB.
pub const MAX_SECTION_LEN: usize = 1 << 20;

/// How many types may stand in each other.
pub const MAX_DEPTH: usize = 64;

/// How many types a section may name altogether; an array counts once for each element.
pub const MAX_TYPES: usize = 1 << 16;

/// Names of the custom sections.
pub mod section {
    /// One record, that [`read_plugin`](super::read_plugin) reads.
    pub const PLUGIN: &str = "plugix.plugin";
    /// A record for each interface that the plugin implements, for [`read_interfaces`](super::read_interfaces).
    pub const IMPLEMENTS: &str = "plugix.implements";
    /// A record for each interface that the plugin calls, for [`read_interfaces`](super::read_interfaces).
    pub const USES: &str = "plugix.uses";
}
