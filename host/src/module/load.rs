//! How an engine loads modules.

use super::Module;
use crate::code::{Artifact, MAGIC, Stopping, is_artifact};
use crate::engine::Engine;
use crate::error::{LoadError, ModuleError};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

impl Engine {
    /// Reads a module's file, and checks what the module is. Nothing is compiled yet.
    ///
    /// # Errors
    /// The errors of [`Engine::load`], and [`LoadError::Io`] if the file can't be read.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Module, LoadError> {
        let path = path.as_ref();
        let failed = |source| LoadError::Io { what: format!("read the module {}", path.display()), source };
        // One byte more than allowed is enough to refuse the file.
        let most = self.limits().bytes.saturating_add(1);
        match read_module(path, most).map_err(failed)? {
            Read::TooLarge { found } => {
                Err(ModuleError::TooLarge { what: "bytes", found, allowed: self.limits().bytes }.into())
            }
            Read::Wasm(wasm) => {
                let name = path.file_stem().and_then(|name| name.to_str());
                Module::new(self, name, wasm, Stopping::Possible).inspect(|module| module.look_beside(path))
            }
            Read::Artifact => Err(LoadError::IsArtifact),
        }
    }

    /// Checks what a module is. Nothing is compiled yet. [`Module::compile`] compiles it, or the first plugin that is
    /// made from it does.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the module can't run here.
    pub fn load(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), Stopping::Possible)
    }

    /// Loads a module that was compiled before. Nothing is compiled. Most of what [`Engine::load`] checks can't be
    /// checked any more.
    ///
    /// # Errors
    /// [`LoadError::Artifact`] if it was compiled for another host or by another version. The errors of
    /// [`Engine::load`] if the module can't run here.
    ///
    /// # Safety
    /// An artifact is machine code. It runs with all rights of this process. Its hashes find damage, and not what
    /// somebody has put into it on purpose.
    /// 1. The artifact is what [`Module::to_artifact`] returned, or what `plugix compile` wrote. Nobody has changed it
    ///    on its way here.
    pub unsafe fn load_artifact(&self, artifact: &Artifact) -> Result<Module, LoadError> {
        // SAFETY: the caller's promise is passed on.
        unsafe { Module::from_artifact(self, artifact) }
    }

    /// The same as [`Engine::load`], but nothing can stop the code while it computes. This exists to measure what
    /// stopping costs.
    ///
    /// # Errors
    /// The errors of [`Engine::load`].
    #[doc(hidden)]
    pub fn load_unstoppable(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), Stopping::Impossible)
    }
}

/// What a module's file is.
enum Read {
    Wasm(Vec<u8>),
    /// An artifact is not read, because it may be large.
    Artifact,
    /// It has more bytes than allowed.
    TooLarge {
        found: u64,
    },
}

fn read_module(path: &Path, most: u64) -> io::Result<Read> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut wasm = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or(0).saturating_add(1));
    let mut file = file.take(most);
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut wasm)?;
    if is_artifact(&wasm) {
        return Ok(Read::Artifact);
    }
    if size >= most {
        return Ok(Read::TooLarge { found: size });
    }
    // A file may grow, and a pipe has no size.
    file.read_to_end(&mut wasm)?;
    Ok(Read::Wasm(wasm))
}
