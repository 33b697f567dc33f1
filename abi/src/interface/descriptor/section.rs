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

/// One record, that [`read_plugin`](super::read_plugin) reads.
pub const PLUGIN: &str = "plugix.plugin";
/// A record for each interface that the plugin implements, for [`read_interfaces`](super::read_interfaces).
pub const IMPLEMENTS: &str = "plugix.implements";
/// A record for each interface that the plugin calls, for [`read_interfaces`](super::read_interfaces).
pub const USES: &str = "plugix.uses";
