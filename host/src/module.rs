//! Loaded modules: what each is, and its compiled code.
//!
//! [`Engine::load_file`] reads a module and compiles nothing. [`Module::info`] says what the module is, what it offers and
//! what it asks for. A host can refuse a plugin that doesn't fit before any of it runs.
//!
//! ```no_run
//! use plugix_host::Engine;
//! use plugix_host::module::Form;
//!
//! # #[plugix_abi::interface(version = "1.0")]
//! # pub trait WordCount {
//! #     fn count(&self, folder: &str, threads: u32) -> u64;
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let module = Engine::new()?.load_file("word_count.wasm")?;
//! let info = module.info();
//! assert_eq!(info.form, Form::Reactor);
//! info.check_interface::<dyn WordCount>()?;
//! for interface in &info.implements {
//!     println!("{} implements {} {}", module.name(), interface.name, interface.version);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A module knows its engine. It knows nothing of policies, and nothing of what runs.

mod lines;
mod load;

pub use plugix_module::debug::{has_lines as has_debug_info, strip as strip_debug_info};
pub use plugix_module::{Changes, ConfigChange, InterfaceChanges, MethodChange, Role};
pub use plugix_module::{Form, Import, MemoryKind, ModuleInfo, ModuleLimits, Number, Signature, Threads, Wasi};

use crate::code::{Artifact, Compilation, Order, Stopping, is_artifact, perf};
use crate::engine::Engine;
use crate::error::{Chain, LoadError};
use crate::profile::{ProfileError, ProfileGuard};
use crate::running::instance::Code;
use crate::running::memory::Common;
use crate::sync::lock::lock;
use plugix_module::{inspect, keeps_tables};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

/// A module that was checked and can be compiled. Clones are cheap and share the compiled code.
#[derive(Clone, Debug)]
pub struct Module {
    engine: Engine,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    source: Source,
    info: Arc<ModuleInfo>,
    wasmer: wasmer::Engine,
    compilation: Compilation,
    keeps_tables: OnceLock<bool>,
    /// What the memories of resettable instances have in common.
    common: Common,
    /// Where the debug information may be, if it isn't in the module.
    debug_file: Mutex<Option<PathBuf>>,
    /// The artifact, for processes that run the module.
    shipped: Mutex<Option<Arc<OwnedFd>>>,
}

/// What the code is made from.
#[derive(Debug)]
enum Source {
    Wasm { wasm: Vec<u8>, stopping: Stopping },
    Compiled(Artifact),
}

impl Module {
    pub(crate) fn new(
        engine: &Engine,
        file_name: Option<&str>,
        wasm: Vec<u8>,
        stopping: Stopping,
    ) -> Result<Self, LoadError> {
        if is_artifact(&wasm) {
            return Err(LoadError::IsArtifact);
        }
        engine.limits().check(&wasm)?;
        let info = inspect(&wasm)?;
        let name = file_name.or(info.name.as_deref()).unwrap_or("plugin").to_owned();
        Self::checked(
            engine,
            Shared {
                name,
                source: Source::Wasm { wasm, stopping },
                info: Arc::new(info),
                wasmer: engine.compiler().engine(),
                compilation: Compilation::default(),
                keeps_tables: OnceLock::new(),
                common: Common::default(),
                debug_file: Mutex::default(),
                shipped: Mutex::default(),
            },
        )
    }

    /// A module that was compiled before.
    ///
    /// # Safety
    /// 1. The artifact is what [`Module::to_artifact`] returned, in this process or in another one.
    pub(crate) unsafe fn from_artifact(engine: &Engine, artifact: &Artifact) -> Result<Self, LoadError> {
        let wasmer = engine.compiler().engine();
        // SAFETY: the caller's promise is passed on.
        let code = unsafe { artifact.code(engine.origin(), &wasmer) }?;
        perf::tell(engine.profiling(), artifact.name(), &code);
        Self::checked(
            engine,
            Shared {
                name: artifact.name().to_owned(),
                source: Source::Compiled(artifact.clone()),
                info: Arc::new(artifact.info()?),
                wasmer,
                compilation: Compilation::done(code),
                keeps_tables: OnceLock::new(),
                common: Common::default(),
                debug_file: Mutex::default(),
                shipped: Mutex::default(),
            },
        )
    }

