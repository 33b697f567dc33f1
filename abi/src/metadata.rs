//! Who a plugin says it is.

use crate::{ABI_VERSION, AbiVersion, GuestSlice};
use bytemuck::{Pod, Zeroable};

/// The first four bytes of every [`PluginMetadata`]: `plgx`.
pub const METADATA_MAGIC: u32 = u32::from_le_bytes(*b"plgx");

/// The export that names the metadata: an immutable `i32` global. It holds the struct's address.
///
/// It is a global and not a function: the host learns who the plugin is before it runs any of the plugin's code.
pub const METADATA_EXPORT: &str = "plugix_metadata";

/// Who a plugin says it is: 40 bytes, aligned to 4. The strings are UTF-8 without a terminator.
///
/// `magic` and `abi` stand first in every version of the ABI. So a mismatch shows before anything else is read. For `P`
/// see [`GuestSlice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct PluginMetadata<P = u32> {
    /// [`METADATA_MAGIC`].
    pub magic: u32,
    /// The ABI that the plugin was built for.
    pub abi: AbiVersion,
    /// The plugin's name.
    pub name: GuestSlice<P>,
    /// The plugin's own version.
    pub version: GuestSlice<P>,
    /// One line for people.
    pub description: GuestSlice<P>,
    /// The version of the SDK that built it.
    pub sdk: GuestSlice<P>,
}

impl PluginMetadata<*const u8> {
    /// The metadata of a plugin that is built against this crate.
    pub const fn new(name: &'static str, version: &'static str, description: &'static str, sdk: &'static str) -> Self {
        Self {
            magic: METADATA_MAGIC,
            abi: ABI_VERSION,
            name: GuestSlice::from_static(name),
            version: GuestSlice::from_static(version),
            description: GuestSlice::from_static(description),
            sdk: GuestSlice::from_static(sdk),
        }
    }
}

// SAFETY: the pointers are those of `&'static str`s. Any thread may read them, and nothing is written through them.
unsafe impl Sync for PluginMetadata<*const u8> {}
// SAFETY: integers and `Pod` structs only, without padding (asserted below). Every bit pattern is a value.
unsafe impl Zeroable for PluginMetadata<u32> {}
// SAFETY: as above; `repr(C)`, `Copy`, `'static`, no pointer.
unsafe impl Pod for PluginMetadata<u32> {}

const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<PluginMetadata>() == 40 && align_of::<PluginMetadata>() == 4);
    assert!(offset_of!(PluginMetadata, magic) == 0);
    assert!(offset_of!(PluginMetadata, abi) == 4);
    assert!(offset_of!(PluginMetadata, name) == 8);
    assert!(offset_of!(PluginMetadata, version) == 16);
    assert!(offset_of!(PluginMetadata, description) == 24);
    assert!(offset_of!(PluginMetadata, sdk) == 32);
    #[cfg(target_arch = "wasm32")]
    assert!(size_of::<PluginMetadata<*const u8>>() == 40);
};
