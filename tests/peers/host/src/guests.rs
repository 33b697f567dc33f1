//! The files that were built for the systems.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where the work is, as each system wants it.
#[derive(Debug, Deserialize)]
pub(crate) struct Guests {
    /// Our plugin.
    pub(crate) plugix: PathBuf,
    /// A module with a C ABI made by hand, without WASI.
    pub(crate) raw: PathBuf,
    /// The same for WASIX.
    pub(crate) wasix: PathBuf,
    /// Extism's plugin.
    pub(crate) extism: PathBuf,
    /// The module that the component is made of.
    pub(crate) component: PathBuf,
    /// The shared library.
    pub(crate) native: PathBuf,
    /// The compiler of all but the last.
    pub(crate) rustc: PathBuf,
}

impl Guests {
    /// Reads the list that xtask has written.
    pub(crate) fn read(list: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(list).with_context(|| format!("can't read {}", list.display()))?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// A module's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("can't read {}", path.display()))
}
