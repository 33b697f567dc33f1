//! Modules. Any bytes are refused, or become a module that an engine can compile and stop.

use plugix_fuzzing::kind;
use plugix_module::{ModuleError, ModuleLimits, inspect, keeps_tables, stoppable, validate};
use std::mem::discriminant;
use wasmparser::{Validator, WasmFeatures};

/// Modules that use much of what modules may use.
const SEEDS: [&str; 6] = [
    r#"(module (memory (export "memory") 1 9) (func $f (export "spin") (loop (br_if 0 (i32.const 1)) (call $f))))"#,
    r#"(module (import "env" "memory" (memory 1 2 shared)) (export "wasi_thread_start" (func 0))
        (func (param i32 i32) (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1)))))"#,
    r#"(module (memory (export "memory") 1) (table $t 4 funcref) (elem (i32.const 0) $f) (global $g (mut i32) (i32.const 3))
        (type $v (func)) (func $f (call_indirect $t (type $v) (global.get $g)) (drop (table.grow $t (ref.func $f) (i32.const 1)))))"#,
    r#"(module (memory (export "memory") 1) (tag $e (param i32)) (func (param i32) (result i32)
        (block $b (result i32) (try_table (catch $e $b) (throw $e (local.get 0))) (i32.const 1))))"#,
    r#"(module (memory (export "memory") 1) (data $d "abc") (start $s)
        (func $s (memory.fill (i32.const 0) (i32.const 1) (i32.const 9)) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))))"#,
    r#"(module (memory (export "memory") 1) (func (param i32) (block (block (block
        (br_table 0 1 2 (local.get 0))) (return)) (drop (i8x16.splat (i32.const 1)))) (unreachable)))"#,
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    SEEDS.map(|text| wat::parse_str(text).expect("the text is a module")).into()
}

pub(crate) fn run(wasm: &[u8]) -> u64 {
    let admitted = admit(wasm);
    kind(admitted.as_ref().map(|checks| checks.checked_ilog2()).map_err(discriminant))
}

/// Takes a module on the way that the host takes it. Returns by how many bytes it grows.
fn admit(wasm: &[u8]) -> Result<usize, ModuleError> {
    let limits = ModuleLimits::default();
    // Each has to cope with what the others would have refused.
    let (checked, code, valid) = (limits.check(wasm), limits.check_code(wasm), validate(wasm));
    let _ = keeps_tables(wasm);
    let info = inspect(wasm)?;
    info.check_runnable()?;
    checked?;
    code?;
    assert!(valid.is_ok(), "what is checked is valid: {valid:?}");
    let rewritten = stoppable(wasm)?;
    let features = WasmFeatures::default() | WasmFeatures::THREADS | WasmFeatures::MULTI_MEMORY;
    Validator::new_with_features(features).validate_all(&rewritten).expect("what is rewritten is valid");
    assert_eq!(stoppable(wasm).ok().as_ref(), Some(&rewritten), "it is the same each time");
    Ok(rewritten.len() - wasm.len())
}
