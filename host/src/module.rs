//! A module: what it is, and its compiled code.

mod compilation;
mod info;
mod inspect;
mod limits;
mod stoppable;
mod wasi_imports;

pub use info::{Form, Import, MemoryKind, ModuleInfo, Threads, Wasi};
pub use limits::ModuleLimits;
pub(crate) use stoppable::{CONTROL, CONTROL_PAGES, INITIALIZE, START};
pub(crate) use wasi_imports::WasiImports;

use crate::{Engine, LoadError};
use compilation::Compilation;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// A module that was checked and can be compiled. Cheap to clone; the clones share the compiled code.
#[derive(Clone, Debug)]
pub struct Module {
    engine: Engine,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    wasm: Vec<u8>,
    info: ModuleInfo,
    stoppable: bool,
    wasmer: wasmer::Engine,
    compilation: Compilation,
    keeps_tables: OnceLock<bool>,
}

impl Module {
    pub(crate) fn new(
        engine: &Engine,
        file_name: Option<&str>,
        wasm: Vec<u8>,
        stoppable: bool,
    ) -> Result<Self, LoadError> {
        engine.limits().check(&wasm)?;
        let info = inspect::inspect(&wasm)?;
        info.check_runnable()?;
        engine.wasi_imports().check(&info)?;
        let name = file_name.or(info.name.as_deref()).unwrap_or("plugin").to_owned();
        let (wasmer, compilation) = (Engine::new_wasmer(), Compilation::default());
        let shared = Shared { name, wasm, info, stoppable, wasmer, compilation, keeps_tables: OnceLock::new() };
        Ok(Self { engine: engine.clone(), shared: Arc::new(shared) })
    }

    /// What the module is called: by its file, or else by its own section of names.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// What the module is, wants and offers.
    pub fn info(&self) -> &ModuleInfo {
        &self.shared.info
    }

    /// The engine that loaded the module.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles the module, unless that was done before. Two threads that ask at once wait for one compilation.
    ///
    /// # Errors
    /// [`LoadError::Malformed`] if a function's body is invalid, [`LoadError::TooLarge`] if one nests too deep,
    /// [`LoadError::CompileTime`] if it takes too long, [`LoadError::Compiler`] or [`LoadError::Engine`] if the compiler
    /// gives up.
    pub fn compile(&self) -> Result<(), LoadError> {
        self.compiled().map(drop)
    }

    pub(crate) fn compiled(&self) -> Result<wasmer::Module, LoadError> {
        let module = self.clone();
        self.shared.compilation.get(self.engine.limits().compile_time, move || module.compile_here())
    }

    /// Whether no code of the module's changes its tables: then they are what they were at its start.
    pub(crate) fn keeps_tables(&self) -> bool {
        *self.shared.keeps_tables.get_or_init(|| inspect::keeps_tables(&self.shared.wasm))
    }

    /// The engine of wasmer's that owns the module's code.
    pub(crate) fn wasmer(&self) -> &wasmer::Engine {
        &self.shared.wasmer
    }

    fn compile_here(&self) -> Result<wasmer::Module, LoadError> {
        self.engine.limits().check_nesting(&self.shared.wasm)?;
        inspect::validate(&self.shared.wasm)?;
        let wasm = match self.shared.stoppable {
            true => Cow::Owned(stoppable::stoppable(&self.shared.wasm)?),
            false => Cow::Borrowed(self.shared.wasm.as_slice()),
        };
        wasmer::Module::new(self.wasmer(), &wasm).map_err(|error| LoadError::Engine(error.to_string()))
    }
}