    fn checked(engine: &Engine, shared: Shared) -> Result<Self, LoadError> {
        shared.info.check_runnable()?;
        engine.wasi_imports().check(&shared.info)?;
        Ok(Self { engine: engine.clone(), shared: Arc::new(shared) })
    }

    /// The module's name: that of its file, or else the one in its own section of names.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// What the module is, what it wants and what it offers.
    pub fn info(&self) -> &ModuleInfo {
        &self.shared.info
    }

    /// The engine that loaded the module.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles the module, unless it is compiled already. Two threads that ask at once wait for one compilation.
    ///
    /// # Errors
    /// [`LoadError::Module`] if a function's body is invalid or nests too deep, or if compiling would take too much.
    /// [`LoadError::CompileTime`] if compiling takes too long. [`LoadError::Child`] if a process should compile and doesn't.
    /// [`LoadError::Compiler`] or [`LoadError::Engine`] if the compiler gives up.
    pub fn compile(&self) -> Result<(), LoadError> {
        self.compiled().map(drop)
    }

    /// The compiled module as bytes. [`Engine::load_artifact`] loads them in another process or on another machine.
    /// Compiles the module, unless it is compiled already.
    ///
    /// # Errors
    /// The errors of [`Module::compile`].
    pub fn to_artifact(&self) -> Result<Artifact, LoadError> {
        match &self.shared.source {
            Source::Compiled(artifact) => Ok(artifact.clone()),
            Source::Wasm { wasm, stopping } => self.artifact(wasm, *stopping, &self.compiled()?),
        }
    }

    /// The artifact in memory that nobody can change. All processes that run the module have the same memory.
    ///
    /// # Errors
    /// The errors of [`Module::compile`], and [`LoadError::Io`] if there is no memory.
    pub(crate) fn shipped(&self) -> Result<Arc<OwnedFd>, LoadError> {
        let mut shipped = lock(&self.shared.shipped);
        if let Some(shipped) = &*shipped {
            return Ok(shipped.clone());
        }
        let artifact = self.to_artifact()?;
        let failed = |source| LoadError::Io { what: "keep a compiled module in memory".into(), source };
        let sealed = Arc::new(artifact.to_sealed_memory().map_err(failed)?);
        Ok(shipped.insert(sealed).clone())
    }

    fn artifact(&self, wasm: &[u8], stopping: Stopping, code: &wasmer::Module) -> Result<Artifact, LoadError> {
        Artifact::new(self.name(), self.engine.compiler().origin_of(stopping), wasm, code)
    }

    /// Begins to sample all threads that run the module's code, whichever plugin they belong to. Compiles the module,
    /// unless it is compiled already. For the threads of one plugin, see [`Plugin::start_profile`](crate::Plugin::start_profile).
    ///
    /// # Errors
    /// The variant of [`ProfileError`] that says why there is no profile.
    pub fn start_profile(&self) -> Result<ProfileGuard, ProfileError> {
        self.profile_of(None)
    }

    /// The same, without the threads of plugins other than `owner`.
    pub(crate) fn profile_of(&self, owner: Option<usize>) -> Result<ProfileGuard, ProfileError> {
        let code = self.code()?;
        ProfileGuard::start(code.compiled, code.engine, owner, self.symbols())
    }

    /// The module's code, for an instance. Compiles the module, unless it is compiled already.
    ///
    /// # Errors
    /// The errors of [`Module::compile`].
    pub(crate) fn code(&self) -> Result<Code, LoadError> {
        let Shared { info, wasmer, .. } = &*self.shared;
        Ok(Code { info: info.clone(), compiled: self.compiled()?, engine: wasmer.clone() })
    }

    fn compiled(&self) -> Result<wasmer::Module, LoadError> {
        let module = self.clone();
        self.shared.compilation.get(self.engine.limits().compile_time, move || module.compile_here())
    }

