//! The compiler, its settings, and what its code depends on.

mod llvm;

use super::{Cpu, Origin};
use crate::error::LoadError;
use plugix_module::{COMPILER_THREADS, EngineSwitch, REWRITING, debug, engine_switches, stoppable};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;
use std::num::NonZero;
use std::time::{Duration, Instant};
use wasmer::sys::{CompilerConfig, EngineBuilder, Features, NativeEngineExt};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_types::target::Target;
use wasmer_types::{CompilationProgressCallback, CompileError, UserAbort};

/// What the host can't do if the operating system gives it no memory for compiled code.
pub(super) const NO_ROOM_FOR_CODE: &str = "get memory for compiled code";

/// Whether code can be stopped while it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stopping {
    Possible,
    Impossible,
}

/// What code is optimized for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Optimization {
    /// That it is there soon: by Cranelift.
    #[default]
    Usual,
    /// That it runs fast: by LLVM, which takes 15 to 30 times as long.
    Full,
}

/// Makes wasmer's engines. All of them compile in the same way.
#[derive(Debug)]
pub(crate) struct Compiler {
    target: Target,
    optimization: Optimization,
    origin: Origin,
}

impl Compiler {
    /// A compiler for these processors.
    ///
    /// # Errors
    /// [`LoadError::Cpu`] if this processor can't run code for them.
    pub(crate) fn new(cpu: Cpu, optimization: Optimization) -> Result<Self, LoadError> {
        let target = cpu.target()?;
        Ok(Self { origin: origin(&engine(&target, cranelift())), target, optimization })
    }

    /// Makes one of wasmer's engines, for code that is there already or that isn't fully optimized. An engine keeps the code
    /// of all modules that it has compiled until the engine itself ends (wasmer 7.4.2, `engine/inner.rs`, `code_memory`).
    /// So each module has its own engine, and the code goes with the module.
    pub(crate) fn engine(&self) -> wasmer::Engine {
        engine(&self.target, cranelift())
    }

    /// Makes one that compiles as it was asked for.
    ///
    /// # Errors
    /// [`LoadError::NoOptimizer`] if this program was built without LLVM.
    pub(crate) fn compiling_engine(&self) -> Result<wasmer::Engine, LoadError> {
        match self.optimization {
            Optimization::Usual => Ok(self.engine()),
            Optimization::Full => Ok(engine(&self.target, llvm::compiler(threads())?)),
        }
    }

    /// What compiled code depends on, besides its module, unless it is fully optimized.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The same for what this compiles: code that can be stopped or can't.
    pub(crate) fn origin_of(&self, stopping: Stopping) -> Origin {
        let origin = match self.optimization {
            Optimization::Usual => self.origin.clone(),
            Optimization::Full => self.origin.clone().optimized(),
        };
        match stopping {
            Stopping::Possible => origin,
            Stopping::Impossible => origin.without_rewriting(),
        }
    }

    /// Compiles a module that was validated, in an engine that this has made. When it has taken longer than the limit,
    /// compiling ends with the function that is being compiled.
    pub(crate) fn compile(
        &self,
        engine: &wasmer::Engine,
        wasm: &[u8],
        stopping: Stopping,
        start: Instant,
        limit: Duration,
    ) -> Result<wasmer::Module, LoadError> {
        let mut wasm = match stopping {
            Stopping::Possible => Cow::Owned(stoppable(wasm)?),
            Stopping::Impossible => Cow::Borrowed(wasm),
        };
        if self.optimization == Optimization::Full {
            // wasmer would read all of it, without a limit, and note lines in the place of offsets.
            debug::hide(wasm.to_mut())?;
        }
        let progress = CompilationProgressCallback::new(move |_| match start.elapsed() < limit {
            true => Ok(()),
            false => Err(UserAbort::new("the time is up")),
        });
        engine.new_module_with_progress(&wasm, progress).map_err(|error| match error {
            CompileError::Aborted(_) => LoadError::CompileTime { limit },
            CompileError::Resource(problem) => {
                let source = io::Error::new(io::ErrorKind::OutOfMemory, problem);
                LoadError::Io { what: NO_ROOM_FOR_CODE.into(), source }
            }
            error => LoadError::Engine(error.to_string()),
        })
    }
}

/// Makes one of wasmer's engines, which compiles for this target.
fn engine(target: &Target, compiler: Box<dyn CompilerConfig>) -> wasmer::Engine {
    let mut features = Features::none();
    for (_, switch) in engine_switches() {
        turn_on(&mut features, switch);
    }
    let builder = EngineBuilder::new(compiler).set_features(Some(features));
    builder.set_target(Some(target.clone())).engine().into()
}

fn cranelift() -> Box<dyn CompilerConfig> {
    let mut compiler = Cranelift::new();
    compiler.num_threads(threads());
    Box::new(compiler)
}

/// How many functions are compiled at the same time. They take memory at the same time.
fn threads() -> NonZero<usize> {
    let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    NonZero::new(COMPILER_THREADS).map_or(threads, |most| threads.min(most))
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
