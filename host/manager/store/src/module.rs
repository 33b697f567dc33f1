//! What a module says of itself, read from its bytes alone: nothing is compiled.

use crate::{ContentHash, Interface, NameError, PluginName};
use plugix_module::{ModuleError, ModuleLimits, inspect};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a module says of itself. All of it but the size and the hash are allegations of its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Module {
    /// Its size in bytes.
    pub size: u64,
    /// Its hash.
    pub hash: ContentHash,
    /// Who the plugin says it is. Plugins of older SDKs and other modules say nothing here.
    pub about: Option<About>,
    /// The interfaces that it implements.
    pub interfaces: Vec<Interface>,
}

/// Who a plugin says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line for people.
    pub description: String,
}

impl Module {
    /// Reads what a module says of itself.
    ///
    /// # Errors
    /// The variant of [`ModuleError`] that says why the bytes are no module, or one that is too large to be looked at.
    pub fn of(bytes: &[u8]) -> Result<Self, ModuleError> {
        ModuleLimits::default().check(bytes)?;
        let info = inspect(bytes)?;
        let about = info.about.map(|it| About { name: it.name, version: it.version, description: it.description });
        let interfaces = info.implements.into_iter();
        let interfaces = interfaces.map(|it| Interface { name: it.name, version: it.version.to_string() }).collect();
        Ok(Self { size: bytes.len() as u64, hash: ContentHash::of(bytes), about, interfaces })
    }

    /// The plugin's name: the one that it says, or else that of its file without the extension.
    ///
    /// # Errors
    /// [`NameError`] if that can't be a name.
    pub fn name(&self, file: Option<&Path>) -> Result<PluginName, NameError> {
        let stem = || file?.file_stem()?.to_str();
        self.about.as_ref().map(|about| about.name.as_str()).or_else(stem).unwrap_or_default().parse()
    }
}
