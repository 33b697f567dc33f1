//! What a survey may look at: environment variables and the system's prefix. They are values, so that tests can choose
//! them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The path of an installed WASIX toolchain (its sysroot: `bin/rustc` is below it).
pub const TOOLCHAIN_VAR: &str = "PLUGIX_TOOLCHAIN";
/// The path of a wasix-libc sysroot.
pub const SYSROOT_VAR: &str = "PLUGIX_WASIX_SYSROOT";
/// The path of a clang that compiles C code for WebAssembly.
pub const CLANG_VAR: &str = "PLUGIX_CLANG";
/// The path of the cache folder.
pub const CACHE_VAR: &str = "PLUGIX_CACHE";

/// The surroundings in which a toolchain is looked for.
#[derive(Clone, Debug)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
    prefix: PathBuf,
}

impl Environment {
    /// This process's variables, and `/usr`.
    pub fn current() -> Self {
        Self { vars: std::env::vars_os().collect(), prefix: "/usr".into() }
    }

    /// No variables, and `prefix` in the place of `/usr`.
    pub fn bare(prefix: impl Into<PathBuf>) -> Self {
        Self { vars: BTreeMap::new(), prefix: prefix.into() }
    }

    /// Adds or replaces a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// A variable's value as a path. An empty value counts as unset.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.vars.get(&OsString::from(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Where the system's packages are installed.
    pub(crate) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The folders of rustup's toolchains, in a fixed order.
    pub(crate) fn rustup_toolchains(&self) -> Vec<PathBuf> {
        let Some(home) = self.path("RUSTUP_HOME").or_else(|| Some(self.path("HOME")?.join(".rustup"))) else {
            return Vec::new();
        };
        let Ok(entries) = home.join("toolchains").read_dir() else { return Vec::new() };
        let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    }

    /// Runs a program, if possible that of these surroundings.
    pub(crate) fn command(&self, name: &str) -> Command {
        Command::new(self.program(name).unwrap_or_else(|| name.into()))
    }

    /// The first program of that name on `PATH`.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.vars.get(&OsString::from("PATH"))?;
        std::env::split_paths(path).map(|folder| folder.join(name)).find(|program| program.is_file())
    }
}
