//! How an engine takes modules.

use super::Module;
use crate::code::{Artifact, MAGIC, is_artifact};
use crate::engine::Engine;
use crate::error::LoadError;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

impl Engine {
    /// Reads a module's file and checks what it is. Nothing is compiled yet.
    ///
    /// # Errors
    /// Those of [`Engine::load`], and [`LoadError::Io`] if the file can't be read.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Module, LoadError> {
        let path = path.as_ref();
        let failed = |source| LoadError::Io { what: format!("read the module {}", path.display()), source };
        // A byte more than allowed is enough to be refused.
        let most = self.limits().bytes.saturating_add(1);
        match read_module(path, most).map_err(failed)? {
            Some(wasm) => Module::new(self, path.file_stem().and_then(|name| name.to_str()), wasm, true),
            None => Err(LoadError::IsArtifact),
        }
    }

    /// Checks what a module is. Nothing is compiled yet: the first plugin that is made of it does that, or
    /// [`Module::compile`].
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the module can't run here.
    pub fn load(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), true)
    }

    /// Takes a module that was compiled before. Nothing is compiled, and most of what [`Engine::load`] checks can't be
    /// checked any more.
    ///
    /// # Errors
    /// [`LoadError::Artifact`] if it was compiled for another host or by another version; those of [`Engine::load`] if
    /// the module can't run here.
    ///
    /// # Safety
    /// An artifact is machine code, which runs with all that this process may do. Its hashes find damage, and not what
    /// somebody put into it.
    /// 1. The artifact is what [`Module::to_artifact`] returned, or what `plugix compile` wrote, and whoever it came
    ///    through has not changed it.
    pub unsafe fn load_artifact(&self, artifact: &Artifact) -> Result<Module, LoadError> {
        // SAFETY: the caller's promise is passed on.
        unsafe { Module::from_artifact(self, artifact) }
    }

    /// The same as [`Engine::load`], with code that can't be stopped while it computes. Exists to measure what stopping costs.
    ///
    /// # Errors
    /// Those of [`Engine::load`].
    #[doc(hidden)]
    pub fn load_unstoppable(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), false)
    }
}

/// Reads the file of a module. `None` if it is an artifact: that is not read, for it may be large.
fn read_module(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len().min(most);
    let mut wasm = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    let mut file = file.take(most);
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut wasm)?;
    if is_artifact(&wasm) {
        return Ok(None);
    }
    file.read_to_end(&mut wasm)?;
    Ok(Some(wasm))
}
