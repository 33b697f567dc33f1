//! Names of the custom sections.
//!
//! ```
//! use plugix_abi::Interface;
//! use plugix_abi::interface::descriptor::{read_interfaces, section};
//! use plugix_abi::services::Services;
//!
//! // What the macros put into a plugin that calls the host's services.
//! let (name, content) = (section::USES, <dyn Services as Interface>::DESCRIPTOR);
//! assert_eq!(name, "plugix.uses");
//! assert_eq!(read_interfaces(content)?[0].name, "plugix-services");
//! # Ok::<_, plugix_abi::interface::descriptor::DescriptorError>(())
//! ```

/// One record. [`read_plugin`](super::read_plugin) reads it.
pub const PLUGIN: &str = "plugix.plugin";
/// One record, for people. [`read_about`](super::read_about) reads it.
pub const ABOUT: &str = "plugix.about";
/// A record for each thing that the plugin asks for. The crate `plugix-requests` reads and writes them.
pub const REQUESTS: &str = "plugix.requests";
/// A record for each interface that the plugin implements. [`read_interfaces`](super::read_interfaces) reads them.
pub const IMPLEMENTS: &str = "plugix.implements";
/// A record for each interface that the plugin calls. [`read_interfaces`](super::read_interfaces) reads them.
pub const USES: &str = "plugix.uses";
