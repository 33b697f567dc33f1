//! Small modules that a compiler would take minutes for, or gigabytes.

use super::attack;
use anyhow::{Context, Result};
use plugix_e2e::bombs::{KINDS, loops, module};
use plugix_e2e::{assert_matches, engine};
use plugix_host::Engine;
use plugix_host::error::{LoadError, ModuleError};
use plugix_host::module::ModuleLimits;
use std::time::Duration;

/// What loading and compiling says.
fn refusal(engine: &Engine, wasm: Vec<u8>) -> Result<LoadError> {
    let compiled = engine.load(wasm).and_then(|module| module.compile());
    compiled.err().context("it was compiled")
}

/// Each kind is refused from some size on, before the compiler sees it.
#[test]
fn functions_that_take_long() -> Result<()> {
    attack!(|_| {
        for (name, kind) in KINDS {
            let sizes = (0..20).map(|step| 1 << step);
            let refused = sizes
                .map(|size| module(&[kind(size)]))
                .find_map(|wasm| ModuleLimits::default().check_code(&wasm).is_err().then(|| refusal(engine(), wasm)));
            let error = refused.with_context(|| format!("{name}: no size is refused"))??;
            let LoadError::Module(error) = &error else { anyhow::bail!("{name}: {error}") };
            assert_matches!(
                error,
                ModuleError::CompileWork { .. } | ModuleError::CompileMemory { .. } | ModuleError::TooLarge { .. }
            );
        }
        Ok(())
    })
}

/// Each function is within the limits, and all together are not.
#[test]
fn many_functions_that_take_a_while_each() -> Result<()> {
    attack!(|_| {
        let function = loops(30, 200);
        ModuleLimits::default().check_code(&module(std::slice::from_ref(&function)))?;
        let error = refusal(engine(), module(&vec![function; 200]))?;
        assert_matches!(error, LoadError::Module(ModuleError::CompileWork { limit: "work_per_byte", .. }));
        Ok(())
    })
}

/// A host that admits everything still gets its thread back: compiling ends between two functions.
#[test]
fn a_compiler_that_is_told_to_end() -> Result<()> {
    attack!(|_| {
        let mut limits = ModuleLimits::default();
        (limits.work_per_byte, limits.compile_time) = (Duration::MAX, Duration::from_millis(200));
        let engine = Engine::with_limits(limits)?;
        // These would take a minute. If they did, their threads would be left over.
        let wasm = module(&vec![loops(30, 200); 1_000]);
        assert_matches!(refusal(&engine, wasm)?, LoadError::CompileTime { .. });
        Ok(())
    })
}