    /// Whether no code of the module changes a table. Then the tables are always what they were at the start.
    pub(crate) fn keeps_tables(&self) -> bool {
        *self.shared.keeps_tables.get_or_init(|| match &self.shared.source {
            Source::Wasm { wasm, .. } => keeps_tables(wasm),
            Source::Compiled(artifact) => artifact.keeps_tables(),
        })
    }

    /// What the memories of its resettable instances have in common.
    pub(crate) fn common(&self) -> &Common {
        &self.shared.common
    }

    /// wasmer's engine, which owns the module's code.
    pub(crate) fn wasmer(&self) -> &wasmer::Engine {
        &self.shared.wasmer
    }

    fn compile_here(&self) -> Result<wasmer::Module, LoadError> {
        let found = self.find_code().inspect(|code| perf::tell(self.engine.profiling(), self.name(), code));
        found.inspect_err(|error| {
            tracing::warn!(target: "plugix::compile", module = self.name(), error = %Chain(error), "not compiled")
        })
    }

    fn find_code(&self) -> Result<wasmer::Module, LoadError> {
        match &self.shared.source {
            // SAFETY: whoever made a module of the artifact has promised what this needs.
            Source::Compiled(artifact) => Ok(unsafe { artifact.code(self.engine.origin(), self.wasmer()) }?),
            Source::Wasm { wasm, stopping: Stopping::Possible } => self.find_or_compile(wasm),
            Source::Wasm { wasm, stopping: Stopping::Impossible } => self.compile_wasm(wasm, Stopping::Impossible),
        }
    }

    /// Looks into the engine's cache before it compiles, if the engine has a cache.
    fn find_or_compile(&self, wasm: &[u8]) -> Result<wasmer::Module, LoadError> {
        let Some(cache) = self.engine.cache() else { return self.compile_wasm(wasm, Stopping::Possible) };
        let key = self.engine.compiler().origin_of(Stopping::Possible).key(blake3::hash(wasm).as_bytes());
        if let Some(artifact) = cache.get(key) {
            // SAFETY: the artifact was in a folder that only this user can write to, in the file that such modules are
            // written to. It has not changed since it was written.
            match unsafe { artifact.code(self.engine.origin(), self.wasmer()) } {
                Ok(code) => return Ok(code),
                Err(error) => cache.discard(key, &error),
            }
        }
        let (code, artifact) = self.compile_wasm_anywhere(wasm, Stopping::Possible)?;
        match artifact.map_or_else(|| self.artifact(wasm, Stopping::Possible, &code), Ok) {
            Ok(artifact) => cache.put(key, &artifact),
            Err(error) => {
                tracing::warn!(target: "plugix::cache", error = %Chain(&error), "a compiled module can't be kept")
            }
        }
        Ok(code)
    }

    fn compile_wasm(&self, wasm: &[u8], stopping: Stopping) -> Result<wasmer::Module, LoadError> {
        self.compile_wasm_anywhere(wasm, stopping).map(|(code, _)| code)
    }

    /// Compiles here, or in a process of its own if the host wants that. Then there is an artifact already.
    fn compile_wasm_anywhere(
        &self,
        wasm: &[u8],
        stopping: Stopping,
    ) -> Result<(wasmer::Module, Option<Artifact>), LoadError> {
        let (compiler, limits) = (self.engine.compiler(), self.engine.limits());
        let start = Instant::now();
        limits.check_code(wasm)?;
        let limit = limits.compile_time;
        let Some(child) = self.engine.child() else {
            return Ok((compiler.compile(self.wasmer(), wasm, stopping, start, limit)?, None));
        };
        let (origin, cpu) = (compiler.origin_of(stopping), self.engine.cpu());
        let artifact = child.compile(&Order { name: self.name(), wasm, stopping, cpu, origin: &origin, limit })?;
        // SAFETY: the artifact is what a program has answered that the host named for that. Its hashes are right, and it is
        // of this module and of a compiler like this one.
        let code = unsafe { artifact.code(&origin, self.wasmer()) }?;
        Ok((code, Some(artifact)))
    }
}
