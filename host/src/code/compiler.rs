//! The compiler, its settings, and what its code depends on.

use super::{Cpu, Origin};
use crate::error::LoadError;
use plugix_module::REWRITING;
use wasmer::sys::{EngineBuilder, Features, NativeEngineExt};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_types::target::Target;

/// Switches one feature of WebAssembly.
type Switch = fn(&mut Features, bool) -> &mut Features;

/// The features that a module may use: everything that the guest toolchain emits, and a second memory. The host adds
/// that second memory to each module for its own use. A plugin's module itself has one memory at most.
const FEATURES: [(&str, Switch); 10] = [
    ("threads", Features::threads),
    ("reference-types", Features::reference_types),
    ("simd", Features::simd),
    ("relaxed-simd", Features::relaxed_simd),
    ("bulk-memory", Features::bulk_memory),
    ("multi-value", Features::multi_value),
    ("multi-memory", Features::multi_memory),
    ("tail-call", Features::tail_call),
    ("exceptions", Features::exceptions),
    ("extended-const", Features::extended_const),
];

/// Makes wasmer's engines. All of them compile in the same way.
#[derive(Debug)]
pub(crate) struct Compiler {
    target: Target,
    origin: Origin,
}

impl Compiler {
    /// A compiler for these processors.
    ///
    /// # Errors
    /// [`LoadError::Cpu`] if this processor can't run code for them.
    pub(crate) fn new(cpu: Cpu) -> Result<Self, LoadError> {
        let target = cpu.target()?;
        Ok(Self { origin: origin(&engine(&target)), target })
    }

    /// Makes one of wasmer's engines. An engine keeps the code of all modules that it has compiled until the engine
    /// itself ends (wasmer 7.4.2, `engine/inner.rs`, `code_memory`). So each module has its own engine, and the code
    /// goes with the module.
    pub(crate) fn engine(&self) -> wasmer::Engine {
        engine(&self.target)
    }

    /// What compiled code depends on, besides its module.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Makes one of wasmer's engines, which compiles for this target.
fn engine(target: &Target) -> wasmer::Engine {
    let mut features = Features::none();
    for (_, switch) in FEATURES {
        switch(&mut features, true);
    }
    let builder = EngineBuilder::new(Cranelift::new()).set_features(Some(features));
    builder.set_target(Some(target.clone())).engine().into()
}

/// What the code of an engine depends on.
fn origin(engine: &wasmer::Engine) -> Origin {
    let target = engine.target();
    let mut cpu: Vec<_> = target.cpu_features().iter().map(|feature| feature.to_string()).collect();
    cpu.sort();
    Origin {
        plugix: env!("CARGO_PKG_VERSION").to_owned(),
        rewriting: REWRITING,
        wasmer: wasmer_types::VERSION.to_owned(),
        target: target.triple().to_string(),
        cpu,
        compiler: format!("{} {}", engine.deterministic_id(), FEATURES.map(|(name, _)| name).join("+")),
    }
}
