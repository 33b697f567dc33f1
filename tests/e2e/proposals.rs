//! What WebAssembly may contain: each proposal that is on runs, and each that is off is refused before compiling.

use anyhow::Result;
use plugix_e2e::{assert_matches, engine, module};
use plugix_host::Policy;
use plugix_host::error::{LoadError, ModuleError};
use plugix_host::raw::RawPlugin;

#[test]
fn each_that_is_on_runs() -> Result<()> {
    let mut raw = RawPlugin::new(&engine().load(module("proposals", "all")?)?, &Policy::new())?;
    for function in [
        "mutable_global",
        "sign_extension",
        "saturating",
        "multi_value",
        "reference_types",
        "bulk_memory",
        "simd",
        "relaxed_simd",
        "exceptions",
        "extended_const",
        "wide_arithmetic",
        "threads",
    ] {
        assert_eq!(raw.call::<_, i32>(function, ())?, 42, "{function}");
    }
    Ok(())
}

#[test]
fn one_that_is_off_is_refused_by_name_and_place() -> Result<()> {
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 1) (func $f (return_call $f)))"#)?;
    let refused = engine().load(wasm)?.compile();
    assert_matches!(
        refused,
        Err(LoadError::Module(ModuleError::Operator {
            operator: "return_call",
            proposal: "tail-call",
            offset: 40,
            ..
        }))
    );
    Ok(())
}

/// References that have code for some uses and none for others. What is valid starts, and the rest is no panic of the
/// compiler's.
#[test]
fn references_are_compiled_or_refused_by_name() -> Result<()> {
    let load = |part: &str| -> Result<_> {
        Ok(engine().load(wat::parse_str(format!(r#"(module (memory (export "memory") 1) {part})"#))?)?)
    };
    for part in [
        "(func (param (ref exn)) (result exnref) (local exnref) (block (result exnref) (local.get 0)))",
        "(func (result exnref) (select (result exnref) (ref.null exn) (ref.null exn) (i32.const 0)))",
        "(tag (param exnref v128 externref)) (func (throw 0 (ref.null exn) (v128.const i64x2 0 0) (ref.null extern)))",
        "(table 1 externref) (elem (table 0) (i32.const 0) externref (ref.null extern))",
        "(global externref (ref.null extern)) (func (result externref) (global.get 0))",
    ] {
        RawPlugin::new(&load(part)?, &Policy::new()).map_err(|error| anyhow::Error::from(error).context(part))?;
    }
    for part in [
        "(table 1 exnref)",
        "(table 1 nullexnref)",
        "(func (param nullexnref))",
        "(elem exnref (ref.null exn))",
        "(global (mut exnref) (ref.null exn))",
    ] {
        assert_matches!(
            load(part)?.compile(),
            Err(LoadError::Module(ModuleError::Proposal { proposal: "exceptions", .. }))
        );
    }
    Ok(())
}
