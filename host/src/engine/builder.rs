//! Makes an engine that differs from the usual one.

use super::Engine;
use crate::code::{Cache, ChildCompiler, Cpu, Profiling};
use crate::error::LoadError;
use plugix_module::ModuleLimits;

/// An engine that is about to be made.
#[derive(Clone, Debug, Default)]
pub struct EngineBuilder {
    pub(super) limits: ModuleLimits,
    pub(super) cache: Option<Cache>,
    pub(super) cpu: Cpu,
    pub(super) child: Option<ChildCompiler>,
    pub(super) profiling: Profiling,
}

impl EngineBuilder {
    /// Sets the limits for modules: their sizes, and how long compiling one may take.
    #[must_use]
    pub fn limits(mut self, limits: ModuleLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Keeps compiled modules in a folder, for later processes. Without a cache the engine writes nothing anywhere.
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Compiles for other processors than this one alone. Artifacts that run elsewhere need that.
    #[must_use]
    pub fn cpu(mut self, cpu: Cpu) -> Self {
        self.cpu = cpu;
        self
    }

    /// Compiles each module in a process of its own. There, compiling ends when it has taken
    /// [`compile_time`](ModuleLimits::compile_time), whatever it is doing, and it can't take more memory than the process
    /// may have. Starting the process takes some milliseconds.
    #[must_use]
    pub fn compile_in_child(mut self, compiler: ChildCompiler) -> Self {
        self.child = Some(compiler);
        self
    }

    /// Tells profilers of the system about compiled code. By default they see addresses without names. A profile that needs
    /// no other program is [`Plugin::profile`](crate::Plugin::profile).
    #[must_use]
    pub fn profiling(mut self, profiling: Profiling) -> Self {
        self.profiling = profiling;
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// [`LoadError::Cache`] if others could put code into the cache's folder. [`LoadError::Cpu`] if this processor
    /// can't run code for the wanted processor. [`LoadError::Io`] if the operating system refuses the I/O thread.
    pub fn build(self) -> Result<Engine, LoadError> {
        Engine::build(self)
    }
}
