//! Reads who a plugin says it is.

use crate::error::LoadError;
use crate::running::instance::Instance;
use crate::running::memory::GuestMemory;
use plugix_abi::{ABI_VERSION, AbiVersion, GuestSlice, METADATA_EXPORT, METADATA_MAGIC, PluginMetadata};
use serde::{Deserialize, Serialize};
use std::mem::offset_of;
use wasmer::{MemoryAccessError, Store};

/// How many bytes a name, a version or a description may have.
const TEXT_LIMIT: u32 = 64 << 10;

/// Who a plugin says it is. The host has copied this out of the plugin's memory, and checked that it is text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The plugin's name.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// One line for people.
    pub description: String,
    /// The version of the SDK that built it.
    pub sdk: String,
    /// The version of the ABI that the plugin was built for.
    pub abi: AbiVersion,
}

impl Metadata {
    /// Reads the metadata through the pointer that the plugin exports. No code of the plugin runs for this.
    pub(crate) fn read(instance: &mut Instance) -> Result<Self, LoadError> {
        let wrong = |problem: String| LoadError::Metadata { field: "metadata", problem };
        let address = instance
            .constant(METADATA_EXPORT)
            .ok_or_else(|| wrong(format!("`{METADATA_EXPORT}` is not a global that holds an address")))?;
        let Instance { memory, store, .. } = instance;
        let wrong_place = |error: MemoryAccessError| wrong(error.to_string());
        // The first fields are the same in every version. They tell whether the host can read the rest.
        let magic: u32 = memory.read_struct(store, address).map_err(wrong_place)?;
        let after_magic = address.saturating_add(offset_of!(PluginMetadata, abi) as u32);
        let abi: AbiVersion = memory.read_struct(store, after_magic).map_err(wrong_place)?;
        if magic != METADATA_MAGIC {
            return Err(LoadError::WrongMagic { found: magic });
        }
        if !abi.is_supported() {
            let (found, newer) = (abi, abi > ABI_VERSION);
            return Err(if newer { LoadError::AbiTooNew { found } } else { LoadError::AbiTooOld { found } });
        }
        let metadata: PluginMetadata = memory.read_struct(store, address).map_err(wrong_place)?;
        let text = |field, slice| read_text(memory, store, field, slice);
        Ok(Self {
            name: text("name", metadata.name)?,
            version: text("version", metadata.version)?,
            description: text("description", metadata.description)?,
            sdk: text("SDK version", metadata.sdk)?,
            abi,
        })
    }
}

fn read_text(memory: &GuestMemory, store: &Store, field: &'static str, slice: GuestSlice) -> Result<String, LoadError> {
    let wrong = |problem: String| LoadError::Metadata { field, problem };
    if slice.len > TEXT_LIMIT {
        return Err(wrong(format!("{} bytes are over the limit of {TEXT_LIMIT}", slice.len)));
    }
    let bytes = memory.read_slice(store, slice).map_err(|error| wrong(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))
}
