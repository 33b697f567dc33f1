//! The compiler: what it is told, and what its code depends on.

use super::{Cpu, Origin};
use crate::error::LoadError;
use plugix_module::REWRITING;
use wasmer::sys::{EngineBuilder, Features, NativeEngineExt};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_types::target::Target;

/// Switches one feature of WebAssembly.
type Switch = fn(&mut Features, bool) -> &mut Features;

/// What modules may use: all that the guest toolchain emits, and a second memory, which the host adds to each module
/// for its own use (a module of a plugin's has one at most).
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

/// Makes engines of wasmer's, all of which compile in the same way.
#[derive(Debug)]
pub(crate) struct Compiler {
    target: Target,
    origin: Origin,
}

impl Compiler {
    /// A compiler for such processors.
    ///
    /// # Errors
    /// [`LoadError::Cpu`] if this processor can't run what is to be compiled.
    pub(crate) fn new(cpu: Cpu) -> Result<Self, LoadError> {
        let target = cpu.target()?;
        Ok(Self { origin: origin(&engine(&target)), target })
    }

    /// Makes an engine of wasmer's. It keeps the code of all modules that were compiled with it until its own end (wasmer
    /// 7.4.2, `engine/inner.rs`, `code_memory`), so each module has its own and takes its code along when it goes.
    pub(crate) fn engine(&self) -> wasmer::Engine {
        engine(&self.target)
    }

    /// What compiled code depends on, besides the module.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// An engine of wasmer's that compiles for such processors.
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
