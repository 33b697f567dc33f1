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
