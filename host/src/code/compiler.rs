//! The compiler, its settings, and what its code depends on.

use super::{Cpu, Origin};
use crate::error::LoadError;
use plugix_module::{EngineSwitch, REWRITING, engine_switches};
use wasmer::sys::{EngineBuilder, Features, NativeEngineExt};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_types::target::Target;

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
    for (_, switch) in engine_switches() {
        turn_on(&mut features, switch);
    }
    let builder = EngineBuilder::new(Cranelift::new()).set_features(Some(features));
    builder.set_target(Some(target.clone())).engine().into()
}

/// Turns on what modules may use, and a second memory, which the rewriting adds to each module.
fn turn_on(features: &mut Features, switch: EngineSwitch) {
    match switch {
        EngineSwitch::MultiMemory => features.multi_memory(true),
        EngineSwitch::MultiValue => features.multi_value(true),
        EngineSwitch::ReferenceTypes => features.reference_types(true),
        EngineSwitch::BulkMemory => features.bulk_memory(true),
        EngineSwitch::Simd => features.simd(true),
        EngineSwitch::RelaxedSimd => features.relaxed_simd(true),
        EngineSwitch::Threads => features.threads(true),
        EngineSwitch::Exceptions => features.exceptions(true),
        EngineSwitch::ExtendedConst => features.extended_const(true),
        EngineSwitch::WideArithmetic => features.wide_arithmetic(true),
    };
}

/// What the code of an engine depends on.
fn origin(engine: &wasmer::Engine) -> Origin {
    let target = engine.target();
    let mut cpu: Vec<_> = target.cpu_features().iter().map(|feature| feature.to_string()).collect();
    cpu.sort();
    let names: Vec<_> = engine_switches().map(|(name, _)| name).collect();
    Origin {
        plugix: env!("CARGO_PKG_VERSION").to_owned(),
        rewriting: REWRITING,
        wasmer: wasmer_types::VERSION.to_owned(),
        target: target.triple().to_string(),
        cpu,
        compiler: format!("{} {}", engine.deterministic_id(), names.join("+")),
    }
}
