//! What plain cargo needs to know, so that it builds plugins as [`Toolchain::build`] does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::c_compiler::CCompiler;
use crate::target_spec::TARGET;
use crate::workspace::Workspace;
use crate::{Error, Toolchain, manifests};

/// Settings of cargo's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `build.target`.
    pub target: String,
    /// `build.target-dir`: plugins have another compiler than what runs on this machine.
    pub target_dir: PathBuf,
    /// `build.rustc`.
    pub rustc: PathBuf,
    /// `target.<target>.linker`.
    pub linker: Option<PathBuf>,
    /// `target.<target>.rustflags`.
    pub rustflags: Vec<String>,
    /// `paths`: copies of crates that take any WebAssembly for a browser.
    pub paths: Vec<PathBuf>,
    /// `env`, for the build scripts of crates with C code.
    pub env: BTreeMap<String, String>,
}

impl Toolchain {
    /// What cargo needs to know for a workspace. It changes with the toolchain, and with what the lock file has.
    ///
    /// # Errors
    /// Those of [`Workspace::read`], and [`Error::Io`] when a copy of a crate can't be made.
    pub fn settings(&self, manifest: &Path) -> Result<Settings, Error> {
        let workspace = Workspace::read(manifest)?;
        let paths = match self.origin() {
            Some(_) => manifests::copies(self, manifest, workspace.root(), TARGET, |_| ())?,
            None => Vec::new(),
        };
        let variables = CCompiler::of(self)?.map(|c| c.lasting()).unwrap_or_default();
        let text = |(name, value): (String, PathBuf)| Some((name, value.into_os_string().into_string().ok()?));
        Ok(Settings {
            target: TARGET.to_owned(),
            target_dir: workspace.guests(),
            rustc: self.rustc().to_owned(),
            linker: self.linker().map(Path::to_owned),
            rustflags: vec![self.flag()],
            paths,
            env: variables.into_iter().filter_map(text).collect(),
        })
    }
}
